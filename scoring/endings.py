"""Why did customers leave? The accounts and the revenue lost in the period, by the reason their contracts name."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import polars.selectors as cs

from scoring.book import kind_column
from scoring.ledger.currency import priced
from scoring.ledger.ladder import tier_left_from
from scoring.measure import COMPANY
from scoring.money import MONEY
from scoring.rules import Rulebook
from scoring.tables import UNNAMED

SCHEMA = {
    "grain": pl.String(),
    "id": pl.String(),
    "reason": pl.String(),
    "accounts": pl.Int64(),
    "revenue": MONEY,
}
"""`accounts` that left in the period for that reason, each counted once, and what they paid; `(none)` where none is
named."""

_READ = ("account_id", "line_id", "starts_on", "ends_on", "monthly", "currency", "rung", "end_reason")
TIER = "tier"
"""The kind of account that is worked out: in a book the tier at the end, where who left has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """What amounts are worth: by the table of rates, on one day, in the reporting currency."""

    rates: pl.LazyFrame
    day: date
    currency: str


def churn_reasons(
    moves: pl.DataFrame, lines: pl.LazyFrame, rows: pl.DataFrame, rulebook: Rulebook, *, worth: Exchange
) -> pl.DataFrame:
    """Why accounts left: for the company, teams, managers and the kinds of accounts that rules ask for.

    `moves` are credited movements, `lines` those of the ledger, `rows` is the book. The reason is that of the line
    that ended last before the account left, of several the largest, in one currency; none where a line runs on that a
    credit has made free. The tier is the one that the account left from: that of its last day, or of the orders that
    it is compared with. Revenue adds up to the churn of each id. As `SCHEMA`, sorted by grain and id, most revenue
    first.
    """
    lost = moves.lazy().filter(pl.col("kind") == "churn").select("account_id", "manager_id", "moved_on", "amount")
    kinds = {name: kind_column(name) for name in rulebook.breakdowns if name in rows.columns}
    named = [pl.col(kind).cast(pl.String).alias(column) for kind, column in kinds.items() if kind != TIER]
    known = rows.lazy().select("account_id", "manager_id", "team", "tier_before", *named)
    theirs = _lines_of(lost, lines, worth)
    told = (
        lost.join(_reasons(theirs), on=["account_id", "moved_on"], how="left", validate="m:1")
        .join(known, on=["account_id", "manager_id"], how="left", validate="m:1")
        .join(_rungs(theirs, rulebook), on=["account_id", "moved_on"], how="left", validate="m:1")
        .with_columns(_tier(rulebook).alias(kind_column(TIER)))
        .with_columns(pl.col("reason").fill_null(UNNAMED), pl.lit(COMPANY).alias(COMPANY))
    )
    grains = {COMPANY: COMPANY, "team": "team", "manager": "manager_id", **kinds}
    frames = [
        told.group_by(pl.lit(grain).alias("grain"), pl.col(column).fill_null(UNNAMED).alias("id"), "reason").agg(
            pl.col("account_id").n_unique().cast(pl.Int64).alias("accounts"),
            pl.col("amount").sum().cast(MONEY).alias("revenue"),
        )
        for grain, column in grains.items()
    ]
    return pl.concat(pl.collect_all(frames)).sort(
        "grain", "id", "revenue", "reason", descending=[False, False, True, False]
    )


def _lines_of(lost: pl.LazyFrame, lines: pl.LazyFrame, worth: Exchange) -> pl.LazyFrame | None:
    """The paying contract lines of each account that left, for each day on which it did, with `monthly` in one
    currency; None where revenue is read on invoices."""
    if "monthly" not in lines.collect_schema():
        return None
    days = lost.select("account_id", "moved_on").unique()
    own = lines.select(cs.by_name(*_READ, require_all=False))  # else all columns are chosen of all lines
    money = priced(own.join(days, on="account_id"), worth.rates, worth.day, worth.currency, "monthly")
    return money.filter(pl.col("monthly") > 0).collect().lazy()  # once for reasons and tiers


def _reasons(theirs: pl.LazyFrame | None) -> pl.LazyFrame:
    """One row per account and day of leaving: account_id, moved_on, reason."""
    if theirs is None or "end_reason" not in theirs.collect_schema():
        return pl.LazyFrame(schema={"account_id": pl.String, "moved_on": pl.Date, "reason": pl.String})
    left_on = pl.col("moved_on")
    running = theirs.filter((pl.col("starts_on") <= left_on) & (pl.col("ends_on") > left_on).fill_null(value=True))
    return (
        theirs.filter(pl.col("ends_on") <= left_on)
        .join(running, on=["account_id", "moved_on"], how="anti")
        .sort("ends_on", "monthly", "line_id", descending=[True, True, False])
        .unique(["account_id", "moved_on"], keep="first", maintain_order=True)
        .select("account_id", "moved_on", pl.col("end_reason").alias("reason"))
    )


def _rungs(theirs: pl.LazyFrame | None, rulebook: Rulebook) -> pl.LazyFrame:
    """One row per account and day of leaving, where it left from a rung: account_id, moved_on, rung."""
    if theirs is None:
        return pl.LazyFrame(schema={"account_id": pl.String, "moved_on": pl.Date, "rung": pl.Int64})
    return tier_left_from(theirs, "moved_on", largest=rulebook.ladder.account_tier == "largest")


def _tier(rulebook: Rulebook) -> pl.Expr:
    """The name of the tier that an account left from."""
    rung = pl.col("rung") if rulebook.basis == "contracts" else pl.col("tier_before")
    names = dict(enumerate(rulebook.ladder.tiers))
    return rung.cast(pl.Int64).replace_strict(names, default=None, return_dtype=pl.String)
