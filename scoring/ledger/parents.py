"""Which account pays for which? Rows of children put under the parent that pays, for the grain `parent`."""

from collections.abc import Mapping

import polars as pl

DEEPEST = 20
"""More generations than any company has; circles are refused before they come here."""


def rolled_up(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with every account_id replaced by that of the topmost parent; accounts keep only those."""
    tops = _tops(tables["accounts"])
    made = {}
    for name, frame in tables.items():
        if name == "accounts":
            made[name] = frame.filter(pl.col("account_id").is_in(tops["top"].unique().implode()))
        elif "account_id" in frame.columns:
            joined = frame.join(tops, on="account_id", how="left", validate="m:1", maintain_order="left")
            made[name] = joined.with_columns(pl.coalesce("top", "account_id").alias("account_id")).drop("top")
        else:
            made[name] = frame
    made["ownership"] = made["ownership"].unique(
        ["account_id", "manager_id", "starts_on", "ends_on", "share"], keep="first", maintain_order=True
    )
    return made


def _tops(accounts: pl.DataFrame) -> pl.DataFrame:
    """One row per account: account_id, top."""
    parents = accounts.select("account_id", "parent_id")
    tops = parents.with_columns(pl.coalesce("parent_id", "account_id").alias("top")).drop("parent_id")
    for _ in range(DEEPEST):
        higher = tops.join(parents, left_on="top", right_on="account_id", how="left", validate="m:1")
        if higher["parent_id"].null_count() == higher.height:
            break
        tops = higher.with_columns(pl.coalesce("parent_id", "top").alias("top")).drop("parent_id")
    return tops
