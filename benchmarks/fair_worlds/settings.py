"""What is a world like? Its size, how managers differ, and what the hazards of an account depend on."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

Kind = Literal["neutral", "favoured", "rescue", "hidden", "dumping", "equal"]
"""`favoured` and `rescue`: good managers have the easy, or the hard, books; `hidden`: unrecorded health differs by
book, too; `dumping`: a tenth of the managers pass half of their dying accounts on; `equal`: nobody has any skill."""
KINDS: tuple[Kind, ...] = ("neutral", "favoured", "rescue", "hidden", "dumping", "equal")

FIRST_MONTH = date(2022, 10, 1)
LEAD, MONTHS = 3, 15
"""Months before the year that is scored, and in all."""
QUARTER = 3

SEGMENTS = ("smb", "mid", "ent")
SEGMENT_SHARES = (0.56, 0.23, 0.21)
TIERS = ("basic", "plus", "pro", "enterprise")
INDUSTRIES = ("education", "finance", "health", "manufacturing", "retail", "software")
REGIONS = ("apac", "emea", "latam", "na")
REGION_SHARES = (0.14, 0.36, 0.16, 0.34)
USAGES = ("low", "mid", "high")
MEDIAN_REVENUE = (390.0, 2050.0, 14900.0)
"""Per month, by segment."""


@dataclass(frozen=True, slots=True)
class Event:
    """What the monthly log-odds of an event depend on: a rate for the middling account, and what is added for each
    level of segment, tier, band of tenure, industry and region, and per standard deviation of size and health."""

    rate: float
    segment: tuple[float, ...]
    tier: tuple[float, ...]
    tenure: tuple[float, ...]
    industry: tuple[float, ...]
    region: tuple[float, ...]
    size: float
    health: float


EVENTS = MappingProxyType({
    "churn": Event(
        0.0113, (0.8, -0.6, -0.7), (0.55, 0.1, -0.2, -0.55), (0.5, 0.15, -0.1, -0.5),
        (0.1, -0.15, -0.2, 0.0, 0.2, 0.05), (0.1, -0.15, 0.5, -0.2), -0.1, -0.4,
    ),
    "expansion": Event(
        0.042, (-0.35, 0.2, 0.35), (-0.2, 0.0, 0.1, 0.2), (0.2, 0.1, 0.0, -0.2),
        (-0.1, 0.05, 0.0, -0.05, -0.1, 0.2), (0.05, 0.05, -0.35, 0.1), 0.0, 0.2,
    ),
    "contraction": Event(
        0.012, (0.2, 0.0, -0.1), (0.25, 0.05, -0.1, -0.25), (0.1, 0.05, 0.0, -0.1),
        (0.05, 0.0, -0.1, 0.05, 0.1, -0.1), (0.05, 0.0, 0.05, -0.05), 0.0, -0.2,
    ),
})  # fmt: skip
EXPANSION_MEDIAN, EXPANSION_SPREAD = 0.13, 0.9
"""A log-normal share of revenue is won in an expansion."""
CONTRACTION = (1.3, 4.7)
"""A beta-distributed share of revenue is lost in a contraction."""
MEAN_EXPANSION = EXPANSION_MEDIAN * float(np.exp(EXPANSION_SPREAD**2 / 2))
MEAN_CONTRACTION = CONTRACTION[0] / sum(CONTRACTION)
JITTER = 0.005
"""Standard deviation of what exchange rates and the like do to a month's revenue."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One world: its kind, seed and number of managers, and what differs between them.

    `retention` and `expansion` are standard deviations of the two skills in log-odds, `together` their
    correlation. `mix_with_skill` is that of the latent quality of a book with skill, `tilt` how far that quality
    moves the attributes of its accounts. `reassigned` is a share of accounts a quarter.
    """

    kind: Kind = "neutral"
    seed: int = 1000
    managers: int = 500
    smallest: int = 5
    largest: int = 200
    retention: float = 0.32
    expansion: float = 0.28
    together: float = 0.5
    mix_with_skill: float = 0.65
    tilt: float = 0.6
    reassigned: float = 0.15
    dumpers: float = 0.10
    dumped: float = 0.5
    dumped_before: int = 21

    @property
    def skilled(self) -> float:
        """1 where managers differ, else 0."""
        return 0.0 if self.kind == "equal" else 1.0

    @property
    def mix(self) -> float:
        """The correlation of book quality with skill in this kind of world."""
        return {"favoured": self.mix_with_skill, "rescue": -self.mix_with_skill}.get(self.kind, 0.0)

    def draw(self, stage: int) -> np.random.Generator:
        """The random numbers of a stage; the same in all kinds of world, which makes worlds of a seed twins."""
        return np.random.default_rng([self.seed, stage])
