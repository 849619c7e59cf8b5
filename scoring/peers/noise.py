"""How far would a book's average stray by chance alone? The variance of residuals, and what averaging leaves of it."""

from dataclasses import dataclass

import numpy as np

from scoring.peers.books import Books, Codes, Vector, added, centred, counted

PRIOR_ACCOUNTS = 50.0
"""How many accounts' worth of everybody's variance is mixed into each segment's own."""
LEAST_LEFT = 0.5
MOST_ALIKE = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """The variance of one unit's residual.

    `unit` is that of each unit, by its segment; `pooled` that of all; `repeat` the mean correlation between the
    residuals of one account in different quarters, 0 where no account repeats or they are opposed; `inner` the
    residuals less the mean of their owner's book.
    """

    unit: Vector
    pooled: float
    repeat: float
    inner: Vector

    def repeated(self, books: Books) -> Vector:
        """By how much each unit tells less because its account is there more than once (the design effect)."""
        times = np.bincount(books.account)[books.account]
        return np.asarray(1 + self.repeat * (times - 1.0), dtype=np.float64)


def noise(residual: Vector, books: Books, segment: Codes, prior: float = PRIOR_ACCOUNTS) -> Noise | None:
    """The noise of units, from how they differ inside books; None where nothing can be compared.

    Squares are divided by 1 - 1/n, n being the units of the book. Books of one unit tell nothing; where all are
    such, units are compared with each other across books, which can only overstate the noise.
    """
    owner, groups = books.owner, books.managers
    size = counted(owner, groups)[owner]
    told = size > 1
    if not told.any():
        owner, groups = np.zeros_like(owner), 1
        size = np.full(books.units, float(books.units))
        told = size > 1
    if not told.any():
        return None
    inner = centred(residual, owner, groups)
    squares = (inner**2 / np.maximum(1 - 1 / size, LEAST_LEFT))[told]
    pooled = float(np.mean(squares))
    kinds = int(segment.max(initial=0)) + 1
    whole, n = added(squares, segment[told], kinds), counted(segment[told], kinds)
    unit = ((whole + prior * pooled) / (n + prior))[segment]
    return Noise(unit, pooled, _repeat(inner, unit, books), inner)


def of_books(part: Vector, noise: Noise, books: Books) -> Vector:
    """The variance of each manager's average, `part` being what each part of a unit weighs in it."""
    spread = part * np.sqrt(noise.unit[books.unit])
    alone = books.by_manager(spread**2)
    if noise.repeat == 0:
        return alone
    manager, together = books.by_account(spread)
    return alone + noise.repeat * (added(together**2, manager, books.managers) - alone)


def _repeat(inner: Vector, unit: Vector, books: Books) -> float:
    """The mean correlation of residuals over all pairs of quarters of an account."""
    times = np.bincount(books.account)
    pairs = float(np.sum(times * (times - 1)))
    if pairs == 0 or not np.all(unit > 0):
        return 0.0
    scaled = inner / np.sqrt(unit)
    products = float(np.sum(np.bincount(books.account, scaled) ** 2) - np.sum(scaled**2))
    return min(max(products / pairs, 0.0), MOST_ALIKE)
