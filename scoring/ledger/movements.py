"""What moved revenue between the start and the end? New, reactivation, expansion, contraction, churn, fx."""

import polars as pl

from scoring.days import DAY, NEVER, Span
from scoring.ledger.currency import at_one_day, converted
from scoring.ledger.history import active
from scoring.ledger.paying import bought_before, changes, paid_before, while_paying
from scoring.ledger.places import joined, parted, place
from scoring.ledger.terms import Terms
from scoring.money import MONEY

GAINS = ("new", "reactivation", "expansion")
LOSSES = ("contraction", "churn")
KINDS = (*GAINS, *LOSSES, "fx")

SCHEMA = {
    "account_id": pl.String(),
    "moved_on": pl.Date(),
    "kind": pl.String(),
    "amount": MONEY,
    "gap_days": pl.Int64(),
    "origin": pl.String(),
}
"""A movement: losses are positive amounts; `fx` has a sign. `origin` lists the rows that made it."""


def signed(kind: pl.Expr, amount: pl.Expr) -> pl.Expr:
    """What the movement adds to revenue: losses subtract."""
    return pl.when(kind.is_in(LOSSES)).then(-amount).otherwise(amount)


def kind_of(before: pl.Expr, after: pl.Expr, ever_paid: pl.Expr, gap_days: pl.Expr, window_days: int | None) -> pl.Expr:
    """The movement class of a change; null where nothing changed.

    An account pays while its revenue is above 0. Back after more than `window_days` is new again.
    """
    lapsed = pl.lit(value=False) if window_days is None else (gap_days > window_days).fill_null(value=False)
    joined = pl.when(ever_paid & ~lapsed).then(pl.lit("reactivation")).otherwise(pl.lit("new"))
    return (
        pl.when(before == after).then(None)
        .when((before <= 0) & (after > 0)).then(joined)
        .when((before > 0) & (after <= 0)).then(pl.lit("churn"))
        .when(after > before).then(pl.lit("expansion"))
        .otherwise(pl.lit("contraction"))
    )  # fmt: skip


def of_contracts(lines: pl.LazyFrame, rates: pl.LazyFrame, span: Span, terms: Terms) -> pl.LazyFrame:
    """Every change of an account's recurring revenue in the span, day by day, at the rate of its start.

    One row per account, day and kind, as `SCHEMA`; amounts are a month's revenue. Where the terms ask for net
    movements, one row per account: its first day if it paid nothing at the start, else its last.
    """
    priced = at_one_day(lines, rates, span.start, terms.currency).with_columns(converted("monthly"))
    opening = (
        priced.filter(active(span.start))
        .group_by("account_id")
        .agg(pl.col("monthly").sum().cast(MONEY).alias("opening"))
    )
    edges = _edges(priced, span).cache()
    summed = edges.group_by("account_id", "moved_on").agg(pl.col("delta").sum().cast(MONEY))
    days = _with_origin(summed.filter(pl.col("delta") != 0).cache(), edges).sort("account_id", "moved_on").cache()
    if terms.movements == "lasting":
        days = _without_passers(days, opening)
    elif terms.movements == "net":
        days = _one_a_span(days, opening)
    risen = days.with_columns(pl.col("delta").cum_sum().over("account_id").alias("risen"))  # joins keep no order
    level = pl.col("opening").fill_null(0) + pl.col("risen")
    walked = (
        risen.join(opening, on="account_id", how="left", validate="m:1")
        .with_columns(level.cast(MONEY).alias("after"), (level - pl.col("delta")).cast(MONEY).alias("before"))
        .cache()
    )
    joining = walked.filter((pl.col("before") <= 0) & (pl.col("after") > 0)).select("account_id", "moved_on")
    theirs = changes(lines.join(joining, on="account_id", how="semi").cache(), terms.currency)
    paid = paid_before(joining.rename({"account_id": "account"}), theirs).rename({"account": "account_id"})
    walked = walked.join(paid, on=["account_id", "moved_on"], how="left", validate="1:1")
    return _as_movements(walked.with_columns(gap_days=_days(pl.col("moved_on"))), terms.reactivation_window_days)


def _without_passers(days: pl.LazyFrame, opening: pl.LazyFrame) -> pl.LazyFrame:
    """The days but for those of accounts that pay nothing at the start, and nothing more at the end."""
    paying = opening.filter(pl.col("opening") > 0).select("account_id", pl.lit(value=True).alias("pays"))
    stays = pl.col("pays").is_not_null() | (pl.col("delta").sum().over("account_id") != 0)
    kept = days.join(paying, on="account_id", how="left", validate="m:1").filter(stays)
    return kept.drop("pays").sort("account_id", "moved_on")


def _one_a_span(days: pl.LazyFrame, opening: pl.LazyFrame) -> pl.LazyFrame:
    """One day for each account whose revenue is another at the end of the span than at its start."""
    pays = pl.col("opening").fill_null(0) > 0
    return (
        days.group_by("account_id")
        .agg(
            pl.col("moved_on").min().alias("first_on"),
            pl.col("moved_on").max().alias("last_on"),
            pl.col("delta").sum().cast(MONEY),
            joined(parted(pl.col("origin")).explode().unique().sort()),
        )
        .filter(pl.col("delta") != 0)
        .join(opening, on="account_id", how="left", validate="1:1")
        .select("account_id", pl.when(pays).then("last_on").otherwise("first_on").alias("moved_on"), "delta", "origin")
        .sort("account_id", "moved_on")
    )


def of_windows(balances: pl.LazyFrame, invoices: pl.LazyFrame, scored: Span, terms: Terms) -> pl.LazyFrame:
    """The one net change of each account between the comparison and the scored window.

    One row per account whose revenue differs, as `SCHEMA`; dated on the last line of the scored window, or
    on its first day where there is none. `origin` lists the lines of the scored window, up to eight.
    """
    inside = scored.holds(pl.col("dated_on"))
    own = place().filter(inside)
    facts = invoices.group_by("account_id").agg(
        pl.col("dated_on").filter(inside).min().alias("first_on"),
        pl.col("dated_on").filter(inside).max().alias("last_on"),
        joined(own.sort_by(pl.col("amount").filter(inside), descending=True).head(8)).alias("origin"),
    )
    paid = bought_before(balances, invoices, scored.start, terms.currency)
    known = balances.join(facts, on="account_id", how="left", validate="1:1")
    walked = known.join(paid, on="account_id", how="left", validate="1:1").with_columns(
        (pl.col("after") - pl.col("before")).cast(MONEY).alias("delta"),
        pl.coalesce("last_on", pl.lit(scored.start)).alias("moved_on"),
        pl.col("paid_until").is_not_null().alias("has_paid"),
        _days(pl.coalesce("first_on", pl.lit(scored.start))).alias("gap_days"),
    )
    return _as_movements(walked.filter(pl.col("delta") != 0), terms.reactivation_window_days)


def of_exchange(balances: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """What the move of exchange rates did to the closing revenue of each account, as `SCHEMA`."""
    amount = (pl.col("after_spot") - pl.col("after")).cast(MONEY)
    return (
        balances.select(
            "account_id",
            pl.lit(span.last_day).alias("moved_on"),
            pl.lit("fx").alias("kind"),
            amount.alias("amount"),
            pl.lit(None, dtype=pl.Int64).alias("gap_days"),
            pl.lit("rates").alias("origin"),
        )
        .filter(pl.col("amount") != 0)
        .select(*SCHEMA)
    )


def _edges(priced: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """What lines add on the days of the span on which they begin or end, with their places."""
    sides = {"starts_on": pl.col("monthly"), "ends_on": -pl.col("monthly")}
    return pl.concat(
        [
            priced.filter(span.holds(pl.col(day))).select(
                "account_id", pl.col(day).alias("moved_on"), delta.alias("delta"), "origin_file", "origin_row"
            )
            for day, delta in sides.items()
        ]
    )


def _with_origin(moved: pl.LazyFrame, edges: pl.LazyFrame) -> pl.LazyFrame:
    """The days on which something moved, with `origin`.

    Of lines billed month by month, one begins where another ends, so that most days on which lines end move nothing.
    """
    key = ["account_id", "moved_on"]
    theirs = edges.join(moved, on=key, how="semi").select(*key, place().alias("origin"))
    named = theirs.group_by(key).agg(joined(pl.col("origin").unique().sort()))
    return moved.join(named, on=key, how="left", validate="1:1")


def _days(back_on: pl.Expr) -> pl.Expr:
    """How many days an account had not paid."""
    return (back_on - pl.col("paid_until")).dt.total_days()


def _as_movements(walked: pl.LazyFrame, window_days: int | None) -> pl.LazyFrame:
    kind = kind_of(pl.col("before"), pl.col("after"), pl.col("has_paid"), pl.col("gap_days"), window_days)
    came_back = pl.col("kind").is_in(["new", "reactivation"])
    return (
        walked.with_columns(kind.alias("kind"))
        .select(
            "account_id",
            "moved_on",
            "kind",
            (pl.col("delta") * pl.when(pl.col("kind").is_in(LOSSES)).then(-1).otherwise(1)).cast(MONEY).alias("amount"),
            pl.when(came_back).then("gap_days").alias("gap_days"),
            pl.col("origin").fill_null(""),
        )
        .sort("account_id", "moved_on", "kind")
    )


def last_paid_on(lines: pl.LazyFrame, span: Span, reporting: str) -> pl.LazyFrame:
    """The last day on which each account paid that did so in the span or on the day before it: account_id, last_on."""
    until = pl.min_horizontal(pl.col("ends_on").fill_null(NEVER), pl.lit(span.end))
    served = (pl.col("starts_on") < span.end) & (until >= span.start)
    return while_paying(lines, reporting, [(until.max() - DAY).alias("last_on")], where=served)
