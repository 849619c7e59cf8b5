"""Which documents are there? A card, and the book of a quarter."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from scoring.reports.captions import CONFIDENTIAL_BOOK
from scoring.reports.names import cleaned
from scoring.reports.pdf import review as reviews
from scoring.reports.pdf.book import book
from scoring.reports.pdf.content import content, foot
from scoring.reports.pdf.engine import pdf
from scoring.reports.pdf.method import HOW_TO_READ
from scoring.reports.pdf.review import Review


def card_pdf(card: Mapping[str, Any], *, review: Review | None = None) -> bytes:
    """One scorecard, as in scorecards.json, as a document; with what was said and signed in its review.

    The same card and review give the same bytes where `made_with` is the same. Raises PaperError.
    """
    name, period = cleaned(card["name"]), card["period"]
    data = {
        "title": f"{name} · {period}",
        "description": f"Account-manager scorecard of {name} for {period}",
        "foot": foot(period, card["rules_hash"], reviews.edition(review)),
        "card": content(card, review),
    }
    return pdf("card_document.typ", data, on=date.fromisoformat(card["as_of"]))


def book_pdf(
    cards: Sequence[Mapping[str, Any]],
    company: Mapping[str, Any],
    summary: Mapping[str, Any],
    *,
    teams: Collection[str] | None = None,
) -> bytes:
    """All managers of a period in one document: contents, company, managers in groups, teams, cards, and the method.

    `company` is what the league page says of the whole, `summary` the run as in run.json; `teams` are those of which
    all cards are there, None where that is every team. The same run gives the same bytes where `made_with` is the
    same. Raises PaperError.
    """
    period = company["period"]
    data = {
        "title": f"Account managers · {period}",
        "description": f"Account-manager scorecards of {period}",
        "foot": foot(period, company["rules_hash"]) | {"first": CONFIDENTIAL_BOOK},
        "reading": HOW_TO_READ,
        "book": book(cards, company, summary, teams),
    }
    return pdf("book_document.typ", data, on=date.fromisoformat(company["as_of"]))
