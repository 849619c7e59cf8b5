"""Who answers for which part of what? The book as vectors: codes in the order of ids, parts in the order of codes.

Whatever is summed later is summed in this order, so neither the order of rows nor the number of threads changes
a digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np
import polars as pl
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

KEY = ("account_id", "quarter")
"""What one unit is: an account in a quarter."""


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """The parts of units, sorted by unit and manager.

    One entry of `unit`, `manager`, `share` per part; shares of a unit add up to 1. One entry of `account` and
    `owner` per unit: its account, and the manager with the largest share (the first id on a tie).
    """

    unit: Codes
    manager: Codes
    share: Vector
    account: Codes
    owner: Codes
    managers: int

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.account)

    def by_manager(self, values: Vector) -> Vector:
        """The sum of a value of each part, by manager."""
        return added(values, self.manager, self.managers)

    def by_account(self, values: Vector) -> tuple[Codes, Vector]:
        """The sums of a value of each part over the quarters of a manager's account; whose, and how much."""
        key = self.manager * (int(self.account.max(initial=0)) + 1) + self.account[self.unit]
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        sums = np.add.reduceat(values[order], starts) if len(starts) else values
        return self.manager[order][starts], sums

    def only(self, kept: Flags) -> "Books":
        """The books with some of the units; units are numbered anew, managers are not."""
        if kept.all():
            return self
        number = np.cumsum(kept) - 1
        parts = kept[self.unit]
        return replace(
            self,
            unit=number[self.unit[parts]],
            manager=self.manager[parts],
            share=self.share[parts],
            account=self.account[kept],
            owner=self.owner[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The units in the order of their keys, the books over them, and the managers' ids by code."""

    units: pl.DataFrame
    books: Books
    managers: pl.Series


def added(values: Vector, codes: Codes, groups: int) -> Vector:
    """The sums of the values of each code, added one after the other."""
    return np.bincount(codes, values, groups).astype(np.float64)


def sums(rows: pl.DataFrame, key: Sequence[str], *columns: str) -> pl.DataFrame:
    """The sums of the columns by key, sorted by it, null counting as nothing.

    Row after row: a sum of groups is cut up by threads, so that its last digit hangs on how many there are.
    """
    ordered = rows.sort(key, maintain_order=True)
    keys = ordered.select(key).unique(maintain_order=True)
    group = ordered.select(pl.struct(key).rle_id()).to_series().cast(pl.Int64).to_numpy()
    found = (pl.Series(c, added(or_nought(ordered[c]), group, keys.height)) for c in columns)
    return keys.with_columns(*found)


def in_turn(columns: Sequence[str]) -> pl.Expr:
    """The sum of the columns of a row, one after the other; `sum_horizontal` adds in an order that threads decide."""
    return reduce(add, (pl.col(c) for c in columns))


def or_nought(column: pl.Series) -> Vector:
    """The numbers of a column, 0 where there is none: null leaves a series as NaN, at no cost."""
    found = column.to_numpy()
    return np.where(np.isnan(found), 0.0, found)


def counted(codes: Codes, groups: int) -> Vector:
    """How often each code occurs."""
    return np.bincount(codes, minlength=groups).astype(np.float64)


def centred(values: Vector, codes: Codes, groups: int) -> Vector:
    """The values less the mean of their group."""
    means = added(values, codes, groups) / np.maximum(counted(codes, groups), 1)
    return np.asarray(values - means[codes], dtype=np.float64)


def coded(column: pl.Series) -> tuple[Codes, pl.Series]:
    """Each value's place among the sorted distinct values, and those; null comes first where it occurs."""
    levels = column.unique().sort()
    if column.dtype == pl.String and not column.has_nulls():
        return column.cast(pl.Enum(levels)).to_physical().to_numpy().astype(np.int64), levels
    numbers = pl.DataFrame({"level": levels, "code": np.arange(len(levels))})
    found = pl.DataFrame({"level": column}).join(
        numbers, on="level", how="left", maintain_order="left", nulls_equal=True
    )
    return found["code"].to_numpy().astype(np.int64), levels


def shelved(units: pl.DataFrame, shares: pl.DataFrame) -> Shelf:
    """The units and their parts, put in order.

    `units` has one row per account_id and quarter, with anything else; `shares` account_id, quarter, manager_id
    and share, adding up to 1 per unit that has any. Units that nobody has a part of are left out.
    """
    held = shares.filter(pl.col("share") > 0)
    ordered = units.sort(KEY)
    numbered = ordered.select(KEY).with_row_index("unit")
    manager, names = coded(held["manager_id"])
    parts = (
        held.select(*KEY, "share")
        .with_columns(pl.Series("manager", manager))
        .join(numbered, on=KEY, validate="m:1")
        .select(pl.col("unit").cast(pl.Int64), "manager", "share")
        .sort("unit", "manager")
    )
    unit, number, share = (parts[c].to_numpy() for c in ("unit", "manager", "share"))
    has = np.zeros(ordered.height, dtype=np.bool_)
    has[unit] = True
    kept = ordered.filter(pl.Series(has))
    unit = (np.cumsum(has) - 1)[unit]
    return Shelf(kept, Books(unit, number, share, _accounts(kept), _owner(unit, number, share), len(names)), names)


def _accounts(kept: pl.DataFrame) -> Codes:
    """The account of each unit, the units being sorted by account."""
    changes = kept.select((pl.col("account_id") != pl.col("account_id").shift(1)).fill_null(value=False).cum_sum())
    return changes.to_series().to_numpy().astype(np.int64)


def _owner(unit: Codes, manager: Codes, share: Vector) -> Codes:
    """The manager with the largest share of each unit."""
    if len(unit) == 0:
        return unit
    starts = np.flatnonzero(np.diff(unit, prepend=-1))
    largest = np.maximum.reduceat(share, starts)
    first = np.flatnonzero(share == largest[unit])
    owner = np.empty(len(starts), dtype=np.int64)
    owner[unit[first[::-1]]] = manager[first[::-1]]  # the lowest code is written last
    return owner
