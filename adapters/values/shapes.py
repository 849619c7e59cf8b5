"""How does a cell look that can be read in one way only? One shape a kind, by which whole files are proven plain."""

import re
from collections.abc import Sequence

from adapters.values.currencies import AMOUNT
from adapters.values.numbers import largest
from adapters.values.parsing import CURRENCY, SCALES, Asked

_DAY = "(?:(?:19|20)[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}"
_CODE = "[A-Z]{3}"
_FLAG = "true|false"
DECIMALS = 2
"""The decimals an amount may have without a look at its currency."""


def row_shapes(columns: Sequence[Asked | None], delimiter: str) -> tuple[str, ...]:
    """The patterns one of which all lines of a file must fit, as a currency is on every row or on none.

    There are none where a kind has no shape.
    """
    found = (_row_shape(columns, delimiter, code) for code in (_CODE, ""))
    return tuple(shape for shape in found if shape)


def _row_shape(columns: Sequence[Asked | None], delimiter: str, code: str) -> str | None:
    """A pattern for lines that hold one value of each column and cannot be misread; None where a kind has no shape.

    Columns that are not asked for may hold any text. The pattern fits only lines without faults: cells without blanks
    at their edges, quotes around whole cells, no error of a spreadsheet, no id with the `+` of an exponent.
    """
    cells = [_cell(column, re.escape(delimiter), code) for column in columns]
    return None if None in cells else re.escape(delimiter).join(map(str, cells)) + r"\r?\n"


def _cell(column: Asked | None, delimiter: str, code: str) -> str | None:
    """The shape of a cell, in quotes or bare, or empty; `code` is that of a currency."""
    if column is None or (column.kind == "text" and column.name != CURRENCY):
        signs = r"\x00\x{FFFD}" + (r"\+" if column is not None and column.is_id else "")
        edge, within = rf'[^\s"#{signs}{delimiter}]', rf'[^"\r\n{signs}{delimiter}]'
        quoted_edge, quoted = rf'[^\s"#{signs}]', rf'(?:[^"\r\n{signs}]|"")'
        return f'(?:{edge}(?:{within}*{edge})?|"(?:{quoted_edge}(?:{quoted}*{quoted_edge})?)?")?'
    if column.name == CURRENCY:
        return f'(?:{code}|"{code}")'
    shape = _shapes(column).get(column.kind)
    return shape and f'(?:{shape}|"(?:{shape})?")?'


def _shapes(column: Asked) -> dict[str, str]:
    """Kind to shape, as far as the format leaves one reading only."""
    form = column.form
    found = {"flag": _FLAG}
    if not form.dates:
        found["date"] = _DAY
    if form.decimal == "." and not form.marks:
        found |= {k: _number(scale, DECIMALS if column.name == AMOUNT else scale) for k, scale in SCALES.items()}
    return found


def _number(scale: int, decimals: int) -> str:
    """A plain number that is within the limits whatever its digits are."""
    digits = len(str(largest(scale))) - 1
    return f"[+-]?[0-9]{{1,{digits}}}" + (rf"(?:\.[0-9]{{1,{decimals}}})?" if scale else "")
