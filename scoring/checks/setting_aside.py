"""Which rows can be used? The rows with errors taken out, and with them what hangs on them."""

from collections.abc import Iterable, Mapping

import polars as pl

from scoring.checks.findings import NR, Finding, reasons, unusable
from scoring.checks.references import PARENTS, orphaned, references, strangers
from scoring.errors import Problem, Severity
from scoring.tables import TABLES

Frames = Mapping[str, pl.DataFrame]


def kept(frame: pl.DataFrame, name: str, findings: Iterable[Finding]) -> pl.DataFrame:
    """The rows of the table of that name that no error concerns, still numbered."""
    bad = unusable(findings, name)
    return frame.filter(~pl.col(NR).is_in(bad.implode())) if len(bad) else frame


def aside(frame: pl.DataFrame, name: str, findings: Iterable[Finding]) -> pl.DataFrame:
    """The rows that errors concern, with a column `why`."""
    return frame.join(reasons(findings, name), on=NR, how="inner", maintain_order="left").drop(NR)


def dangling(numbered: Frames, findings: list[Finding]) -> list[Finding]:
    """Rows that are sound but refer to accounts or managers that are not, and so go with them.

    The trees of accounts and managers come first: what lies below a row that is gone is gone too.
    """
    rows = {name: kept(frame, name, findings) for name, frame in numbered.items()}
    further: list[Finding] = []
    for name, parent in PARENTS.items():
        further += _gone(name, orphaned(rows[name], TABLES[name]), parent)
        rows[name] = kept(rows[name], name, further)
    for name, table in TABLES.items():
        for column in references(table):
            target = TABLES[column.refers_to or ""]
            known = rows[target.name].get_column(target.key[0])
            lost = strangers(rows[name].get_column(column.name), known)
            further += _gone(name, rows[name].filter(pl.col(column.name).is_in(lost.implode())), column.name)
    return further + [_note(name, further) for name in sorted({f.table for f in further})]


def _gone(name: str, rows: pl.DataFrame, column: str) -> list[Finding]:
    what = f"the row of its {column} is set aside"
    return [Finding(name, what, rows.get_column(NR), ())] if len(rows) else []


def _note(name: str, findings: list[Finding]) -> Finding:
    count = len(unusable(findings, name))
    one = "1 more row would be set aside, because it refers to a row with an error"
    several = f"{count:,} more rows would be set aside, because they refer to a row with an error"
    what = one if count == 1 else several
    problem = Problem(what, table=name, severity=Severity.NOTE)
    return Finding(name, what, findings[0].rows.clear(), (problem,), Severity.NOTE)
