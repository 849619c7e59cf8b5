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


def parted(rows: pl.LazyFrame, column: str, ends: pl.Expr) -> pl.LazyFrame:
    """One row per run whose last row `ends` tells, with the sum of the column over the run, where that is not 0."""
    return (
        rows.with_columns(pl.col(column).cum_sum())
        .filter(ends)
        .with_columns(pl.col(column) - pl.col(column).shift(1, fill_value=0))
        .filter(pl.col(column) != 0)
    )
