"""How is `rules.yaml` read? All that is wrong with it at once, else the rulebook with its warnings."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scoring import document
from scoring.errors import Problem, ProblemsFoundError, Severity, in_order
from scoring.rules.lint import MetricFacts, lint
from scoring.rules.profiles import with_profile
from scoring.rules.rulebook import Rulebook


def read_from(
    found: document.Document, catalogue: Mapping[str, MetricFacts]
) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rulebook that the document holds, None where it has errors, and all that is wrong or odd about it."""
    rulebook, problems = fitted(found)
    everything = in_order((*found.problems, *problems, *lint(found, rulebook, catalogue)))
    has_errors = any(p.severity is Severity.ERROR for p in everything)
    return (None if has_errors else rulebook), everything


def fitted(found: document.Document) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rulebook that the document holds, whatever its metrics, else what is wrong with its settings.

    The profile that it names holds where it says nothing itself.
    """
    return replace(found, tree=replace(found.tree, data=with_profile(found.tree.data))).fit(Rulebook)


def currency_in(path: Path) -> str | None:
    """The reporting currency that rules with errors name all the same; None where they do not."""
    found = _text_in(path, "currency")
    return found if re.fullmatch(r"[A-Z]{3}", found) else None


def time_zone_in(path: Path) -> str | None:
    """The business time zone that rules with errors name all the same; None where they do not."""
    found = _text_in(path, "calendar", "time_zone")
    try:
        return ZoneInfo(found).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _text_in(path: Path, *keys: str) -> str:
    try:
        found = document.read(path).tree.at(keys)
    except ProblemsFoundError:
        return ""
    return found if isinstance(found, str) else ""
