"""Does every table have the columns it needs?"""

import polars as pl

from scoring.checks.findings import NR, Finding
from scoring.errors import Problem
from scoring.frame import Table

_FILES_NAMED = 3


def lacking(frame: pl.DataFrame, table: Table) -> list[str]:
    """The required columns that the delivered frame has not got at all."""
    return [c.name for c in table.columns if c.required and c.name not in frame.columns]


def missing(numbered: pl.DataFrame, table: Table, absent: list[str]) -> list[Finding]:
    """One finding for each absent column, which concerns every row and names the files."""
    if not absent:
        return []
    files = numbered.get_column("origin_file").drop_nulls().unique().sort()
    shown = ", ".join(files.head(_FILES_NAMED)) + (" …" if len(files) > _FILES_NAMED else "")
    place = shown if len(files) else None
    remedy = f"add the column, or map one of yours to it under {table.name} in sources.yaml"
    findings = []
    for column in absent:
        problem = Problem(
            f"there is no column {column}: {table.column(column).meaning}".rstrip("."),
            remedy,
            file=place,
            column=column,
            table=table.name,
        )
        what = f"there is no column {column}"
        findings.append(Finding(table.name, what, numbered.get_column(NR), (problem,)))
    return findings
