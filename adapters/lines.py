"""What is the id of a line whose source has none? Its file and row, which cannot tell a line that came twice."""

from collections.abc import Collection

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.values.typed import KEPT
from adapters.wording import counted

LINE_ID = "line_id"


def lacks_line_id(kinds: Collection[str], columns: Collection[str]) -> bool:
    """Whether the table wants a line id that no column gives."""
    return LINE_ID in kinds and LINE_ID not in columns


def with_line_id(frame: pl.DataFrame, place: str) -> pl.DataFrame:
    """The rows with `place` and row as their line id, and which of them it is where one row came to several."""
    named = frame.with_columns((pl.lit(f"{place}:") + pl.col(ROW).cast(pl.String)).alias(LINE_ID))
    if not (named[ROW].diff() == 0).any():
        return named
    which = pl.int_range(1, pl.len() + 1).over(ROW)
    return named.with_columns(
        pl.when(which > 1).then(pl.format("{}:{}", LINE_ID, which)).otherwise(LINE_ID).alias(LINE_ID)
    )


def repeated_lines(rows: pl.DataFrame) -> tuple[Fault, ...]:
    """A warning where rows without an id of their own equal an earlier one in every column that was read."""
    cells = rows.select(pl.exclude(ROW, KEPT))
    again = rows.filter(~cells.hash_rows().is_first_distinct())[ROW] if cells.width else rows[ROW].clear()
    if again.is_empty():
        return ()
    what = f"{counted(again.len(), 'row')} equal to an earlier one, and no id tells them apart; all count (the first)"
    remedy = "map line_id if the source has one, or remove rows that were exported twice"
    return (Fault(what, remedy, row=again[0], severity="warning"),)
