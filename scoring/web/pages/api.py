"""How do programs ask? A page that says which addresses answer with data, made from the same description as they."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from scoring.web.desk import Viewing
from scoring.web.pages.answering import Page, render

router = APIRouter(include_in_schema=False)


@router.get("/api")
def api(request: Request, view: Viewing) -> HTMLResponse:
    """The page about the API."""
    told = request.app.openapi()
    calls = [_call(path, what["get"]) for path, what in sorted(told["paths"].items()) if "get" in what]
    page = Page("api.html.j2", "Data for programs", None, shown={"calls": calls}, place="api")
    return HTMLResponse(render(request, view, page))


def _call(path: str, what: Mapping[str, Any]) -> dict[str, Any]:
    """An address with what it gives and what it can be asked."""
    asked = [(p["name"], p.get("description", "")) for p in what.get("parameters", ()) if p["in"] == "query"]
    return {"path": path, "summary": what["summary"], "asked": asked}
