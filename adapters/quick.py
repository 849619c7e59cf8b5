"""Is a text file so plain that it can be typed while it is read? One look at its bytes, in pieces, decides.

Where every line fits the one shape that its columns have, no cell can be read in two ways, and Polars' own types
are exact. Where a single one does not, nothing of this is used and the file is read with care. Memory holds the values
and a piece of the file, never its text.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from adapters.files.container import Bytes, at_hand
from adapters.files.content import TEXT, format_named
from adapters.files.declared import Opening
from adapters.files.dialect import Dialect, dialect_of
from adapters.files.opening import Opened
from adapters.files.proof import fits, proven
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, is_nameless
from adapters.values.cells import LONGEST
from adapters.values.currencies import decimals_of
from adapters.values.parsing import CURRENCY, DTYPES, Asked
from adapters.values.shapes import DECIMALS, row_shapes
from adapters.values.typed import KEPT, Typed

Asks = Callable[[Sequence[str]], Sequence[Asked]]
"""Which columns are wanted of a file with such a header; `shown` is their name in it."""

_FIRST = 1 << 16


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a file is laid out, what is asked of its columns, where its rows begin, and the shape of their lines."""

    dialect: Dialect
    asked: Sequence[Asked]
    columns: Sequence[Asked | None]
    start: int
    shape: str


def read_quickly(path: Path, name: str, asks: Asks) -> tuple[Opened, Typed] | None:
    """The file, its rows typed already, and what is to be said of them; None where it has to be read with care."""
    found = _proven(path, asks) if format_named(path) == TEXT else None
    if found is None:
        return None
    text, plan, digest = found
    scanned = _read(_scan(text if isinstance(text, bytes) else path, plan))
    frame = None if scanned is None else _undoubted(scanned, plan.asked)
    if frame is None:
        return None
    return Opened(name, digest, tuple(plan.dialect.names), frame), Typed(frame, (), frozenset())


def scanned_quickly(path: Path, asks: Asks) -> pl.LazyFrame | None:
    """What is asked for of a file on the disk, not read yet; None where it has to be read with care.

    Texts are not looked at: one may stand for nothing.
    """
    found = _proven(path, asks)
    return None if found is None else _scan(path, found[1])


def _proven(path: Path, asks: Asks) -> tuple[Bytes, _Plan, str] | None:
    """The bytes of the file, what to do with them, and their hash; None where a line is not plain."""
    try:
        with at_hand(path) as text:
            plan = _plan(text[:_FIRST], asks)
            digest = proven(text, plan.start, plan.shape) if plan else None
    except UnreadableError:
        return None
    return None if plan is None or digest is None else (text, plan, digest)


def _plan(first: bytes, asks: Asks) -> _Plan | None:
    """What to do, where the header is one plain line in UTF-8, with its mark or without."""
    text = first.removeprefix(BOM_UTF8)
    end = text.find(b"\n") + 1
    if not end or b"\0" in text or text.startswith((b"\xff", b"\xfe")):
        return None
    try:
        dialect = dialect_of(text[: text.rfind(b"\n") + 1].decode().encode(), Opening())
    except (UnreadableError, UnicodeDecodeError):
        return None
    is_plain = dialect.lines_above == 1 and not any(map(is_nameless, dialect.names))
    asked = asks(dialect.names) if is_plain else ()
    by_name = {column.shown: column for column in asked}
    columns = [by_name.get(name) for name in dialect.names]
    start = len(first) - len(text) + end
    line = first[start:].split(b"\n", 1)[0] + b"\n"
    shapes = row_shapes(columns, dialect.delimiter) if asked else ()
    shape = next((shape for shape in shapes if fits(line, rf"\A{shape}\z")), None)
    return _Plan(dialect, asked, columns, start, shape) if shape else None


def _scan(source: Path | bytes, plan: _Plan) -> pl.LazyFrame:
    """What was asked for, not read yet."""
    return pl.scan_csv(
        source,
        has_header=False,
        skip_lines=1,
        schema={n: DTYPES[c.kind] if c else pl.String() for n, c in zip(plan.dialect.names, plan.columns, strict=True)},
        separator=plan.dialect.delimiter,
        glob=False,
    ).select(pl.col(column.shown).alias(column.name) for column in plan.asked)


def _read(scan: pl.LazyFrame) -> pl.DataFrame | None:
    """The rows, numbered; None where the calendar has no such day."""
    try:
        frame = scan.collect()
    except pl.exceptions.PolarsError:
        return None
    row = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)
    return frame.select(row, pl.lit(value=True).alias(KEPT), pl.all())


def _undoubted(frame: pl.DataFrame, asked: Sequence[Asked]) -> pl.DataFrame | None:
    """The rows, empty text as none; None where a text may stand for none or is too long, or a row holds nothing.

    The shape of the lines leaves no doubt of other values. Words are looked for where one of that length may be.
    """
    empty = []
    for column in (c for c in asked if c.kind == "text"):
        length, cell = frame.select(n=pl.col(column.name).str.len_bytes()), pl.col(column.name)
        least, most = length.select(least=pl.col("n").min().fill_null(0), most=pl.col("n").max().fill_null(0)).row(0)
        words = [w for w in column.blanks if w and least <= len(w.encode()) <= most]
        if most > LONGEST or (words and frame.select(cell.is_in(words).any()).item()):
            return None
        empty += [cell] if least == 0 else []
    blanked = frame.with_columns(pl.when(column != "").then(column) for column in empty)
    return None if _has_empty_row(blanked, asked) or _has_odd_currency(blanked) else blanked


def _has_empty_row(frame: pl.DataFrame, asked: Sequence[Asked]) -> bool:
    """Whether a row holds nothing, or there is none."""
    names = [c.name for c in asked]
    has_blanks = all(frame[name].null_count() for name in names)
    return frame.is_empty() or (has_blanks and frame.select(pl.all_horizontal(pl.col(names).is_null()).any()).item())


def _has_odd_currency(frame: pl.DataFrame) -> bool:
    """Whether one has fewer decimals than the shape of amounts."""
    if CURRENCY not in frame.columns:
        return False
    codes = frame[CURRENCY].drop_nulls()
    several = codes.unique() if codes.is_empty() or (codes != codes[0]).any() else codes.head(1)
    return any(decimals_of(code) < DECIMALS for code in several)
