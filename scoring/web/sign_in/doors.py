"""How does somebody get in and on? The pages that all ways of signing in share."""

import re
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from scoring.plurals import many
from scoring.store import people
from scoring.web.cookies import SESSION, set_cookie
from scoring.web.desk import desk_of
from scoring.web.identity import csrf_token, session_token
from scoring.web.pages.answering import Page, render
from scoring.web.proxies import address_of

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


def address_key(request: Request) -> str:
    """What attempts from there are counted under: the address, or the IPv6 network that one household has."""
    address = address_of(request, desk_of(request).settings.proxy)
    try:
        found = ip_address(address)
    except ValueError:
        return f"address {address}"
    return f"address {ip_network((found, 64), strict=False) if isinstance(found, IPv6Address) else found}"


def wait_for(request: Request, key: str) -> timedelta | None:
    """How long to wait before the next attempt that is counted under the key; None where it may be now, and counts."""
    desk = desk_of(request)
    return people.attempt(desk.store, {key: desk.settings.tries_by_address}, at=desk.now())


def sign_in_form(
    request: Request,
    status: int,
    *,
    onto: str = HOME,
    email: str = "",
    refused: str | None = None,
    unsaved: Sequence[tuple[str, str]] = (),
) -> HTMLResponse:
    """The form to sign in, with why it did not work the last time, and what was typed and not saved, if anything."""
    provider = desk_of(request).settings.provider
    return shown(
        request,
        "sign_in.html.j2",
        "Sign in",
        status,
        email=email,
        onto=local_path(onto),
        refused=refused,
        unsaved=unsaved,
        provider=provider.name if provider else None,
    )


def too_many(request: Request, wait: timedelta, *, onto: str = HOME, email: str = "") -> HTMLResponse:
    """The form again, with how long to wait before the next attempt."""
    answer = sign_in_form(request, 429, onto=onto, email=email, refused=told_to_wait(wait))
    answer.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    return answer


def told_to_wait(wait: timedelta) -> str:
    """That somebody tried too often, and for how long to wait."""
    minutes = ceil(wait.total_seconds() / 60)
    return f"There were too many attempts. Try again in {many(minutes, 'minute')}."
