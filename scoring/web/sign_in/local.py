"""Signing in with a password, and out again. Whether there is such a user shows neither in words nor in time."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from scoring.store import people
from scoring.web.cookies import SESSION, drop_cookie
from scoring.web.desk import Desk, desk_of
from scoring.web.identity import SIGN_IN, found_user, proxied, session_token
from scoring.web.sign_in.doors import address_key, let_in, local_path, sign_in_form, too_many
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
    return sign_in_form(request, 200, onto=next, refused=refused)


@router.post(SIGN_IN)
def sign_in(request: Request, said: Annotated[SignIn, Form()]) -> Response:
    """The way on with a new session, or the form again with why not."""
    desk = desk_of(request)
    account = f"account {people.mail_key(said.email) or said.email}"
    address = address_key(request)
    limits = {account: desk.settings.tries_by_account, address: desk.settings.tries_by_address}
    wait = people.attempt(desk.store, limits, at=desk.now())
    if wait is not None:
        return too_many(request, wait, onto=said.next, email=said.email)
    user = _proven(desk, said)
    answer = let_in(request, user.user_id, way="password", onto=said.next) if user else None
    if answer is None:
        return sign_in_form(request, 401, onto=said.next, email=said.email, refused=WRONG)
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
