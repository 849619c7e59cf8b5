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

_SLICE = 1 << 15
"""Changes that are looked at at a time, so that what is made of them is still at hand."""


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
    ends, shape = _Ends.of(found, accounts, instants), (accounts, len(instants) - 1)
    opening, closing = ends.added(None, ends.room())
    on = [np.full(shape, -1, dtype=np.int8, order="F") for _ in range(2)]
    most = [grid(*shape, np.int64) for _ in range(2)] if largest else []
    room = ends.room()
    for number in range(rungs):
        for side, own in enumerate(ends.added(number, room)):
            holds = (own > 0) & (own >= most[side]) if largest else own > 0
            np.copyto(on[side], number, where=holds)
            if largest:
                np.copyto(most[side], own, where=holds)
    return Levels(opening, closing, *on)


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """What changes add up to at both ends of spans. In the last column of a grid is what comes after all of them."""

    shape: tuple[int, int]
    changes: "_Changes"
    shifts: "_Changes"

    @classmethod
    def of(cls, found: pl.DataFrame, accounts: int, instants: Sequence[int]) -> "_Ends":
        """Those of the spans between the instants."""
        changes = _Changes.of(found, "value", accounts, instants)
        shifts = _Changes.of(found.filter(pl.col("shift") != 0), "shift", accounts, instants)
        return cls((accounts, len(instants) + 1), changes, shifts)

    def room(self) -> tuple[Grid, Grid]:
        """Two grids to add to. What one needs again and again is not asked of the system each time."""
        return grid(*self.shape, np.int64), grid(*self.shape, np.int64)

    def added(self, rung: int | None, room: tuple[Grid, Grid]) -> tuple[Grid, Grid]:
        """At the starts and the ends, of lines on a rung, or of all; in that room, whatever was there before."""
        opening, total = room
        total.fill(0)
        for changes in (self.changes, self.shifts):
            changes.add_to(total, rung)
        for column in range(1, total.shape[1]):
            total[:, column] += total[:, column - 1]
        np.copyto(opening, total)
        self.shifts.add_to(opening, rung, columns=-1)  # on the day on which a span begins
        return opening[:, :-2], total[:, 1:-1]


@dataclass(frozen=True, slots=True, eq=False)
class _Changes:
    """The places of changes in a grid, the codes of their lines, and by how much each changes what is there."""

    place: NDArray[np.int64]
    code: NDArray[np.int8]
    amount: NDArray[np.int64]

    @classmethod
    def of(cls, found: pl.DataFrame, amount: str, accounts: int, instants: Sequence[int]) -> "_Changes":
        """Those of a column."""
        made = cls(np.empty(len(found), dtype=np.int64), np.empty(len(found), dtype=np.int8), found[amount].to_numpy())
        for first in range(0, len(found), _SLICE):
            key, some = found["key"].slice(first, _SLICE), slice(first, first + _SLICE)
            parts = key.to_frame().select(
                account_of(pl.col("key")).alias("account"),
                day_in(pl.col("key")).alias("day"),
                code=code_of(pl.col("key")),
            )
            column = np.searchsorted(instants, parts["day"].to_numpy(), side="right")
            made.place[some] = place(parts["account"].to_numpy(), column, accounts)
            made.code[some] = parts["code"].to_numpy()
        return made

    def add_to(self, added: Grid, rung: int | None, columns: int = 0) -> None:
        """Adds the changes of lines on a rung, or of all, so many columns further on."""
        into = cells(added)
        for first in range(0, len(self.place), _SLICE):
            some = slice(first, first + _SLICE)
            at, amount = self.place[some] + columns * len(added), self.amount[some]
            if rung is not None:
                own = np.flatnonzero(np.isin(self.code[some], codes_of_rung(rung)))
                at, amount = at[own], amount[own]
            np.add.at(into, at, amount)
