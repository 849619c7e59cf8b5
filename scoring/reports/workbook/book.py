"""How does a workbook become a file? Styles, sheets under safe names, and the same bytes for the same content."""

import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from scoring import __version__
from scoring.reports.captions import CONFIDENTIAL_WORKBOOK
from scoring.reports.charts import palette
from scoring.reports.names import cleaned
from scoring.reports.workbook.facts import Facts
from scoring.reports.workbook.looks import Look

LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_BODY = {"valign": "top", "font_color": palette.INK, "bottom": 1, "bottom_color": palette.GRID}
_RULE = {"top": 1, "top_color": palette.MUTED}
"""The line above the first row of a group."""
TITLE = {"bold": True, "font_size": 14, "font_color": palette.INK}
SMALL = {"font_color": palette.MUTED}
HEAD = {
    "bold": True, "text_wrap": True, "indent": 1, "valign": "vcenter", "font_color": palette.INK,
    "bg_color": palette.GRID, "bottom": 1, "bottom_color": palette.MUTED,
}  # fmt: skip


class Book:
    """A workbook that is being written; see `opened`."""

    def __init__(self, made: Workbook, facts: Facts) -> None:
        self._made, self.facts = made, facts
        self._looks: dict[tuple[Look, bool], Format] = {}
        self._names: list[str] = []

    def style(self, properties: dict[str, Any]) -> Format:
        """A style for cells."""
        return self._made.add_format(properties)

    def look(self, look: Look, *, is_ruled: bool) -> Format:
        """The style of cells that look so; `is_ruled` with a line above."""
        if (look, is_ruled) not in self._looks:
            aligned = {"align": "right" if look.is_right else "left", "indent": 1, "num_format": look.shows}
            wrapped = {"text_wrap": True} if look.is_wrapped else {}
            self._looks[look, is_ruled] = self.style(_BODY | aligned | wrapped | (_RULE if is_ruled else {}))
        return self._looks[look, is_ruled]

    def sheet(self, title: str) -> Worksheet:
        """A new sheet, under the title made into a name that a spreadsheet allows and no other sheet has."""
        name = safe_name(title, self._names)
        self._names.append(name)
        return self._made.add_worksheet(name)


@contextmanager
def opened(target: Path | BytesIO, facts: Facts) -> Iterator[Book]:
    """The workbook to write into; it is whole when the block ends.

    What it holds lies in a folder of its own until then, which goes whether the block succeeds or not.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Workbook(target if isinstance(target, BytesIO) else str(target), _OPTIONS | {"tmpdir": folder})
        made.set_properties({
            "title": facts.title, "subject": cleaned(facts.rules), "author": f"bookscore {__version__}",
            "comments": CONFIDENTIAL_WORKBOOK, "created": datetime.combine(facts.as_of, time()),
        })  # fmt: skip
        made.set_custom_property("run_id", facts.run_id, "text")
        yield Book(made, facts)
        made.close()


def safe_name(title: str, taken: Collection[str]) -> str:
    """The title as a name of a sheet: 31 characters at most, none that are not allowed, and like no other's."""
    bare = _NOT_IN_NAMES.sub(" ", cleaned(title)).strip().strip("'").strip() or "Sheet"
    folded = {name.casefold() for name in taken} | {"history"}
    names = (f"{_cut(bare, len(end))}{end}" for end in ("", *(f" {n}" for n in range(2, len(folded) + 3))))
    return next(name for name in names if name.casefold() not in folded)


def _cut(text: str, less: int) -> str:
    """As much of the text as fits, counted as spreadsheets do, which give some characters two places."""
    kept = text[: LONGEST_NAME - less]
    while len(kept.encode("utf-16-le")) // 2 > LONGEST_NAME - less:
        kept = kept[:-1]
    return kept.rstrip(" '")
