"""Who asks? Whoever the session's cookie or the proxy in front of us names; asked once in each request."""

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Request

from scoring.access import User
from scoring.store import people
from scoring.web.cookies import SESSION, VISITOR, cookie_name

if TYPE_CHECKING:
    from scoring.web.desk import Desk

SIGN_IN = "/sign-in"
NEW_VISITOR = "new_visitor"
"""What is kept of a request whose answer gives a cookie to somebody who had none."""


class NotSignedInError(Exception):
    """Nobody is signed in, and the page is for those who are."""


def current_user(request: Request) -> User:
    """The person who asks. Raises NotSignedInError."""
    user = found_user(request)
    if user is None:
        raise NotSignedInError
    return user


def found_user(request: Request) -> User | None:
    """The person who asks, None where nobody is signed in."""
    if not hasattr(request.state, "user"):
        request.state.user = _looked_up(request)
    found: User | None = request.state.user
    return found


def proxied(request: Request) -> str | None:
    """The e-mail address that the proxy in front of us says it is; only proxies that we know get so far with it."""
    proxy = _desk(request).settings.proxy
    return request.headers.get(proxy.header) if proxy and proxy.header else None


def session_token(request: Request) -> str | None:
    """What the cookie of the session holds, if there is one."""
    return request.cookies.get(cookie_name(_desk(request).settings, SESSION))


def csrf_token(request: Request) -> str:
    """What a form of this browser must hold: made from its cookie, so that no other site can know it.

    Who has no cookie yet is given one with the answer.
    """
    seed = _cookie(request)
    if seed is None:
        if not hasattr(request.state, NEW_VISITOR):
            setattr(request.state, NEW_VISITOR, people.new_token())
        seed = getattr(request.state, NEW_VISITOR)
    return _token(seed)


def is_own_form(request: Request, token: str) -> bool:
    """Whether a form with this token was given to this browser."""
    seed = _cookie(request)
    return seed is not None and hmac.compare_digest(_token(seed).encode(), token.encode("utf-8", "replace"))


def sign_in_path(request: Request) -> str:
    """Where to sign in, and come back from to the page that was asked for."""
    if request.url.path == "/":
        return SIGN_IN
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?next={quote(asked, safe='/')}"


def _cookie(request: Request) -> str | None:
    """What the cookie holds that forms are made from: that of the session, where there is one."""
    settings = _desk(request).settings
    found = (request.cookies.get(cookie_name(settings, name)) for name in (SESSION, VISITOR))
    return next((value for value in found if value), None)


def _token(seed: str) -> str:
    return hashlib.sha256(f"form {seed}".encode("utf-8", "replace")).hexdigest()


def _looked_up(request: Request) -> User | None:
    desk, named = _desk(request), proxied(request)
    if named is not None:
        found = people.user_by_mail(desk.store, named)
    else:
        token = session_token(request)
        found = people.whose(desk.store, token, at=desk.now(), lasting=desk.settings.lasting) if token else None
    return None if found is None else found.user


def _desk(request: Request) -> "Desk":
    desk: Desk = request.app.state.desk
    return desk
