"""Where does a run of equal values begin and end, and what was summed up before it? On sorted rows, without windows."""

import polars as pl


def is_first(column: pl.Expr) -> pl.Expr:
    """Whether the row is the first of its run."""
    return column.ne_missing(column.shift(1))


def is_last(column: pl.Expr) -> pl.Expr:
    """Whether the row is the last of its run."""
    return column.ne_missing(column.shift(-1))


def carried(sums: str, values: str, begins: pl.Expr) -> pl.Expr:
    """The running sum just before the run that a row is in, as `carried`; `begins` says where runs begin."""
    return pl.when(begins).then(pl.col(sums) - pl.col(values)).forward_fill().alias("carried")
