"""Which customers are new? Each once, on the day it began to pay, with what it began with."""

import polars as pl

from scoring.facts.dated import At, Dated
from scoring.money import MONEY

COLUMNS = ("new_logos", "new_logo_revenue")


def logos(moves: pl.LazyFrame, way: At) -> Dated:
    """The new customers of the movements, as `COLUMNS`; who came back is none, also where that is new revenue again.

    `way` is the policy of credit.
    """
    rows = moves.filter(pl.col("kind") == "new", pl.col("gap_days").is_null()).select(
        "account_id",
        pl.col("moved_on").alias("on"),
        pl.lit(1).cast(MONEY).alias("new_logos"),
        pl.col("amount").alias("new_logo_revenue"),
    )
    return Dated(rows, COLUMNS, way)
