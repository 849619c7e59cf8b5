"""What was each account invoiced, and on which days did it order? Sums by span, and one bit a day."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.packed.grids import beside, cells, grid, place
from scoring.packed.keys import CODES, DAYS, as_date, number
from scoring.packed.months import Months

_SLICE = 1 << 15
"""Rows that are added at a time, so that what is made of them is still at hand."""

Whole = NDArray[np.int64]
Bits = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """`bought` by orders, of each account (a row) in each span (a column), on the `days`.

    Money in ten-thousandths. `days` has a column for each month, and a bit for each day of it.
    """

    months: Months
    bought: Whole
    days: Bits

    def orders(self) -> pl.DataFrame:
        """One row per account that ordered: account, `first_on`, `last_on`, `orders` (days with one), `amount`."""
        accounts, months = self.days.shape
        count, earliest, latest = (np.zeros(accounts, dtype=np.int64) for _ in range(3))
        for month in range(months):
            np.copyto(latest, month, where=self.days[:, month] != 0)
            np.copyto(earliest, months - 1 - month, where=self.days[:, months - 1 - month] != 0)
            count += np.bitwise_count(self.days[:, month])
        who, firsts = np.flatnonzero(count), np.array([number(first) for first in self.months.firsts])
        earliest, latest = earliest[who], latest[who]
        begins, ends = self.days[who, earliest], self.days[who, latest]
        lowest, highest = np.frexp(begins & -begins)[1], np.frexp(ends)[1]
        made = pl.DataFrame(
            {
                "account": who,
                "first_on": firsts[earliest] + lowest - 1,
                "last_on": firsts[latest] + highest - 1,
                "orders": count[who],
                "amount": self.bought[who].sum(axis=1),
            }
        )
        return made.with_columns(as_date(pl.col("first_on", "last_on")))

    def of_spans(self, first: int, after: int) -> "Ordered":
        """Those of the spans from one number to before another."""
        months, length = self.months.of_spans(first, after), self.months.length
        return Ordered(months, self.bought[:, first:after], self.days[:, first * length : after * length])

    def then(self, later: "Ordered") -> "Ordered":
        """These and those of the months that follow, of the same accounts."""
        months = Months((*self.months.firsts[:-1], *later.months.firsts), self.months.length)
        return Ordered(months, beside(self.bought, later.bought), beside(self.days, later.days))


@dataclass(frozen=True, slots=True, eq=False)
class Sales:
    """`revenue` of each account (a row) in each span (a column), in ten-thousandths, and what was `ordered` of it."""

    revenue: Whole
    ordered: Ordered


def sales(found: Iterable[pl.DataFrame], accounts: int, months: Months) -> Sales:
    """What invoice lines say of so many accounts. They have columns `key` (of accounts and months), `value`, `days`."""
    count = len(months.firsts) - 1
    revenue, bought = (grid(accounts, count // months.length, np.int64) for _ in range(2))
    made = Sales(revenue, Ordered(months, bought, grid(accounts, count, np.uint32)))
    for rows in found:
        for some in rows.iter_slices(_SLICE):
            _add(made, some)
    return made


def _add(made: Sales, rows: pl.DataFrame) -> None:
    """Adds the lines of the months up."""
    days, months = made.ordered.days, made.ordered.months
    key, value, bits = (rows[name].to_numpy() for name in ("key", "value", "days"))
    month = key // CODES % DAYS - months.first_number
    there = (month >= 0) & (month < days.shape[1])
    if not there.all():
        key, value, bits, month = key[there], value[there], bits[there], month[there]
    account = key // (CODES * DAYS)
    at = place(account, month // months.length, len(days))
    np.add.at(cells(made.revenue), at, value)
    buys = np.flatnonzero((bits != 0) & (value > 0))
    np.add.at(cells(made.ordered.bought), at[buys], value[buys])
    _set(cells(days), place(account[buys], month[buys], len(days)), bits[buys].view(np.uint32))


def _set(days: Bits, place: Whole, bits: Bits) -> None:
    """Sets the bits at the places. Of a place that comes twice, one at a time: who came too late comes again."""
    while len(place):
        days[place] |= bits
        is_late = days[place] & bits != bits
        place, bits = place[is_late], bits[is_late]
