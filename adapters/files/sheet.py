"""One sheet of a workbook as text, read by a process of its own that may be killed. Knows nothing of the package."""

import io
import json
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import fastexcel
import polars as pl

_LONG = r"^-?[0-9]{16,}$|^-?[0-9]{7,}\.[0-9]{1,9}$"
"""Texts in which the reader may have written more digits than the 15 that a number in a workbook has."""
_FRACTION = r"^-?[0-9]+\.[0-9]+$"
_HEADROOM = 64 << 20
"""Bytes that must be left for a fault to be the workbook's own."""


class SheetError(Exception):
    """The workbook could not be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The names of all sheets, those that are hidden, those that could be meant, and the cells of the one that is."""

    names: Sequence[str]
    hidden: Sequence[str]
    meant: Sequence[str]
    cells: pl.DataFrame | None


def sheet_of(data: bytes, wanted: str | None, point: str = ".") -> Sheet:
    """The sheet that is named, or the only one that is shown and holds anything; numbers have that decimal sign.

    Raises SheetError.
    """
    try:
        book = fastexcel.read_excel(data)
        names = book.sheet_names
        loaded = {n: book.load_sheet(n, header_row=None, dtypes="string") for n in names if wanted in (None, n)}
        hidden = [n for n, sheet in loaded.items() if wanted is None and sheet.visible != "visible"]
        found = {n: pl.DataFrame(sheet) for n, sheet in loaded.items() if n not in hidden}
        filled = {n: texts for n, texts in found.items() if not texts.is_empty()}
        meant = filled if len(found) > 1 else found
        cells = [_as_shown(book, n, texts, point) for n, texts in meant.items()] if len(meant) == 1 else [None]
    except (fastexcel.FastExcelError, pl.exceptions.PanicException) as error:
        raise SheetError(str(error).splitlines()[0] if str(error) else "unknown fault") from None
    return Sheet(names, hidden, list(meant), cells[0])


def _as_shown(book: fastexcel.ExcelReader, name: str, texts: pl.DataFrame, point: str) -> pl.DataFrame:
    """The cells with numbers in 15 digits, as a workbook shows them, and with an exponent where digits are lost.

    To the reader a number is a flag and a text is none; so texts that look like numbers stay what they are.
    """
    long = [column.name for column in texts if column.str.contains(_LONG).any()]
    parted = [column.name for column in texts if point != "." and column.str.contains(_FRACTION).any()]
    if not (long or parted):
        return texts
    numbers = pl.DataFrame(book.load_sheet(name, header_row=None, dtypes="float"))
    flags = pl.DataFrame(book.load_sheet(name, header_row=None, dtypes="boolean"))
    shown = texts.with_columns(_in_15_digits(texts[n], numbers[n], flags[n]) for n in long)
    return shown.with_columns(_with_point(shown[n], flags[n], point) for n in parted)


def _in_15_digits(texts: pl.Series, numbers: pl.Series, flags: pl.Series) -> pl.Series:
    """The texts of a column, those of long numbers written anew."""
    long = (flags.is_not_null() & texts.str.contains(_LONG)).arg_true()
    return texts.scatter(long, [format(number, ".15G") for number in numbers.gather(long)])


def _with_point(texts: pl.Series, flags: pl.Series, point: str) -> pl.Series:
    """The texts of a column, numbers with another decimal sign."""
    parted = (flags.is_not_null() & texts.str.contains(_FRACTION)).arg_true()
    return texts.scatter(parted, texts.gather(parted).str.replace(".", point, literal=True))


def sheet_apart(data: bytes, wanted: str | None, point: str = ".", *, seconds: int, mib: int) -> Sheet:
    """The same from a process with so much time and memory. Raises SheetError where that was not enough."""
    asked = json.dumps({"wanted": wanted, "point": point, "seconds": seconds, "mib": mib})
    try:
        done = subprocess.run(  # noqa: S603 - this very module, by its own path
            [sys.executable, "-P", __file__, asked], input=data, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise SheetError(f"it takes longer than {seconds} seconds") from None
    if done.returncode:
        raise SheetError(f"it takes more than {mib:,} MiB of memory or {seconds} seconds, or is damaged")
    head, _, body = done.stdout.partition(b"\n")
    said = json.loads(head)
    if "fault" in said:
        raise SheetError(said["fault"])
    return Sheet(**said, cells=pl.read_ipc(io.BytesIO(body)) if body else None)


def _restrict(seconds: int, mib: int) -> None:
    """Bounds on this process: time, memory, nothing written to a file."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none elsewhere

        bounds = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_AS: mib << 20, resource.RLIMIT_FSIZE: 0}
        for kind, most in {**bounds, resource.RLIMIT_CORE: 0}.items():
            resource.setrlimit(kind, (most, most))


def _answer(asked: dict[str, int | str | None]) -> None:
    _restrict(int(asked["seconds"] or 0), int(asked["mib"] or 0))
    wanted = asked["wanted"]
    try:
        sheet = sheet_of(sys.stdin.buffer.read(), None if wanted is None else str(wanted), str(asked["point"]))
    except SheetError as error:
        bytearray(_HEADROOM)  # who has no memory left fails here, and is not told to be damaged
        sys.stdout.buffer.write(json.dumps({"fault": str(error)}).encode() + b"\n")
        return
    said: dict[str, Collection[str]] = {"names": sheet.names, "hidden": sheet.hidden, "meant": sheet.meant}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    if sheet.cells is not None:
        body = io.BytesIO()
        sheet.cells.write_ipc(body)
        sys.stdout.buffer.write(body.getvalue())


if __name__ == "__main__":
    _answer(json.loads(sys.argv[1]))
