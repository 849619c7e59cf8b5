"""Setting a password by a one-time link. Opening it uses nothing up, as mail programs open links before people do."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from scoring.store import people
from scoring.web.desk import desk_of
from scoring.web.identity import SIGN_IN
from scoring.web.sign_in.doors import let_in, shown
from scoring.web.sign_in.passwords import LEAST, MOST, hashed, why_not

router = APIRouter(include_in_schema=False)
LINK = f"{SIGN_IN}/link"

_DIFFERENT = "The two passwords are not the same; type the new one twice."


class NewPassword(BaseModel):
    """What the form sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str = ""
    password: Annotated[str, Field(max_length=MOST)] = ""
    again: Annotated[str, Field(max_length=MOST)] = ""
    csrf_token: str = ""


@router.get(LINK)
def form(request: Request, token: str = "") -> Response:
    """The form for a new password, as long as the link works."""
    desk = desk_of(request)
    owner = people.link_owner(desk.store, token, at=desk.now())
    return _void(request) if owner is None else _form(request, 200, token, owner)


@router.post(LINK)
def set_password(request: Request, said: Annotated[NewPassword, Form()]) -> Response:
    """The first page, signed in, once the password is set; or the form again with why not."""
    desk = desk_of(request)
    owner = people.link_owner(desk.store, said.token, at=desk.now())
    if owner is None:
        return _void(request)
    refused = why_not(said.password, email=owner.email, name=owner.name)
    if refused is None and said.password != said.again:
        refused = _DIFFERENT
    if refused is not None:
        return _form(request, 422, said.token, owner, refused)
    kept = hashed(said.password, desk.settings.hashing)
    user = people.use_link(desk.store, said.token, password_hash=kept, at=desk.now())
    answer = let_in(request, user.user_id, way="link") if user else None
    return _void(request) if answer is None else answer


def _form(request: Request, status: int, token: str, owner: people.UserRecord, refused: str | None = None) -> Response:
    return shown(
        request,
        "new_password.html.j2",
        "Set a password",
        status,
        token=token,
        owner=owner,
        refused=refused,
        least=LEAST,
    )


def _void(request: Request) -> Response:
    return shown(request, "void_link.html.j2", "This link does not work any more", 410)
