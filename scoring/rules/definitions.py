"""By which definitions does somebody read revenue? A profile's, our default's, or those of the rules themselves."""

from collections.abc import Mapping
from typing import Any

from scoring.rules.profiles import NAMES, profile, settings_of
from scoring.rules.profiles.profile import BASIS
from scoring.rules.rulebook import Rulebook

DEFAULT = "default"
OWN = "rules"
KNOWN = (DEFAULT, OWN, *NAMES)


def defaults() -> dict[str, Any]:
    """Every setting in which definitions differ, with our default, in the order of switching."""
    return settings_of(Rulebook.model_construct(name="", currency="", rules=()))


def definitions(name: str, rulebook: Rulebook) -> dict[str, Any]:
    """Every setting in which definitions differ, as `name` (one of `KNOWN`) has it, in the order of switching.

    A setting that says nothing on the rulebook's basis stays as the rulebook has it.
    """
    own = settings_of(rulebook)
    if name == OWN:
        return own
    read = defaults() | (profile(name).values if name != DEFAULT else {})
    return {s: v if BASIS.get(s, rulebook.basis) == rulebook.basis else own[s] for s, v in read.items()}


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The settings in which two definitions differ, in the order of switching."""
    return [setting for setting, value in one.items() if other[setting] != value]
