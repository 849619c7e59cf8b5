"""How is it said that something is not possible? To a program in a line of JSON, to a person on a page."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from scoring.view import View
from scoring.web.identity import found_user
from scoring.web.pages.answering import Page, render


def refusal(request: Request, status: int, told: str, headers: Mapping[str, str] | None = None) -> Response:
    """What is told, in the form that was asked for."""
    if is_data(request):
        return JSONResponse({"detail": told}, status, headers)
    user = found_user(request)
    view = View(request.app.state.desk.shelf, user) if user else None
    named = request.scope.get("path_params", {}).get("period")
    page = Page(
        "error.html.j2",
        "Not found" if status == 404 else "Not possible",
        told,
        shown={"told": told},
        period=named if view and named in view.periods.names else None,
        is_in=lambda _run: False,
    )
    return HTMLResponse(render(request, view, page), status, headers)


def is_data(request: Request) -> bool:
    """Whether a program asks, rather than a person."""
    return request.url.path.startswith("/api/") or request.url.path.endswith(".json")
