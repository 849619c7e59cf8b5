"""What the tests of workbooks share: what is true of a made run, and a workbook read back as rows."""

import zipfile
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEAD = 4
"""The row with the heads of the columns."""
Rows = list[dict[str, Any]]


def facts(**changed: Any) -> dict[str, Any]:
    """What is true of a made run."""
    span = {"from": "2025-07-01", "until": "2026-07-01"}
    rules = [{"name": "keep_revenue", "metric": "net_revenue_retention", "weight": 35.0}]
    return {
        "run_id": "a3" * 32, "engine": {"bookscore": "0.1.0", "polars": "2.1.0"}, "as_of": "2026-06-30",
        "period": {"name": "2026-Q2", "from": "2026-04-01", "to": "2026-06-30"}, "basis": "contracts",
        "windows": {"movements": span, "outcome": span}, "currency": "EUR",
        "rules": {
            "name": "Customer care 2026", "version": None, "sha256": "9f3c" * 16,
            "settings": {"interval": 0.9, "window": {"quarters": 4}, "publish": {"chance": 0.1}, "rules": rules},
        },
    } | changed  # fmt: skip


def opened(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def table(book: Workbook, name: str) -> Rows:
    """The rows of a sheet, by the heads of its columns."""
    head, *rows = book[name].iter_rows(min_row=HEAD, values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def column(sheet: Worksheet, head: str) -> list[Any]:
    """The cells below a head."""
    (place,) = [c.column for c in sheet[HEAD] if c.value == head]
    return [row[place - 1] for row in sheet.iter_rows(min_row=HEAD + 1)]


def said(book: Workbook) -> dict[tuple[str, str], str]:
    """What the last sheet explains."""
    return {(row["About"], row["What"]): row["Meaning"] for row in table(book, "Definitions")}


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def typed(text: str) -> str:
    """The text as a spreadsheet shows it; openpyxl leaves underscores in their code."""
    return text.replace("_x005F_", "_")
