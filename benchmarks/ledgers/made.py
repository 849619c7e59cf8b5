"""Ledgers of any size: 36 months of contract lines, one-off invoices, owners and rates of a made company.

Each account has a plan on one of three tiers, billed by the month, quarter or year, and up to two add-ons; it may
climb or fall, grow, get credits, stop, and come back. A line in a hundred is void: it has no day of service.
"""

import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from columns import FIRST, Whole, day_of, days_after, days_of, line_id, money, named

SIZES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
"""Accounts; each has some hundred lines."""
MONTHS = 36
CURRENCIES = ("EUR", "USD", "GBP", "CHF")
RATES = {"USD": 0.92, "GBP": 1.17, "CHF": 1.04}
PLANS = ("Entry Plan", "Standard Plan", "Premium Plan")
TIERS = ("Entry", "Standard", "Premium")
ADD_ONS = ("Reports", "Storage")
PRICES = np.array([4_900, 14_900, 39_900, 1_900, 990])
"""Cents a seat and month: the three plans, then the add-ons."""


def folder_of(size: str, root: Path) -> Path:
    """Where the ledger of a size lies."""
    return root / f"ledger-{size}"


def make(
    folder: Path, accounts: int, *, seed: int = 1, kinds: tuple[str, ...] = ("parquet",), months: int = MONTHS
) -> int:
    """Writes the ledger and says how many lines it has: a file of contracts and one of invoices for each month."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    people = _People(accounts, rng)
    lines = 0
    for month in range(months):
        contracts, invoices = people.month(month, rng)
        lines += contracts.height + invoices.height
        name = f"{day_of(month, 1):%Y-%m}"
        _write(contracts, folder / f"contracts-{name}", kinds)
        _write(invoices, folder / f"invoices-{name}", kinds)
    _write(people.ids.to_frame(), folder / "accounts", kinds)
    _write(_ownership(people.ids, rng, accounts), folder / "ownership", kinds)
    _write(_rates(rng), folder / "rates", kinds)
    return lines


@dataclass
class _People:
    """The accounts, month by month: what each has, and until when it is billed."""

    count: int
    rng: np.random.Generator
    ids: pl.Series = field(init=False)

    def __post_init__(self) -> None:
        rng, n = self.rng, self.count
        numbers = rng.permutation(n) + 10**9
        self.ids = pl.Series("account_id", numbers).cast(pl.String).str.replace("^", "001Hs0000")
        self.currency = rng.choice(len(CURRENCIES), n, p=[0.6, 0.2, 0.12, 0.08])
        self.since = np.where(rng.random(n) < 0.5, 0, rng.integers(0, MONTHS - 2, n))
        self.day = rng.integers(1, 29, n)
        self.every = rng.choice(np.array([1, 3, 12]), n, p=[0.88, 0.08, 0.04])
        self.tier = rng.choice(3, n, p=[0.5, 0.35, 0.15])
        self.seats = rng.geometric(0.12, n)
        self.is_on = np.zeros(n, dtype=bool)
        self.add_ons = rng.random((2, n)) < np.array([[0.75], [0.6]])
        self.billed_until = np.zeros(n, dtype=np.int64)

    def month(self, month: int, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The lines that begin in the month, and the invoices of it, in no order."""
        self._live(month, rng)
        due = self.is_on & (self.billed_until <= month)
        frames = [self._lines(month, np.flatnonzero(due), self.tier, rng)]
        for number, has in enumerate(self.add_ons):
            frames.append(self._lines(month, np.flatnonzero(due & has), np.full(self.count, 3 + number), rng))
        self.billed_until[due] = month + self.every[due]
        contracts = pl.concat(frames).select(line_id(f"C{month:02d}-"), pl.all())
        return contracts[rng.permutation(contracts.height)], self._invoices(month, rng)

    def _live(self, month: int, rng: np.random.Generator) -> None:
        chance = rng.random(self.count)
        new = self.since == month
        free = self.billed_until <= month
        back = ~self.is_on & (self.since < month) & (chance < 0.03)
        gone = self.is_on & free & (chance < 0.013)
        self.is_on = (self.is_on & ~gone) | new | back
        self.billed_until[new | back] = month
        moves = rng.random(self.count)
        climbs, falls = free & (moves < 0.012), free & (moves > 0.992)
        self.tier = np.clip(self.tier + climbs - falls, 0, 2)
        grows, shrinks = free & (moves > 0.5) & (moves < 0.55), free & (moves > 0.55) & (moves < 0.575)
        self.seats = np.maximum(self.seats + grows - shrinks, 1)

    def _lines(self, month: int, who: Whole, what: Whole, rng: np.random.Generator) -> pl.DataFrame:
        what, every, seats = what[who], self.every[who], self.seats[who]
        cents = PRICES[what] * seats * every
        cents = np.where(rng.random(len(who)) < 0.01, -(cents // 4), cents)  # a credit for the time
        starts = days_of(month, self.day[who])
        ends = np.where(rng.random(len(who)) < 0.01, starts, days_after(month, every, self.day[who]))
        return pl.DataFrame(
            {
                "account_id": self.ids.gather(who),
                "product": named(what, (*PLANS, *ADD_ONS)),
                "quantity": pl.Series(seats),
                "amount": money(cents),
                "currency": named(self.currency[who], CURRENCIES),
                "every": pl.Series(every).replace_strict(
                    {1: "month", 3: "quarter", 12: "year"}, return_dtype=pl.String
                ),
                "starts_on": pl.Series(starts.astype(np.int32)).cast(pl.Date),
                "ends_on": pl.Series(ends.astype(np.int32)).cast(pl.Date),
            }
        )

    def _invoices(self, month: int, rng: np.random.Generator) -> pl.DataFrame:
        who = rng.choice(np.flatnonzero(self.is_on), size=int(self.is_on.sum() * 2.0))
        kinds = rng.choice(3, len(who), p=[0.8, 0.15, 0.05])
        cents = rng.integers(2_000, 90_000, len(who))
        return pl.DataFrame(
            {
                "account_id": self.ids.gather(who),
                "dated_on": pl.Series(days_of(month, rng.integers(1, 29, len(who))).astype(np.int32)).cast(pl.Date),
                "amount": money(np.where(kinds == 2, -(cents // 3), cents)),
                "currency": named(self.currency[who], CURRENCIES),
                "kind": named(kinds, ("order", "usage", "credit")),
            }
        ).select(line_id(f"I{month:02d}-"), pl.all())


def _ownership(ids: pl.Series, rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    """Each account has an owner since ever; one in four was handed over, some of them twice."""
    count = len(ids)
    managers = max(accounts // 200, 5)
    last = (date(2026, 7, 1) - FIRST).days
    origin = (FIRST - date(1970, 1, 1)).days
    first, second = rng.integers(1, last // 2, count), rng.integers(last // 2 + 1, last, count)
    handed = rng.random(count)
    ends = [np.where(handed < 0.25, first, -1), np.where(handed < 0.06, second, -1), np.full(count, -1)]
    begins, frames = np.full(count, -1), []
    there = np.ones(count, dtype=bool)
    for until in ends:
        frames.append(
            pl.DataFrame(
                {
                    "account_id": ids.filter(pl.Series(there)),
                    "manager_id": "M"
                    + pl.Series(rng.integers(0, managers, int(there.sum()))).cast(pl.String).str.zfill(5),
                    "starts_on": _maybe_day(begins[there], origin),
                    "ends_on": _maybe_day(until[there], origin),
                }
            )
        )
        begins, there = until, there & (until >= 0)
    return pl.concat(frames)


def _maybe_day(offsets: Whole, origin: int) -> pl.Series:
    days = pl.Series((offsets + origin).astype(np.int32)).cast(pl.Date)
    return days.zip_with(pl.Series(offsets >= 0), pl.Series([None], dtype=pl.Date).new_from_index(0, len(offsets)))


def _rates(rng: np.random.Generator) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for month in range(MONTHS):
        rows += [
            {"currency": c, "dated_on": day_of(month, 1), "rate": round(r * (1 + 0.02 * rng.standard_normal()), 4)}
            for c, r in RATES.items()
        ]
    return pl.DataFrame(rows).with_columns(pl.col("rate").cast(pl.Decimal(18, 6)))


def _write(frame: pl.DataFrame, path: Path, kinds: tuple[str, ...]) -> None:
    if "parquet" in kinds:
        frame.write_parquet(path.with_name(f"{path.name}.parquet"), compression="zstd")
    if "csv" in kinds:
        frame.write_csv(path.with_name(f"{path.name}.csv"))


if __name__ == "__main__":
    size, root, *more = sys.argv[1:]
    print(f"{make(folder_of(size, Path(root)), SIZES[size], kinds=tuple(more) or ('parquet',)):,} lines")
