"""What does a log of orders say of each account: how often it came back, when last, how long it was watched?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import scipy
from numpy.typing import NDArray

from scoring.days import DAY, EPOCH
from scoring.lengths import DAYS_A_WEEK
from scoring.lifetime.fit import Counts, Vector
from scoring.money import SCALE, from_units, units

Small = NDArray[np.int32]
"""Rows and days: half the memory, of which the first touch costs more than the work."""

Codes = NDArray[np.int32]

FEW = 20_000
"""Up to so many accounts a fit sees them in an order of their own."""
COLUMNS = ("account_id", "dated_on", "amount")


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """The accounts as the models of repeat orders see them, one place per account in each vector.

    `x` days with a purchase after the first one, `t_x` weeks from the first to the last purchase, `age` weeks from
    the first purchase to the last day seen; `log_gaps` the sum of the logarithms of the weeks between
    consecutive purchases, 0 where x = 0, which only the models of regular timing ask for.
    """

    x: Counts
    t_x: Vector
    age: Vector
    log_gaps: Vector | None = None

    def __post_init__(self) -> None:
        one = len(self.x) == len(self.t_x) == len(self.age)
        if not one or (self.log_gaps is not None and len(self.log_gaps) != len(self.x)):
            raise ValueError("the vectors of Orders have different lengths")
        if np.any(self.x < 0) or np.any(self.t_x < 0) or not np.all(self.t_x <= self.age):
            raise ValueError("an account of Orders has a last purchase before its first, or after the last day seen")

    def __len__(self) -> int:
        return len(self.x)

    @property
    def settled(self) -> "Orders":
        """The same accounts in an order of their own where they are few.

        The likelihood of a few accounts can be so flat that the order of a sum decides where a fit ends; no name may.
        """
        if len(self) > FEW:
            return self
        gaps = np.zeros(len(self)) if self.log_gaps is None else self.log_gaps
        order = np.lexsort((gaps, self.age, self.t_x, self.x))
        return Orders(
            self.x[order], self.t_x[order], self.age[order], None if self.log_gaps is None else self.log_gaps[order]
        )


def orders(table: pl.DataFrame) -> Orders:
    """The accounts of a `summary`, in its order, with days turned to weeks of seven days."""
    return Orders(
        table["x"].to_numpy().astype(np.int64),
        table["t_x"].to_numpy() / DAYS_A_WEEK,
        table["age"].to_numpy() / DAYS_A_WEEK,
        table["log_gaps"].to_numpy() if "log_gaps" in table.columns else None,
    )


def summary(log: pl.LazyFrame | pl.DataFrame, until: date, *, free: bool = False) -> pl.DataFrame:
    """What the orders before `until` say of each account.

    The log has account_id, dated_on, amount; several rows of a day are one purchase. A day is a purchase day only if
    its net amount is above zero: a day on which as much or more came back as was bought is none, and an
    account without any purchase day has no row. With `free`, a day whose net amount is exactly zero is one, too.
    One row per account, sorted: account_id, x (purchase days after the first), t_x (days from first to last
    purchase), age (days from the first purchase to the day before `until`, 0 for one who first bought on that
    day), spend (mean net amount of the purchase days after the first, null where there is none), total (net amount
    of all purchase days), log_gaps (sum of the logarithms of the weeks between consecutive purchases).
    """
    last_day = until - DAY
    seen = log.lazy().select(*COLUMNS).filter(pl.col("dated_on") < until).drop_nulls().collect()
    days = seen["dated_on"].cast(pl.Date).to_physical().to_numpy().astype(np.int32)
    end = (last_day - EPOCH).days
    ids, row = _numbered(seen["account_id"])
    start = int(days.min()) if len(days) else end
    grid = scipy.sparse.coo_array((_units(seen["amount"]), (row, days - start)), shape=(len(ids), end - start + 1))
    return _described(ids, _purchase_days(grid, -1 if free else 0), end - start, seen["amount"].dtype)


def of_parts(summaries: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The summary of all accounts, from those of parts of them; no account is in two."""
    return summaries[0] if len(summaries) == 1 else pl.concat(summaries).sort("account_id").rechunk()


def _numbered(ids: pl.Series) -> tuple[pl.Series, Small]:
    """The different ids, sorted, and for each row the place of its id among them."""
    if ids.dtype.is_integer() and len(ids):
        values = ids.to_numpy().astype(np.int64)
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 1000:
            seen = np.zeros(high - low + 1, dtype=bool)
            seen[values - low] = True
            place = np.cumsum(seen, dtype=np.int32) - np.int32(1)
            return pl.Series("account_id", np.flatnonzero(seen) + low, dtype=ids.dtype), place[values - low]
    if ids.dtype != pl.String:
        return ids.unique().sort().alias("account_id"), ids.rank("dense").to_numpy().astype(np.int32) - 1
    return _numbered_text(ids)


def _numbered_text(ids: pl.Series) -> tuple[pl.Series, Codes]:
    """The same for text: numbered by hash, which costs a third of comparing text, and only the different ids sorted
    (as values; to sort with their places costs five times as much, so these are found again by hash).

    Should two ids have one hash, a second hash tells, and the text itself is compared.
    """
    code = ids.hash().rank("dense").to_numpy().astype(np.int32) - 1
    first = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    again = ids.hash(1).to_numpy()
    if not np.array_equal(again[first][code], again):
        return ids.unique().sort().alias("account_id"), ids.rank("dense").to_numpy().astype(np.int32) - 1
    different = ids.gather(first).sort()
    place = np.empty(len(first), dtype=np.int32)
    place[different.hash().rank("dense").to_numpy().astype(np.int32) - 1] = np.arange(len(first), dtype=np.int32)
    return different.alias("account_id"), place[code]


def _units(amount: pl.Series) -> Counts:
    """The amounts in whole ten-thousandths."""
    if amount.dtype.is_decimal():
        whole: Counts = pl.select(units(pl.lit(amount)).cast(pl.Int64)).to_series().to_numpy()
        return whole
    cents: Vector = amount.cast(pl.Float64).to_numpy()
    return np.rint(cents * SCALE).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """The purchase days, account after account and day after day: `count` of each account."""

    day: Small
    net: Counts
    count: Counts

    @property
    def starts(self) -> Counts:
        return np.cumsum(self.count) - self.count


def _purchase_days(grid: "scipy.sparse.coo_array", above: int) -> _Days:
    """The days of each account whose net amount is above so much."""
    merged = grid.tocsr()
    merged.sum_duplicates()
    bought = merged.data > above
    if bought.all():
        return _Days(merged.indices, merged.data, np.diff(merged.indptr).astype(np.int64))
    before = np.concatenate([[0], np.cumsum(bought, dtype=np.int32)])
    return _Days(merged.indices[bought], merged.data[bought], np.diff(before[merged.indptr]).astype(np.int64))


def _described(ids: pl.Series, days: _Days, end: int, money: pl.DataType) -> pl.DataFrame:
    """The row of each account that bought at all."""
    kept = days.count > 0
    count, first = days.count[kept], days.starts[kept]
    last = first + count - 1
    day = days.day
    totals = np.concatenate([[0], np.cumsum(days.net)])
    total = totals[last + 1] - totals[first]
    repeat = total - days.net[first]
    return pl.DataFrame(
        {
            "account_id": ids.filter(pl.Series(kept)),
            "x": count - 1,
            "t_x": (day[last] - day[first]).astype(np.int64),
            "age": (end - day[first]).astype(np.int64),
            "spend": repeat / np.maximum(count - 1, 1) / SCALE,
            "total": total,
            "log_gaps": _log_gaps(day, first, end),
        }
    ).with_columns(
        pl.when(pl.col("x") > 0).then("spend"),
        from_units(pl.col("total")) if money.is_decimal() else pl.col("total") / SCALE,
    )


def _log_gaps(day: Small, first: Counts, end: int) -> Vector:
    """The sum of the logarithms of the weeks between purchases that follow each other, 0 where there is one.

    Each account is added up by itself, so that the last digit does not hang on who else is in the log.
    """
    table = np.zeros(end + 2)
    table[1:] = np.log(np.arange(1, end + 2) / DAYS_A_WEEK)
    gaps = np.diff(day, prepend=np.int32(0))
    gaps[first] = 0
    return np.add.reduceat(table[gaps], first) if len(first) else np.zeros(0)
