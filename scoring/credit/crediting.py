"""Whose is each movement, each opening and closing, and each account's outcome? By policy, without residue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from scoring.credit.shares import on_days, over_days
from scoring.credit.split import split
from scoring.days import DAY, Span
from scoring.money import MONEY

TIME_WEIGHTED = "time_weighted"
MOVEMENT = ["account_id", "moved_on", "kind"]


@dataclass(frozen=True, slots=True, eq=False)
class Responsibility:
    """Spans of responsibility and the days on which they are looked up.

    `opens_on` is the day that decides the opening and `at_open`, `closes_on` the one for the closing and
    `at_close`. `causes` says whose each movement is `at_event` where that is no question of days: account_id,
    moved_on, kind, manager_id, weight.
    """

    spans: pl.LazyFrame
    divide: bool
    span: Span
    opens_on: date
    closes_on: date
    causes: pl.LazyFrame | None = None

    def on(self, wanted: pl.LazyFrame) -> pl.LazyFrame:
        """Weights of each account on the days in `on`."""
        return on_days(wanted.select("account_id", "on").unique(), self.spans, divide=self.divide)

    def over(self, accounts: pl.LazyFrame) -> pl.LazyFrame:
        """Weights of each account over the whole span."""
        distinct = accounts.select("account_id").unique()
        return over_days(distinct, self.spans, self.span.start, self.span.end, divide=self.divide)


def movements(
    moves: pl.LazyFrame, whose: Responsibility, policies: Mapping[str, str], eve: timedelta = DAY
) -> pl.LazyFrame:
    """Every movement with whom it is credited to.

    One row per movement and manager: the columns of a movement with `manager_id`, amounts in parts that add
    up. `policies` names, per kind, at_open, at_event (as is what it does not name), at_close or time_weighted;
    churn at_event belongs to who held the last day of service, its `eve` earlier. Sorted by account, day, kind,
    manager.
    """
    ways = pl.col("kind").replace_strict(dict(policies), default="at_event", return_dtype=pl.String)
    last_day = pl.when(pl.col("kind") == "churn").then(pl.col("moved_on") - eve).otherwise("moved_on")
    dated = moves.with_columns(ways.alias("way")).with_columns(
        pl.when(pl.col("way") == "at_open").then(pl.lit(whose.opens_on))
        .when(pl.col("way") == "at_event").then(last_day)
        .otherwise(pl.lit(whose.closes_on)).alias("on")
    )  # fmt: skip
    keep = [*MOVEMENT, "manager_id", "amount", "gap_days", "origin", "weight", "whole"]
    rows = [weighed.select(keep) for weighed in _weighed(dated, whose)]
    parts = split(pl.concat(rows), ["amount"], MOVEMENT)
    return parts.filter(pl.col("amount") != 0).drop("weight", "whole").sort(*MOVEMENT, "manager_id")


def _weighed(dated: pl.LazyFrame, whose: Responsibility) -> list[pl.LazyFrame]:
    """The movements with the weights of those they belong to, by the way in which it is decided."""
    timed = dated.filter(pl.col("way") == TIME_WEIGHTED)
    spot = dated.filter(pl.col("way") != TIME_WEIGHTED)
    rows = [timed.join(whose.over(timed), on="account_id")]
    if whose.causes is not None:
        wholes = whose.causes.with_columns(pl.col("weight").sum().over(MOVEMENT).alias("whole"))
        rows.append(spot.filter(pl.col("way") == "at_event").join(wholes, on=MOVEMENT))
        spot = spot.join(rows[-1], on=MOVEMENT, how="anti")
    return [*rows, spot.join(whose.on(spot), on=["account_id", "on"])]


def level(balance: pl.LazyFrame, whose: Responsibility, on: date, column: str) -> pl.LazyFrame:
    """The amount of `column` by who holds the account on the day.

    One row per account and manager: account_id, manager_id and the column, in parts that add up.
    """
    dated = balance.select("account_id", column, pl.lit(on).alias("on"))
    parts = split(dated.join(whose.on(dated), on=["account_id", "on"]), [column], ["account_id"])
    return parts.select("account_id", "manager_id", column)


def dated(happened: pl.LazyFrame, columns: Sequence[str], whose: Responsibility, way: str) -> pl.LazyFrame:
    """What happened on days, by who is credited.

    `happened` has account_id, `on` and the columns, all of money. One row per account and manager: account_id,
    manager_id and the sums of the columns, in parts that add up.
    """
    day = {"at_open": pl.lit(whose.opens_on), "at_close": pl.lit(whose.closes_on)}.get(way, pl.col("on"))
    summed = happened.with_columns(day.alias("on")).group_by("account_id", "on").agg(pl.col(*columns).sum().cast(MONEY))
    weights = whose.over(summed) if way == TIME_WEIGHTED else whose.on(summed)
    rows = summed.join(weights, on=["account_id"] if way == TIME_WEIGHTED else ["account_id", "on"])
    undivided = pl.col("weight") == pl.col("whole")  # most are, and splitting costs the more the more amounts there are
    keys = ["account_id", "manager_id"]
    shared = rows.filter(~undivided).unpivot(
        columns, index=[*keys, "on", "weight", "whole"], variable_name="column", value_name="amount"
    )
    parts = split(shared.filter(pl.col("amount") != 0), ["amount"], ["account_id", "on", "column"])
    wide = [pl.when(pl.col("column") == name).then("amount").alias(name) for name in columns]
    kept = pl.concat([rows.filter(undivided).select(*keys, *columns), parts.select(*keys, *wide)])
    return kept.group_by(keys).agg(pl.col(*columns).sum().cast(MONEY))


def outcomes(outcome: pl.LazyFrame, whose: Responsibility, way: str) -> pl.LazyFrame:
    """Each account's outcome, whole, by who answers for it.

    `outcome` has account_id, before, after (neither below 0) and event_on. One row per account and manager:
    account_id, manager_id, `share` (0 to 1, four decimals, adding up to 1), before, after, `kept` (the
    smaller of the two), `lost` and `gained`, so that before = kept + lost and after = kept + gained.
    """
    day = {"at_open": pl.lit(whose.opens_on), "at_close": pl.lit(whose.closes_on)}.get(way, pl.col("event_on"))
    dated = outcome.with_columns(day.alias("on"))
    weights = whose.over(dated) if way == TIME_WEIGHTED else whose.on(dated)
    kept = pl.min_horizontal("before", "after")
    rows = dated.join(weights, on=["account_id"] if way == TIME_WEIGHTED else ["account_id", "on"]).with_columns(
        pl.lit(1).cast(MONEY).alias("share"),
        kept.alias("kept"),
        (pl.col("before") - kept).cast(MONEY).alias("lost"),
        (pl.col("after") - kept).cast(MONEY).alias("gained"),
    )
    parts = split(rows, ["share", "kept", "lost", "gained"], ["account_id"])
    return parts.select(
        "account_id",
        "manager_id",
        "share",
        (pl.col("kept") + pl.col("lost")).cast(MONEY).alias("before"),
        (pl.col("kept") + pl.col("gained")).cast(MONEY).alias("after"),
        "kept",
        "lost",
        "gained",
    ).sort("account_id", "manager_id")
