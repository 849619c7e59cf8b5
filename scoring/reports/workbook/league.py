"""The first sheet: every manager in one of the groups that the data can carry, in alphabetical order, without ranks."""

from collections.abc import Mapping
from typing import Any

from scoring.reports import sentences
from scoring.reports.moves import printed_change
from scoring.reports.names import cleaned
from scoring.reports.workbook.book import Book
from scoring.reports.workbook.cells import Value, as_shown
from scoring.reports.workbook.columns import Column
from scoring.reports.workbook.facts import Facts
from scoring.reports.workbook.looks import CHANGE, TENTHS, TEXT, UNROUNDED, WHOLE
from scoring.reports.workbook.sheet import Table, Written
from scoring.scorecard.trusted import is_withheld

TITLE = "League"
_ROW_IS = "One row is a manager. Managers stand in groups, in alphabetical order inside each; there are no ranks."
_FULL_SCALE = (0.0, 100.0)


def write(book: Book) -> Written:
    """The sheet, with a line above the first row of each group."""
    facts = book.facts
    table = Table(book, TITLE, _ROW_IS, _columns(facts), pinned=2)
    for group, (title, _) in facts.words.groups.items():
        table.add([title, *_row(card, facts)] for card in facts.cards if card["group"] == group)
    return table.close()


def _columns(facts: Facts) -> list[Column]:
    before = {card["previous"]["period"] for card in facts.cards if card["previous"]}
    since = f"Change since {cleaned(before.pop())}" if len(before) == 1 else "Change since the period before"
    return [
        Column("Group", TEXT),
        Column("Manager", TEXT),
        Column("Team", TEXT),
        Column("Accounts", WHOLE),
        Column("Score", TENTHS, has_bar=True, ends=_ends(facts)),
        Column("Likely from", WHOLE),
        Column("Likely to", WHOLE),
        Column(since, CHANGE),
        Column("More than chance?", TEXT),
        Column("Label", TEXT),
        Column("Evidence", TEXT),
        Column("Data", TEXT, widest=24),
        Column("Main reason", TEXT, widest=50),
        Column("Score, unrounded", UNROUNDED, is_printed=False),
        Column("Manager id", TEXT, is_printed=False),
    ]


def _ends(facts: Facts) -> tuple[float, float] | None:
    """0 to 100, so that bars of two workbooks compare; none where a score is outside."""
    scores = [card["score"] for card in facts.cards if card["score"] is not None]
    return _FULL_SCALE if all(_FULL_SCALE[0] <= score <= _FULL_SCALE[1] for score in scores) else None


def _row(card: Mapping[str, Any], facts: Facts) -> list[Value]:
    who, why = sentences.main_reason(card)
    return [
        facts.names[card["manager_id"]],
        card["team"],
        card["accounts"],
        as_shown(card["score"], 1),
        as_shown(card["low"], 0),
        as_shown(card["high"], 0),
        printed_change(card),
        _beyond_chance(card),
        card["label"],
        str(card["evidence"]).capitalize(),
        _data(card),
        f"{who}: {why}" if who and why else why,
        card["score"],
        card["manager_id"],
    ]


def _beyond_chance(card: Mapping[str, Any]) -> str | None:
    if printed_change(card) is None:
        return None
    if sentences.is_degraded(card):
        return "Not said"
    return "Yes" if card["is_beyond_chance"] else "No" if sentences.is_within_chance(card) else "Not known"


def _data(card: Mapping[str, Any]) -> str:
    """What is in doubt about the data behind the score."""
    if sentences.is_degraded(card):
        return f"Degraded: {' '.join(sentences.doubts(card))}"
    return "Withheld" if is_withheld(card) else "No doubts"
