"""Whose was each account on each of some days? Spans of one owner at a time laid on a grid, the rest by `credit`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.credit.ownership import UNASSIGNED
from scoring.money import RATE_SCALE
from scoring.packed.ids import Ids
from scoring.packed.keys import DAYS, day_of

Grid = NDArray[np.int32]
NOBODY, SEVERAL = 0, -1
"""The place of `unassigned` among the managers, and what stands for several of them, of whom some may be nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Who held what from when to when: `rows` by account, `starts`, `ends` (days' numbers), manager_id, with `weight`.

    Accounts in `shared` are, at some time, of several managers or only in part.
    """

    rows: pl.DataFrame
    shared: NDArray[np.bool_]

    def known_by(self, accounts: pl.Series, who: pl.Series, first: int, after: int) -> str:
        """What is told of the accounts `who` by the days from one to before another: a sum of hashes of their spans.

        `accounts` are the hashes of all. Other accounts and other days do not matter.
        """
        own = np.zeros(len(self.shared), dtype=np.bool_)
        own[who.to_numpy()] = True
        seen = self.rows.filter(
            pl.lit(pl.Series(own)).gather(pl.col("account")) & (pl.col("starts") < after) & (pl.col("ends") > first)
        ).select(
            pl.lit(accounts).gather(pl.col("account")).alias("account"),
            pl.col("starts").clip(first),
            pl.col("ends").clip(None, after),
            "manager_id",
            "weight",
        )
        return f"{seen.height} {seen.hash_rows().sum() if seen.height else 0}"


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """`grid`: for each account (a row) and day (a column) the place in `managers` of who holds all of it, or `SEVERAL`.

    `shared` as in `Spans`.
    """

    managers: tuple[str, ...]
    grid: Grid
    shared: NDArray[np.bool_]


def spans_of(spans: pl.LazyFrame, ids: Ids) -> Spans:
    """The spans that hold a day, of accounts that are known. `spans` as `credit.ownership.SPANS`."""
    rows = (
        ids.numbered(spans.with_columns(ids.hashed()))
        .drop_nulls("account")
        .select("account", "manager_id", day_of("starts_on").alias("starts"), day_of("ends_on").alias("ends"), "weight")
        .filter(pl.col("starts") < pl.col("ends"))
        .collect()
        .sort("account", "starts", "ends", "manager_id")  # as part of the query it takes twice as long
    )
    account, starts, ends = (rows[name].to_numpy() for name in ("account", "starts", "ends"))
    overlaps = (account[1:] == account[:-1]) & (
        starts[1:] < np.maximum.accumulate(account * DAYS + ends)[:-1] - account[1:] * DAYS
    )
    shared = np.zeros(len(ids), dtype=np.bool_)
    shared[account[1:][overlaps]] = True
    shared[account[rows["weight"].to_numpy() != RATE_SCALE]] = True
    return Spans(rows, shared)


def owners(spans: Spans, days: Sequence[int]) -> Owners:
    """The owners on days, which are numbers in ascending order."""
    names = spans.rows["manager_id"].unique().sort().to_list()
    managers = (UNASSIGNED, *(name for name in names if name != UNASSIGNED))
    place = {name: number for number, name in enumerate(managers)}
    account, starts, ends = (spans.rows[name].to_numpy() for name in ("account", "starts", "ends"))
    who = spans.rows["manager_id"].replace_strict(place, return_dtype=pl.Int32).to_numpy()
    shape = (len(spans.shared), len(days))
    grid = _laid(account, np.searchsorted(days, starts), np.searchsorted(days, ends), who, shape)
    _share(grid, spans, who, days)
    return Owners(managers, grid, spans.shared)


def _laid(
    account: NDArray[np.int64], first: NDArray[np.int64], after: NDArray[np.int64], who: Grid, shape: tuple[int, int]
) -> Grid:
    """The grid: each span's owner from its first day on, nobody from the day after its last."""
    seen = first < after
    account, first, after, who = account[seen], first[seen], after[seen], who[seen]
    grid = np.full(shape, -1, dtype=np.int32, order="F")  # it is filled, and looked at, day by day
    ends = after < shape[1]
    grid[account[ends], after[ends]] = NOBODY
    grid[account, first] = who  # where one ends and the next begins, the next counts
    grid[:, 0] = np.maximum(grid[:, 0], NOBODY)
    for column in range(1, shape[1]):
        np.copyto(grid[:, column], grid[:, column - 1], where=grid[:, column] < 0)
    return grid


def _share(grid: Grid, spans: Spans, who: Grid, days: Sequence[int]) -> None:
    """Puts into the grid who held each of the shared accounts alone; `who` are the places of the spans' managers."""
    some, shared = np.flatnonzero(spans.shared[spans.rows["account"].to_numpy()]), np.flatnonzero(spans.shared)
    account, starts, ends, weight = (spans.rows[n].to_numpy()[some] for n in ("account", "starts", "ends", "weight"))
    number = np.searchsorted(shared, account)
    for column, day in enumerate(days):
        holds = (starts <= day) & (day < ends)
        holders = np.bincount(number[holds], minlength=len(shared))
        alone = holds & (weight == RATE_SCALE) & (holders[number] == 1)
        grid[shared, column] = np.where(holders > 0, SEVERAL, NOBODY)
        grid[account[alone], column] = who[some][alone]
