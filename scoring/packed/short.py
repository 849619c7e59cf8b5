"""What do later days need of the facts of earlier ones? What runs on, when an account first paid, and until when.

Of an account that has paid ever since it first did, only what runs on then is left, as if all of it had begun on that
first day. Of one that stopped for good, a mark is left on the day on which it first paid, and one on the day on which
it stopped. Others, and those that got a credit, keep all of their facts. Whatever is told of later days is the same.
"""

import polars as pl

from scoring.packed import codes
from scoring.packed.each import OWN, nominal
from scoring.packed.facts import SCHEMA
from scoring.packed.keys import account_day, account_of, code_of, day_in, on, packed
from scoring.packed.runs import carried, is_first, is_last

_MARK = codes.codes_of_rung(-1)[0]
"""The code of what marks that an account paid: of no rung."""


def shortened(facts: pl.DataFrame, since: int, tolerance: int) -> pl.DataFrame:
    """The facts, sorted by key and `each`, with those of days before `since` short. `tolerance` as for `gaps.bridged`.

    All that happened before `since` must be known: nothing of it waits for a renewal any more.
    """
    is_early = day_in(pl.col("key")) < since
    early = facts.filter(is_early)
    stood = _standing(early, since, tolerance)
    marked = (
        early.lazy()
        .with_columns(account_of(pl.col("key")).alias("account"))
        .join(stood.lazy(), on="account", how="left", validate="m:1", maintain_order="left")
    )
    whole = marked.filter(pl.col("began").is_null()).select(*SCHEMA)
    short = pl.concat([whole, _running(marked), _marks(stood.lazy())]).sort("key", "each").collect()
    return short.merge_sorted(facts.filter(~is_early), "key") if short.height else facts.filter(~is_early)


def _standing(early: pl.DataFrame, since: int, tolerance: int) -> pl.DataFrame:
    """One row per account that can be made short: account, `began` (the day on which it first paid), `stopped`."""
    key, at = pl.col("key"), pl.col("at")
    is_paying = codes.is_paying(code_of(key))
    credited = early.lazy().filter(~is_paying).select(account_of(key).alias("account")).unique()
    return (
        early.lazy()
        .filter(is_paying)
        .select(account_day(key).alias("at"), account_of(key).alias("account"), day_in(key).alias("day"), nominal())
        .with_columns(pl.col("nominal").cum_sum().alias("sum"))
        .with_columns(carried("sum", "nominal", is_first(pl.col("account"))))
        .filter(is_last(at))
        .select("account", "day", (pl.col("sum") == pl.col("carried")).alias("is_out"))
        .group_by("account", maintain_order=True)
        .agg(
            pl.col("day").first().alias("began"),
            pl.col("day").filter("is_out").first().alias("stopped"),
            pl.col("is_out").sum().alias("stops"),
            pl.col("is_out").last(),
        )
        .filter((pl.col("stops") == 0) | ((pl.col("stops") == 1) & pl.col("is_out") & _is_long_ago(since, tolerance)))
        .join(credited, on="account", how="anti", maintain_order="left")
        .select("account", "began", "stopped")
        .collect()
    )


def _is_long_ago(since: int, tolerance: int) -> pl.Expr:
    return pl.col("stopped") + tolerance <= since


def _running(early: pl.LazyFrame) -> pl.LazyFrame:
    """What runs on of accounts that are made short, as if it had begun on the day on which they first paid."""
    key, code = pl.col("key"), code_of(pl.col("key"))
    since = pl.when(codes.is_over(code)).then(codes.not_over(code)).otherwise(code)
    at = packed(pl.col("account"), on(since, pl.col("began")))
    return (
        early.filter(pl.col("began").is_not_null())
        .select(at.alias("key"), "each", "count")
        .group_by(key, "each")
        .agg(pl.col("count").sum())
        .filter(pl.col("count") != 0)
        .select(*SCHEMA)
    )


def _marks(stood: pl.LazyFrame) -> pl.LazyFrame:
    """The marks of accounts that stopped."""
    gone = stood.filter(pl.col("stopped").is_not_null())
    sides = [("began", 1), ("stopped", -1)]
    return pl.concat(
        [
            gone.select(
                packed(pl.col("account"), on(pl.lit(_MARK, dtype=pl.Int64), pl.col(day))).alias("key"),
                pl.lit(OWN, dtype=pl.Int64).alias("each"),
                pl.lit(count, dtype=pl.Int64).alias("count"),
            )
            for day, count in sides
        ]
    )
