"""Which number stands for which account? Text is hashed once, at the door, and never compared again.

A hash is looked up in a table of buckets by its high bits, which is faster than a join: almost always the first hash of
its bucket is the one.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.errors import BookscoreError
from scoring.packed.runs import is_first

_SEEDS = range(1, 9)
_ROOM = 8
"""Buckets for each account."""


class HashesCollideError(BookscoreError):
    """No seed gives every account a hash of its own."""

    def __init__(self) -> None:
        super().__init__("two accounts have the same hash under every seed that was tried")


@dataclass(frozen=True, slots=True, eq=False)
class Ids:
    """The accounts that are known, numbered in the order of their ids.

    `names` are their ids; `hashes`, in ascending order, belong to `numbers`, and no two are the same; `buckets` says
    for the `bits` highest bits of a hash where the first one with them stands.
    """

    names: pl.Series
    seed: int
    hashes: NDArray[np.uint64]
    numbers: NDArray[np.int64]
    bits: int = field(init=False)
    buckets: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        bits = max(len(self.names) * _ROOM, 2).bit_length()
        filled = np.bincount((self.hashes >> np.uint64(64 - bits)).astype(np.int64), minlength=1 << bits)
        first = (np.cumsum(filled) - filled).astype(np.int32)
        object.__setattr__(self, "bits", bits)
        object.__setattr__(self, "buckets", np.minimum(first, max(len(self.names) - 1, 0)).astype(np.int32))

    def __len__(self) -> int:
        return len(self.names)

    def hashed(self) -> pl.Expr:
        """The `hash` of column account_id."""
        return pl.col("account_id").hash(self.seed).alias("hash")

    def numbered(self, lines: pl.LazyFrame) -> pl.LazyFrame:
        """The lines, in their order, with `account` for their `hash`; null where it is none of the known."""
        found = pl.col("hash").map_batches(self.numbers_of, return_dtype=pl.Int64, is_elementwise=True)
        return lines.with_columns(found.alias("account")).drop("hash")

    def in_order(self) -> pl.Series:
        """The hashes in the order of the accounts' numbers."""
        found = np.empty_like(self.hashes)
        found[self.numbers] = self.hashes
        return pl.Series(found)

    def known(self) -> pl.LazyFrame:
        """One row per account, in the order of their ids: account_id, account."""
        return pl.LazyFrame({"account_id": self.names, "account": np.arange(len(self), dtype=np.int64)})

    def named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with account_id for `account`, in the first place."""
        names = self.names.gather(frame["account"])
        return frame.select(names.alias("account_id"), pl.exclude("account"))

    def numbers_of(self, column: pl.Series) -> pl.Series:
        """The numbers of the accounts with these hashes; null for those that are not known."""
        if not len(self):
            return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(column))
        wanted = column.fill_null(0).to_numpy()
        place = self.buckets[(wanted >> np.uint64(64 - self.bits)).astype(np.int64)]
        met = self.hashes[place] == wanted
        found = np.where(met, self.numbers[place], -1)
        left = np.flatnonzero(~met)
        while len(left):  # further in the bucket, until its hashes are past the one that is looked for
            place[left] += 1
            left = left[place[left] < len(self)]
            there = self.hashes[place[left]]
            met = there == wanted[left]
            found[left[met]] = self.numbers[place[left[met]]]
            left = left[there < wanted[left]]
        return pl.Series(found).replace(-1, None) if (found < 0).any() else pl.Series(found)


def ids_of(accounts: pl.LazyFrame) -> Ids:
    """The numbers of the accounts in column account_id; raises HashesCollideError."""
    column = pl.col("account_id")
    names = accounts.select(column).drop_nulls().sort(column).filter(is_first(column)).collect().to_series()
    for seed in _SEEDS:
        hashes = names.hash(seed).to_numpy()
        order = np.argsort(hashes)
        ascending = hashes[order]
        if (ascending[1:] != ascending[:-1]).all():
            return Ids(names, seed, ascending, order.astype(np.int64))
    raise HashesCollideError
