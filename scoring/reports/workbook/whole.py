"""What is in the workbook? League, lines, accounts, movements and definitions of the managers whose cards are given."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from scoring.reports.workbook import accounts, definitions, league, lines, movements
from scoring.reports.workbook.book import opened
from scoring.reports.workbook.facts import facts_of
from scoring.reports.workbook.frames import Frames, theirs

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(cards: Sequence[Mapping[str, Any]], frames: Frames, facts: Mapping[str, Any]) -> bytes:
    """The workbook of these cards: see `write`."""
    target = BytesIO()
    _fill(cards, frames, facts, target)
    return target.getvalue()


def write(cards: Sequence[Mapping[str, Any]], frames: Frames, facts: Mapping[str, Any], out: Path) -> None:
    """Writes the workbook of these cards; all of one run's, a team's, or a person's own.

    Of the frames only the rows of these managers are used, so that nobody else is in the file. `facts` is run.json, or
    of it run_id, engine, period, as_of, windows, basis, currency and rules. The same content gives the same bytes.
    """
    _fill(cards, frames, facts, out)


def _fill(cards: Sequence[Mapping[str, Any]], frames: Frames, run: Mapping[str, Any], target: BytesIO | Path) -> None:
    facts = facts_of(cards, run)
    found = theirs(frames, [card["manager_id"] for card in facts.cards])
    with opened(target, facts) as book:
        written = [league.write(book), lines.write(book), accounts.write(book, found), movements.write(book, found)]
        definitions.write(book, found, written)
