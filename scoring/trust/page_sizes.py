"""Was an export cut off? Files of exactly as many rows as a page, a limit or a sheet holds."""

import re
from collections.abc import Iterator, Mapping

import polars as pl

from scoring.checks.references import references, strangers
from scoring.tables import TABLES
from scoring.trust.gate import Finding, Gate, Level, Looked
from scoring.trust.totals import totals

_THOUSANDS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000)
_SHEETS = (65_535, 65_536, 1_048_575, 1_048_576)
SIZES = frozenset({*(1_000 * n for n in _THOUSANDS), *_SHEETS})
"""Rows that pages and limits of exports usually have, and sheets, with or without their heading."""

ENOUGH = 50
"""So many ids that other exports use, all but a few of them found, say that a list of accounts is whole."""
FEW = 0.01


def find(looked: Looked) -> Iterator[Finding]:
    """Files of such a size that nothing says are whole."""
    sizes = {file.name: file.rows for file in looked.files}
    for name, rows in sizes.items():
        if rows not in SIZES or _goes_on(name, sizes):
            continue
        fed = [table for table in TABLES if name in looked.files_of(table)]
        if _is_controlled(name, fed, looked) or any(_is_found(table, name, looked) for table in fed):
            continue
        rests = not fed or any(table in looked.needed for table in fed)
        yield Finding(
            PAGE_SIZES.name,
            Level.WITHHOLDS if rests else Level.TOLD,
            f"exactly {rows:,} rows were read, as many as exports are often cut at",
            "export the rest; if the file is whole, say so with a row of controls: table, measure rows, file, value",
            table=fed[0] if fed else None,
            file=name,
        )


def _goes_on(name: str, sizes: Mapping[str, int]) -> bool:
    """Whether it is a page of several, numbered from 0 or 1, of which the last is not full."""
    pages = sorted((n, rows) for other, rows in sizes.items() if (n := _page(other, name)) is not None)
    numbers = [n for n, _ in pages]
    if len(pages) < 2 or numbers[0] not in (0, 1) or numbers[-1] != numbers[0] + len(pages) - 1:
        return False
    return pages[-1][1] < pages[0][1]


def _page(name: str, like: str) -> int | None:
    """The number in the name, if it is otherwise like the other name."""
    number = re.search(r"(\d+)(?=\D*$)", name)
    plain = re.sub(r"\d+(?=\D*$)", "#", like)
    return int(number[1]) if number and re.sub(r"\d+(?=\D*$)", "#", name) == plain else None


def _is_controlled(name: str, fed: list[str], looked: Looked) -> bool:
    """Whether a control total of the whole file, or of its whole table, is met."""
    return any(
        total.is_met and total.is_whole and total.said["table"] in fed and total.said["file"] in (None, name)
        for total in totals(looked)
    )


def _is_found(table: str, name: str, looked: Looked) -> bool:
    """Whether the file lists accounts or managers, and holds those that other exports speak of."""
    used = [
        looked.whole(other).filter(pl.col("origin_file") != name)[column.name].alias("id")
        for other, declared in TABLES.items()
        for column in references(declared)
        if column.refers_to == table and other != table
    ]
    ids = pl.concat(used).drop_nulls().unique() if used else pl.Series("id", [], dtype=pl.String)
    lost = strangers(ids, looked.whole(table)[TABLES[table].key[0]]).len() if ids.len() else 0
    return ids.len() >= ENOUGH and lost <= FEW * ids.len()


PAGE_SIZES = Gate("page_sizes", find)
