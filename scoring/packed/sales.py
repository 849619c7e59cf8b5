"""What was each account invoiced, and on which days did it order? Sums by span, and one bit a day."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
        count = np.bitwise_count(self.days).sum(axis=1, dtype=np.int64)
        who = np.flatnonzero(count)
        own = self.days[who]
        begins, ends = (own != 0).argmax(axis=1), own.shape[1] - 1 - (own[:, ::-1] != 0).argmax(axis=1)
        rows, firsts = np.arange(len(who)), np.array([number(first) for first in self.months.firsts])
        lowest, highest = np.frexp(own[rows, begins] & -own[rows, begins])[1], np.frexp(own[rows, ends])[1]
        made = pl.DataFrame(
            {
                "account": who,
                "first_on": firsts[begins] + lowest - 1,
                "last_on": firsts[ends] + highest - 1,
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
        bought, days = np.hstack((self.bought, later.bought)), np.hstack((self.days, later.days))
        return Ordered(months, bought, days)


@dataclass(frozen=True, slots=True, eq=False)
class Sales:
    """`revenue` of each account (a row) in each span (a column), in ten-thousandths, and what was `ordered` of it."""

    revenue: Whole
    ordered: Ordered


def sales(found: Iterable[pl.DataFrame], accounts: int, months: Months) -> Sales:
    """What invoice lines say of so many accounts. They have columns `key` (of accounts and months), `value`, `days`."""
    count = len(months.firsts) - 1
    revenue, bought = (np.zeros((accounts, count // months.length), dtype=np.int64) for _ in range(2))
    made = Sales(revenue, Ordered(months, bought, np.zeros((accounts, count), dtype=np.uint32)))
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
    place = account * made.revenue.shape[1] + month // months.length
    np.add.at(made.revenue.reshape(-1), place, value)
    buys = np.flatnonzero((bits != 0) & (value > 0))
    np.add.at(made.ordered.bought.reshape(-1), place[buys], value[buys])
    _set(days.reshape(-1), account[buys] * days.shape[1] + month[buys], bits[buys].view(np.uint32))


def _set(days: Bits, place: Whole, bits: Bits) -> None:
    """Sets the bits at the places. Of a place that comes twice, one at a time: who came too late comes again."""
    while len(place):
        days[place] |= bits
        is_late = days[place] & bits != bits
        place, bits = place[is_late], bits[is_late]
