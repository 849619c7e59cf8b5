"""How far do managers truly differ? The variance between them that chance does not explain.

Paule & Mandel 1982; DerSimonian & Kacker 2007.
"""

import numpy as np

from scoring.peers.books import Vector

PRIOR_MANAGERS = 20.0
"""How many managers' worth of the policy value is mixed in: one extreme quarter must not set the scale."""
_HALVINGS = 200


def paule_mandel(difference: Vector, noise: Vector, carried: Vector | float = 1.0) -> float:
    """The variance tau2 at which sum (D - mean)^2 / (V + tau2) is the number of managers less one.

    0 where it is below that already at tau2 = 0, or where fewer than two managers can be compared. Every V must
    be above 0. `carried` is how much of tau2 each difference shows, where shared accounts blur it.
    """
    n = len(difference)
    shows = np.broadcast_to(np.asarray(carried, dtype=np.float64), (n,))
    if n < 2 or _excess(difference, noise, 0.0 * shows) <= 0:
        return 0.0
    low, high = 0.0, float(np.sum((difference - np.mean(difference)) ** 2)) / (n - 1) / float(shows.min())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _excess(difference, noise, middle * shows) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def blended(found: float, managers: int, policy: float, prior: float = PRIOR_MANAGERS) -> float:
    """The found variance mixed with the policy's standard deviation, which counts as `prior` managers."""
    freedom = max(managers - 1, 0)
    return (freedom * found + prior * policy**2) / (freedom + prior) if freedom + prior > 0 else 0.0


def _excess(difference: Vector, noise: Vector, between: Vector) -> float:
    weight = 1 / (noise + between)
    mean = np.sum(weight * difference) / np.sum(weight)
    return float(np.sum(weight * (difference - mean) ** 2)) - (len(difference) - 1)
