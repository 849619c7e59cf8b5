"""Is a folder so plain that its lines need not be held? Files of our own layout and types, read as they pass by.

Nothing of a line is mended here: where a file is not what it should be, the folder is read with care instead.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from adapters.files.matching import data_files
from adapters.files.refusal import UnreadableError
from adapters.files.rows import header_names
from adapters.named import are_told_apart, named
from adapters.quick import scanned_quickly
from adapters.values.dates import plausible
from adapters.values.formats import OURS
from adapters.values.parsing import CURRENCY, DTYPES, Asked
from adapters.wanted import Wanted

PARQUET, CSV = ".parquet", ".csv"
_A_LINE = 60
"""Bytes of a line of text, about."""
_LATER = "recorded_at"


@dataclass(frozen=True, slots=True, eq=False)
class StreamedFile:
    """One file: its lines, not read yet, with the columns that its table has; and how many they are, about."""

    path: Path
    lines: pl.LazyFrame
    count: int

    @property
    def rows(self) -> pl.LazyFrame:
        """The lines with where each comes from, as others are delivered."""
        file = pl.lit(self.path.name).alias("origin_file")
        return self.lines.with_row_index("origin_row", 1).with_columns(file)


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """Table to its files, in the order of their names."""

    files: Mapping[str, Sequence[StreamedFile]]


def streamed(folder: Path, wanted: Wanted, free: Mapping[str, Collection[str]], least: int = 0) -> Streamed | None:
    """The tables of the folder's files as frames that are not read yet; None where it has to be read with care.

    So it has where a file is named for no table, is no Parquet or CSV file or lies in an archive or in a folder of its
    own, where several files of a table are not told apart by a number, where a line of text is not plain, where a
    column is not of the table's type, a day is none that is meant or a file is damaged or empty, and where rows say
    when they became known; and where it has fewer than `least` bytes.

    `free` are the columns of each table in which any text may stand: there it is trimmed, and none where it says so.
    Others hold words or ids that are known, and whoever reads them finds what is none of those.
    """
    if not folder.is_dir():
        return None
    places = named(folder, wanted)
    if sum(map(len, places.values())) < len(data_files(folder)):
        return None
    if not all(len(found) == 1 or are_told_apart(name for _, name in found) for found in places.values()):
        return None
    paths = [path for found in places.values() for path, _ in found]
    if not all(path.is_file() for path in paths) or sum(path.stat().st_size for path in paths) < least:
        return None
    files = {
        table: _files([path for path, _ in found], wanted.kinds(table), free.get(table, ()))
        for table, found in places.items()
    }
    whole = {table: found for table, found in files.items() if found}
    if len(whole) < len(files):
        return None
    return Streamed(whole)


def _files(paths: Sequence[Path], kinds: Mapping[str, str], free: Collection[str]) -> list[StreamedFile] | None:
    """The files of one table; None where one of them cannot be streamed."""
    found = []
    for path in paths:
        try:
            scan = _scanned(path, kinds)
            count = 0 if scan is None else _lines(path, scan)
        except (pl.exceptions.PolarsError, UnreadableError):  # who reads it with care says what is wrong with it
            return None
        if scan is None or count == 0:
            return None
        found.append(StreamedFile(path, _told(scan, free), count))
    return found


def _scanned(path: Path, kinds: Mapping[str, str]) -> pl.LazyFrame | None:
    """The file's columns that the table has, in its types; None where they are not."""
    if path.suffix == CSV:
        scan = scanned_quickly(path, lambda header: _asked(header, kinds))
    else:
        scan = _as_named(pl.scan_parquet(path)) if path.suffix == PARQUET else None
    if scan is None:
        return None
    types = scan.collect_schema()
    known = [name for name in types if name in kinds]
    if _LATER in types or not all(_fits(types[name], DTYPES[kinds[name]]) for name in known):
        return None
    return None if path.suffix == PARQUET and _is_odd(scan, known, kinds) else scan.select(known)


def _as_named(scan: pl.LazyFrame) -> pl.LazyFrame:
    """The columns under the names by which they are known, whatever their capitals. Raises UnreadableError."""
    names = scan.collect_schema().names()
    told = [name.casefold() for name in header_names(names)]
    return scan if told == names else scan.rename(dict(zip(names, told, strict=True)))


def _is_odd(scan: pl.LazyFrame, known: Sequence[str], kinds: Mapping[str, str]) -> bool:
    """Whether some day is none that is meant, or some rows name a currency and others do not; of text the shape of its
    lines says so. What a file says of its days is mostly enough."""
    days = [pl.col(name) for name in known if kinds[name] == "date"]
    odd = [scan.filter(day.is_not_null() & plausible(day).is_null()).select(pl.len()) for day in days]
    if any(found.item() for found in pl.collect_all(odd, engine="streaming")):
        return True
    if CURRENCY not in known:
        return False
    empty, rows = scan.select(pl.col(CURRENCY).null_count(), pl.len()).collect(engine="streaming").row(0)
    return bool(0 < empty < rows)


def _told(lines: pl.LazyFrame, free: Collection[str]) -> pl.LazyFrame:
    """The lines with what their texts say: trimmed, and none where it is a word for nothing."""
    texts = [Asked(name, "text", OURS, name) for name in lines.collect_schema() if name in free]
    trimmed = lines.with_columns(pl.col(text.name).str.strip_chars() for text in texts)
    return trimmed.with_columns(pl.when(~pl.col(t.name).is_in(t.blanks)).then(t.name).alias(t.name) for t in texts)


def _asked(header: Sequence[str], kinds: Mapping[str, str]) -> list[Asked]:
    """The columns of the table that the header has, in whatever case of letters."""
    shown = {name.casefold(): name for name in header}
    return [Asked(name, kind, OURS, shown[name]) for name, kind in kinds.items() if name in shown]


def _fits(kind: pl.DataType, wanted: pl.DataType) -> bool:
    """Whether values of the one type are exactly values of the other."""
    if isinstance(wanted, pl.Decimal):
        return kind.is_integer() or (isinstance(kind, pl.Decimal) and kind.scale <= wanted.scale)
    return kind == wanted


def _lines(path: Path, frame: pl.LazyFrame) -> int:
    """How many lines the file has, about."""
    if path.suffix == PARQUET:
        return int(frame.select(pl.len()).collect().item())  # its footer says so
    return max(path.stat().st_size // _A_LINE, 1)
