"""What did each account pay at both ends of each span, and on which rung was it? Dense grids of accounts by spans."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.packed.codes import codes_of_rung
from scoring.packed.grids import cells, grid, place
from scoring.packed.keys import account_of, code_of, day_in

Grid = NDArray[np.int64]
"""One row is an account, one column a span."""
Rungs = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What accounts pay at the start and the end of spans, both at the span's rates (ten-thousandths a month), and the
    rungs they are on then (−1: none)."""

    opening: Grid
    closing: Grid
    rung_before: Rungs
    rung_after: Rungs


def levels(found: pl.DataFrame, accounts: int, instants: Sequence[int], rungs: int, *, largest: bool) -> Levels:
    """The levels between instants, which are days' numbers: what changed before one is in. `found` as `valued.SCHEMA`.

    The highest rung with a paying line counts, or with `largest` the one that brings most (ties: the higher).
    """
    ends = _Ends(found, accounts, instants)
    opening, closing = ends.of(None)
    shape = accounts, len(instants) - 1
    on = [np.full(shape, -1, dtype=np.int8, order="F") for _ in range(2)]
    most = [grid(*shape, np.int64) for _ in range(2)] if largest else []
    for number in range(rungs):
        for side, own in enumerate(ends.of(number)):
            holds = (own > 0) & (own >= most[side]) if largest else own > 0
            np.copyto(on[side], number, where=holds)
            if largest:
                np.copyto(most[side], own, where=holds)
    return Levels(opening, closing, *on)


class _Ends:
    """What changes add up to at both ends of spans."""

    def __init__(self, found: pl.DataFrame, accounts: int, instants: Sequence[int]) -> None:
        key = pl.col("key")
        rows = found.filter(day_in(key) < instants[-1]).select(
            account_of(key).alias("account"), code_of(key).alias("code"), day_in(key).alias("day"), "value", "shift"
        )
        self._shape = (accounts, len(instants))
        self._code, day, value, self._shift = (rows[name].to_numpy() for name in ("code", "day", "value", "shift"))
        self._worth = value + self._shift
        self._place = place(rows["account"].to_numpy(), np.searchsorted(instants, day, side="right"), accounts)
        self._shifts = np.flatnonzero(self._shift)

    def of(self, rung: int | None) -> tuple[Grid, Grid]:
        """At the starts and the ends; of lines on a rung, or of all."""
        is_own = None if rung is None else np.isin(self._code, codes_of_rung(rung))
        own = slice(None) if is_own is None else np.flatnonzero(is_own)
        total = self._added(self._place[own], self._worth[own])
        for column in range(1, total.shape[1]):
            total[:, column] += total[:, column - 1]
        if not len(self._shifts):
            return total[:, :-1], total[:, 1:]
        moved = self._shifts if is_own is None else self._shifts[is_own[self._shifts]]
        opening = self._added(self._place[moved] - len(total), self._shift[moved])  # on the day on which a span begins
        opening += total
        return opening[:, :-1], total[:, 1:]

    def _added(self, place: Grid, amount: Grid) -> Grid:
        added = grid(*self._shape, np.int64)
        np.add.at(cells(added), place, amount)
        return added
