"""How is an amount divided so that not a digit is lost? By largest remainder, ties to the first id."""

from collections.abc import Sequence

import polars as pl

from scoring.money import from_units, units


def split(rows: pl.LazyFrame, amounts: Sequence[str], key: Sequence[str]) -> pl.LazyFrame:
    """The rows with each amount replaced by the part that `weight` of `whole` gives.

    `rows` has manager_id, weight and whole, and within a `key` every row carries the whole amount; the
    weights of a key add up to its whole. The parts of a key then add up to the amount, to the last digit.
    """
    ordered = rows.sort(*key, "manager_id")
    for amount in amounts:
        product = units(pl.col(amount)) * pl.col("weight").cast(pl.Int128)
        whole = pl.col("whole").cast(pl.Int128)
        floor = (product // whole).alias("floor")
        ordered = ordered.with_columns(
            floor, (product - (product // whole) * whole).cast(pl.Int64).alias("remainder")
        ).with_columns(
            (units(pl.col(amount)) - pl.col("floor").sum().over(key)).cast(pl.Int64).alias("left"),
            pl.col("remainder").rank("ordinal", descending=True).over(key).cast(pl.Int64).alias("turn"),
        )
        extra = (pl.col("turn") <= pl.col("left")).cast(pl.Int128)
        ordered = ordered.with_columns(from_units(pl.col("floor") + extra).alias(amount))
    return ordered.drop("floor", "remainder", "left", "turn", strict=False)
