"""How large and how old was the account on the first day? Bands, in which accounts are alike enough to be compared."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.peers.books import Codes, Vector, counted

BANDS = 5
MONTH = 30.44
"""Days."""
TENURES = (6, 18, 48)
"""Months up to which an account belongs to the first, second and third band of tenure."""


def places(values: Vector, group: Codes) -> tuple[Codes, Codes]:
    """The place of each value in its group, from 0, and the size of the group.

    Those alike are all in the middle of their places, so that nothing hangs on what accounts are called.
    """
    by_value = np.argsort(values, kind="stable")
    order = by_value[np.argsort(_small(group[by_value]), kind="stable")]
    sizes = counted(group, int(group.max(initial=-1)) + 1).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    begins = (np.diff(values[order], prepend=np.nan) != 0) | (np.diff(group[order], prepend=-1) != 0)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(values)) - 1
    place = np.empty(len(values), dtype=np.int64)
    place[order] = ((first + last) // 2)[np.cumsum(begins) - 1] - starts[group[order]]
    return place, sizes[group]


def _small(group: Codes) -> NDArray[np.integer]:
    """The codes as small numbers where they fit, which sort faster."""
    return group.astype(np.uint16) if int(group.max(initial=0)) < 2**16 else group


def size_bands(opening: Vector, quarter: Codes) -> Codes:
    """The fifth of the company's accounts, from 0, into which the opening revenue falls, quarter by quarter."""
    place, size = places(opening, quarter)
    return (place + 1) * BANDS // (size + 1)


def fifths(opening: Vector, group: Codes) -> Codes:
    """The fifth of its group, from 0, into which the opening revenue falls; each as large as the others, ties apart."""
    place, size = places(opening, group)
    return place * BANDS // size


def tenure_band(created: pl.Expr, on: pl.Expr) -> pl.Expr:
    """The band of tenure, from 0: up to half a year, a year and a half, four years, and more; null where unknown."""
    months = ((on - created).dt.total_days() / MONTH).floor()
    bands = pl.sum_horizontal((months > limit).cast(pl.Int64) for limit in TENURES)
    return pl.when(created.is_not_null()).then(bands)
