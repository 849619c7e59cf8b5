"""Are the chances of each count right? The probability integral transform of what came, by tenths."""

import numpy as np

from scoring.lifetime.fit import Counts, Vector

TENTHS = np.linspace(0.0, 1.0, 11)


def deciles(chances: Vector, came: Counts) -> Vector:
    """The part of accounts in each tenth of the transform: 0.1 in all of them where the chances are right.

    `chances` has a row per account: the probability of 0, 1, 2, …; a count beyond its columns has the rest. Each
    account is spread evenly over the stretch that its count takes up, so nothing is drawn by lot (Czado, Gneiting and
    Held 2009). No accounts give ten times 0.
    """
    if not len(came):
        return np.zeros(10)
    summed = np.minimum(np.cumsum(chances, axis=1), 1.0)
    last = chances.shape[1] - 1
    row, at = np.arange(len(came)), np.minimum(came, last)
    high = np.where(came > last, 1.0, summed[row, at])
    low = np.where(came > last, summed[:, last], np.where(at > 0, summed[row, np.maximum(at - 1, 0)], 0.0))
    width = np.maximum(high - low, 1e-12)
    below = np.clip((TENTHS[:, None] - low) / width, 0.0, 1.0).mean(axis=1)
    return np.asarray(np.diff(below), dtype=np.float64)
