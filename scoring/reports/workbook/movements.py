"""What moved, when, and where is it written? Every movement that a manager is credited with, and its rows."""

import polars as pl

from scoring.ledger.movements import signed
from scoring.ledger.places import parted
from scoring.reports.moves import BRIDGE
from scoring.reports.workbook.book import Book
from scoring.reports.workbook.columns import Column
from scoring.reports.workbook.frames import Theirs
from scoring.reports.workbook.looks import DAY, WHOLE, money
from scoring.reports.workbook.sheet import MOST_ROWS, Table, Written

TITLE = "Movements"
_ROW_IS = "One row is a movement of revenue that a manager is credited with; losses are negative."
_LABELS = {kind: label for kind, label, _ in BRIDGE}


def write(book: Book, found: Theirs, *, most_rows: int = MOST_ROWS) -> Written:
    """The sheet, with a line above the first movement of each manager."""
    facts = book.facts
    rows = found.movements.join(facts.people, on="manager_id", validate="m:1", maintain_order="left")
    kind = pl.col("kind").replace(_LABELS)
    table = Table(book, TITLE, _ROW_IS, _columns(facts.currency), most_rows=most_rows)
    written = rows.select(
        "place", "manager", "team", "account", "moved_on", kind.alias("what"),
        signed(pl.col("kind"), pl.col("amount")).alias("amount"), "gap_days", *_origin(), "account_id",
    )  # fmt: skip
    for theirs in written.partition_by("place", include_key=False):
        table.add(theirs.iter_rows())
    return table.close()


def _columns(currency: str) -> list[Column]:
    return [
        Column("Manager"),
        Column("Team"),
        Column("Account"),
        Column("Day", DAY),
        Column("What"),
        Column(f"Amount, {currency}", money(currency)),
        Column("Days away", WHOLE),
        Column("File"),
        Column("Rows"),
        Column("Account id", is_printed=False),
    ]


def _origin() -> tuple[pl.Expr, pl.Expr]:
    """The file and its rows; where there are several files, all of them with their rows, as they are written."""
    places = parted(pl.col("origin"))
    files = places.list.eval(pl.element().str.extract(r"^(.*):\d+$")).list.unique(maintain_order=True)
    is_one = (files.list.len() == 1) & files.list.first().is_not_null()
    numbers = places.list.eval(pl.element().str.extract(r":(\d+)$")).list.join(", ")
    return (
        pl.when(is_one).then(files.list.first()).otherwise("origin").alias("file"),
        pl.when(is_one).then(numbers).alias("rows"),
    )
