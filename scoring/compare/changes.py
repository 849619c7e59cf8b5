"""Where do two sets of settings differ? Setting by setting, rules by their names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.rules import Rulebook

RULES = "rules"


@dataclass(frozen=True, slots=True)
class Change:
    """A setting by its dotted name, with both values; None where one side says nothing of it."""

    setting: str
    old: Any
    new: Any


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """The settings in which two rulebooks differ, in the order of the new one; those that are gone come last.

    Both are rulebooks as JSON has them. A rule is known by its name: one that is there on one side only is one
    change, and `rules.order` is one where nothing but the order of the rules differs.
    """
    found = tuple(_changes(_by_name(old), _by_name(new), ""))
    orders = [[rule["name"] for rule in book.get(RULES, ())] for book in (old, new)]
    if orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]):
        found += (Change(f"{RULES}.order", *orders),)
    return found


def between(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """The settings in which two rulebooks differ, as `changes`."""
    return changes(*(book.model_dump(mode="json", by_alias=True) for book in (old, new)))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], under: str) -> Iterator[Change]:
    for key in dict.fromkeys((*new, *old)):
        name, was, now = f"{under}{key}", old.get(key), new.get(key)
        if was == now:
            continue
        if isinstance(was, Mapping) and isinstance(now, Mapping) and ("bands" in was) == ("bands" in now):
            yield from _changes(was, now, f"{name}.")
        else:
            yield Change(name, was, now)


def _by_name(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with a mapping in place of the list of rules."""
    listed: Sequence[Mapping[str, Any]] = settings.get(RULES, ())
    named = {rule["name"]: {k: v for k, v in rule.items() if k != "name"} for rule in listed}
    return {**settings, RULES: named}
