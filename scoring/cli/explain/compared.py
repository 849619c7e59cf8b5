"""How is a rule told by which accounts are compared? Observed beside expected; as printed, points add up."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scoring.cli.explain.figures import apart_text, value_text
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.explain import ComparedAccount, Comparison, Explanation, Line

MOST = 8
"""Accounts named one by one beside the whole score."""
SHOWN = 20
"""Accounts named one by one beside a rule, unless all are asked for."""
_PLACES = 2
"""Decimals of the points of accounts and quarters beside a rule."""


def rules(found: "Explanation", adds: Sequence[str]) -> None:
    """Prints the rules with what was observed and expected and what each `adds`, which is the score as printed."""
    from scoring.numbers import fixed, signed
    from scoring.reports.lines import printed_shares

    columns = (
        Column("Rule"), Column("Value", is_number=True, is_extra=True), Column("Observed", is_number=True),
        Column("Expected", is_number=True), Column("Difference", is_number=True, is_extra=True),
        Column("Believed", is_number=True), Column("Points", is_number=True), Column("Weight", is_number=True),
        Column("Above 50", is_number=True, is_extra=True), Column("Adds", is_number=True),
    )  # fmt: skip
    above = _printed([_gain(line) for line in found.lines], _above(found), 1)
    told = printed_shares([line.share for line in found.lines])
    rows = [
        (
            line.rule or line.label,
            value_text(line.value, line.unit, found.currency),
            *_figures(line, found.currency),
            fixed(line.points),
            share if line.share is not None else "",
            signed(gained),
            added,
        )
        for line, share, gained, added in zip(found.lines, told, above, adds, strict=True)
    ]
    foot = ("score", *[""] * 7, signed(sum(above, Decimal(0))), fixed(found.score))
    table(columns, [*rows, foot], foot=True)
    say()


def accounts(found: "Explanation") -> None:
    """Prints the accounts that add or take most by all rules, the others in one row, up to the score less 50.

    Those that are named have the points that the card gives them; the others have what is left.
    """
    from scoring.explain.comparison import added
    from scoring.numbers import rounded, signed

    every = added(line.compared for line in found.lines if line.share)
    if not every:
        return
    listed, rest = every[:MOST], every[MOST:]
    whole = _above(found)
    exact = [a.points for a in listed]
    named = [rounded(p) for p in exact] if rest else [*_printed(exact, whole, 1)]
    points = [*named, whole - sum(named, Decimal(0))] if rest else named
    names = [a.name for a in listed] + ([many(len(rest), "more account")] if rest else [])
    say(f"{many(len(every), 'account')} whose quarters make the score; first what adds or takes most")
    rows = [(name, signed(p)) for name, p in zip(names, points, strict=True)]
    table((Column("Account"), Column("Points", is_number=True)), [*rows, ("above 50", signed(whole))], foot=True)
    say()


def by_account(line: "Line", comparison: "Comparison", currency: str, *, everything: bool) -> None:
    """Prints the accounts that make the points of the rule; as printed they add up to what it adds."""
    from scoring.numbers import fixed, percent, signed
    from scoring.reports.lines import printed_shares

    if not comparison.accounts:
        return
    unit = line.measured.unit
    columns = (
        Column("Account"), Column("Quarters", is_number=True), Column("Part", is_number=True, is_extra=True),
        Column("Observed", is_number=True), Column("Expected", is_number=True), Column("Points", is_number=True),
    )  # fmt: skip
    listed = comparison.accounts if everything else comparison.accounts[:SHOWN]
    rest = comparison.accounts[len(listed) :]
    middle, whole = _ends(line, comparison)
    points = [a.points for a in listed] + ([sum((a.points for a in rest), Decimal(0))] if rest else [])
    printed = _printed(points, whole, _PLACES)
    rows = [
        (
            account.name,
            f"{len(account.quarters):,}",
            percent(account.part),
            value_text(account.observed, unit, currency),
            value_text(account.expected, unit, currency),
            signed(each, _PLACES),
        )
        for account, each in zip(listed, printed, strict=False)
    ]
    if rest:
        quarters = sum(len(a.quarters) for a in rest)
        name = f"{many(len(rest), 'other account')} (--all)"
        part = percent(sum(a.part for a in rest))
        rows.append((name, f"{quarters:,}", part, "", "", signed(printed[-1], _PLACES)))
    shown = (value_text(v, unit, currency) for v in (comparison.observed, comparison.expected))
    sums = ("all", f"{comparison.account_quarters:,}", percent(1), *shown, signed(whole, _PLACES))
    table(columns, [*rows, sums], foot=True)
    say()
    share, all_of_it = printed_shares([line.share])[0], fixed(middle + whole, _PLACES)
    say(f"With {fixed(middle, _PLACES)} points, {share} of 50, the rule adds {all_of_it} to the score.")
    say()


def of_account(lines: "Sequence[Line]", currency: str, *, everything: bool) -> None:
    """Prints the quarters of the one account that the lines are narrowed to, rule by rule, and what was expected."""
    from scoring.numbers import percent, rounded, signed

    told = [(line, a) for line in lines if line.compared for a in line.compared.accounts]
    if not told:
        say("The account is in no quarter that is compared.")
        say()
        return
    columns = (
        Column("Rule"), Column("Quarter to"), Column("Part", is_number=True, is_extra=True),
        Column("Observed", is_number=True), Column("Expected", is_number=True), Column("Points", is_number=True),
    )  # fmt: skip
    every = [(line, quarter) for line, account in told for quarter in account.quarters]
    whole = rounded(sum((account.points for _, account in told), Decimal(0)), _PLACES)
    printed = _printed([quarter.points for _, quarter in every], whole, _PLACES)
    rows, last = [], ""
    for (line, quarter), points in zip(every, printed, strict=True):
        rule = line.rule or ""
        figures = (value_text(v, line.measured.unit, currency) for v in (quarter.observed, quarter.expected))
        first = "" if rule == last else rule
        rows.append((first, f"{quarter.last_day}", percent(quarter.part), *figures, signed(points, _PLACES)))
        last = rule
    table(columns, [*rows, ("adds", "", "", "", "", signed(whole, _PLACES))], foot=True)
    say()
    _expected(told, currency, everything=everything)


def _expected(told: "Sequence[tuple[Line, ComparedAccount]]", currency: str, *, everything: bool) -> None:
    """Prints why so much was expected, in the last quarter of each rule or in every one; parts add up as printed."""
    from scoring.numbers import printed_parts, signed_figure

    columns = (
        Column("Why so much is expected"), Column("Quarter to"), Column("Expected", is_number=True),
        Column("Learned from account-quarters", is_number=True, is_extra=True),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for line, account in told:
        unit = line.measured.unit
        for quarter in account.quarters if everything else account.quarters[-1:]:
            if not quarter.reasons:
                continue
            first, *others = printed_parts([r.adds for r in quarter.reasons], quarter.expected, unit, currency)
            shown = [value_text(first, unit, currency), *(signed_figure(part, unit, currency) for part in others)]
            rows.append((line.rule or "", f"{quarter.last_day}", value_text(quarter.expected, unit, currency), ""))
            for reason, adds in zip(quarter.reasons, shown, strict=True):
                learned = "" if reason.account_quarters is None else f"{reason.account_quarters:,}"
                rows.append((f"  {reason.said}", "", adds, learned))
    if rows:
        table(columns, rows)
        say()


def _figures(line: "Line", currency: str) -> tuple[str, str, str, str]:
    """Observed, expected, their difference, and how much of it is believed."""
    from scoring.numbers import NOT_MEASURED, percent

    said, unit = line.compared, line.measured.unit
    if said is None or not said.accounts:
        return NOT_MEASURED, NOT_MEASURED, NOT_MEASURED, NOT_MEASURED
    observed, expected = (value_text(v, unit, currency) for v in (said.observed, said.expected))
    if said.difference is None:
        return observed, expected, NOT_MEASURED, percent(said.z, 0)
    return observed, expected, apart_text(said.observed, said.expected, unit, currency), percent(said.z, 0)


def _gain(line: "Line") -> Decimal:
    """What the rule adds beyond an average book."""
    return (line.adds or Decimal(0)) - (line.compared.middle if line.compared else Decimal(0))


def _above(found: "Explanation") -> Decimal:
    """The score less 50, as printed; what the rules come to where there is no score."""
    from scoring.numbers import rounded

    gained = sum((_gain(line) for line in found.lines), Decimal(0))
    return rounded(gained) if found.score is None else rounded(found.score) - 50


def _ends(line: "Line", comparison: "Comparison") -> tuple[Decimal, Decimal]:
    """What an average book adds by the rule, and its accounts beyond it; as printed they add up to what it adds."""
    from scoring.numbers import rounded

    middle = rounded(comparison.middle, _PLACES)
    return middle, rounded(line.adds, _PLACES) - middle


def _printed(points: "Sequence[Decimal]", whole: Decimal, places: int) -> "tuple[Decimal, ...]":
    from scoring.numbers import in_parts

    return in_parts(points, whole, places)
