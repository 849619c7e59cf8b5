"""Which account pays for which? Rows of children put under the parent that pays, for the grain `parent`."""

from collections.abc import Mapping

import polars as pl

from scoring.money import RATE_SCALE

DEEPEST = 20
"""More generations than any company has; circles are refused before they come here."""


def rolled_up(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with every account_id replaced by that of the topmost parent; accounts keep only those.

    Exclusions stay where they are: leaving out a child does not leave out who pays for it.
    """
    tops = topmost(tables["accounts"])
    made = {}
    for name, frame in tables.items():
        if name == "accounts":
            made[name] = frame.filter(pl.col("account_id").is_in(tops["top"].unique().implode()))
        elif "account_id" in frame.columns and name != "exclusions":
            joined = frame.join(tops, on="account_id", how="left", validate="m:1", maintain_order="left")
            made[name] = joined.with_columns(pl.coalesce("top", "account_id").alias("account_id")).drop("top")
        else:
            made[name] = frame
    made["ownership"] = _owners(tables["ownership"], tops)
    return made


def _owners(ownership: pl.DataFrame, tops: pl.DataFrame) -> pl.DataFrame:
    """The owners of the topmost accounts.

    Its own where it has any; else those of its children, each child standing for an equal part of it.
    """
    named = ownership.join(tops, on="account_id", how="left", validate="m:1", maintain_order="left").with_columns(
        pl.coalesce("top", "account_id").alias("top")
    )
    own = pl.col("account_id") == pl.col("top")
    counted = named.filter(own | ~own.any().over("top")).with_columns(
        pl.col("account_id").rank("dense").over("top").cast(pl.Int64).alias("turn"),
        pl.col("account_id").n_unique().over("top").cast(pl.Int64).alias("of"),
    )
    part = RATE_SCALE * pl.col("turn") // pl.col("of") - RATE_SCALE * (pl.col("turn") - 1) // pl.col("of")
    share = (pl.col("share").fill_null(1) * RATE_SCALE).cast(pl.Int64) * part // RATE_SCALE
    millionths = share.cast(pl.Decimal(38, 0)) * pl.lit("0.000001").str.to_decimal(scale=6)
    return counted.with_columns(
        pl.col("top").alias("account_id"), millionths.cast(ownership.schema["share"]).alias("share")
    ).select(ownership.columns)


def topmost(accounts: pl.DataFrame) -> pl.DataFrame:
    """Each account with the topmost parent that pays for it, or itself: account_id, top."""
    parents = accounts.select("account_id", "parent_id")
    tops = parents.with_columns(pl.coalesce("parent_id", "account_id").alias("top")).drop("parent_id")
    for _ in range(DEEPEST):
        higher = tops.join(parents, left_on="top", right_on="account_id", how="left", validate="m:1")
        if higher["parent_id"].null_count() == higher.height:
            break
        tops = higher.with_columns(pl.coalesce("parent_id", "top").alias("top")).drop("parent_id")
    return tops
