"""What are the rows of one sheet of an Excel workbook? Every cell as the text Excel holds, none inferred."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from adapters.delivery import Fault
from adapters.files.declared import Opening
from adapters.files.footer import MOST_LINES, Footer, footer_of, to_last
from adapters.files.grouped import ungrouped
from adapters.files.limits import MOST_MEMORY_MIB, MOST_SECONDS
from adapters.files.refusal import UnreadableError
from adapters.files.rows import Rows, above, header_names, no_header, no_rows, numbered, without_nameless
from adapters.files.sheet import Sheet, SheetError, sheet_apart, sheet_of
from adapters.files.sheets import Parts, checked_parts, with_visible_errors
from adapters.wording import counted

_LARGE = 8 << 20
"""Bytes of XML from which a workbook is read by a process of its own; fewer cannot fill the memory."""

_HIDDEN = ("hidden", "veryHidden")
_TAG = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\bhidden="(?:1|true)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?ref="([^"]+)"')
_FROM_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"')
_LONG = re.compile(rb"v>(?:[1-9]\d{15}|\d(?:\.\d+)?[eE])")
"""Without it there is no long number, and it is found ten times as fast."""
_LONG_NUMBER = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]+)(\d+)")(?![^>]*\bt="(?!n"))[^>]*><(?:\w+:)?v>'
    rb"(?:[1-9]\d{15,}|\d(?:\.\d+)?[eE]\+?(?:1[5-9]|[2-9]\d|\d{3}))</"
)


def read_workbook(data: bytes, opening: Opening) -> Rows:
    """The rows of the sheet that is named, or of the only one that holds anything.

    Raises UnreadableError for an unsafe or damaged workbook, or where it is not clear which sheet is meant.
    """
    parts = checked_parts(data)
    sheet = _sheet(with_visible_errors(data, parts), opening, is_large=sum(map(len, parts.values())) > _LARGE)
    rows = _rows(sheet, opening)
    return replace(rows, faults=(*rows.faults, *_calendar(parts), *_oddities(_part(parts, sheet.meant[0]), opening)))


def read_old_workbook(data: bytes, opening: Opening) -> Rows:
    """The same for an `.xls` file, whose inside cannot be looked at before it is parsed."""
    return _rows(_sheet(data, opening, is_large=True), opening)


def sheet_names(data: bytes) -> list[str]:
    """The names of the sheets that are not hidden; none where the workbook cannot be opened."""
    try:
        if not data.startswith(b"PK"):
            sheet = _sheet(data, Opening(), is_large=True)
            return [name for name in sheet.names if name not in sheet.hidden]
        states = _states(checked_parts(data))
    except UnreadableError:
        return []
    return [name for name, state in states.items() if state not in _HIDDEN]


def first_lines(data: bytes, sheet: str) -> list[tuple[str | None, ...]]:
    """The cells of the first lines of a sheet; none where it cannot be opened."""
    try:
        cells = _sheet(data, Opening(sheet), is_large=True).cells
    except UnreadableError:
        return []
    return [] if cells is None else cells.head(MOST_LINES).rows()


def _sheet(data: bytes, opening: Opening, *, is_large: bool) -> Sheet:
    """The sheet, read by a process of its own unless the workbook is too small to do harm."""
    try:
        if is_large:
            return sheet_apart(data, opening.sheet, opening.point, seconds=MOST_SECONDS, mib=MOST_MEMORY_MIB)
        return sheet_of(data, opening.sheet, opening.point)
    except SheetError as error:
        raise UnreadableError(f"is not a readable workbook: {error}", "save it again, or as CSV") from None


def _rows(sheet: Sheet, opening: Opening) -> Rows:
    """The rows of the sheet that is meant. Raises UnreadableError where it is none or one of several."""
    wanted, meant = opening.sheet, sheet.meant
    if wanted is not None and wanted not in sheet.names:
        raise UnreadableError(f'has no sheet "{wanted}"', f"its sheets are {_listed(sheet.names)}")
    if len(meant) > 1:
        raise UnreadableError(f"has several sheets: {_listed(meant)}", "declare which one with sheet in sources.yaml")
    if sheet.cells is None:
        raise UnreadableError("has no sheet that holds anything", "export it again, or leave the file out")
    rows = _under_header(sheet.cells, opening)
    notes = [Fault(f'sheet "{o}" is hidden and was not read', severity="note") for o in sorted(sheet.hidden)]
    return replace(rows, faults=(*notes, *rows.faults))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{n}"' for n in names)


def _under_header(cells: pl.DataFrame, opening: Opening) -> Rows:
    """The numbered rows below the header, and what is to be said of what stands above it and of a footer.

    Columns that hold nothing are left out.
    """
    holding = cells.select(pl.any_horizontal(pl.all().is_not_null()).arg_true()).to_series()
    if holding.len() <= opening.lines_above:
        raise no_header()
    title = next((cell for cell in cells.row(holding[0]) if cell is not None), "")
    cells = cells.slice(holding[opening.lines_above])
    cells = cells.select(s for s in cells if s.null_count() < cells.height)
    is_grouped = bool(opening.fill_down)
    names = header_names(cells.row(0), repeated=opening.repeated, may_lack=is_grouped)
    below = cells.slice(opening.header_rows)
    footer = footer_of([to_last(row) for row in below.tail(MOST_LINES).iter_rows()]) if opening.footer else Footer()
    below = below.head(below.height - footer.lines)
    if below.is_empty():
        raise no_rows()
    frame = numbered(below.rename(dict(zip(cells.columns, names, strict=True))))
    rows = ungrouped(Rows(without_nameless(frame, are_named=is_grouped)), opening.fill_down)
    told = (*above(opening.lines_above, title), *footer.faults(rows.frame.height))
    return replace(rows, faults=(*told, *rows.faults))


def _calendar(parts: Parts) -> list[Fault]:
    """A warning where days are counted from 1904: cells that are dates are read so, bare numbers from 1900."""
    if not _FROM_1904.search(parts["xl/workbook.xml"]):
        return []
    what = "counts days from 1904: day numbers that are not shown as dates would be read four years too early"
    return [Fault(what, "give such cells a date format and save it again", severity="warning")]


def _oddities(part: bytes, opening: Opening) -> list[Fault]:
    """Warnings about what people do not see in a sheet or what reads otherwise than it looks, titles left aside."""
    found: list[Fault] = []
    if hidden := len(_HIDDEN_ROW.findall(part)) if b"hidden" in part else 0:
        found.append(Fault(f"{counted(hidden, 'hidden row')} in the sheet, read all the same", severity="warning"))
    places = [place.decode() for place in _MERGED.findall(part)] if b"mergeCell" in part else []
    if merged := [place for place in _unfilled(places, opening) if _last_line(place) > opening.lines_above]:
        cells = counted(len(merged), "merged cell")
        what = f"{cells}, the first at {merged[0]}: only the upper left one holds a value"
        remedy = "undo the merge and fill each cell, or declare fill_down for what was merged downwards"
        found.append(Fault(what, remedy, severity="warning"))
    if long := _LONG_NUMBER.findall(part) if _LONG.search(part) else []:
        cut = counted(len(long), "number")
        column, row = (part.decode() for part in long[0])
        what = f"{cut} of more than 15 digits, the first in column {column} of line {row}: Excel has cut digits"
        found.append(Fault(what, "format the column as text before ids are pasted", severity="warning"))
    return found


def _unfilled(places: list[str], opening: Opening) -> list[str]:
    """The merged cells without those that fill_down fills: merged downwards, in no more columns than it names."""
    columns = {place: set(re.findall("[A-Z]+", place)) for place in places}
    down = {place for place in places if len(columns[place]) == 1}
    is_filled = len({letter for place in down for letter in columns[place]}) <= len(opening.fill_down)
    return [place for place in places if not (is_filled and place in down)]


def _last_line(place: str) -> int:
    """The last line of cells such as A1:F2."""
    return int(re.sub(r".*\D", "", place))


def _states(parts: Parts) -> dict[str, str]:
    """The state of each sheet by name: visible, hidden or veryHidden."""
    return {html.unescape(tag["name"]): tag.get("state", "visible") for tag in _tags(parts, "xl/workbook.xml")}


def _part(parts: Parts, sheet: str) -> bytes:
    """The XML of the sheet; empty where the workbook names it in an unusual way."""
    targets = {tag.get("Id"): tag.get("Target", "") for tag in _tags(parts, "xl/_rels/workbook.xml.rels")}
    for tag in _tags(parts, "xl/workbook.xml"):
        if html.unescape(tag["name"]) == sheet:
            target = targets.get(tag.get("r:id"), "").removeprefix("/xl/")
            return parts.get(f"xl/{target}", b"")
    return b""


def _tags(parts: Parts, name: str) -> list[dict[str, str]]:
    found = (dict(_ATTRIBUTE.findall(tag)) for tag in _TAG.findall(parts.get(name, b"").decode("utf-8", "replace")))
    return [tag for tag in found if "name" in tag or "Id" in tag]
