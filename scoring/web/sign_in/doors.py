"""How does somebody get in and on? The pages that all ways of signing in share."""

import re
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from scoring.store import people
from scoring.web.cookies import SESSION, set_cookie
from scoring.web.desk import desk_of
from scoring.web.identity import csrf_token, session_token
from scoring.web.pages import Page, render

_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")
HOME = "/"


def local_path(wanted: str) -> str:
    """The path if it leads to a page of this server, else the first page."""
    return wanted if _LOCAL.fullmatch(wanted) else HOME


def shown(request: Request, template: str, title: str, status: int = 200, **told: Any) -> HTMLResponse:
    """A page for who is not signed in."""
    page = Page(template, title, None, shown={"form_token": csrf_token(request), **told})
    return HTMLResponse(render(request, None, page), status)


def let_in(request: Request, user_id: str, *, way: str, onto: str = HOME) -> Response | None:
    """The way on to the page that was asked for, with a new session; None where the user may not sign in."""
    desk = desk_of(request)
    token = people.begin(desk.store, user_id, way=way, at=desk.now(), replaces=session_token(request))
    if token is None:
        return None
    answer = RedirectResponse(local_path(onto), 303)
    set_cookie(answer, desk.settings, SESSION, token)
    return answer
