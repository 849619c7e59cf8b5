"""What can be taken away? A card or the book of the period as PDF, and workbooks, of those whom somebody may see."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from scoring.reports import workbook
from scoring.reports.names import file_names
from scoring.scorecard.cards import Card
from scoring.view import NotVisibleError, Seen
from scoring.view.slugs import unslug
from scoring.web import noticing
from scoring.web.desk import Seeing, Viewing
from scoring.web.pages.answering import download

router = APIRouter(tags=["files"])

PDF = "application/pdf"
_FRAMES = ("book", "compared", "movements")


@router.get(
    "/periods/{period}/managers/{manager_id}.pdf", summary="A manager's scorecard on paper.", response_class=Response
)
def card_pdf(manager_id: str, request: Request, seen: Seeing, view: Viewing) -> Response:
    """The card as PDF."""
    from scoring.reports import pdf  # noqa: PLC0415  it takes long to load, and few ask for it

    card = seen.card(unslug(manager_id))
    noticing.saw(request, view, f"manager {card['manager_id']}", "pdf", seen)
    return download(pdf.card_pdf(card), PDF, f"{_name(card)}-{seen.period}.pdf")


@router.get("/periods/{period}/managers/{manager_id}.xlsx", summary="A manager's workbook.", response_class=Response)
def manager_workbook(manager_id: str, request: Request, seen: Seeing, view: Viewing) -> Response:
    """The workbook of one manager."""
    card = seen.card(unslug(manager_id))
    noticing.saw(request, view, f"manager {card['manager_id']}", "xlsx", seen)
    return _workbook(seen, [card], f"{_name(card)}-{seen.period}.xlsx")


@router.get("/periods/{period}/book.pdf", summary="The book of the period: all managers seen.", response_class=Response)
def book_pdf(request: Request, seen: Seeing, view: Viewing) -> Response:
    """The book of the managers that the person sees."""
    from scoring.reports import pdf  # noqa: PLC0415

    cards = _some(seen)
    noticing.saw(request, view, "league all managers seen", "pdf", seen)
    teams = None if seen.sight.is_everything else seen.teams
    made = pdf.book_pdf(cards, seen.company, seen.facts, teams=teams)
    return download(made, PDF, f"scorecards-{seen.period}.pdf")


@router.get("/periods/{period}/scorecards.xlsx", summary="The workbook of all managers seen.", response_class=Response)
def league_workbook(request: Request, seen: Seeing, view: Viewing) -> Response:
    """The workbook of the managers that the person sees."""
    cards = _some(seen)
    noticing.saw(request, view, "league all managers seen", "xlsx", seen)
    return _workbook(seen, cards, f"scorecards-{seen.period}.xlsx")


def _some(seen: Seen) -> Sequence[Card]:
    if not seen.cards:
        raise NotVisibleError("file")
    return seen.cards


def _workbook(seen: Seen, cards: Sequence[Card], name: str) -> Response:
    frames = {each: seen.frame(each) for each in _FRAMES}
    return download(workbook.workbook(cards, frames, seen.facts), workbook.MEDIA_TYPE, name)


def _name(card: Card) -> str:
    """A file name of plain letters for the manager."""
    name: str = file_names([card["manager_id"]])[card["manager_id"]]
    return name
