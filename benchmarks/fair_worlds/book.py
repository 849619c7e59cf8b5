"""Who is there? Managers with their skills and books, and accounts with their attributes."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from fair_worlds.settings import (
    INDUSTRIES,
    LEAD,
    MEDIAN_REVENUE,
    MONTHS,
    REGION_SHARES,
    REGIONS,
    SEGMENT_SHARES,
    Codes,
    Flags,
    Plan,
    Vector,
)

SPECIAL = 0.5
"""Correlation of the quality of a book with the segment it mostly holds: better ones have the larger customers."""
HOME_SEGMENT, HOME_REGION = 0.7, 0.92
"""How many of a manager's accounts are of the home segment and region."""
NEW = 0.05
"""Accounts that come while the world is watched."""
FREE, WHALES, WHALE_TAIL, WHALE_SIZE = 0.01, 0.01, 1.3, 10.0
HIDDEN = 0.6
"""How far the health of accounts depends on the book where it does."""
PROXY = 0.6
"""Correlation of recorded usage with health."""


@dataclass(frozen=True, slots=True, eq=False)
class Managers:
    """One entry per manager: skills in log-odds, quality of the book (latent), its size, home, who dumps."""

    retention: Vector
    expansion: Vector
    quality: Vector
    health: Vector
    size: Codes
    segment: Codes
    region: Codes
    is_dumper: Flags
    hired: Codes

    def colleague(self, owner: Codes, draw: np.random.Generator) -> Codes:
        """Somebody of the same team for each owner; whoever has a small book gets as much as any other."""
        team = self.segment * len(REGIONS) + self.region
        order, size = np.argsort(team, kind="stable"), np.bincount(team)
        theirs = team[owner]
        place = (draw.random(len(owner)) * size[theirs]).astype(np.int64)
        return order[(np.cumsum(size) - size)[theirs] + place]


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """One entry per account: first owner, attributes as codes, months of age at the start (below 0: yet to come)."""

    owner: Codes
    segment: Codes
    tier: Codes
    industry: Codes
    region: Codes
    usage: Codes
    age: Codes
    employees: Codes
    revenue: Vector
    size: Vector
    health: Vector


def managers(plan: Plan) -> Managers:
    """The managers of a world."""
    draw, n = plan.draw(1), plan.managers
    first, other, own = draw.normal(size=(3, n))
    second = plan.together * first + np.sqrt(1 - plan.together**2) * other
    skill = (2 * first + second) / np.sqrt(5 + 4 * plan.together)
    quality = plan.mix * skill + np.sqrt(1 - plan.mix**2) * own
    size = np.exp(draw.uniform(np.log(plan.smallest), np.log(plan.largest), n)).round().astype(np.int64)
    home = SPECIAL * quality + np.sqrt(1 - SPECIAL**2) * draw.normal(size=n)
    health = draw.normal(size=n) if plan.kind == "hidden" else np.zeros(n)
    return Managers(
        plan.skilled * plan.retention * first,
        plan.skilled * plan.expansion * second,
        quality,
        health,
        size,
        banded(home, np.cumsum(SEGMENT_SHARES)[:-1]),
        plan.draw(2).choice(len(REGIONS), n, p=REGION_SHARES),
        plan.draw(3).permutation(n) < round(plan.dumpers * n),
        plan.draw(4).integers(6, 96, n),
    )


def accounts(plan: Plan, of: Managers) -> Accounts:
    """The accounts in the managers' books."""
    draw = plan.draw(5)
    owner = np.repeat(np.arange(plan.managers), of.size)
    n = len(owner)
    quality = plan.tilt * of.quality[owner]
    segment = _home(draw, of.segment[owner], HOME_SEGMENT, SEGMENT_SHARES)
    size, noise = draw.normal(size=(2, n))
    tilted = (quality + noise) / np.hypot(plan.tilt, 1)
    hidden = HIDDEN if plan.kind == "hidden" else 0.0
    health = hidden * of.health[owner] + np.sqrt(1 - hidden**2) * draw.normal(size=n)
    return Accounts(
        owner,
        segment,
        banded(tilted, (0.28, 0.54, 0.77)),
        draw.integers(0, len(INDUSTRIES), n),
        _home(draw, of.region[owner], HOME_REGION, REGION_SHARES),
        banded(PROXY * health + np.sqrt(1 - PROXY**2) * draw.normal(size=n), (0.25, 0.75)),
        _age(draw, quality),
        np.exp(3.5 + 1.7 * segment + 0.8 * size).astype(np.int64) + 1,
        _revenue(draw, segment, size),
        size,
        health,
    )


def banded(latent: Vector, parts: tuple[float, ...] | Vector) -> Codes:
    """The band of each standard normal value; `parts` are the cumulative shares at which bands end."""
    return np.searchsorted([NormalDist().inv_cdf(float(p)) for p in parts], latent).astype(np.int64)


def _home(draw: np.random.Generator, home: Codes, share: float, others: tuple[float, ...]) -> Codes:
    """The manager's home for most accounts, any place for the others."""
    anywhere = draw.choice(len(others), len(home), p=others)
    return np.where(draw.random(len(home)) < share, home, anywhere)


def _age(draw: np.random.Generator, quality: Vector) -> Codes:
    """Months of age at the start, longer in better books; some accounts come later."""
    n = len(quality)
    months = np.exp(np.log(14) + 0.5 * quality + 0.85 * draw.normal(size=n)).astype(np.int64)
    return np.where(draw.random(n) < NEW, -draw.integers(1, MONTHS - LEAD + 1, n), months)


def _revenue(draw: np.random.Generator, segment: Codes, size: Vector) -> Vector:
    """Revenue a month: log-normal, with whales of a Pareto tail and some that pay nothing."""
    kind = draw.random(len(size))
    revenue = np.asarray(MEDIAN_REVENUE)[segment] * np.exp(1.1 * size)
    whale = (kind >= FREE) & (kind < FREE + WHALES)
    revenue = np.where(whale, revenue * WHALE_SIZE * (1 + draw.pareto(WHALE_TAIL, len(size))), revenue)
    return np.where(kind < FREE, 0.0, revenue)
