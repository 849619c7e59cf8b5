"""How is an amount divided so that not a digit is lost? By largest remainder, ties to the first id."""

from collections.abc import Sequence

import polars as pl

from scoring.money import from_units, units


def split(rows: pl.LazyFrame, amounts: Sequence[str], key: Sequence[str]) -> pl.LazyFrame:
    """The rows with each amount replaced by the part that `weight` of `whole` gives.

    `rows` has manager_id, weight and whole, and within a `key` every row carries the whole amount; the
    weights of a key add up to its whole. The parts of a key then add up to the amount, to the last digit.
    """
    ordered, whole = rows.sort(*key, "manager_id"), pl.col("whole").cast(pl.Int128)
    product, floor, turn, left = ({a: f"{a}, {what}" for a in amounts} for what in ("product", "floor", "turn", "left"))
    weight = pl.col("weight").cast(pl.Int128)
    floored = ordered.with_columns((units(pl.col(a)) * weight).alias(product[a]) for a in amounts).with_columns(
        (pl.col(product[a]) // whole).alias(floor[a]) for a in amounts
    )
    ranked = floored.with_columns(
        *((units(pl.col(a)) - pl.col(floor[a]).sum().over(key)).alias(left[a]) for a in amounts),
        *(_turn(pl.col(product[a]) - pl.col(floor[a]) * whole, key).alias(turn[a]) for a in amounts),
    )
    extra = {a: (pl.col(turn[a]) <= pl.col(left[a])).cast(pl.Int128) for a in amounts}
    return ranked.with_columns(from_units(pl.col(floor[a]) + extra[a]).alias(a) for a in amounts).drop(
        *product.values(), *floor.values(), *turn.values(), *left.values()
    )


def _turn(remainder: pl.Expr, key: Sequence[str]) -> pl.Expr:
    """Whose turn it is to get one more within the key: 1 for the largest remainder."""
    return remainder.cast(pl.Int64).rank("ordinal", descending=True).over(key).cast(pl.Int64)
