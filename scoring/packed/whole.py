"""How is money divided fast? In Int64, by a literal, one named step after another.

An expression that is used twice is worked out twice where frames stream, and again for each use of that. Columns with
names are worked out once.
"""

from collections.abc import Sequence

import polars as pl

from scoring.money import MONEY, units

_PLACES = MONEY.scale
WIDEST = 10**12
"""Ten-thousandths above which an amount is left to the wide numbers of `money`: so no product leaves Int64."""


def divided(frame: pl.LazyFrame, column: str, by: int, into: str) -> pl.LazyFrame:
    """The frame with the column divided and rounded half to even, as `money.divided`, for a number above 0."""
    return (
        frame.with_columns((pl.col(column) // by).alias("_floor"))
        .with_columns((2 * (pl.col(column) - pl.col("_floor") * by) - by).alias("_above"))
        .with_columns(
            pl.when((pl.col("_above") > 0) | ((pl.col("_above") == 0) & (pl.col("_floor") % 2 != 0)))
            .then(pl.col("_floor") + 1)
            .otherwise("_floor")
            .alias(into)
        )
        .drop("_floor", "_above")
    )


def looked_up(column: str, values: dict[str, int]) -> pl.Expr:
    """What stands for a text; null where nothing does. A few are compared one by one, which is faster."""
    if len(values) > 8:
        return pl.col(column).replace_strict(values, default=None, return_dtype=pl.Int64)
    found = pl.lit(None, dtype=pl.Int64)
    for text, value in values.items():
        found = pl.when(pl.col(column) == text).then(pl.lit(value, dtype=pl.Int64)).otherwise(found)
    return found


def is_one_of(column: str, words: Sequence[str]) -> pl.Expr:
    """Whether a text is empty or one of a few words, which are compared one by one."""
    cell = pl.col(column)
    return pl.any_horizontal(cell.is_null(), *((cell == word).fill_null(value=False) for word in words))


def in_units(column: str, kind: pl.DataType) -> pl.Expr:
    """The money of a column in ten-thousandths; what is beyond `WIDEST` is so here, too, but not told apart."""
    scale = kind.scale if isinstance(kind, pl.Decimal) else None
    if scale is not None and scale <= _PLACES:
        wider = int(10 ** (_PLACES - scale))
        most = WIDEST // wider + 1
        return pl.col(column).to_physical().clip(-most, most).cast(pl.Int64) * wider
    return units(pl.col(column).cast(MONEY)).clip(-WIDEST - 1, WIDEST + 1).cast(pl.Int64)
