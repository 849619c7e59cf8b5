"""How does a rulebook take a profile? Under what is written in it; and how are its definitions exchanged?"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from scoring.rules.profiles.profile import BASIS, DEFINING, NAMES, profile

R = TypeVar("R", bound=BaseModel)


def with_profile(written: object) -> object:
    """The settings as written, with those of the profile that they name where they say nothing themselves.

    Anything that is not a mapping, or names no profile there is, comes back as it is: the model says what is wrong.
    """
    if not isinstance(written, dict) or written.get("profile") not in NAMES:
        return written
    made = dict(written)
    for setting, value in profile(written["profile"]).values.items():
        if BASIS.get(setting, made.get("basis", "contracts")) == made.get("basis", "contracts"):
            _put_under(made, setting, value)
    return made


def _put_under(settings: dict[str, Any], setting: str, value: object) -> None:
    """Sets the dotted setting where nothing is written; the group around it is copied, not changed."""
    *groups, last = setting.split(".")
    for group in groups:
        held = settings.get(group, {})
        if not isinstance(held, dict):
            return
        settings[group] = settings = dict(held)
    settings.setdefault(last, value)


def settings_of(rulebook: BaseModel) -> dict[str, Any]:
    """Every setting in which definitions differ, with its value in the rulebook, in the order of switching."""
    return {setting: _at(rulebook, setting) for setting in DEFINING}


def switched(rulebook: R, values: Mapping[str, Any]) -> R:
    """The rulebook with other values of some dotted settings."""
    changed = rulebook
    for setting, value in values.items():
        group, _, name = setting.rpartition(".")
        inner = getattr(changed, group).model_copy(update={name: value}) if group else value
        changed = changed.model_copy(update={group or name: inner})
    return changed


def _at(model: object, setting: str) -> Any:
    for name in setting.split("."):
        model = getattr(model, name)
    return model
