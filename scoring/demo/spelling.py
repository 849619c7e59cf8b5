"""How does a system write a flag, a sum, a number? Words that several exports share."""

import polars as pl


def flag(condition: pl.Expr) -> pl.Expr:
    """The condition as the word true or false."""
    return pl.when(condition).then(pl.lit("true")).otherwise(pl.lit("false"))


def decimals(cents: pl.Expr) -> pl.Expr:
    """The cents as text with two decimals."""
    size = cents.abs()
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, size // 100, pl.lit("."), (size % 100).cast(pl.String).str.zfill(2))


def numbered(prefix: str, number: pl.Expr) -> pl.Expr:
    """The number with its prefix and leading zeros, as systems number their records."""
    return pl.lit(prefix) + number.cast(pl.String).str.zfill(9)
