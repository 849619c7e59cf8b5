"""Which rows are longer or shorter than the header?"""

import polars as pl

from adapters.delivery import Fault
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW
from adapters.wording import counted

MOST_LISTED = 20
"""Faults of one sort named one by one for a file; further ones are counted."""


def ragged(widths: pl.DataFrame, width: int) -> pl.DataFrame:
    """The rows, as `ROW` and `cells`, that do not have `width` cells.

    Raises UnreadableError where most rows agree on another width: then the header is the odd one.
    """
    odd = widths.filter(pl.col("cells") != width)
    usual = odd["cells"].mode().sort().first() if odd.height > 2 else None
    if usual is not None and (odd["cells"] == usual).sum() * 2 > widths.height:
        raise UnreadableError(
            f"the header has {counted(width, 'cell')}, but most rows have {int(str(usual))}",
            "declare lines_above where lines stand above the header, or delimiter, in sources.yaml",
        )
    return odd


def row_faults(odd: pl.DataFrame, width: int) -> tuple[Fault, ...]:
    """A fault for each such row, the first twenty by name and the rest counted, at the first of them."""
    remedy = "correct the row in the export; a cell that holds the delimiter needs quotes"
    listed = [
        Fault(f"the row has {counted(cells, 'cell')} instead of {width}", remedy, row=row)
        for row, cells in odd.head(MOST_LISTED).select(ROW, "cells").iter_rows()
    ]
    rest = odd.height - MOST_LISTED
    if rest > 0:
        what = f"{counted(rest, 'more row')} with another number of cells than the header"
        listed.append(Fault(what, remedy, row=odd.get_column(ROW)[MOST_LISTED]))
    return tuple(listed)
