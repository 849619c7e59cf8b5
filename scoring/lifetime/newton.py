"""Where is a likelihood highest? Newton steps with an analytic gradient and Hessian, held back where they overshoot."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.lifetime.fit import Vector

MOST = 100
"""Steps after which a search has not settled."""
Surface = Callable[[Vector], tuple[float, Vector, Vector]]
"""At a point: the value, its gradient, its Hessian. A value that is not finite is a place not to go."""


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """The highest point found: where, how high, the Hessian there; `settled` if no step leads higher,
    `edges` the coordinates that lie on their bounds."""

    at: Vector
    value: float
    hessian: Vector
    steps: int
    settled: bool
    edges: tuple[int, ...]

    @property
    def covariance(self) -> Vector | None:
        """The inverse of the negative Hessian; None where it has none, or at an edge."""
        if self.edges:
            return None
        try:
            inverse = np.linalg.inv(-self.hessian)
        except np.linalg.LinAlgError:
            return None
        is_sound = np.all(np.isfinite(inverse)) and np.all(np.diag(inverse) > 0)
        return np.asarray(inverse, dtype=np.float64) if is_sound else None


def maximise(
    surface: Surface,
    start: Vector,
    *,
    low: float | Vector = -15.0,
    high: float | Vector = 15.0,
    tolerance: float = 1e-11,
) -> Maximum:
    """The maximum of `surface` within the box, from `start` by trust-region Newton steps.

    A damping is raised until a step leads higher and lowered after it did (Levenberg and Marquardt), so that
    the Hessian need not be negative definite. Settled when the rise still to be had is `tolerance` of the
    value, or nothing higher is found.
    """
    lows, highs = np.broadcast_to(low, start.shape), np.broadcast_to(high, start.shape)
    here = np.clip(np.asarray(start, dtype=np.float64), lows, highs)
    value, gradient, hessian = surface(here)
    damping, steps, settled = 1e-3, 0, False
    while steps < MOST and not settled:
        steps += 1
        free = ~(((here <= lows) & (gradient < 0)) | ((here >= highs) & (gradient > 0)))
        step, promise = _step(gradient, hessian, free, damping)
        if promise <= tolerance * (1.0 + abs(value)):
            settled = True
            break
        there = np.clip(here + step, lows, highs)
        found = surface(there)
        if np.isfinite(found[0]) and found[0] > value:
            here, (value, gradient, hessian) = there, found
            damping = max(damping * 0.1, 1e-12)
        elif damping > 1e12:
            settled = True
        else:
            damping *= 10.0
    edges = tuple(int(n) for n in np.flatnonzero((here <= lows) | (here >= highs)))
    return Maximum(here, float(value), hessian, steps, settled, edges)


def _step(gradient: Vector, hessian: Vector, free: NDArray[np.bool_], damping: float) -> tuple[Vector, float]:
    """The damped Newton step over the free coordinates, no longer than 2 in any, and the rise it promises."""
    step = np.zeros_like(gradient)
    if not free.any():
        return step, 0.0
    curve = -hessian[np.ix_(free, free)]
    eigen, axes = np.linalg.eigh((curve + curve.T) / 2)
    bent = np.maximum(np.abs(eigen), 1e-12) + damping * max(1.0, float(np.abs(eigen).max()))
    slope = axes.T @ gradient[free]
    part = axes @ (slope / bent)
    longest = float(np.abs(part).max())
    step[free] = part * min(1.0, 2.0 / longest) if longest > 0 else part
    return step, float(0.5 * gradient @ step)
