"""How many events came since the last purchase, where every k-th is one? The sum of what is possible, its slopes."""

from dataclasses import dataclass

import numpy as np

from scoring.lifetime.fit import Vector


def stages(k: int, shape: Vector, share: Vector) -> Vector:
    """(R)_j / j! share^j for j < k, one column each: the weight of j events since the last purchase.

    `shape` is R = r + kx, `share` the time since the last purchase over alpha + T.
    """
    out = np.ones((len(shape), k))
    for j in range(1, k):
        out[:, j] = out[:, j - 1] * (shape + (j - 1)) / j * share
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """ln S, S the sum of the stages, and its derivatives in r and alpha: all zero for k = 1."""

    log: Vector
    r: Vector
    alpha: Vector
    rr: Vector
    ra: Vector
    aa: Vector


def waiting(k: int, shape: Vector, share: Vector, end: Vector) -> Waiting:
    """The logarithm of the sum of the stages with its derivatives; `end` is alpha + T."""
    if k == 1:
        none = np.zeros(1)
        return Waiting(none, none, none, none, none, none)
    t, t_r, t_rr = np.ones_like(shape), np.zeros_like(shape), np.zeros_like(shape)
    s, s_r, s_rr, s_a, s_ra, s_aa = t, t_r, t_rr, t_r, t_r, t_r
    for j in range(1, k):
        rate, slope = (shape + (j - 1)) / j * share, share / j
        t, t_r, t_rr = t * rate, t_r * rate + t * slope, t_rr * rate + 2 * t_r * slope
        s, s_r, s_rr = s + t, s_r + t_r, s_rr + t_rr
        s_a, s_ra, s_aa = s_a - j * t / end, s_ra - j * t_r / end, s_aa + j * (j + 1) * t / end**2
    by_r, by_a = s_r / s, s_a / s
    return Waiting(np.log(s), by_r, by_a, s_rr / s - by_r**2, s_ra / s - by_r * by_a, s_aa / s - by_a**2)
