"""How is the gap between two teams told? A row for each rule, what its accounts explain, and what is left."""

from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.answers import many, next_command
from scoring.cli.screen import Column, table
from scoring.cli.streams import note, say

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
    from scoring.numbers import figure

    means = (figure(value, rule.unit, currency) for value in (rule.first, rule.second))
    apart = (_apart(value, rule, currency) for value in (_gap(rule), rule.explained, _rest(rule)))
    likely = "" if rule.low is None else f"{_apart(rule.low, rule, currency)} to {_apart(rule.high, rule, currency)}"
    return (rule.rule, *means, *apart, likely)


def _told(rule: "RuleGap", currency: str) -> str:
    if rule.reason:
        return f"{rule.rule}: {rule.reason}"
    rest = "hardly chance alone" if rule.is_beyond_chance else "which chance alone could make"
    largest = sorted(rule.features.items(), key=lambda one: -abs(one[1]))[:_MOST]
    named = ", ".join(f"{name} {_apart(value, rule, currency)}" for name, value in largest)
    return f"{rule.rule}: accounts make {_apart(rule.explained, rule, currency)} ({named}); the rest is " + (
        f"{_apart(_rest(rule), rule, currency)}, {rest}."
    )


def _gap(rule: "RuleGap") -> float | None:
    """How far the teams are apart; of shares as they are printed, so that a reader's sum is ours."""
    from scoring.numbers import percents_apart

    if rule.unit != "ratio" or rule.first is None or rule.second is None:
        return rule.gap
    return float(percents_apart(rule.first, rule.second)) / 100


def _rest(rule: "RuleGap") -> float | None:
    """What is left; of shares what the printed figures leave."""
    from scoring.numbers import rounded

    gap = _gap(rule)
    if rule.unit != "ratio" or gap is None or rule.explained is None:
        return rule.rest
    return float(rounded(100 * gap) - rounded(100 * rule.explained)) / 100


def _apart(value: float | None, rule: "RuleGap", currency: str) -> str:
    """A difference: of shares in percentage points."""
    from scoring.numbers import figure, percentage_points

    if value is None:
        return ""
    return percentage_points(value) if rule.unit == "ratio" else figure(value, rule.unit, currency)
