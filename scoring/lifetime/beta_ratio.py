"""Which share stays after n chances to leave, when the chance is beta? Its logarithm, exact for large parameters."""

import numpy as np
import scipy

from scoring.lifetime.fit import Vector
from scoring.lifetime.special import log_rising


def log_beta_ratio(a: Vector | float, b: Vector | float, m: Vector | float) -> Vector:
    """ln of B(a, b + m) / B(a, b), where a and b are the beta parameters of leaving and of staying.

    Two forms of the same; the one with the smaller terms is taken, so that large numbers are never subtracted.
    """
    a, b, m = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (a, b, m)))
    few = np.minimum(m, a)
    by_m = log_rising(b, few) - log_rising(a + b, few)
    by_a = log_rising(b, a) - log_rising(b + m, a)
    return np.asarray(np.where(m <= a, by_m, by_a))


def slopes(a: float, b: float, m: Vector) -> tuple[Vector, Vector]:
    """Gradient and Hessian of `log_beta_ratio` in (a, b, m): for each m a row of three, and three by three."""
    digamma, polygamma = scipy.special.digamma, scipy.special.polygamma
    stay, both = digamma(b + m), digamma(a + b + m)
    by_a = digamma(a + b) - both
    gradient = np.stack([by_a, by_a + stay - digamma(b), stay - both], axis=1)
    stay2, both2 = polygamma(1, b + m), polygamma(1, a + b + m)
    whole = polygamma(1, a + b) - both2
    hessian = np.empty((m.size, 3, 3))
    hessian[:, 0, 0] = hessian[:, 0, 1] = hessian[:, 1, 0] = whole
    hessian[:, 1, 1] = whole + stay2 - polygamma(1, b)
    hessian[:, 0, 2] = hessian[:, 2, 0] = -both2
    hessian[:, 1, 2] = hessian[:, 2, 1] = hessian[:, 2, 2] = stay2 - both2
    return gradient, hessian


def in_logs(at: Vector, gradient: Vector, hessian: Vector) -> tuple[Vector, Vector]:
    """Gradient and Hessian in the logarithms of the parameters, from those in the parameters themselves.

    Of one function, or of a function per row.
    """
    scaled = gradient * at
    bent = hessian * at[:, None] * at
    diagonal = np.arange(at.size)
    bent[..., diagonal, diagonal] += scaled
    return scaled, bent
