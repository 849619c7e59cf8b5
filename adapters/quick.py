"""Is a text file so plain that it can be typed while it is read? One look at its bytes, in pieces, decides.

Where every line fits the one shape that its columns have, no cell can be read in two ways, and Polars' own types
are exact. Where a single one does not, nothing of this is used and the file is read with care. Memory holds the values
and a piece of the file, never its text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from adapters.files.content import TEXT, format_named, is_gzipped
from adapters.files.declared import Opening
from adapters.files.dialect import Dialect, dialect_of
from adapters.files.opening import Opened
from adapters.files.proof import proven
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW
from adapters.values.cells import LONGEST
from adapters.values.currencies import decimals_of
from adapters.values.parsing import CURRENCY, DTYPES, Asked
from adapters.values.shapes import DECIMALS, row_shape
from adapters.values.typed import KEPT, Typed

Asks = Callable[[Sequence[str]], Sequence[Asked]]
"""Which columns are wanted of a file with such a header; `shown` is their name in it."""

_FIRST = 1 << 16


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a file is laid out, what is asked of it, and where its rows begin."""

    dialect: Dialect
    asked: Sequence[Asked]
    start: int


def read_quickly(path: Path, name: str, asks: Asks) -> tuple[Opened, Typed] | None:
    """The file, its rows typed already, and what is to be said of them; None where it has to be read with care."""
    if format_named(path) != TEXT or is_gzipped(path) or not path.is_file():
        return None
    with path.open("rb") as file:
        plan = _plan(file.read(_FIRST), asks)
    if plan is None:
        return None
    shape = row_shape(_columns(plan), plan.dialect.delimiter)
    digest = proven(path, plan.start, shape) if shape else None
    frame = _scanned(path, plan) if digest else None
    if digest is None or frame is None or _has_doubt(frame, plan.asked):
        return None
    return Opened(name, digest, tuple(plan.dialect.names), frame), Typed(frame, (), frozenset())


def _plan(first: bytes, asks: Asks) -> _Plan | None:
    """What to do, where the header is one plain line in UTF-8."""
    end = first.find(b"\n") + 1
    if not end or b"\0" in first or first.startswith((b"\xef\xbb\xbf", b"\xff", b"\xfe")):
        return None
    try:
        dialect = dialect_of(first[: first.rfind(b"\n") + 1].decode().encode(), Opening())
    except (UnreadableError, UnicodeDecodeError):
        return None
    asked = asks(dialect.names) if dialect.lines_above == 1 else ()
    return _Plan(dialect, asked, end) if asked else None


def _columns(plan: _Plan) -> list[Asked | None]:
    """What is asked of each column of the file."""
    by_name = {column.shown: column for column in plan.asked}
    return [by_name.get(name) for name in plan.dialect.names]


def _scanned(path: Path, plan: _Plan) -> pl.DataFrame | None:
    """The numbered rows with what was asked for; None where the calendar has no such day."""
    scan = pl.scan_csv(
        path,
        has_header=False,
        skip_lines=1,
        schema={
            n: DTYPES[c.kind] if c else pl.String() for n, c in zip(plan.dialect.names, _columns(plan), strict=True)
        },
        separator=plan.dialect.delimiter,
        glob=False,
    ).select(pl.col(column.shown).alias(column.name) for column in plan.asked)
    try:
        frame = scan.collect()
    except pl.exceptions.PolarsError:
        return None
    empty = [c.name for c in plan.asked if c.kind == "text" and (frame[c.name] == "").any()]
    row = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)
    blanked = frame.with_columns(pl.when(pl.col(n) != "").then(pl.col(n)) for n in empty)
    return blanked.select(row, pl.lit(value=True).alias(KEPT), pl.all())


def _has_doubt(frame: pl.DataFrame, asked: Sequence[Asked]) -> bool:
    """Whether a text may be none or too long, or a row holds nothing; the shape leaves no doubt of other values."""
    texts = [c for c in asked if c.kind == "text"]
    doubts = [pl.lit(frame.is_empty())]
    doubts += [pl.col(c.name).is_in(c.blanks).any() | (pl.col(c.name).str.len_bytes().max() > LONGEST) for c in texts]
    if all(frame[c.name].null_count() for c in asked):
        doubts.append(pl.all_horizontal(pl.col(c.name).is_null() for c in asked).any())
    if CURRENCY in frame.columns:
        doubts.append(pl.lit(_has_odd_currency(frame[CURRENCY])))
    return any(frame.select(doubt.alias(str(n)) for n, doubt in enumerate(doubts)).row(0))


def _has_odd_currency(codes: pl.Series) -> bool:
    """Whether a row lacks one that others have, or one has fewer decimals than the shape of amounts."""
    return 0 < codes.null_count() < codes.len() or any(decimals_of(c) < DECIMALS for c in codes.unique().drop_nulls())
