"""What was each account invoiced, and on which days did it order? Sums by quarter, and one bit a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.money import RATE_SCALE
from scoring.packed.events import Reading
from scoring.packed.facts import NotPackedError
from scoring.packed.ids import Ids
from scoring.packed.keys import as_date, day_of
from scoring.packed.whole import WIDEST, divided, in_units, looked_up

ORDERS = ("order", "deal", "usage")
"""Kinds of lines by which an account buys; so does a line of no kind."""

LINES = {"account": pl.Int64(), "place": pl.Int64(), "value": pl.Int64()}
"""An invoice line: `place` is twice the days since the first span began, and one more where the account bought by it;
`value` in ten-thousandths. In any order."""

Whole = NDArray[np.int64]
Bits = NDArray[np.uint8]
_FIRST_BIT = np.array([next((b for b in range(8) if n >> b & 1), 8) for n in range(256)])
_LAST_BIT = np.array([max((b for b in range(8) if n >> b & 1), default=-1) for n in range(256)])


@dataclass(frozen=True, slots=True, eq=False)
class Sales:
    """`revenue` of each account (a row) in each span (a column); `bought` in all, over `bits`, a bit for each day.

    Money in ten-thousandths. `first` is the number of the first bit's day.
    """

    revenue: Whole
    bought: Whole
    bits: Bits
    first: int

    def orders(self) -> pl.DataFrame:
        """One row per account that ordered: account, `first_on`, `last_on`, `orders` (days with one), `amount`."""
        days = np.bitwise_count(self.bits).sum(axis=1, dtype=np.int64)
        who = np.flatnonzero(days)
        own = self.bits[who]
        begins, ends = (own != 0).argmax(axis=1), own.shape[1] - 1 - (own[:, ::-1] != 0).argmax(axis=1)
        rows = np.arange(len(who))
        first = 8 * begins + _FIRST_BIT[own[rows, begins]] + self.first
        last = 8 * ends + _LAST_BIT[own[rows, ends]] + self.first
        made = pl.DataFrame(
            {"account": who, "first_on": first, "last_on": last, "orders": days[who], "amount": self.bought[who]}
        )
        return made.with_columns(as_date(pl.col("first_on", "last_on")))


def sales(found: Iterable[pl.DataFrame], accounts: int, spans: Sequence[int]) -> Sales:
    """What lines, as `LINES`, say of so many accounts in the spans, whose first days and end are `spans`."""
    days = spans[-1] - spans[0]
    revenue = np.zeros((accounts, len(spans) - 1), dtype=np.int64)
    bits = np.zeros((accounts, -(-days // 8)), dtype=np.uint8)
    made = Sales(revenue, np.zeros(accounts, dtype=np.int64), bits, spans[0])
    for lines in found:
        _add(made, lines, spans)
    return made


def sold(invoices: pl.LazyFrame, ids: Ids, spans: Sequence[int], by: Reading) -> pl.DataFrame:
    """The invoice lines of the spans, as `LINES`. Columns as the table `invoices`, those that are there.

    Raises NotPackedError where a line has an unknown account or currency, or an amount beyond Int64.
    """
    schema = invoices.collect_schema()
    rate = pl.lit(RATE_SCALE, dtype=pl.Int64)
    if "currency" in schema:
        known = looked_up("currency", {**by.rates, by.terms.currency: RATE_SCALE})
        rate = pl.when(pl.col("currency").is_null()).then(rate).otherwise(known)
    units = in_units("amount", schema["amount"])
    lines = invoices.select(
        ids.hashed(),
        day_of("dated_on").alias("day"),
        units.alias("units"),
        (units * rate).alias("priced"),
        (buys() if "kind" in schema else pl.lit(value=True)).alias("buys"),
    ).filter(((pl.col("day") >= spans[0]) & (pl.col("day") < spans[-1])).fill_null(value=True))
    priced = divided(lines, "priced", RATE_SCALE, "value")
    is_odd = (pl.col("units").abs() > WIDEST) | pl.col("value").is_null() | pl.col("day").is_null()
    placed = priced.select("hash", pl.when(~is_odd).then(place(spans)).alias("place"), "value")
    found = ids.numbered(placed).collect(engine="streaming")
    if found["place"].null_count() or found["account"].null_count():
        raise NotPackedError
    return found


def buys() -> pl.Expr:
    """Whether an account buys by a line of this kind."""
    return pl.any_horizontal(pl.col("kind").is_null(), *(pl.col("kind") == kind for kind in ORDERS))


def place(spans: Sequence[int]) -> pl.Expr:
    """The place of a line in `LINES`, from `day`, `value` and `buys`."""
    return 2 * (pl.col("day") - spans[0]) + (pl.col("buys") & (pl.col("value") > 0))


def _add(made: Sales, found: pl.DataFrame, spans: Sequence[int]) -> None:
    """Adds the lines up."""
    account, value = found["account"].to_numpy(), found["value"].to_numpy()
    day, buys = np.divmod(found["place"].to_numpy(), 2)
    span = (np.searchsorted(np.array(spans) - spans[0], np.arange(spans[-1] - spans[0]), side="right") - 1)[day]
    np.add.at(made.revenue.reshape(-1), account * made.revenue.shape[1] + span, value)
    bought = buys == 1
    account, day = account[bought], day[bought]
    np.add.at(made.bought, account, value[bought])
    place, bit = account * made.bits.shape[1] + day // 8, day % 8
    flat = made.bits.reshape(-1)
    for number in range(8):  # one bit at a time: a place that comes twice then gets the same bit twice
        flat[place[bit == number]] |= np.uint8(1 << number)
