"""What did a check find? The rows concerned, and the sentences that tell people about them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from scoring.errors import Problem, Severity
from scoring.plurals import many

NR = "_nr"
"""Name of the column that numbers the rows of a delivered table, for as long as it is being checked."""

LISTED = 20
"""Rows named one by one; the rest of a finding is one line with their count, at the first of them."""

ORIGIN = ("origin_file", "origin_row")
PLACE = pl.format("{} row {}", *ORIGIN)
"""Where a row is, as the sentences of problems say it."""

NOTHING = pl.Series(NR, [], dtype=pl.UInt32)


@dataclass(frozen=True, slots=True)
class Saying:
    """How a finding is told: what is wrong, how to mend it, and which column it is about."""

    what: str
    remedy: str | Callable[[str], str] = ""
    """Given the value, where the advice depends on it."""
    column: str | None = None
    detail: str | None = None
    """Name of a column of the rows that says more precisely what is wrong with each."""
    value: str | None = None
    """Name of the column whose text is shown; `column` when not given."""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """The rows of one table that are wrong in one way, and the problems to show for them."""

    table: str
    what: str
    rows: pl.Series
    problems: tuple[Problem, ...]
    severity: Severity = Severity.ERROR


def found(table: str, bad: pl.DataFrame, saying: Saying, *, named: pl.DataFrame | None = None) -> list[Finding]:
    """The finding for the bad rows, as a list that is empty when there are none.

    `bad` are rows of the table with their numbers. `named` are the rows to tell people about, where they
    are not the same.
    """
    if bad.is_empty():
        return []
    named = bad if named is None else named
    ordered = named.sort(*ORIGIN, NR)
    problems = [_problem(table, row, saying) for row in ordered.head(LISTED).iter_rows(named=True)]
    if len(named) > LISTED:
        more = len(named) - LISTED
        count = f"{many(more, 'more row')}: {saying.what}"
        file, row = ordered.select(ORIGIN).row(LISTED)
        problems.append(Problem(count, file=file, row=row, table=table, severity=saying.severity))
    return [Finding(table, saying.what, bad.get_column(NR), tuple(problems), saying.severity)]


def unusable(findings: Iterable[Finding], table: str) -> pl.Series:
    """The numbers of the rows of the table that an error concerns, sorted, once each."""
    errors = [f.rows for f in findings if f.table == table and f.severity is Severity.ERROR and len(f.rows)]
    return pl.concat([NOTHING, *errors]).unique().sort() if errors else NOTHING


def reasons(findings: Iterable[Finding], table: str) -> pl.DataFrame:
    """Why rows of the table cannot be used: the number of each such row and all that is wrong with it."""
    errors = [f for f in findings if f.table == table and f.severity is Severity.ERROR and len(f.rows)]
    said = {what: pl.concat(f.rows for f in errors if f.what == what) for what in sorted({f.what for f in errors})}
    why = [pl.when(pl.col(NR).is_in(rows.implode())).then(pl.lit(what)) for what, rows in said.items()]
    concerned = unusable(errors, table).to_frame()
    return concerned.with_columns(why=pl.concat_str(why, separator="; ", ignore_nulls=True) if why else None)


def _problem(table: str, row: dict[str, object], saying: Saying) -> Problem:
    cell = row.get(saying.value or saying.column or "")
    value = None if cell is None else f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell)
    remedy = saying.remedy if isinstance(saying.remedy, str) else saying.remedy(value or "")
    return Problem(
        what=str(row[saying.detail]) if saying.detail else saying.what,
        remedy=remedy,
        file=str(row["origin_file"]),
        row=int(str(row["origin_row"])),
        column=saying.column,
        value=value,
        table=table,
        severity=saying.severity,
    )
