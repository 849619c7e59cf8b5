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
class Sales:
    """`revenue` of each account (a row) in each span (a column); `bought` in all, on the `days`.

    Money in ten-thousandths. `days` has a column for each month, and a bit for each day of it.
    """

    months: Months
    revenue: Whole
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
                "amount": self.bought[who],
            }
        )
        return made.with_columns(as_date(pl.col("first_on", "last_on")))


def sales(found: Iterable[pl.DataFrame], accounts: int, months: Months) -> Sales:
    """What invoice lines say of so many accounts. They have columns `key` (of accounts and months), `value`, `days`."""
    count = len(months.firsts) - 1
    revenue = np.zeros((accounts, count // months.length), dtype=np.int64)
    made = Sales(months, revenue, np.zeros(accounts, dtype=np.int64), np.zeros((accounts, count), dtype=np.uint32))
    for rows in found:
        for some in rows.iter_slices(_SLICE):
            _add(made, some)
    return made


def _add(made: Sales, rows: pl.DataFrame) -> None:
    """Adds the lines of the months up."""
    key, value, days = (rows[name].to_numpy() for name in ("key", "value", "days"))
    month = key // CODES % DAYS - made.months.first_number
    there = (month >= 0) & (month < made.days.shape[1])
    if not there.all():
        key, value, days, month = key[there], value[there], days[there], month[there]
    account = key // (CODES * DAYS)
    np.add.at(made.revenue.reshape(-1), account * made.revenue.shape[1] + month // made.months.length, value)
    buys = np.flatnonzero((days != 0) & (value > 0))
    account = account[buys]
    np.add.at(made.bought, account, value[buys])
    _set(made.days.reshape(-1), account * made.days.shape[1] + month[buys], days[buys].view(np.uint32))


def _set(days: Bits, place: Whole, bits: Bits) -> None:
    """Sets the bits at the places. Of a place that comes twice, one at a time: who came too late comes again."""
    while len(place):
        days[place] |= bits
        is_late = days[place] & bits != bits
        place, bits = place[is_late], bits[is_late]
