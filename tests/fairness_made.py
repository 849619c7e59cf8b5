"""Companies for the tests of the peers' engine: the reference world as it is stored, and small made ones."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from scoring.days import NEVER
from scoring.metrics import CATALOGUE
from scoring.money import MONEY
from scoring.peers.bands import tenure_band
from scoring.peers.company import Company, company
from scoring.peers.estimate import Estimate, estimate
from scoring.peers.outcomes import OUTCOMES, outcomes
from scoring.peers.settings import Fairness
from scoring.period.account_quarters import KEY, figures

WORLD = Path(__file__).parent / "references" / "fairness_world"
STARTS, ENDS = date(2024, 4, 1), date(2024, 7, 1)
NAMES = {"nrr": "net_revenue_retention", "grr": "gross_revenue_retention", "logo": "logo_retention"}
NRR = OUTCOMES["net_revenue_retention"]
LOGO = OUTCOMES["logo_retention"]


@dataclass(frozen=True)
class Made:
    """A company as frames: units with outcomes, who had them, managers, and how they are compared."""

    units: pl.DataFrame
    shares: pl.DataFrame
    managers: pl.DataFrame
    settings: Fairness = field(default_factory=Fairness)

    @property
    def company(self) -> Company:
        """The company, put in order."""
        return company(self.units, self.shares, self.managers, self.settings)

    def estimate(self, outcome: str = NRR.name) -> Estimate:
        """The estimate of one outcome."""
        return estimate(self.company, OUTCOMES[outcome], self.settings)

    def rows(self, outcome: str = NRR.name) -> pl.DataFrame:
        """The rows of that estimate."""
        return self.estimate(outcome).rows

    def of(self, manager: str, outcome: str = NRR.name) -> dict[str, object]:
        """The row of one manager."""
        return self.rows(outcome).row(by_predicate=pl.col("manager_id") == manager, named=True)

    def with_units(self, *columns: pl.Expr) -> "Made":
        """The same with other columns of units."""
        return replace(self, units=self.units.with_columns(*columns))

    def having(self, **settings: object) -> "Made":
        """The same with other settings."""
        return replace(self, settings=replace(self.settings, **settings))  # type: ignore[arg-type]


def stored_units() -> pl.DataFrame:
    """The accounts of the reference world, without outcomes."""
    frame = pl.read_csv(WORLD / "accounts.csv", try_parse_dates=True)
    return frame.with_columns(
        pl.lit(1).alias("quarter"),
        pl.lit(STARTS).alias("starts_on"),
        pl.lit(ENDS).alias("ends_on"),
        tenure_band(pl.col("created_on"), pl.lit(STARTS)).alias("tenure_band"),
    )


def measured(units: pl.DataFrame) -> pl.DataFrame:
    """The units with their outcomes, as a run asks the catalogue for them, and these drawn in."""
    once = units.lazy().select(
        *KEY,
        pl.col("opening").alias("before"),
        pl.col("closing").alias("after"),
        pl.min_horizontal("opening", "closing").alias("kept"),
        pl.lit(1).cast(MONEY).alias("share"),
    )
    found = figures(once, [CATALOGUE[name] for name in NAMES.values()], tuple(KEY), basis="contracts")
    known = units.join(found, on=KEY, how="left", validate="1:1", maintain_order="left")
    return outcomes(known.lazy(), [OUTCOMES[name] for name in NAMES.values()]).collect()


def stored_spans() -> pl.DataFrame:
    """Who had the accounts of the reference world."""
    frame = pl.read_csv(WORLD / "ownership.csv", try_parse_dates=True)
    return frame.with_columns(pl.col("ends_on").fill_null(NEVER), pl.lit(1_000_000).alias("weight"))


def small(
    *,
    managers: int = 12,
    accounts: int = 30,
    seed: int = 1,
    skill: float = 0.0,
    noise: float = 0.2,
    quarters: int = 1,
    shared: float = 0.0,
) -> Made:
    """A made company: outcomes are 0.95 plus an effect of the segment, a manager's skill, and noise.

    `skill` is the standard deviation of true differences; `shared` the part of accounts that two managers had.
    """
    draw = np.random.default_rng(seed)
    n = managers * accounts
    ids = [f"A{i:05}" for i in range(n)]
    owner = np.repeat(np.arange(managers), accounts)
    talent = draw.normal(0, skill, managers) if skill else np.zeros(managers)
    segment = draw.integers(0, 3, n)
    rows, parts = [], []
    other = (owner + 1 + draw.integers(0, max(managers - 1, 1), n)) % managers
    is_shared = draw.random(n) < shared
    for quarter in range(quarters):
        effect = np.where(is_shared, (talent[owner] + talent[other]) / 2, talent[owner])
        value = 0.95 + 0.02 * segment + effect + draw.normal(0, noise, n)
        rows.append(pl.DataFrame({
            "account_id": ids, "quarter": [quarter] * n, "segment": [f"s{s}" for s in segment],
            "region": [f"r{r}" for r in draw.integers(0, 2, n)], "opening": np.round(np.exp(draw.normal(6, 1, n)), 2),
            NRR.name: value, LOGO.name: (draw.random(n) < 0.9).astype(float),
        }))  # fmt: skip
        parts.append(_parts(ids, quarter, owner, other, is_shared))
    people = pl.DataFrame({"manager_id": [f"M{j:02}" for j in range(managers)], "talent": talent})
    return Made(pl.concat(rows), pl.concat(parts), people)


def _parts(ids: list[str], quarter: int, owner: np.ndarray, other: np.ndarray, is_shared: np.ndarray) -> pl.DataFrame:
    whole = pl.DataFrame({"account_id": ids, "owner": owner, "other": other, "is_shared": is_shared})
    first = whole.select(
        "account_id", pl.col("owner").alias("m"), pl.when("is_shared").then(0.5).otherwise(1.0).alias("share")
    )
    second = whole.filter("is_shared").select("account_id", pl.col("other").alias("m"), pl.lit(0.5).alias("share"))
    return pl.concat([first, second]).select(
        "account_id",
        pl.lit(quarter).alias("quarter"),
        pl.format("M{}", pl.col("m").cast(pl.String).str.zfill(2)).alias("manager_id"),
        "share",
    )


def tabled(units: pl.DataFrame, shares: pl.DataFrame, settings: Fairness | None = None) -> Made:
    """A company of given units (opening and closing revenue) and shares."""
    people = shares.select("manager_id").unique().sort("manager_id")
    return Made(measured(units), shares, people, settings or Fairness())
