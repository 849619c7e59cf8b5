"""What are the rows of one sheet of an Excel workbook? Every cell as the text Excel holds, none inferred."""

import html
import re

import fastexcel
import polars as pl

from adapters.delivery import Fault
from adapters.files.archive import Parts, checked_parts, with_visible_errors
from adapters.files.refusal import UnreadableError
from adapters.files.rows import Rows, header_names, no_header, no_rows, numbered
from adapters.wording import counted

_HIDDEN = ("hidden", "veryHidden")
_TAG = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\bhidden="(?:1|true)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?ref="([^"]+)"')
_LONG_NUMBER = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+\d+)"(?: s="\d+")?><(?:\w+:)?v>(?:[1-9]\d{15,}|\d(?:\.\d+)?E\+1[5-9])</'
)


def read_workbook(data: bytes, sheet: str | None) -> Rows:
    """The rows of the sheet that is named, or of the only one that holds anything.

    Raises UnreadableError for an unsafe or damaged workbook, or where it is not clear which sheet is meant.
    """
    parts = checked_parts(data)
    try:
        book = fastexcel.read_excel(with_visible_errors(data, parts))
        hidden = {n for n, state in _states(parts).items() if state in _HIDDEN}
        name = _choose(book, sheet, hidden)
        cells = _load(book, name)
    except fastexcel.FastExcelError as error:
        said = str(error).splitlines()[0]
        raise UnreadableError(f"is not a readable workbook: {said}", "save it again, or as CSV") from None
    rows = _under_header(cells)
    others = sorted(hidden & set(book.sheet_names) - {name})
    notes = [Fault(f'sheet "{o}" is hidden and was not read', severity="note") for o in others]
    return Rows(rows, (*notes, *_oddities(_part(parts, name))))


def sheet_names(data: bytes) -> list[str]:
    """The names of the sheets that are not hidden; none where the workbook cannot be opened."""
    try:
        states = _states(checked_parts(data))
    except UnreadableError:
        return []
    return [name for name, state in states.items() if state not in _HIDDEN]


def _load(book: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    """The cells of the sheet as text, blank lines at the top left out."""
    return pl.DataFrame(book.load_sheet(name, header_row=None, dtypes="string"))


def _choose(book: fastexcel.ExcelReader, wanted: str | None, hidden: set[str]) -> str:
    """The name of the sheet to read."""
    names = book.sheet_names
    if wanted is not None:
        if wanted not in names:
            raise UnreadableError(f'has no sheet "{wanted}"', f"its sheets are {_listed(names)}")
        return wanted
    shown = [n for n in names if n not in hidden]
    filled = shown if len(shown) < 2 else [n for n in shown if not _load(book, n).is_empty()]
    if len(filled) > 1:
        raise UnreadableError(f"has several sheets: {_listed(filled)}", "declare which one with sheet in sources.yaml")
    if not filled:
        raise UnreadableError("has no sheet that holds anything", "export it again, or leave the file out")
    return filled[0]


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{n}"' for n in names)


def _under_header(cells: pl.DataFrame) -> pl.DataFrame:
    """The numbered rows below the first line that holds anything; columns that hold nothing are left out."""
    cells = cells.select(s for s in cells if s.null_count() < cells.height)
    if cells.is_empty():
        raise no_header()
    has_any = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    top = has_any.arg_max() or 0
    names = header_names(cells.row(top))
    below = cells.slice(top + 1)
    if below.is_empty():
        raise no_rows()
    return numbered(below.rename(dict(zip(cells.columns, names, strict=True))))


def _oddities(part: bytes) -> list[Fault]:
    """Warnings about what people do not see in a sheet or what reads otherwise than it looks."""
    found: list[Fault] = []
    if hidden := len(_HIDDEN_ROW.findall(part)):
        found.append(Fault(f"{counted(hidden, 'hidden row')} in the sheet, read all the same", severity="warning"))
    if merged := _MERGED.findall(part):
        cells = counted(len(merged), "merged cell")
        what = f"{cells}, the first at {merged[0].decode()}: only the upper left one holds a value"
        found.append(Fault(what, "undo the merge and fill each cell", severity="warning"))
    if long := _LONG_NUMBER.findall(part):
        cut = counted(len(long), "number")
        what = f"{cut} of more than 15 digits, the first in cell {long[0].decode()}: Excel has cut digits"
        found.append(Fault(what, "format the column as text before ids are pasted", severity="warning"))
    return found


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
