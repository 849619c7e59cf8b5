"""Are rows missing in the middle? Months with far fewer rows than a table usually has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import polars as pl

from scoring.chance import counted_at_most
from scoring.days import DAY, first_of_month, month_number
from scoring.trust.freshness import HAPPENED, silence
from scoring.trust.gate import Finding, Gate, Level, Looked

OTHERS = 12
"""Months that a month is held against, so that a slow season is among them: those before it, or next to it where the
table is younger."""
LEAST_BEFORE = 3
"""At least so many of them are before it, as young companies grow fast."""
LOOKED_AT = 12
"""Months up to the end of the period that are looked at: scores rest on a year."""
RARE = 0.001
"""How seldom chance may give so few rows in a month like the lowest of the others."""
TABLES = tuple(name for name in HAPPENED if name != "ownership")
"""Those whose rows come month by month; accounts change hands when they do."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a table, and the rows of the months that it is held against.

    `together` is how many rows come at once, as those of an account do.
    """

    first: date
    rows: int
    others: Sequence[int]
    together: float

    @property
    def usual(self) -> float:
        """Half of the other months had more rows."""
        return median(self.others)


def find(looked: Looked) -> Iterator[Finding]:
    """Tables that scores rest on, with the deepest of such months."""
    for table in TABLES:
        if table not in looked.needed:
            continue
        low = [m for m in _months(looked, table) if _is_cliff(m, looked.rulebook.trust.cliff)]
        if not low:
            continue
        deepest = min(low, key=lambda m: (m.rows / m.usual, m.first))
        rest = len(low) - 1
        alike = "1 more month is like it" if rest == 1 else f"{rest:,} more months are like it"
        more = f"; {alike}" if rest else ""
        yield Finding(
            CLIFFS.name,
            Level.WITHHOLDS,
            f"{table} have {deepest.rows:,} rows in {deepest.first:%Y-%m}, and had {min(deepest.others):,} to "
            f"{max(deepest.others):,} in each of the {OTHERS} months before or around{more}",
            "export the month again; if it was so, set trust.cliffs: off",
            table=table,
            file=", ".join(looked.files_of(table)),
        )


def _is_cliff(month: Month, cliff: float) -> bool:
    """Whether it has less than that part of the usual rows, and fewer than chance gives in the lowest other month."""
    if month.rows >= cliff * month.usual:
        return False
    return counted_at_most(int(month.rows / month.together), min(month.others) / month.together) <= RARE


def _months(looked: Looked, table: str) -> list[Month]:
    """The whole months that are looked at and have enough whole months to be held against."""
    end, day = _until(looked, table), pl.coalesce(HAPPENED[table][0])
    known = looked.tables[table].filter(day < end).select("account_id", day.dt.truncate("1mo").alias("month"))
    by_account = known.group_by("account_id", "month").len("n")
    first = by_account["month"].min()
    if not isinstance(first, date):
        return []
    counts = dict(by_account.group_by("month").agg(pl.col("n").sum()).iter_rows())
    together = float((by_account["n"].cast(pl.Int64) ** 2).sum() / known.height)
    months = [first_of_month(n) for n in range(month_number(first) + 1, month_number(end))]
    rows = [int(counts.get(m, 0)) for m in months]
    if len(months) <= OTHERS:
        return []
    looked_at = range(max(LEAST_BEFORE, len(months) - LOOKED_AT), len(months))
    return [Month(months[n], rows[n], _others(rows, n), together) for n in looked_at]


def _others(rows: Sequence[int], n: int) -> list[int]:
    """The rows of the months before the one at that place, and where they are too few, of those after it."""
    return [*rows[max(0, n - OTHERS) : n], *rows[n + 1 : max(n, OTHERS) + 1]]


def _until(looked: Looked, table: str) -> date:
    """The day after the last whole month that can be known, and of which freshness has not spoken already."""
    last = looked.last_day()
    if stops := silence(looked, table):
        last = min(last, stops.last_on - timedelta(days=stops.last_on.day))
    return (last + DAY).replace(day=1)


CLIFFS = Gate("cliffs", find)
