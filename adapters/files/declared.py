"""What is declared about a file before it is opened?"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opening:
    """How a file is to be read; None means found out or not needed.

    `fallback` is the encoding of a text that is not UTF-8 and for which none is declared, such as cp1252.
    `columns` are those that are wanted; formats that can leave the others out do. `lines_above` lines that hold
    anything stand above the header and are left out and told, as the name of a report. `header_rows` lines above the
    rows hold the header: the first names the columns, the others are left out. With `footer`, what a report
    says below its rows (totals, its name, a copyright) is left out and told. With `repeated`, columns of one
    name are kept apart as `Name` and `Name (2)`; else they are refused. `fill_down` are the columns in which the name
    of a group stands once above its rows; with some, a column without a name that holds something is called by its
    place, as `Column 1`. `point` is the decimal sign of the texts in a workbook, with which its numbers are written,
    too.
    """

    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    columns: Collection[str] | None = None
    lines_above: int = 0
    header_rows: int = 1
    footer: bool = False
    repeated: bool = False
    fill_down: tuple[str, ...] = ()
    fallback: str | None = None
    point: str = "."
