"""The files of a world as the exports that bookscore reads, with rules that score net revenue retention alone."""

from datetime import timedelta
from pathlib import Path

import polars as pl

from fair_worlds.files import World
from fair_worlds.settings import TIERS

PERIOD = "2023-Q4"
"""The quarter that ends with the world."""
DAY = timedelta(days=1)

_RULES = """name: {kind}
currency: USD
retention_window: {window}
policies: {{gap_tolerance_days: 0}}
ladder: {{tiers: [{tiers}], products: {{{products}}}}}
method: {method}
{settings}breakdowns: []
rules:
  - {{name: nrr, metric: net_revenue_retention, weight: 1{grade}}}
"""


GRADE = ", grade: {floor: 60%, target: 110%}"
"""What `target_bands` grades the year's retention by."""


def export(world: World, folder: Path, method: str = "oe_credibility", settings: str = "") -> Path:
    """Accounts, ownership, contracts, managers and rules, written into the folder; `settings` are lines of the rules.

    A world knows the revenue of each month's first day. In the contracts a change holds from the day before, so that
    the last day of a quarter leaves behind what the next one begins with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    accounts = world.accounts.rename({"created_date": "created_on"})
    accounts.drop("churn_date").write_csv(folder / "accounts.csv")
    spans = world.owners_history.rename({"start_date": "starts_on", "end_date": "ends_on"})
    spans.write_csv(folder / "ownership.csv")
    world.managers.select("manager_id", "team").write_csv(folder / "managers.csv")
    _contracts(world).write_csv(folder / "contracts.csv")
    tiers, products = ", ".join(TIERS), ", ".join(f"{t}: {t}" for t in TIERS)
    window, grade = ("12m", GRADE) if method == "target_bands" else ("period", "")
    rules = _RULES.format(
        kind=world.plan.kind, tiers=tiers, products=products, method=method, settings=settings, window=window,
        grade=grade,
    )  # fmt: skip
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    return folder


def _contracts(world: World) -> pl.DataFrame:
    """A line for each month of each account that pays; the last one ends on the day after the last day of service."""
    left = world.accounts.select("account_id", pl.col("churn_date").alias("left_on"))
    until = pl.col("month").dt.offset_by("1mo") - DAY
    ends = pl.min_horizontal(until, pl.col("left_on") + DAY)
    return (
        world.revenue_monthly.filter(pl.col("mrr") > 0)
        .join(left, on="account_id", validate="m:1")
        .select(
            pl.format("{}-{}", "account_id", pl.col("month").dt.strftime("%Y%m")).alias("line_id"),
            "account_id",
            pl.col("plan_tier").alias("product"),
            pl.col("mrr").alias("amount"),
            pl.lit("USD").alias("currency"),
            pl.lit("month").alias("every"),
            (pl.col("month") - DAY).alias("starts_on"),
            ends.alias("ends_on"),
        )
        .sort("line_id")
    )
