"""Where do the pages lie? `league.html`, and a card for each manager in `scorecards/`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring.reports.card import card_html
from scoring.reports.league import league_html
from scoring.reports.names import file_names

CARDS = "scorecards"
LEAGUE = "league.html"


def write(cards: Sequence[Mapping[str, Any]], company: Mapping[str, Any], folder: Path) -> list[Path]:
    """The files written: the league page, then the cards in the order they came.

    A card's file is named for its manager_id, made safe; the same ids always give the same names.
    """
    names = file_names(card["manager_id"] for card in cards)
    (folder / CARDS).mkdir(parents=True, exist_ok=True)

    def href(card: Mapping[str, Any]) -> str:
        return f"{CARDS}/{names[card['manager_id']]}.html"

    pages = {LEAGUE: league_html(cards, company=company, href=href)}
    pages |= {href(card): card_html(card, league_href=f"../{LEAGUE}") for card in cards}
    for place, text in pages.items():
        (folder / place).write_bytes(text.encode())
    return [folder / place for place in pages]
