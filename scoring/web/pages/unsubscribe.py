"""How does somebody end digests without signing in? By the link in the mail: it says which, and a button ends them.

Looking changes nothing, as mail programs open links before people do. Mail servers press the button for people
(RFC 8058); they come from anywhere and have no cookie, so the secret in the address is all that is asked for.
"""

from math import ceil

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from scoring.view import stop_by, stopped_by
from scoring.web.desk import desk_of
from scoring.web.own_forms import ONE_CLICK
from scoring.web.pages.answering import Page, render
from scoring.web.sign_in.doors import address_key, told_to_wait, wait_for

router = APIRouter(include_in_schema=False)

_TITLE = "Stop digests"


@router.get(ONE_CLICK)
def form(request: Request, token: str = "") -> Response:
    """The button, for a link that works; what was stopped before is said to be so."""
    found = stopped_by(desk_of(request).store, token)
    if found is None:
        return _void(request)
    schedule, is_stopped = found
    return _shown(request, 200, schedule=schedule, token=token, is_stopped=is_stopped)


@router.post(ONE_CLICK)
def stop(request: Request, token: str = "") -> Response:
    """What was stopped, and how to have it again. What the body holds does not matter."""
    desk = desk_of(request)
    schedule = stop_by(desk.store, token, desk.now())
    return _void(request) if schedule is None else _shown(request, 200, schedule=schedule, token="", is_done=True)


def _void(request: Request) -> Response:
    """That the link is none; who tries many of them has to wait."""
    wait = wait_for(request, f"unsubscribe {address_key(request)}")
    if wait is None:
        return _shown(request, 404, refused="This link does not work. It may have been cut off: copy all of it.")
    answer = _shown(request, 429, refused=told_to_wait(wait))
    answer.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    return answer


def _shown(request: Request, status: int, **told: str | bool) -> HTMLResponse:
    shown = {"refused": None, "schedule": None, "token": "", "is_done": False, "is_stopped": False, **told}
    return HTMLResponse(render(request, None, Page("unsubscribe.html.j2", _TITLE, None, shown=shown)), status)
