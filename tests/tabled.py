"""Reads the small text tables that tests are written in."""

from collections.abc import Mapping

import polars as pl

from scoring.frame import Kind, conform
from scoring.tables import TABLES

EMPTY = {name: declared.empty() for name, declared in TABLES.items()}
"""The declared tables without rows, made once."""


def rows(text: str) -> pl.DataFrame:
    """A frame of text from lines of columns set apart by blanks; `.` is null and `_` a blank."""
    head, *body = [line.split() for line in text.strip().splitlines()]
    cells = [[None if c == "." else c.replace("_", " ") for c in line] for line in body]
    return pl.DataFrame(cells, schema=dict.fromkeys(head, pl.String), orient="row")


def table(name: str, text: str) -> pl.DataFrame:
    """A declared table from text, with an origin on every row and ids where none are given."""
    frame = rows(text)
    declared = TABLES[name]
    kinds = {c.name: c.kind for c in declared.columns}
    typed = frame.with_columns(_typed(c, kinds[c]) for c in frame.columns if c in kinds)
    typed = typed.with_columns(
        pl.lit(f"{name}.csv").alias("origin_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("origin_row"),
    )
    if "line_id" in kinds and "line_id" not in frame.columns:
        typed = typed.with_columns(pl.format("{}:{}", "origin_file", "origin_row").alias("line_id"))
    return conform(typed.lazy(), declared).collect()


def tables(texts: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """All declared tables; those not in `texts` are empty."""
    return {n: table(n, texts[n]) if n in texts else empty for n, empty in EMPTY.items()}


def _typed(name: str, kind: Kind) -> pl.Expr:
    column = pl.col(name)
    if kind is Kind.DATE:
        return column.str.to_date("%Y-%m-%d")
    if kind is Kind.FLAG:
        return column == "yes"
    if kind is Kind.MONEY:
        return column.str.to_decimal(scale=4).cast(kind.dtype)
    if kind is Kind.NUMBER:
        return column.str.to_decimal(scale=6).cast(kind.dtype)
    return column.cast(kind.dtype)
