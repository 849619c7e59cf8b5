"""Who went where on the ladder? The flows of a book, whosever it is, ready to be drawn."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from scoring.reports.charts.flows import ASIDE, DOWN, LEFT, NEW, STAYED, UP, Flow

OFF = "No tier"
"""Accounts that pay and are on no rung."""

_PLACES = {NEW: "New", LEFT: "Lost"}


def flows_of(book: pl.DataFrame, tiers: Sequence[str]) -> tuple[Flow, ...]:
    """The flows between the tiers, named from the lowest, in the order of start and end.

    `book` as the run leaves it, or some of its rows. As the measures of the ladder see it: the start is the
    comparison's, accounts shared by several managers count by their shares, and who pays nothing at the start is new.
    Rows that hold nothing at either end are no flow. Without a ladder there are no flows.
    """
    if not tiers:
        return ()
    start, end = pl.col("tier_before"), pl.col("tier_after")
    is_new, is_gone = pl.col("before") <= 0, pl.col("after") <= 0
    key = ["kind", "start_rung", "end_rung"]
    rows = (
        book.filter((pl.col("before") > 0) | (pl.col("after") > 0))
        .with_columns(
            pl.when(is_new).then(None).otherwise(start).alias("start_rung"),
            pl.when(is_gone & ~is_new).then(None).otherwise(end).alias("end_rung"),
            pl.when(is_new)
            .then(pl.lit(NEW))
            .when(is_gone)
            .then(pl.lit(LEFT))
            .otherwise(_step(end - start))
            .alias("kind"),
        )
        .group_by(key)
        .agg(pl.col("share").sum().alias("accounts"), pl.col("before", "after").sum())
        .sort("start_rung", "end_rung", "kind", nulls_last=True)
    )
    return tuple(_flow(row, tiers) for row in rows.select(*key, "accounts", "before", "after").iter_rows(named=True))


def _step(steps: pl.Expr) -> pl.Expr:
    """What a step up or down the ladder is; between a tier and none it is neither."""
    stays = pl.col("tier_before").is_null() & pl.col("tier_after").is_null()
    return (
        pl.when(steps > 0).then(pl.lit(UP)).when(steps < 0).then(pl.lit(DOWN))
        .when((steps == 0) | stays).then(pl.lit(STAYED)).otherwise(pl.lit(ASIDE))
    )  # fmt: skip


def _flow(row: dict[str, Any], tiers: Sequence[str]) -> Flow:
    def name(rung: int | None) -> str:
        return OFF if rung is None else tiers[rung]

    start = _PLACES[NEW] if row["kind"] == NEW else name(row["start_rung"])
    end = _PLACES[LEFT] if row["kind"] == LEFT else name(row["end_rung"])
    return Flow(start, end, **row)
