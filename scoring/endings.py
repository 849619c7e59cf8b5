"""Why did customers leave? The accounts and the revenue lost in the period, by the reason their contracts name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.ledger.currency import priced
from scoring.measure import COMPANY
from scoring.money import MONEY

SCHEMA = {
    "grain": pl.String(),
    "id": pl.String(),
    "reason": pl.String(),
    "accounts": pl.Int64(),
    "revenue": MONEY,
}
"""`accounts` that left in the period for that reason, each counted once, and what they paid; `(none)` where none is
named."""

NONE = "(none)"


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """What amounts are worth: by the table of rates, on one day, in the reporting currency."""

    rates: pl.LazyFrame
    day: date
    currency: str


def churn_reasons(
    moves: pl.DataFrame, lines: pl.LazyFrame, rows: pl.DataFrame, breakdowns: Sequence[str], *, worth: Exchange
) -> pl.DataFrame:
    """Why accounts left: for the company, teams, managers and the kinds of accounts that rules ask for.

    `moves` are credited movements, `lines` those of the ledger, `rows` is the book. The reason is that of the line
    that ended last before the account left, of several the largest, in one currency; none where a line runs on that a
    credit has made free. Revenue adds up to the churn of each id. As `SCHEMA`, sorted by grain and id, most revenue
    first.
    """
    lost = moves.lazy().filter(pl.col("kind") == "churn").select("account_id", "manager_id", "moved_on", "amount")
    kinds = [name for name in breakdowns if name in rows.columns]
    known = rows.lazy().select("account_id", "manager_id", "team", *kinds)
    told = (
        lost.join(_reasons(lost, lines, worth), on=["account_id", "moved_on"], how="left", validate="m:1")
        .join(known, on=["account_id", "manager_id"], how="left", validate="m:1")
        .with_columns(pl.col("reason").fill_null(NONE), pl.lit(COMPANY).alias(COMPANY))
    )
    grains = {COMPANY: COMPANY, "team": "team", "manager": "manager_id", **{k: k for k in kinds}}
    frames = [
        told.group_by(pl.lit(grain).alias("grain"), pl.col(column).fill_null(NONE).alias("id"), "reason").agg(
            pl.col("account_id").n_unique().cast(pl.Int64).alias("accounts"),
            pl.col("amount").sum().cast(MONEY).alias("revenue"),
        )
        for grain, column in grains.items()
    ]
    return pl.concat(pl.collect_all(frames)).sort(
        "grain", "id", "revenue", "reason", descending=[False, False, True, False]
    )


def _reasons(lost: pl.LazyFrame, lines: pl.LazyFrame, worth: Exchange) -> pl.LazyFrame:
    """One row per account and day of leaving: account_id, moved_on, reason."""
    days = lost.select("account_id", "moved_on").unique()
    if "end_reason" not in lines.collect_schema():
        return days.with_columns(pl.lit(None, dtype=pl.String).alias("reason"))
    own = lines.select("account_id", "line_id", "starts_on", "ends_on", "monthly", "currency", "end_reason")
    money = priced(own.join(days, on="account_id"), worth.rates, worth.day, worth.currency, "monthly")
    theirs, left_on = money.filter(pl.col("monthly") > 0).collect().lazy(), pl.col("moved_on")  # once for both
    running = theirs.filter((pl.col("starts_on") <= left_on) & (pl.col("ends_on") > left_on).fill_null(value=True))
    return (
        theirs.filter(pl.col("ends_on") <= left_on)
        .join(running, on=["account_id", "moved_on"], how="anti")
        .sort("ends_on", "monthly", "line_id", descending=[True, True, False])
        .unique(["account_id", "moved_on"], keep="first", maintain_order=True)
        .select("account_id", "moved_on", pl.col("end_reason").alias("reason"))
    )
