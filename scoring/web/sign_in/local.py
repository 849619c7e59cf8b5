"""Signing in with a password, and out again. Whether there is such a user shows neither in words nor in time."""

from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from scoring.store import people
from scoring.web.cookies import SESSION, drop_cookie
from scoring.web.desk import Desk, desk_of
from scoring.web.identity import SIGN_IN, found_user, proxied, session_token
from scoring.web.proxies import address_of
from scoring.web.sign_in.doors import let_in, local_path, shown
from scoring.web.sign_in.passwords import MOST, is_right

router = APIRouter(include_in_schema=False)

WRONG = (
    "That did not work. Either the e-mail address or the password is not right, or no password was set yet: "
    "for that you need a link from whoever looks after the users here."
)


class SignIn(BaseModel):
    """What the form sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: str = ""
    password: Annotated[str, Field(max_length=MOST)] = ""
    next: str = ""
    csrf_token: str = ""


@router.get(SIGN_IN)
def form(request: Request, next: str = "") -> Response:
    """The form, or the way on for who is signed in."""
    if found_user(request) is not None:
        return RedirectResponse(local_path(next), 303)
    named = proxied(request)
    refused = f"The proxy says that you are {named}, but no user here has that address." if named else None
    return _form(request, 200, onto=next, refused=refused)


@router.post(SIGN_IN)
def sign_in(request: Request, said: Annotated[SignIn, Form()]) -> Response:
    """The way on with a new session, or the form again with why not."""
    desk = desk_of(request)
    account = f"account {people.mail_key(said.email) or said.email}"
    address = f"address {_network(address_of(request, desk.settings.proxy))}"
    limits = {account: desk.settings.tries_by_account, address: desk.settings.tries_by_address}
    wait = people.attempt(desk.store, limits, at=desk.now())
    if wait is not None:
        return _too_many(request, said, ceil(wait.total_seconds()))
    user = _proven(desk, said)
    answer = let_in(request, user.user_id, way="password", onto=said.next) if user else None
    if answer is None:
        return _form(request, 401, onto=said.next, email=said.email, refused=WRONG)
    people.succeeded(desk.store, account=account, address=address)
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """The form to sign in, once the session is over."""
    desk, token = desk_of(request), session_token(request)
    if token is not None:
        people.end(desk.store, token, at=desk.now())
    answer = RedirectResponse(SIGN_IN, 303)
    drop_cookie(answer, desk.settings, SESSION)
    return answer


def _proven(desk: Desk, said: SignIn) -> people.UserRecord | None:
    """The user, if the password is theirs."""
    kept = people.password_hash(desk.store, said.email)
    user = people.user_by_mail(desk.store, said.email)
    return user if is_right(said.password, kept, desk.settings.hashing) else None


def _too_many(request: Request, said: SignIn, seconds: int) -> Response:
    minutes = ceil(seconds / 60)
    told = f"There were too many attempts. Try again in {minutes} minute{'' if minutes == 1 else 's'}."
    answer = _form(request, 429, onto=said.next, email=said.email, refused=told)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _form(request: Request, status: int, *, onto: str, email: str = "", refused: str | None = None) -> Response:
    provider = desk_of(request).settings.provider
    return shown(
        request,
        "sign_in.html.j2",
        "Sign in",
        status,
        email=email,
        onto=local_path(onto),
        refused=refused,
        provider=provider.name if provider else None,
    )


def _network(address: str) -> str:
    """The address, or the network of an IPv6 address that one household or machine has for itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)
