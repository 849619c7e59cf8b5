"""Which accounts made each score? All accounts of all managers, with what they pay, what they add and what happened."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.reports.workbook.book import Book
from scoring.reports.workbook.columns import Column
from scoring.reports.workbook.facts import Facts
from scoring.reports.workbook.frames import KEY, Theirs
from scoring.reports.workbook.looks import HUNDREDTHS, WHOLE, WHOLE_PERCENT, money
from scoring.reports.workbook.sheet import MOST_ROWS, Table, Written
from scoring.scorecard.happened import MOVES_TOLD, NOT_PAYING, WORDS, happened, in_quarter

TITLE = "Accounts"
_ROW_IS = "One row is an account in the book of a manager, the one that adds most to the score first."
_TOLD = ("kind", "amount", "moved_on")
"""What is told of a movement."""


def write(book: Book, found: Theirs, *, most_rows: int = MOST_ROWS) -> Written:
    """The sheet, with a line above the first account of each manager."""
    facts = book.facts
    rows = found.accounts.join(facts.people, on="manager_id", validate="m:1", maintain_order="left").join(
        _named(facts), on=KEY, how="left", validate="1:1", maintain_order="left"
    )
    points = pl.when("is_scored").then(pl.when(pl.col("quarters") > 0).then("points").otherwise("effect"))
    table = Table(book, TITLE, _ROW_IS, _columns(facts.currency), most_rows=most_rows)
    written = rows.select(
        "place", "manager", "team", "account", "segment", "share", "before", "after",
        (pl.col("after") - pl.col("before")).alias("change"), points.alias("points"), "quarters",
        pl.Series("sentence", _sentences(rows, found, facts), dtype=pl.String),
        "opening", "closing", "account_id",
    )  # fmt: skip
    for theirs in written.partition_by("place", include_key=False):
        table.add(theirs.iter_rows())
    return table.close()


def _columns(currency: str) -> list[Column]:
    amount = money(currency)
    return [
        Column("Manager"),
        Column("Team"),
        Column("Account"),
        Column("Segment"),
        Column("Part at the end", WHOLE_PERCENT),
        Column(f"Before, {currency}", amount),
        Column(f"After, {currency}", amount),
        Column(f"Change, {currency}", amount),
        Column("Points", HUNDREDTHS, has_bar=True),
        Column("Quarters", WHOLE),
        Column("What happened", widest=62),
        Column(f"Opening, {currency}", amount),
        Column(f"Closing, {currency}", amount),
        Column("Account id", is_printed=False),
    ]


def _named(facts: Facts) -> pl.DataFrame:
    """The effect of the accounts that cards name: all that is known where accounts are not compared."""
    rows = [(card["manager_id"], d["account_id"], d["points"]) for card in facts.cards for d in card["drivers"]]
    return pl.DataFrame(
        rows, schema=dict(zip((*KEY, "effect"), (pl.String, pl.String, pl.Float64), strict=True)), orient="row"
    )


def _sentences(rows: pl.DataFrame, found: Theirs, facts: Facts) -> list[str]:
    """What happened to each account, in the words of the card."""
    named = {(c["manager_id"], d["account_id"]): d["sentence"] for c in facts.cards for d in c["drivers"]}
    quarters = {(q["manager_id"], q["account_id"]): q for q in found.quarters.iter_rows(named=True)}
    told = (
        found.movements.filter(pl.col("kind").is_in(list(WORDS)))
        .sort("amount", "moved_on", "kind", descending=[True, False, False])
        .group_by(KEY, maintain_order=True)
        .agg(pl.struct(_TOLD).head(MOVES_TOLD).alias("told"))
    )
    both = rows.join(told, on=KEY, how="left", validate="1:1", maintain_order="left")
    return [
        named.get((manager, account))
        or _sentence(before, after, moves or (), facts)
        or _in_quarter(quarters.get((manager, account)), facts)
        for manager, account, before, after, moves in both.select(*KEY, "before", "after", "told").iter_rows()
    ]


def _in_quarter(quarter: Mapping[str, Any] | None, facts: Facts) -> str:
    """What is said of an account with which the manager is credited at neither end of the window."""
    if quarter is None:
        return NOT_PAYING
    return in_quarter(quarter, facts.metrics[quarter["rule"]], facts.run["currency"])


def _sentence(before: Decimal | None, after: Decimal | None, moves: Any, facts: Facts) -> str:
    return happened(
        before or Decimal(0), after or Decimal(0), moves, currency=facts.run["currency"], is_dated=facts.is_dated
    )
