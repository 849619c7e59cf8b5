"""How much of a difference is believed? Z = n / (n + k), and what is left after the rest went to the peers' mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.peers.books import Codes, Flags, Vector, added, counted
from scoring.peers.spread import paule_mandel

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
    difference: Vector,
    noise: Vector,
    between: float,
    levels: tuple[Codes, ...],
    least: int = LEAST_PEERS,
    apart: Sequence[float] | None = None,
) -> Peers:
    """The peers of each manager, from the narrowest group of at least `least` managers.

    `levels` are groups, from narrow to wide, as codes. A mean is of all members of the group, weighted by
    1 / (V + tau2), whatever group they themselves are compared with. With `apart`, the true variance between the
    groups of each level but the widest, the mean of such a group is drawn to that of all groups beside it, as far as
    its members carry it (Jewell 1975).
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
        if apart is not None and place < len(levels) - 1:
            middle, whole = _drawn(middle, whole, apart[place])
        level = np.where(enough, place, level)
        count = np.where(enough, size, count)
        mean = np.where(enough, middle[codes], mean)
        evidence = np.where(enough, whole[codes], evidence)
    return Peers(level, mean, evidence, count)


def group_spreads(difference: Vector, noise: Vector, between: float, levels: tuple[Codes, ...]) -> list[float]:
    """The true variance between the groups of each level but the widest, beyond that of their members."""
    weight, found = 1 / (noise + between), []
    for codes in levels[:-1]:
        groups = int(codes.max(initial=0)) + 1
        whole = added(weight, codes, groups)
        there = whole > 0
        found.append(paule_mandel((added(weight * difference, codes, groups)[there] / whole[there]), 1 / whole[there]))
    return found


def _drawn(mean: Vector, evidence: Vector, apart: float) -> tuple[Vector, Vector]:
    """The means of groups drawn to that of all, and the evidence they then rest on."""
    there = evidence > 0
    z = apart * evidence / (apart * evidence + 1)
    weight = np.divide(evidence, apart * evidence + 1, out=np.zeros_like(evidence), where=there)
    of_all = float(np.sum(weight * mean) / np.sum(weight))
    variance = apart * (1 - z) + (1 - z) ** 2 / float(np.sum(weight))
    return of_all + z * (mean - of_all), np.where(there, 1 / variance, 0.0)


def shrink(difference: Vector, noise: Vector, between: float, peers: Peers) -> Shrunk:
    """The differences drawn towards the peers' mean; where there are no peers, nothing is drawn or believed."""
    z = credibility(noise, between)
    theta = peers.mean + z * (difference - peers.mean)
    known = peers.evidence > 0
    of_mean = np.divide(1.0, peers.evidence, out=np.zeros_like(z), where=known)
    error = np.sqrt(between * (1 - z) + (1 - z) ** 2 * of_mean)
    return Shrunk(np.where(known, z, 0.0), np.where(known, theta, difference), np.where(known, error, np.sqrt(noise)))
