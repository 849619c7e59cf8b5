"""How large is the made company, and which days does it cover?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

from scoring.demo.chance import Chance

AS_OF = date(2026, 6, 30)
"""The last day the exports know of."""
LEFT_ON = date(2025, 8, 29)
"""Last day of the manager who leaves."""
JOINED_ON = date(2025, 10, 1)
"""First day of the one who takes the chair."""
TEAMS = ("DACH & Nordics", "UK & Ireland", "North America")
LEAVING_SEAT = 1
"""The chair that changes hands; it stands in the first team."""
BLOCK = 20_000
"""Accounts made at a time, which bounds the memory of large worlds."""


@dataclass(frozen=True, slots=True)
class World:
    """The size and seed of a made company. Raises ValueError for sizes that make no company."""

    seed: int
    accounts: int
    managers: int
    quarters: int

    def __post_init__(self) -> None:
        for name, low, high in (("accounts", 100, 10**8), ("managers", 9, 10**4), ("quarters", 1, 20)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be between {low:,} and {high:,}, not {getattr(self, name):,}")

    @property
    def chance(self) -> Chance:
        """The luck of this world."""
        return Chance(self.seed)

    @property
    def last_quarter(self) -> int:
        """The number of the quarter that ends on the last known day."""
        return AS_OF.year * 4 + (AS_OF.month - 1) // 3

    @property
    def scored_quarters(self) -> range:
        """The quarters that targets, surveys and invoices cover."""
        return range(self.last_quarter - self.quarters + 1, self.last_quarter + 1)

    @property
    def tracked_quarters(self) -> range:
        """The quarters with owner history: a year more, so that twelve-month windows have owners."""
        return range(self.scored_quarters.start - 4, self.last_quarter + 1)

    @property
    def first_month(self) -> int:
        """The month in which the oldest account joined, four years before the scored quarters."""
        return (self.scored_quarters.start - 16) * 3

    @property
    def months(self) -> int:
        """How many months lie between the oldest account and the last known day."""
        return (self.last_quarter + 1) * 3 - self.first_month

    @property
    def seats(self) -> tuple[range, ...]:
        """The chairs of each team; a chair is a manager's place, whoever sits on it."""
        edges = [round(self.managers * i / len(TEAMS)) for i in range(len(TEAMS) + 1)]
        return tuple(range(a, b) for a, b in pairwise(edges))

    def blocks(self) -> Iterator[tuple[int, int]]:
        """First account and the one after the last, block by block."""
        for low in range(0, self.accounts, BLOCK):
            yield low, min(low + BLOCK, self.accounts)


def quarter_start(quarter: int) -> date:
    """The first day of a quarter, by number."""
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def quarter_name(quarter: int) -> str:
    """The quarter as `2026-Q2`."""
    return f"{quarter // 4}-Q{quarter % 4 + 1}"


def quarter_of(day: pl.Expr) -> pl.Expr:
    """The number of the quarter the day lies in."""
    return day.dt.year().cast(pl.Int64) * 4 + (day.dt.month().cast(pl.Int64) - 1) // 3


def month_of(day: pl.Expr) -> pl.Expr:
    """The number of the month the day lies in: months since year 0."""
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1


def day_in(month: pl.Expr, day: pl.Expr | int) -> pl.Expr:
    """That day (28 at most) of a month, by number."""
    return pl.date(month // 12, month % 12 + 1, day)


def later(day: pl.Expr, days: pl.Expr | int) -> pl.Expr:
    """The day so many days later."""
    return (day.cast(pl.Int32) + days).cast(pl.Int32).cast(pl.Date)
