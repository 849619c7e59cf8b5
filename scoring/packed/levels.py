"""What did each account pay at each of some days, and on which rung was it? A dense grid of accounts by days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.packed.codes import codes_of_rung
from scoring.packed.keys import account_of, code_of, day_in

Grid = NDArray[np.int64]
"""One row is an account, one column an instant."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What accounts pay at instants (`total`, ten-thousandths a month) and the rung they are on (`rung`, −1: none)."""

    total: Grid
    rung: NDArray[np.int8]


def levels(facts: pl.DataFrame, accounts: int, instants: Sequence[int], rungs: int, *, largest: bool) -> Levels:
    """The levels at the instants, which are days' numbers: what changed before them is in.

    The highest rung with a paying line counts, or with `largest` the one that brings most (ties: the higher).
    """
    rows = facts.select(
        account_of(pl.col("key")).alias("account"),
        code_of(pl.col("key")).alias("code"),
        day_in(pl.col("key")).alias("day"),
        "value",
    )
    code, value = rows["code"].to_numpy(), rows["value"].to_numpy()
    place = rows["account"].to_numpy() * len(instants) + np.searchsorted(instants, rows["day"].to_numpy(), side="right")
    seen = rows["day"].to_numpy() < instants[-1]
    shape = (accounts, len(instants))
    total = _summed(place[seen], value[seen], shape)
    rung, most = np.full(shape, -1, dtype=np.int8), np.zeros(shape, dtype=np.int64)
    for number in range(rungs):
        of_rung = seen & np.isin(code, codes_of_rung(number))
        own = _summed(place[of_rung], value[of_rung], shape)
        holds = (own > 0) & (own >= most) if largest else own > 0
        rung[holds] = number
        if largest:
            most[holds] = own[holds]
    return Levels(total, rung)


def _summed(place: Grid, value: Grid, shape: tuple[int, int]) -> Grid:
    """What the changes add up to at each instant."""
    grid = np.zeros(shape, dtype=np.int64)
    np.add.at(grid.reshape(-1), place, value)
    return np.cumsum(grid, axis=1, out=grid)
