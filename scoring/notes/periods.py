"""Which costs and targets do not count, as they are of other days than those that are asked for?"""

from dataclasses import replace

import polars as pl

from scoring.checks.findings import ORIGIN, PLACE
from scoring.errors import Problem, Severity
from scoring.notes.seen import Seen, counted, named


def costs(seen: Seen) -> list[Problem]:
    """Costs of periods that hold days whose spending counts, and others, at the first of them."""
    one = seen.undivided.height == 1
    counts, period = ("counts", "its period holds") if one else ("count", "their periods hold")
    what = (
        f"{counts} neither for new customers nor for expansion, as {period} other days, too, than those whose costs "
        "are asked for"
    )
    return _told(seen.undivided, "costs", what, f"deliver a row for each {seen.length} instead")


def targets(seen: Seen) -> list[Problem]:
    """Targets of periods that share days with the scored one, at the first of them: none is added up or divided."""
    counts, period = ("counts", "its period is") if seen.unmet.height == 1 else ("count", "their periods are")
    what = f"{counts} for nothing, as {period} not the one that is scored, which no row of theirs is for"
    found = _told(seen.unmet, "targets", what, f"deliver a row for each {seen.length}, too")
    return [replace(problem, severity=Severity.WARNING) for problem in found]


def _told(found: pl.DataFrame, table: str, what: str, remedy: str) -> list[Problem]:
    """A note on the rows, at the first of them; nothing where there are none."""
    if found.is_empty():
        return []
    rows = found.sort(*ORIGIN)
    first = rows.row(0, named=True)
    others = f" ({named(rows.select(PLACE).to_series())})" if rows.height > 1 else ""
    return [
        Problem(
            f"{counted(rows.height, 'row')} of {table}{others} {what}",
            remedy,
            file=first["origin_file"],
            row=first["origin_row"],
            column="period",
            value=first["period"],
            table=table,
            severity=Severity.NOTE,
        )
    ]
