"""How is a value told by its accounts? Each with its part; as printed, the parts add up to the printed value."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scoring.cli.explain import compared
from scoring.cli.explain.figures import cell, part_text, printed, value_text
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.explain import Account, Explanation, Kind, Line, Measured, Part

SHOWN = 20
"""Accounts named one by one, unless all are asked for."""

_ROOM = 5
"""Columns beside the account that a narrow terminal has room for."""
CONSTANT = {"top_tier", "margin", "horizon_months", "prior_losses", "prior_months", "company_closing", "share"}
"""Columns that are the same in every row, or say how much of the account counts."""


def by_account(found: "Explanation", line: "Line", *, everything: bool) -> None:
    """Prints the value, its points, and the accounts it was measured on."""
    from scoring.numbers import fixed

    said = line.measured
    label = said.label if said.label == line.label else f"{line.label}, measured by {said.label}"
    points = "" if line.points is None else f", {fixed(line.points)} points"
    say(f"{label}: {value_text(line.value, line.unit, found.currency)}{points}")
    say(said.definition)
    say(f"{line.because}." if line.because[-1:] != "." else line.because)
    if line.agreed is not None:
        value, target = (value_text(v, said.unit, found.currency) for v in (said.value, line.agreed))
        say(f"Reached {value} of {target} that were agreed.")
    say()
    if line.compared:
        compared.by_account(line, line.compared, found.currency, everything=everything)
    if line.kinds:
        _kinds(line.kinds, line, found.currency)
    if said.parts:
        listed = said.parts if everything else said.parts[:SHOWN]
        (_sum if said.is_sum else _figures)(said, listed, found)
    say(said.sentence if said.reason is None else f"There is no value: {said.reason}.")


def of_account(lines: "Sequence[Line]", currency: str) -> None:
    """Prints what one account puts into every measure."""
    columns = (
        Column("Rule"), Column("Value", is_number=True), Column("Puts in", is_number=True),
        Column("Part", is_number=True), Column("Without it", is_number=True),
    )  # fmt: skip
    rows = []
    for line in lines:
        said = line.measured
        part = said.parts[0] if said.parts else None
        put = "does not count" if part is None else _put(part, said, currency)
        rows.append(
            (
                line.rule or said.label,
                value_text(said.value, said.unit, currency),
                put,
                "" if part is None or part.part is None else part_text(part.part, said, currency),
                "" if part is None or not said.is_sum else value_text(part.without, said.unit, currency),
            )
        )
    table(columns, rows)
    say()


def _put(part: "Part", said: "Measured", currency: str) -> str:
    """What the account puts in, in one cell."""
    if not said.is_sum:
        return "counts"
    top, bottom = cell(part.top, _like(said), currency), cell(part.bottom, said.bottom_name, currency)
    return f"{top} of {bottom}" if part.bottom is not None else top


def _like(said: "Measured") -> str | None:
    """The column as which tops are written: their own, else what they are divided by, else any of money."""
    return said.top_name or said.bottom_name or ("closing" if said.unit == "money" else None)


def _kinds(kinds: "Sequence[Kind]", line: "Line", currency: str) -> None:
    from scoring.numbers import NOT_MEASURED, fixed, in_parts, rounded

    columns = (
        Column("Kind"), Column("Value", is_number=True), Column("Accounts", is_number=True),
        Column("Points", is_number=True), Column("Adds", is_number=True), Column("Because", is_extra=True),
    )  # fmt: skip
    whole = rounded(line.points)
    adds = iter(in_parts([k.adds for k in kinds if k.adds is not None], whole))
    rows = [
        (
            kind.name,
            value_text(kind.value, line.unit, currency),
            f"{kind.n:,}",
            fixed(kind.points),
            NOT_MEASURED if kind.adds is None else fixed(next(adds)),
            kind.because,
        )
        for kind in kinds
    ]
    table(columns, [*rows, ("points", "", "", "", fixed(whole), "")], foot=True)
    say()


def _sum(said: "Measured", listed: "Sequence[Part]", found: "Explanation") -> None:
    """The accounts with their parts, the others in one row, and the sums."""
    from scoring.explain.columns import ACHIEVED, POSSIBLE, called

    is_divided, currency = said.bottom is not None, found.currency
    columns = [
        Column("Account"), Column(called(said.top_name, ACHIEVED), is_number=True),
        Column(called(said.bottom_name, POSSIBLE), is_number=True), Column("Part", is_number=True),
        Column("Without it", is_number=True), Column("Movements", is_extra=True),
    ]  # fmt: skip
    parts = _printed([p.part for p in listed], said)
    told, rest = {a.account_id: a for a in found.accounts}, said.parts[len(listed) :]
    top, bottom = (sum((getattr(p, side) or Decimal(0) for p in rest), Decimal(0)) for side in ("top", "bottom"))
    tops = _tops([*(p.top for p in listed), top], said, currency)
    rows = [
        (
            part.name,
            put,
            cell(part.bottom, said.bottom_name, currency),
            shown,
            value_text(part.without, said.unit, currency),
            _moves(told.get(part.account_id), currency),
        )
        for part, put, shown in zip(listed, tops, parts, strict=False)
    ]
    if rest:
        rows.append(
            (
                many(len(rest), "other account"),
                tops[-1],
                cell(bottom if is_divided else None, said.bottom_name, currency),
                parts[-1],
                "",
                "see them with --all",
            )
        )
    whole = "" if said.value is None else part_text(said.value + said.less, said, currency)
    sums = (cell(said.top, _like(said), currency), cell(said.bottom, said.bottom_name, currency))
    kept = [n for n in range(6) if is_divided or n not in (2, 3)]
    table(
        [columns[n] for n in kept],
        [tuple(r[n] for n in kept) for r in [*rows, ("sum", *sums, whole, "", "")]],
        foot=True,
    )
    say()


def _tops(tops: "Sequence[Decimal | None]", said: "Measured", currency: str) -> list[str]:
    """The tops as they are printed; where they are the parts of an amount, they add up to it."""
    known = [top for top in tops if top is not None]
    if said.unit == "money" and said.bottom is None and said.top is not None and len(known) == len(tops):
        return printed(known, said.top, currency)
    return [cell(top, _like(said), currency) for top in tops]


def _printed(parts: "Sequence[Decimal | None]", said: "Measured") -> list[str]:
    """The parts listed, and what the others come to, so that they add up to the printed sum."""
    from scoring.numbers import in_parts, rounded

    if said.value is None or any(p is None for p in parts):
        return [""] * (len(parts) + 1)
    known = [p for p in parts if p is not None]
    whole = said.value + said.less
    places = 4
    rest = whole - sum(known, Decimal(0))
    shown = in_parts([*known, rest], rounded(whole, places), places)
    return [part_text(s, said, "") for s in shown]


def _figures(said: "Measured", listed: "Sequence[Part]", found: "Explanation") -> None:
    """The accounts with what went into a value that is no sum."""
    from scoring.explain.columns import called

    money_first = sorted(said.parts[0].figures.items(), key=lambda item: not isinstance(item[1], Decimal))
    names = [name for name, _ in money_first if name not in CONSTANT]
    columns = [
        Column("Account"),
        *(Column(called(n), is_number=True, is_extra=nr >= _ROOM) for nr, n in enumerate(names)),
    ]
    rows = [(p.name, *(cell(p.figures[n], n, found.currency) for n in names)) for p in listed]
    rest = len(said.parts) - len(listed)
    if rest:
        rows.append((f"{many(rest, 'other account')} (--all)", *("" for _ in names)))
    table(columns, rows)
    say()


def _moves(account: "Account | None", currency: str) -> str:
    """What happened to the account in the period, in a few words."""
    from scoring.numbers import money

    if account is None or not account.movements:
        return ""
    return ", ".join(f"{m.kind} {money(m.adds, currency)}" for m in account.movements[:2])
