"""Where does somebody begin? Leaders and directors with the league, a manager with their own card."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from scoring.access import Role
from scoring.view.slugs import slug
from scoring.web.desk import Viewing
from scoring.web.pages.answering import Page, render

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, view: Viewing) -> Response:
    """The first page of the latest period, or what to do where none is published."""
    period = view.periods.latest
    if period is None:
        return HTMLResponse(render(request, view, Page("nothing_yet.html.j2", "Nothing to see yet", None)))
    if view.who.role is Role.MANAGER and view.who.manager_id is not None:
        return RedirectResponse(f"/periods/{slug(period)}/managers/{slug(view.who.manager_id)}", 303)
    return RedirectResponse(f"/periods/{slug(period)}/league", 303)
