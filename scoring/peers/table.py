"""What do accounts like this one do in everybody's hands? A table of points, fitted inside books.

Inside books: outcomes are compared with the mean of their owner's book, so that the table does not pay good
managers' skill to the accounts they hold. Out of fold: an account's points never saw its own manager's fold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.peers.books import Books, Codes, Vector, added, centred, counted
from scoring.peers.features import Features, crossed

RIDGE = 20.0
"""How many accounts of pull towards 0 each level has."""
FOLDS = 5
LEAST_LOSS = 0.002
"""Nobody's accounts are expected to be lost with less than this chance."""

_NOTHING = 1e-12
"""Smaller losses are the noise of binary fractions, not to be scaled up."""

_SCRAMBLE, _WRAP = 2654435761, 2**32

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What is expected of each unit, and the table it was looked up in.

    `points` has one row per fold, used for the owners of that fold, and one column per level. Of an outcome that is a
    chance, expected losses were raised to a floor and rescaled, so that base and points do not add up to `expected`.
    """

    expected: Vector
    base: float
    points: Matrix
    fold: Codes


def folds(managers: int, folds: int = FOLDS) -> Codes:
    """The fold of each manager, from the position among the sorted ids."""
    return (np.arange(managers, dtype=np.int64) * _SCRAMBLE % _WRAP) % folds


def expect(
    outcome: Vector,
    features: Features,
    books: Books,
    *,
    ridge: float = RIDGE,
    fold_count: int = FOLDS,
    within_books: bool = True,
    is_chance: bool = False,
) -> Expectation:
    """What is expected of each unit in everybody's hands; over all units it adds up to what happened.

    Not `within_books`, outcomes are compared with the mean of the fold, so that differences between books go to
    the table. With `is_chance`, the outcome is 1 for kept and 0 for lost, and losses have a floor.
    """
    fold = folds(books.managers, fold_count)
    theirs = fold[books.owner]
    group, group_fold = (books.owner, fold) if within_books else (theirs, np.arange(fold_count))
    points = _points(outcome, features, group, group_fold, fold_count, ridge)
    drawn = np.zeros(books.units)
    for code in features.codes:
        drawn += points[theirs, code]
    base = float(np.mean(outcome - drawn)) if books.units else 0.0
    expected = base + drawn
    if is_chance:
        expected = 1 - floored(1 - expected, float(np.sum(1 - outcome)))
    return Expectation(expected, base, points, fold)


def floored(loss: Vector, whole: float, least: float = LEAST_LOSS) -> Vector:
    """The expected losses, none below the floor, scaled so that they add up to `whole`.

    The scale c solves sum max(c loss, least) = whole. Losses too few for the floor are spread evenly.
    """
    n = len(loss)
    if whole <= least * n:
        return np.full(n, whole / max(n, 1))
    loss = np.where(loss > _NOTHING, loss, 0.0)
    order = np.sort(loss[loss > 0])[::-1]
    if len(order) == 0:
        return np.full(n, whole / n)
    free = np.arange(1, len(order) + 1)
    scale = (whole - least * (n - free)) / np.cumsum(order)  # with so many losses above the floor
    fits = np.flatnonzero((scale * order >= least) & (scale > 0))
    return np.maximum(loss * scale[fits[-1]], least) if len(fits) else np.full(n, whole / n)


def _points(outcome: Vector, features: Features, group: Codes, group_fold: Codes, count: int, ridge: float) -> Matrix:
    """The points of each level, one row per fold left out."""
    width, theirs = features.levels, group_fold[group]
    squares = _squares(features, theirs, count) - _between(features, group, group_fold, count)
    inner = centred(outcome, group, len(group_fold))
    products = np.zeros((count, width))
    for code in features.codes:
        products += added(inner, theirs * width + code, count * width).reshape(count, width)
    pull = ridge * np.eye(width)
    used = ~np.eye(count, dtype=bool)
    return solved(
        np.stack([squares[u].sum(axis=0) + pull for u in used]), np.stack([products[u].sum(axis=0) for u in used])
    )


def _squares(features: Features, fold: Codes, count: int) -> Matrix:
    """How many units of each fold have both of two levels: whole numbers, so exact."""
    width = features.levels
    cells = np.zeros((count, width, width))
    for n, one in enumerate(features.codes):
        row = (fold * width + one) * width
        for m, other in enumerate(features.codes[n:], n):
            both = counted(row + other, cells.size).reshape(cells.shape)
            cells += both
            if m > n:
                cells += both.transpose(0, 2, 1)
    return cells


def _between(features: Features, group: Codes, group_fold: Codes, count: int) -> Matrix:
    """What the means of the groups add to the squares, by fold."""
    table = crossed(features, group, len(group_fold))
    size = np.maximum(counted(group, len(group_fold)), 1)[:, None]
    mine = [group_fold == f for f in range(count)]
    return np.stack([np.einsum("jp,jq->pq", table[m] / size[m], table[m]) for m in mine])


def solved(matrices: NDArray[np.float64], right: Matrix) -> Matrix:
    """The solutions of positive definite systems, one row each, by Cholesky.

    Step by step and without a linear algebra library, whose threads would decide the last digits.
    """
    n = right.shape[1]
    lower, rest = np.zeros(matrices.shape), matrices.copy()
    for k in range(n):
        lower[:, k:, k] = rest[:, k:, k] / np.sqrt(rest[:, k, k])[:, None]
        rest[:, k:, k:] -= lower[:, k:, k, None] * lower[:, None, k:, k]
    out = right.astype(np.float64).copy()
    for k in range(n):
        out[:, k] = (out[:, k] - np.sum(lower[:, k, :k] * out[:, :k], axis=1)) / lower[:, k, k]
    for k in reversed(range(n)):
        out[:, k] = (out[:, k] - np.sum(lower[:, k + 1 :, k] * out[:, k + 1 :], axis=1)) / lower[:, k, k]
    return out
