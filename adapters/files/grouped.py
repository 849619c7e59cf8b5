"""How are the rows of a report read whose groups are named once? Each with the name, and without names and totals.

Only the columns that are declared are filled, and only below a name whose group is open: a row that none stands above
keeps its empty cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from adapters.delivery import Fault
from adapters.files.groups import LABEL, PLACE, Walk, walk
from adapters.files.refusal import UnreadableError
from adapters.files.rows import ROW, Rows, no_rows
from adapters.wording import counted, did_you_mean, listed

SINCE, MAY_BE_OF_ALL = " since", " may be of all"
"""The columns of totals with the first row that each adds up, and whether it may be that of all rows as well."""
_MOSTLY = 0.5
"""Part of the rows, at the least, without a name of their own where each name has a row to itself."""


def ungrouped(rows: Rows, columns: Sequence[str]) -> Rows:
    """The rows with the name of their group in these columns, the outer first; names and totals are left out and told.

    Groups within groups of one column are told by their totals: below `A`, the name of a group `B` whose rows stand
    above the total of `A` is `A:B`. Raises UnreadableError where there is no such column, or no row.
    """
    if not columns:
        return rows
    names = [c for c in rows.frame.columns if c != ROW]
    if lacking := [c for c in columns if c not in names]:
        remedy = did_you_mean(lacking[0], names) or "correct fill_down in sources.yaml"
        raise UnreadableError(f"has no column {lacking[0]}; its columns are {listed(names)}", remedy, column=lacking[0])
    way = walk(_stripped(rows.frame), columns)
    schema = {PLACE: pl.UInt32(), **dict.fromkeys(columns, pl.String())}
    below = rows.frame.drop(columns).with_row_index(PLACE)
    below = below.join_asof(pl.DataFrame(way.filled, schema=schema, orient="row"), on=PLACE, strategy="backward")
    frame = below.filter(~pl.col(PLACE).is_in(way.no_rows)).select(rows.frame.columns)
    if frame.is_empty():
        raise no_rows()
    return replace(rows, frame=frame, faults=(*rows.faults, *_told(way, rows.frame)), totals=_totals(way, rows.frame))


def groups_in(frame: pl.DataFrame) -> tuple[str, ...]:
    """The first columns of a file, none or more, in which names of groups seem to stand once above their rows.

    There, totals name the groups that they end, or several name none, or each name has a row of its own.
    """
    found: tuple[str, ...] = ()
    for column in frame.columns:
        if column == ROW:
            continue
        cell = _stripped_cell(column)
        empty, has_total = frame.select(empty=cell.is_null().mean(), total=cell.str.contains(LABEL).any()).row(0)
        if not empty or not (has_total or empty >= _MOSTLY) or not _is_grouped(_stripped(frame), (*found, column)):
            break
        found = (*found, column)
    return found


def _is_grouped(cells: pl.DataFrame, columns: Sequence[str]) -> bool:
    way, level = walk(cells, columns), len(columns) - 1
    own = cells[columns[-1]].filter(~pl.int_range(cells.height, eager=True).is_in(way.no_rows))
    ended = [event.of for event in way.ended if event.level == level and event.of is not None]
    is_told = any(ended) or len(ended) > 1 or (bool(way.named) and own.null_count() == own.len())
    return is_told and own.null_count() > 0


def _stripped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(_stripped_cell(name) for name in frame.columns if name != ROW)


def _stripped_cell(name: str) -> pl.Expr:
    cell = pl.col(name).str.strip_chars()
    return pl.when(cell != "").then(cell)


def _totals(way: Walk, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of totals, with the number of the row from which on each adds up."""
    since = frame[ROW].gather([place for _, place in way.totals])
    rows = frame[[event.place for event, _ in way.totals]]
    of_all = pl.Series(MAY_BE_OF_ALL, [not event.of for event, _ in way.totals], dtype=pl.Boolean)
    return rows.with_columns(since.alias(SINCE), of_all)


def _told(way: Walk, frame: pl.DataFrame) -> Iterator[Fault]:
    """A note of what was left out, and a warning of names that no row stands below."""
    if left := sorted((*way.named, *way.ended), key=lambda event: event.place):
        found = {"name": len(way.named), "total": len(way.ended)}
        said = " and ".join(counted(number, what) for what, number in found.items() if number)
        what = f"{said} of groups left out, as fill_down declares, the first"
        yield Fault(what, value=left[0].label, severity="note")
    if way.idle:
        first = way.idle[0]
        what = f"{counted(len(way.idle), 'name')} of a group without a row below it, the first"
        remedy = "see whether it is a group of groups: without a total of its own it is not told as one"
        yield Fault(what, remedy, row=frame[ROW][first.place], value=first.label, severity="warning")
