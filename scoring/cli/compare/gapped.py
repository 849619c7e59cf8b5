"""How is the gap between two teams told? A row for each rule, what its accounts explain, and what is left."""

from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.explain.figures import difference_text, value_text
from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note, say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.compare.gaps import Gaps, RuleGap
    from scoring.intake import Request

_MOST = 3
"""Features that are named."""


def show(found: "Gaps", folder: Path, request: "Request") -> None:
    """Prints the gaps."""
    from scoring.numbers import fixed, percent

    first, second = found.teams
    say(f"{first.name} against {second.name}, {found.period}, as known on {found.as_of}")
    for team in found.teams:
        say(f"{team.name}: {many(team.managers, 'manager')}, {fixed(team.account_quarters, 0)} account-quarters")
    say()
    columns = [
        Column("Rule"), *(Column(name, is_number=True) for name in (first.name, second.name)),
        *(Column(name, is_number=True) for name in ("Gap", "Accounts", "Rest", "Rest, likely")),
    ]  # fmt: skip
    table(columns, [_row(rule, found.currency) for rule in found.rules])
    say("Accounts: what such accounts make of the gap in anybody's hands; likely: "
        f"{percent(found.interval, 0)} by chance in the accounts.")  # fmt: skip
    say()
    for rule in found.rules:
        say(_told(rule, found.currency))
    note("Nothing was stored.")
    next_command("diagnose", folder, like=request)


def _row(rule: "RuleGap", currency: str) -> tuple[str, ...]:
    means = (value_text(value, rule.unit, currency) for value in (rule.first, rule.second))
    likely = "" if rule.low is None else f"{_apart(rule.low, rule, currency)} to {_apart(rule.high, rule, currency)}"
    return (rule.rule, *means, *_parts(rule, currency), likely)


def _told(rule: "RuleGap", currency: str) -> str:
    if rule.reason:
        return f"{rule.rule}: {rule.reason}"
    rest = "hardly chance alone" if rule.is_beyond_chance else "which chance alone could make"
    largest = sorted(rule.features.items(), key=lambda one: -abs(one[1]))[:_MOST]
    named = ", ".join(f"{name} {_apart(value, rule, currency)}" for name, value in largest)
    _, explained, left = _parts(rule, currency)
    return f"{rule.rule}: accounts make {explained} ({named}); the rest is {left}, {rest}."


def _parts(rule: "RuleGap", currency: str) -> tuple[str, str, str]:
    """The gap, what accounts explain of it and the rest, of printed figures, so that a reader's sums are ours."""
    from scoring.numbers import apart, as_printed

    if rule.gap is None:
        return "", "", ""
    gap = apart(rule.first, rule.second, rule.unit, currency)
    explained = as_printed(rule.explained, rule.unit, currency)
    whole, part, left = (difference_text(v, rule.unit, currency) for v in (gap, explained, gap - explained))
    return whole, part, left


def _apart(value: float | None, rule: "RuleGap", currency: str) -> str:
    """A difference: of shares in percentage points."""
    from scoring.numbers import as_printed

    return "" if value is None else difference_text(as_printed(value, rule.unit, currency), rule.unit, currency)
