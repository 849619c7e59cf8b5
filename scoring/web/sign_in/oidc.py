"""Signing in at an OpenID provider: there, and back with a code. Only who is a user here gets in."""

import hmac
import logging
from urllib.parse import quote, unquote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from scoring.store import people
from scoring.web.cookies import FLOW, cookie_name, drop_cookie, set_cookie
from scoring.web.desk import Desk, desk_of
from scoring.web.identity import SIGN_IN
from scoring.web.settings import Provider
from scoring.web.sign_in.doors import address_key, let_in, local_path, sign_in_form, too_many, wait_for

router = APIRouter(include_in_schema=False)
THERE, BACK = f"{SIGN_IN}/oidc", f"{SIGN_IN}/oidc/back"
_LOG = logging.getLogger("bookscore.sign_in")

_NOT_REACHED = "The place where you sign in could not be reached. Try again in a minute."
_NOT_PROVEN = "Signing in did not come to its end. Start again."
_NO_USER = "You are signed in there, but nobody here has that e-mail address. Ask whoever looks after the users here."


@router.get(THERE)
def there(request: Request, next: str = "") -> Response:
    """The way to the provider."""
    from scoring.web.sign_in.provider import Flow, NotProvenError, address_at  # noqa: PLC0415  it is an extra

    desk, provider = desk_of(request), _provider(request)
    wait = wait_for(request, f"there {address_key(request)}")
    if wait is not None:
        return too_many(request, wait, onto=next)
    secret = people.new_token()
    try:
        onto = address_at(provider, Flow(secret), _back(desk))
    except NotProvenError as error:
        _LOG.warning("the OpenID provider cannot be reached: %s", error)
        return sign_in_form(request, 502, refused=_NOT_REACHED)
    answer = RedirectResponse(onto, 303)
    set_cookie(answer, desk.settings, FLOW, f"{secret}.{quote(local_path(next), safe='')}")
    return answer


@router.get(BACK)
def back(request: Request, code: str = "", state: str = "") -> Response:
    """The way on with a new session, for a user whom the provider names."""
    from scoring.web.sign_in.provider import Flow, NotProvenError, claims  # noqa: PLC0415  it is an extra

    desk, provider = desk_of(request), _provider(request)
    secret, _, onto = request.cookies.get(cookie_name(desk.settings, FLOW), "").partition(".")
    if not secret or not code or not hmac.compare_digest(Flow(secret).state.encode(), state.encode("utf-8", "replace")):
        return sign_in_form(request, 400, refused=_NOT_PROVEN)
    wait = wait_for(request, address_key(request))
    if wait is not None:
        return too_many(request, wait)
    try:
        found = claims(provider, Flow(secret), _back(desk), code, at=desk.now())
    except NotProvenError as error:
        _LOG.warning("the OpenID provider was not believed: %s", error)
        return sign_in_form(request, 400, refused=_NOT_PROVEN)
    user = people.user_of_provider(desk.store, found.email, found.subject, at=desk.now())
    answer = let_in(request, user.user_id, way="oidc", onto=unquote(onto)) if user else None
    if answer is None:
        return sign_in_form(request, 403, refused=_NO_USER)
    drop_cookie(answer, desk.settings, FLOW)
    address = address_key(request)
    people.succeeded(desk.store, account=f"account {found.email}", address=address, way=f"there {address}")
    return answer


def _provider(request: Request) -> Provider:
    provider = desk_of(request).settings.provider
    if provider is None:
        raise HTTPException(404)
    return provider


def _back(desk: Desk) -> str:
    return f"{desk.settings.public_url}{BACK}"
