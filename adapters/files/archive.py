"""Is a workbook's archive safe to open, and are its error cells visible? Looked at before it is parsed."""

import io
import re
import zipfile
import zlib

from adapters.files.refusal import UnreadableError

MOST_BYTES = 96 << 20
MOST_RATIO = 300
MOST_MEMBERS = 1_000
MOST_BLANK_ROWS = 10_000
"""Rows a sheet may span beyond those it holds; one cell in the last row would else fill the memory."""

Parts = dict[str, bytes]
"""The members of the archive by name."""

_IS_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_FAR_COLUMN = re.compile(rb'\br="[A-Z]{3,}\d')
_CELL_ROW = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="[A-Z]+(\d+)"')
_ERROR = re.compile(rb'(<(?:\w+:)?c\b[^>]*?\bt=)"e"')
_NO_VALUE = re.compile(
    rb"<((?:\w+:)?)c\b((?:(?!\bt=)[^>])*)>(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_SHOWN = rb'<\1c\2 t="str"><\1v>#FORMULA WITHOUT VALUE</\1v></\1c>'


def checked_parts(data: bytes) -> Parts:
    """The archive's members, by name. Raises UnreadableError where it is damaged or beyond the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members, len(data))
            parts = {m.filename: archive.read(m) for m in members if m.filename.endswith((".xml", ".rels"))}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error) as error:
        raise UnreadableError(f"is a damaged or encrypted archive: {error}", "save the workbook again") from None
    if "xl/workbook.xml" not in parts:
        raise UnreadableError("is a zip archive, not an Excel workbook", "unpack it and use the files in it")
    for name, part in parts.items():
        _check_part(name, part)
    return parts


def with_visible_errors(data: bytes, parts: Parts) -> bytes:
    """The workbook with error cells, and formulas whose value was not saved, as words instead of nothing."""
    shown = {name: _visible(part) for name, part in parts.items() if _IS_SHEET.fullmatch(name)}
    if all(part == parts[name] for name, part in shown.items()):
        return data
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(copy, "w") as new:
        for member in old.infolist():
            new.writestr(member.filename, shown.get(member.filename) or old.read(member))
    return copy.getvalue()


def _visible(part: bytes) -> bytes:
    return _NO_VALUE.sub(_SHOWN, _ERROR.sub(rb'\1"str"', part))


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    if len(members) > MOST_MEMBERS:
        raise UnreadableError(f"has {len(members)} members, the limit is {MOST_MEMBERS}", "save it as CSV")
    expanded = sum(m.file_size for m in members)
    if expanded > MOST_BYTES or expanded > MOST_RATIO * size:
        raise UnreadableError(
            f"expands to {expanded >> 20} MiB, the limit is {MOST_BYTES >> 20} MiB and {MOST_RATIO} times its size",
            "save it as CSV",
        )
    if len({m.filename for m in members}) < len(members) or len({m.header_offset for m in members}) < len(members):
        raise UnreadableError("holds the same member twice", "save the workbook again")


def _check_part(name: str, part: bytes) -> None:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise UnreadableError("declares XML entities, which is unsafe", "save the workbook again")
    if not _IS_SHEET.fullmatch(name):
        return
    if _FAR_COLUMN.search(part):
        raise UnreadableError("a cell stands beyond column ZZ", "delete stray cells right of the table, or save as CSV")
    last = max(map(int, _CELL_ROW.findall(part)), default=0)
    if last > len(_ROW.findall(part)) + MOST_BLANK_ROWS:
        raise UnreadableError(
            f"a cell stands in row {last}, far below the table", "delete stray cells below it, or save as CSV"
        )
