"""What else was billed? Onboarding, services and credits, each once, beside the subscriptions."""

import polars as pl

from scoring.demo.accounts import by_segment
from scoring.demo.chance import between, luck, quantile
from scoring.demo.world import World, later, quarter_start

_SERVICES = 0.045
_CREDIT = 0.014
_PRICES = ((40_000, 90_000, 160_000), (220_000, 420_000, 800_000), (800_000, 1_500_000, 3_000_000))
"""Quantiles of the price of onboarding by segment, in cents."""
_PLACES = 64


def served(accounts: pl.DataFrame, lines: pl.DataFrame, world: World) -> pl.DataFrame:
    """The accounts that ever paid: their columns, `first_on`, and `gone_on`, the first day without."""
    end = pl.col("ends_on").fill_null(quarter_start(world.last_quarter + 1))
    days = lines.group_by("account").agg(first_on=pl.col("starts_on").min(), gone_on=end.max())
    return accounts.join(days, on="account", how="inner", maintain_order="left")


def in_quarters(buyers: pl.DataFrame, world: World, purpose: str, *streams: str) -> pl.DataFrame:
    """One row per account and scored quarter in which it had service on a random day, `dated_on`.

    `key` numbers the row; the streams are drawn for it. `quarter` is the quarter's number. `purpose` tells
    apart the days of different tables.
    """
    quarters = pl.DataFrame({"quarter": list(world.scored_quarters)}, schema={"quarter": pl.Int64})
    rows = buyers.join(quarters, how="cross").with_columns(
        key=pl.col("account") * _PLACES + pl.col("quarter") - world.scored_quarters.start
    )
    first_day = pl.date(pl.col("quarter") // 4, pl.col("quarter") % 4 * 3 + 1, 1)
    return (
        world.chance.drawn(rows, "key", ("day", *streams), f" of {purpose}")
        .with_columns(dated_on=later(first_day, between("day", 0, 89)))
        .filter((pl.col("dated_on") >= pl.col("first_on")) & (pl.col("dated_on") < pl.col("gone_on")))
    )


def invoices(buyers: pl.DataFrame, world: World) -> pl.DataFrame:
    """One-off lines of the scored quarters, by account and key: what, when, and how many `cents`."""
    started = buyers.filter(pl.col("first_on") >= quarter_start(world.scored_quarters.start)).select(
        "account",
        "is_dollar",
        "segment",
        key=pl.col("account") * _PLACES + _PLACES - 1,
        dated_on="first_on",
        type=pl.lit("Onboarding"),
        item=pl.lit("Onboarding package"),
        part=pl.lit(1),
    )
    is_service = luck("billed") < _SERVICES
    others = in_quarters(buyers, world, "invoices", "billed").filter(luck("billed") < _SERVICES + _CREDIT)
    further = others.select(
        "account",
        "is_dollar",
        "segment",
        "key",
        "dated_on",
        type=pl.when(is_service).then(pl.lit("Professional Services")).otherwise(pl.lit("Credit Note")),
        item=pl.when(is_service).then(pl.lit("Training day")).otherwise(pl.lit("Service credit")),
        part=pl.when(is_service).then(1).otherwise(-8),
    )
    rows = world.chance.drawn(pl.concat([started, further]), "key", ("price",))
    return rows.with_columns(cents=_price() // pl.col("part")).sort("account", "key")


def _price() -> pl.Expr:
    place = luck("price")
    cents = by_segment(*(quantile(table, place) for table in _PRICES))
    return (cents / 4_000).cast(pl.Int64) * 4_000
