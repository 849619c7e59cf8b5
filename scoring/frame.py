"""What is a row? Columns and tables as declarations, and the one way to make a frame match them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from scoring.money import MONEY

pl.Config.set_engine_affinity("in-memory")  # docs/decisions.md: frames are collected in memory


class Kind(StrEnum):
    """What a column holds; an adapter parses text into it, whatever the locale."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    MONEY = "money"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type that holds it."""
        return _DTYPES[self]


_DTYPES: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.INSTANT: pl.Datetime("us", "UTC"),
    Kind.MONEY: MONEY,
    Kind.NUMBER: pl.Decimal(18, 6),
    Kind.WHOLE: pl.Int64(),
    Kind.FLAG: pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind and meaning. `required` means no row may leave it empty."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    words: tuple[str, ...] = ()
    """The only values allowed, where the set is closed."""
    refers_to: str | None = None
    """The table whose key this column must be found in."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, its columns, and the key that is unique and sorts it."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    open: bool = False
    """Whether further text columns may come along as attributes."""

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column name to Polars type, in order."""
        return {c.name: c.kind.dtype for c in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(c for c in self.columns if c.name == name)

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.schema)


def conform(frame: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """The frame with the table's columns, in order and typed; absent ones are null.

    An open table keeps its further columns, as text, behind the declared ones.
    """
    present = frame.collect_schema().names()
    declared = [
        (pl.col(c.name) if c.name in present else pl.lit(None)).cast(c.kind.dtype).alias(c.name) for c in table.columns
    ]
    further = [pl.col(n).cast(pl.String) for n in further_columns(present, table)] if table.open else []
    return frame.select(*declared, *further)


def further_columns(present: Sequence[str], table: Table) -> list[str]:
    """The names in `present` that the table does not declare, sorted."""
    declared = {c.name for c in table.columns}
    return sorted(n for n in present if n not in declared)
