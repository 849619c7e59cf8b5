"""Is a workbook safe to open, and are its error cells visible? Its XML is looked at before it is parsed."""

import io
import re
import zipfile

from adapters.files import archive
from adapters.files.limits import MOST_SHEET_MIB
from adapters.files.refusal import UnreadableError

MOST_BLANK_ROWS = 10_000
"""Rows a sheet may span beyond those it holds; one cell in the last row would else fill the memory."""

Parts = dict[str, bytes]
"""The members of the archive by name."""

_IS_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROW = re.compile(rb"<row\b")
_PREFIXED_ROW = re.compile(rb"<\w+:row\b")
_FAR_COLUMN = re.compile(rb'r="(?<=\br=")[A-Z]{3,}\d')
_CELL_ROW = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="[A-Z]+(\d{1,18})')
_ERROR = re.compile(rb'(<(?:\w+:)?c\b[^>]*?\bt=)"e"')
_FORMULA = (
    rb'<((?:\w+:)?)c\b((?:(?!\bt=)[^>])*+)(?:\bt="n")?+((?:(?!\bt=)[^>])*+)>'
    rb"(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)"
)
_NO_VALUE = re.compile(_FORMULA + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>")
_NOT_COMPUTED = re.compile(_FORMULA + rb"<(?:\w+:)?v>0</(?:\w+:)?v></(?:\w+:)?c>")
"""What programs that cannot compute write for a value, and have the workbook computed when it is opened."""
_COMPUTED_LATER = re.compile(rb'<(?:\w+:)?calcPr\b[^>]*\bfullCalcOnLoad="(?:1|true)"')
_SHOWN = rb'<\1c\2\3 t="str"><\1v>#FORMULA WITHOUT VALUE</\1v></\1c>'


def checked_parts(data: bytes) -> Parts:
    """The workbook's members, by name. Raises UnreadableError where it is damaged or beyond the limits."""
    with archive.opened(io.BytesIO(data), MOST_SHEET_MIB) as book:
        parts = {name: book.read(name) for name in book.namelist() if name.endswith((".xml", ".rels"))}
    if "xl/workbook.xml" not in parts:
        raise UnreadableError("is a zip archive, not an Excel workbook", "give it the ending .zip")
    for name, part in parts.items():
        _check_part(name, part)
    return parts


def with_visible_errors(data: bytes, parts: Parts) -> bytes:
    """The workbook with error cells, and formulas whose value was not saved, as words instead of nothing."""
    is_computed = not _COMPUTED_LATER.search(parts["xl/workbook.xml"])
    sheets = {name: part for name, part in parts.items() if _IS_SHEET.fullmatch(name)}
    shown = {name: _visible(part, is_computed=is_computed) for name, part in sheets.items()}
    if all(part == parts[name] for name, part in shown.items()):
        return data
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(copy, "w") as new:
        for member in old.infolist():
            new.writestr(member.filename, shown.get(member.filename) or old.read(member))
    return copy.getvalue()


def _visible(part: bytes, *, is_computed: bool) -> bytes:
    """The sheet with words for what would be nothing. Looking at every cell takes ten times as long as a first look."""
    shown = _ERROR.sub(rb'\1"str"', part) if b'"e"' in part else part
    if b"<f" not in shown and b":f" not in shown:
        return shown
    shown = _NO_VALUE.sub(_SHOWN, shown)
    return shown if is_computed else _NOT_COMPUTED.sub(_SHOWN, shown)


def _check_part(name: str, part: bytes) -> None:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise UnreadableError("declares XML entities, which is unsafe", "save the workbook again")
    if not _IS_SHEET.fullmatch(name):
        return
    if _FAR_COLUMN.search(part):
        raise UnreadableError("a cell stands beyond column ZZ", "delete stray cells right of the table, or save as CSV")
    most = len(_ROW.findall(part) or _PREFIXED_ROW.findall(part)) + MOST_BLANK_ROWS
    far = map(int, re.findall(rb'r="[A-Z]+(\d{%d,18})' % len(str(most)), part))
    last = max(map(int, _CELL_ROW.findall(part)), default=0) if max(far, default=0) > most else 0
    if last > most:
        raise UnreadableError(
            f"a cell stands in row {last}, far below the table", "delete stray cells below it, or save as CSV"
        )
