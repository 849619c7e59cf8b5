"""What is a manager's own part where accounts are shared? All managers solved for at once.

A shared account's surprise goes to whoever's other accounts make it likely, as with players on changing teams
(multiple membership: ridge with the penalty k).
"""

from dataclasses import dataclass

import numpy as np

from scoring.peers.books import Books, Codes, Vector, added

TOLERANCE = 1e-13
MOST_STEPS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Each manager's own part: `effect` about 0, its standard `error`, and `z`, how much of it is evidence."""

    effect: Vector
    error: Vector
    z: Vector


def solve(surprise: Vector, noise: Vector, books: Books, between: float) -> Joint:
    """The effects u of (A'WA + I / tau2) u = A'W surprise, W = 1 / noise, by conjugate gradients.

    `surprise` is that of each unit, less what the peers do on average. `between` is the true variance of
    managers; where it is 0, so are all effects. Errors are those of the diagonal, with what shared accounts add
    in the second order.
    """
    n = books.managers
    if between <= 0:
        return Joint(np.zeros(n), np.zeros(n), np.zeros(n))
    weight = 1 / noise
    own = added(books.share**2 * weight[books.unit], books.manager, n) + 1 / between
    target = added(books.share * (weight * surprise)[books.unit], books.manager, n)
    effect = _descent(books, weight, 1 / between, own, target)
    error = np.sqrt(np.minimum(1 / own + _coupling(books, weight, own) / own**2, between))
    return Joint(effect, error, 1 - error**2 / between)


def _descent(books: Books, weight: Vector, pull: float, own: Vector, target: Vector) -> Vector:
    """The solution, scaled by the diagonal."""
    out = np.zeros(books.managers)
    rest = target.copy()
    scaled = rest / own
    ahead, size = scaled.copy(), float(np.sum(rest * scaled))
    enough = size * TOLERANCE**2
    for _ in range(MOST_STEPS):
        if size <= enough:
            break
        image = _applied(books, weight, pull, ahead)
        step = size / float(np.sum(ahead * image))
        out += step * ahead
        rest -= step * image
        scaled = rest / own
        last, size = size, float(np.sum(rest * scaled))
        ahead = scaled + size / last * ahead
    return out


def _applied(books: Books, weight: Vector, pull: float, effect: Vector) -> Vector:
    team = added(books.share * effect[books.manager], books.unit, books.units)
    return pull * effect + added(books.share * (weight * team)[books.unit], books.manager, books.managers)


def carried(part: Vector, books: Books) -> Vector:
    """How much of the true variance between managers an average over each book shows, the rest being shared away.

    `part` is what each part of a unit weighs in its book. With accounts of one's own alone it is 1.
    """
    own = books.by_manager(part * books.share)
    one, other, mine, theirs = _pairs(books)
    to_one = _of_pairs(one, other, part[mine] * books.share[theirs], books.managers)
    to_other = _of_pairs(other, one, part[theirs] * books.share[mine], books.managers)
    return own**2 + to_one + to_other


def _coupling(books: Books, weight: Vector, own: Vector) -> Vector:
    """The sum over other managers l of (A'WA)_jl^2 / own_l, from the pairs that share accounts."""
    one, other, mine, theirs = _pairs(books)
    value = books.share[mine] * books.share[theirs] * weight[books.unit[mine]]
    scale = np.sqrt(own)
    return _of_pairs(one, other, value, books.managers, scale) + _of_pairs(other, one, value, books.managers, scale)


def _pairs(books: Books) -> tuple[Codes, Codes, Codes, Codes]:
    """Every two parts of one unit: the lower and the higher manager, and the places of their parts."""
    mine, apart = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    step = 1
    while len(hits := np.flatnonzero(books.unit[step:] == books.unit[:-step])):
        mine.append(hits)
        apart.append(hits + step)
        step += 1
    first, second = np.concatenate(mine), np.concatenate(apart)
    return books.manager[first], books.manager[second], first, second


def _of_pairs(whose: Codes, other: Codes, value: Vector, managers: int, scale: Vector | None = None) -> Vector:
    """By manager, the sum over others of the squared sum of what is shared with each, over the other's scale."""
    pair, place = np.unique(whose * managers + other, return_inverse=True)
    shared = added(value, place.astype(np.int64), len(pair))
    if scale is not None:
        shared = shared / scale[pair % managers]
    return added(shared**2, pair // managers, managers)
