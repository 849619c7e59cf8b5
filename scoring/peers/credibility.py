"""How much of a difference is believed? Z = n / (n + k), and what is left after the rest went to the peers' mean."""

from dataclasses import dataclass

import numpy as np

from scoring.peers.books import Codes, Flags, Vector, added, counted

LEAST_PEERS = 5
"""Below so many managers a group is no yardstick; its parent is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """Whom each manager is compared with.

    `level` is the place, from 0, of the group in the order from narrow to wide, -1 where even the widest is too
    small; `mean` the peers' difference, `evidence` the inverse of its variance, `count` how many they are.
    """

    level: Codes
    mean: Vector
    evidence: Vector
    count: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """What is believed of each manager: `z` of the difference, `theta` the result, `error` its standard error."""

    z: Vector
    theta: Vector
    error: Vector


def credibility(noise: Vector, between: float) -> Vector:
    """The part of each difference that is believed: between / (between + noise), which is n / (n + k)."""
    whole = between + noise
    return np.divide(between, whole, out=np.zeros_like(whole), where=whole > 0)


def peers(
    difference: Vector, noise: Vector, between: float, levels: tuple[Codes, ...], least: int = LEAST_PEERS
) -> Peers:
    """The peers of each manager, from the narrowest group of at least `least` managers.

    `levels` are groups, from narrow to wide, as codes. A mean is of all members of the group, weighted by
    1 / (V + tau2), whatever group they themselves are compared with.
    """
    n = len(difference)
    level, count = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    mean, evidence = np.zeros(n), np.zeros(n)
    weight = 1 / (noise + between)
    for place, codes in reversed(list(enumerate(levels))):
        groups = int(codes.max(initial=0)) + 1
        size = counted(codes, groups).astype(np.int64)[codes]
        whole = added(weight, codes, groups)
        middle = added(weight * difference, codes, groups) / np.where(whole > 0, whole, 1.0)
        enough: Flags = size >= least
        level = np.where(enough, place, level)
        count = np.where(enough, size, count)
        mean = np.where(enough, middle[codes], mean)
        evidence = np.where(enough, whole[codes], evidence)
    return Peers(level, mean, evidence, count)


def shrink(difference: Vector, noise: Vector, between: float, peers: Peers) -> Shrunk:
    """The differences drawn towards the peers' mean; where there are no peers, nothing is drawn or believed."""
    z = credibility(noise, between)
    theta = peers.mean + z * (difference - peers.mean)
    known = peers.evidence > 0
    of_mean = np.divide(1.0, peers.evidence, out=np.zeros_like(z), where=known)
    error = np.sqrt(between * (1 - z) + (1 - z) ** 2 * of_mean)
    return Shrunk(np.where(known, z, 0.0), np.where(known, theta, difference), np.where(known, error, np.sqrt(noise)))
