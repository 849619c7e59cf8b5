"""How is a diagnosis told? Signal and noise of each rule, luck with the book, what goes together, and what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note, say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.compare.diagnosis import Diagnosis, Owned, RuleFigures
    from scoring.intake import Request
    from scoring.scorecard.rule_findings import Finding

_SIGNAL = (
    Column("Rule"),
    Column("Weight", is_number=True, is_extra=True),
    Column("k", is_number=True),
    Column("Spread", is_number=True),
    Column("Data alone", is_number=True, is_extra=True),
    Column("Noise", is_number=True),
    Column("Believed", is_number=True),
    Column("Published", is_number=True),
)
_SAME = 7
"""Columns of correlations that there is room for everywhere."""
_FEW = 3
"""Columns of rules that there is room for everywhere."""


@dataclass(frozen=True, slots=True)
class View:
    """What came out, what it means, and how it was asked for."""

    found: "Diagnosis"
    told: "Sequence[Finding]"
    folder: Path
    request: "Request"


def show(view: View) -> None:
    """Prints the diagnosis."""
    found = view.found
    span = many(found.quarters, "quarter")
    say(f"{found.period} by {found.method}, as known on {found.as_of}")
    on = f"{found.account_quarters:,} account-quarters of {span}"
    say(f"{found.scored:,} of {found.managers:,} managers scored on {on}")
    if found.says:
        say(found.says)
    say()
    say("Spread: how far managers truly differ; noise: how far an account-quarter strays.")
    table(_SIGNAL, [_signal(r, found.currency) for r in found.rules])
    say()
    say("By method, how far values go with what was expected of the book: 0 is best.")
    _luck(found)
    say("Largest is the largest part that one account is of somebody's book.")
    say()
    if len(found.rules) > 1:
        say("How far rules go together: near 1 two measure the same.")
        _pairs(found)
        say()
    for line in _owners(found):
        say(line)
    say()
    if found.kinds:
        say("Expected of all accounts, and how much more of each kind, from others' books.")
        _kinds(found)
        say()
    say("What it means:" if view.told else "Nothing stands out.")
    for one in view.told:
        say(f"  {one.what}; {one.remedy}.")
    note("Nothing was stored.")
    next_command("sensitivity", view.folder, like=view.request)


def _signal(rule: "RuleFigures", currency: str) -> tuple[str, ...]:
    from scoring.numbers import figure, fixed, percent

    return (
        rule.rule,
        fixed(rule.weight, 0 if rule.weight == int(rule.weight) else 1),
        f"{fixed(rule.k, 0)}{' frozen' if rule.is_frozen else ''}",
        *(figure(value, rule.unit, currency) for value in (rule.tau, rule.tau_data, rule.noise)),
        percent(rule.reliability, 0),
        f"{rule.published:,} of {rule.managers:,}",
    )


def _luck(found: "Diagnosis") -> None:
    from scoring.numbers import fixed, percent

    methods = list(dict.fromkeys(m for rule in found.rules for m in rule.luck))
    columns = [
        Column("Rule"),
        *(Column(method, is_number=True) for method in methods),
        Column("Largest", is_number=True),
        Column("Median", is_number=True, is_extra=True),
        Column("Few alike", is_number=True, is_extra=True),
    ]
    rows = [
        (
            rule.rule,
            *(fixed(rule.luck[method], 2) for method in methods),
            percent(rule.largest_part, 0),
            percent(rule.largest_part_median, 0),
            f"{rule.few_comparable:,}" if rule.few_comparable else "",
        )
        for rule in found.rules
    ]
    table(columns, rows)


def _pairs(found: "Diagnosis") -> None:
    """A row for each rule but the first, and what it has to do with those before it."""
    from scoring.numbers import fixed

    names = [rule.rule for rule in found.rules]
    known = {pair.rules: pair.correlation for pair in found.pairs}
    columns = [
        Column("Rule"),
        *(Column(f"{n}", is_number=True, is_extra=n > _SAME) for n in range(1, len(names))),
    ]
    rows = [
        (
            f"{n}  {name}",
            *(fixed(known[other, name], 2) if m < n else "" for m, other in enumerate(names[:-1], 1)),
        )
        for n, name in enumerate(names, 1)
    ]
    table(columns, rows)


def _kinds(found: "Diagnosis") -> None:
    """A row for each kind of accounts, and what each rule expects of it."""
    from scoring.numbers import figure, signed_figure

    units = {rule.rule: rule.unit for rule in found.rules}
    rules = list(dict.fromkeys(one.rule for one in found.kinds))
    adds = {(one.kind, one.rule): one.adds for one in found.kinds}
    learned: dict[str, int] = {}
    for one in found.kinds:
        learned[one.kind] = max(learned.get(one.kind, 0), one.account_quarters)
    columns = [
        Column("Kind of accounts"),
        *(Column(rule, is_number=True, is_extra=n >= _FEW) for n, rule in enumerate(rules)),
        Column("Account-quarters", is_number=True, is_extra=True),
    ]
    base, rows = found.kinds[0].kind, []
    for kind, count in learned.items():
        told = [(adds.get((kind, rule)), units[rule]) for rule in rules]
        shown = (
            "" if v is None else (figure if kind == base else signed_figure)(v, unit, found.currency)
            for v, unit in told
        )
        rows.append((kind, *shown, f"{count:,}"))
    table(columns, rows)


def _owners(found: "Diagnosis") -> list[str]:
    def counted(owned: "Owned") -> str:
        if not owned.account_quarters:
            return "none"
        return f"{owned.account_quarters:,} (of {many(owned.accounts, 'account')})"

    return [
        f"Account-quarters that several claim at once: {counted(found.overlapping)};",
        f"of whoever had the account only later: {counted(found.late)}; of nobody: {counted(found.unassigned)}.",
    ]
