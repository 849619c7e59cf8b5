"""What is each score made of? One row for each rule of each manager, whose parts add up to the score."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scoring.numbers import as_printed
from scoring.reports.lines import because, contributions, shares
from scoring.reports.workbook.book import Book
from scoring.reports.workbook.cells import Value, as_shown
from scoring.reports.workbook.columns import Column, Shown
from scoring.reports.workbook.facts import Facts
from scoring.reports.workbook.looks import PERCENT, TENTHS, UNROUNDED, WHOLE, WHOLE_PERCENT, of_unit
from scoring.reports.workbook.sheet import Table, Written
from scoring.scorecard.trusted import is_withheld

TITLE = "Lines"
_ROW_IS = "One row is a rule of a manager. What the rules of a manager add is together the score, as it is printed."


def write(book: Book) -> Written:
    """The sheet, with a line above the first rule of each manager."""
    facts = book.facts
    table = Table(book, TITLE, _ROW_IS, _columns())
    for card in facts.cards:
        table.add(_rows(card, facts))
    return table.close()


def _columns() -> list[Column]:
    """The columns; weights in a score and results look as the rows say."""
    return [
        Column("Manager"),
        Column("Team"),
        Column("Rule"),
        Column("Weight in the rules", UNROUNDED),
        Column("Weight in this score", PERCENT),
        Column("Result", PERCENT),
        Column("Accounts", WHOLE),
        Column("Points", TENTHS, has_bar=True),
        Column("Likely from", WHOLE),
        Column("Likely to", WHOLE),
        Column("Adds to the score", TENTHS),
        Column("Because", widest=64),
        Column("Adds, unrounded", UNROUNDED, is_printed=False),
        Column("Result, unrounded", UNROUNDED, is_printed=False),
        Column("Metric", is_printed=False),
    ]


def _rows(card: Mapping[str, Any], facts: Facts) -> list[list[Value | Shown]]:
    (parts, places), (adds, _) = shares(card["lines"]), contributions(card)
    look = PERCENT if places else WHOLE_PERCENT
    made = []
    for line, part, add in zip(card["lines"], parts, adds, strict=True):
        told = _not_shown(card) if is_withheld(card) else [(part, look), *_figures(line, add, facts)]
        made.append(
            [facts.names[card["manager_id"]], card["team"], line["label"], line["weight"], *told, line["metric"]]
        )
    return made


def _figures(line: Mapping[str, Any], add: Decimal | None, facts: Facts) -> list[Value | Shown]:
    return [
        (_printed(line["value"], line["unit"], facts.currency), of_unit(line["value"], line["unit"], facts.currency)),
        line["n"],
        as_shown(line["points"], 1),
        as_shown(line["low"], 0),
        as_shown(line["high"], 0),
        add,
        because(line),
        line["contribution"],
        line["value"],
    ]


def _printed(value: float | None, unit: str, currency: str) -> Decimal | None:
    """As the card prints it, as spreadsheets round what lies between two digits otherwise."""
    return None if value is None else as_printed(value, unit, currency)


def _not_shown(card: Mapping[str, Any]) -> list[Value | Shown]:
    """Nothing of a score that is withheld is to be read, as it rests on the same data."""
    return [*[None] * 7, f"Not shown. {card['reason']}", None, None]
