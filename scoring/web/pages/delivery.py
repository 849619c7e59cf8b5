"""What does the page of one delivery show? What happened to it, try by try, and what was said, composed once more."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from scoring.view import AttemptSeen, DeliveryDesk, DeliverySeen, NotVisibleError, stood
from scoring.web import noticing
from scoring.web.desk import Desk, Viewing, desk_of
from scoring.web.headers import FRAMED, FRAMING, OTHER_POLICY
from scoring.web.pages.answering import Page, add_page
from scoring.web.pages.deliveries import TITLE, words
from scoring.web.pages.upcoming import Plans, plans

if TYPE_CHECKING:
    from scoring.digest.again import Again

router = APIRouter()

_COLUMNS = ("at", "state", "told", "by")
_HEAD = "<head>"


@dataclass(frozen=True, slots=True)
class DeliveryAnswer:
    """A delivery, what happened to it, and what is said if it is composed again now.

    `text` is null where that cannot be; `why_not` says why. `is_same` is whether it is, letter for letter, what was
    sent; null where nothing was.
    """

    delivery: DeliverySeen
    attempts: list[AttemptSeen]
    subject: str | None
    text: str | None
    why_not: str | None
    is_same: bool | None


def delivery(delivery_id: str, view: Viewing, request: Request) -> Page:
    """The page of one delivery."""
    desk, seeing = desk_of(request), DeliveryDesk(view)
    found = seeing.one(delivery_id)
    attempts, plan = list(seeing.attempts(delivery_id)), plans(desk)
    history = list(zip(attempts, stood(attempts, found.state), strict=True))
    said = _said(desk, plan, seeing, found)
    setattr(request.state, OTHER_POLICY, FRAMING)
    return Page(
        "delivery.html.j2",
        f"{found.schedule}, {found.period}, to {found.name or found.recipient}",
        DeliveryAnswer(
            found,
            attempts,
            said.message.subject if said.message else None,
            said.message.text if said.message else None,
            said.why_not,
            said.is_same,
        ),
        _COLUMNS,
        [[each.at.isoformat(), each.state, each.told, each.by] for each in attempts],
        {"found": found, "history": history, "said": said, **words(plan.zone)},
        "deliveries",
        subject=f"{found.schedule} {found.period} to {found.recipient}",
        crumbs=(("/deliveries", TITLE),),
    )


@router.get(
    "/deliveries/{delivery_id}/said.html", summary="What a delivery says, as the mail shows it.", tags=["files"]
)
def mail(delivery_id: str, view: Viewing, request: Request) -> Response:
    """The mail by itself, for the frame on the page."""
    desk, seeing = desk_of(request), DeliveryDesk(view)
    found = seeing.one(delivery_id)
    said = _said(desk, plans(desk), seeing, found)
    if said.message is None or not said.message.html:
        raise NotVisibleError("mail")
    noticing.saw(request, view, f"deliveries {found.schedule} {found.period} to {found.recipient}", "mail")
    setattr(request.state, OTHER_POLICY, FRAMED)
    return HTMLResponse(said.message.html.replace(_HEAD, f'{_HEAD}<base target="_top">', 1))


def _said(desk: Desk, plan: Plans, seeing: DeliveryDesk, found: DeliverySeen) -> "Again":
    """What the delivery says if it is composed again now."""
    from scoring.digest.again import Again, composed_again  # noqa: PLC0415  it takes long to load, and few ask for it
    from scoring.digest.network.hosts import NotReadyError  # noqa: PLC0415
    from scoring.digest.opening import page_of  # noqa: PLC0415

    if plan.rulebook is None:
        return Again(None, plan.why_not)
    try:
        page = page_of(plan.rulebook, desk.environment)
    except NotReadyError as error:
        return Again(None, f"it cannot be composed again: {error}")
    return composed_again(desk.shelf, plan.rulebook, page, found, seeing.recipient(found), now=desk.now())


add_page(router, "/deliveries/{delivery_id}", delivery, DeliveryAnswer, "A delivery, and what it says.")
