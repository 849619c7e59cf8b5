"""How much may one account count? Weights that rise with size but stay bounded, and each one's part of a book."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from scoring.peers.bands import fifths
from scoring.peers.books import Books, Codes, Vector, added

SIZE_POINTS = (1.0, 1.5, 2.0, 3.0, 4.0)
_LEAST = 1e-12
"""What lies behind it is the noise of binary fractions."""

Kind = Literal["equal", "size_points", "sqrt", "revenue"]


def account_weights(kind: Kind, opening: Vector, group: Codes, points: Sequence[float] = SIZE_POINTS) -> Vector:
    """The weight of each unit.

    `group` is the unit's segment (and quarter), inside which the fifths of opening revenue are taken.
    `sqrt` and `revenue` hide the signal behind the largest accounts: give `parts` a cap with them.
    """
    if kind == "equal":
        return np.ones(len(opening))
    if kind == "size_points":
        return np.asarray(points, dtype=np.float64)[fifths(opening, group)]
    paid = np.maximum(opening, 0.0)
    return np.sqrt(paid) if kind == "sqrt" else paid


def parts(books: Books, weight: Vector, cap: float | None = None) -> Vector:
    """What each part of a unit weighs in its manager's book; 1 over the book, 0 in one that weighs nothing.

    With a `cap`, no part is above it, unless the book has too few for that: then all are alike.
    """
    carried = books.share * weight[books.unit]
    if cap is not None:
        carried = capped(carried, books.manager, cap, books.managers)
    whole = books.by_manager(carried)[books.manager]
    return np.divide(carried, whole, out=np.zeros_like(carried), where=whole > 0)


def capped(weight: Vector, book: Codes, cap: float | Vector, books: int) -> Vector:
    """The weights with those above the share `cap` of what then is their book's whole lowered to it.

    One cap for all, or one per book. If k of a book's weights are lowered and the others add up to R, each of the
    k becomes cap R / (1 - k cap). A book in which even equal weights are above the cap gets equal weights of 1.
    """
    order = np.lexsort((-weight, book))
    held, heavy = book[order], weight[order]
    most = np.broadcast_to(np.asarray(cap, dtype=np.float64), (books,))[held]
    size = np.bincount(book, minlength=books)
    start = (np.cumsum(size) - size)[held]
    rank = np.arange(len(held)) - start
    running = np.cumsum(heavy)
    heavier = running - heavy - np.where(start > 0, running[start - 1], 0.0)
    rest = np.maximum(added(heavy, held, books)[held] - heavier, 0.0)
    room = 1 - rank * most
    limit = np.divide(most * rest, room, out=np.full(len(rest), np.inf), where=room > _LEAST)
    lowered = np.bincount(held, weights=heavy > limit * (1 + _LEAST), minlength=books).astype(np.int64)[held]
    at = np.minimum(start + lowered, len(held) - 1)
    level = np.where(lowered > 0, limit[at], np.inf)
    out = np.empty_like(weight)
    out[order] = np.where(size[held] * most <= 1 + _LEAST, 1.0, np.minimum(heavy, level))
    return out
