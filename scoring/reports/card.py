"""What does one manager see? The scorecard as one self-contained HTML page."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from scoring.reports.captions import CONFIDENTIAL
from scoring.reports.pages import local, page
from scoring.reports.shown import shown


def card_html(card: Mapping[str, Any], *, league_href: str | None = None) -> str:
    """The card as a page that needs no other file and prints on A4.

    `card` is one scorecard as in scorecards.json. The link to the league page is left out where it
    would leave the folder.
    """
    what = shown(card)
    return page(
        "card.html.j2",
        card=card,
        league=local(league_href),
        confidential=CONFIDENTIAL,
        **{field.name: getattr(what, field.name) for field in fields(what)},
    )
