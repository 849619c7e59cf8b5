"""What keeps the pages safe? Each check is one layer that a request passes on its way in; the headers come last."""

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from scoring.store.refusals import trouble
from scoring.web.headers import SafeHeaders
from scoring.web.heads import Heads
from scoring.web.identity import NotSignedInError, sign_in_path
from scoring.web.log import REQUEST_ID, RequestLog
from scoring.web.own_forms import OwnForms
from scoring.web.proxies import KnownProxies
from scoring.web.refusing import is_data, refusal
from scoring.web.sign_in.doors import sign_in_form
from scoring.web.unsaved import unsaved
from scoring.web.wrong import wrong

if TYPE_CHECKING:
    from scoring.web.desk import Desk

LARGEST_BODY = 1_000_000
"""Bytes of a form: several texts of ten thousand letters each, however they are written."""
_UNSAVED = "You were signed out in the meantime. What you sent was not saved: sign in, and send it once more."


def protect(app: FastAPI, desk: "Desk") -> None:
    """Puts the checks in front of all pages of the app, and the headers on all that leaves it."""
    settings = desk.settings
    app.add_middleware(OwnForms, settings=settings)
    app.add_middleware(KnownProxies, proxy=settings.proxy)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts, www_redirect=False)
    app.add_exception_handler(NotSignedInError, _to_sign_in)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _failed)
    inner = app.build_middleware_stack

    def outermost() -> ASGIApp:  # the framework's page of unexpected errors stands outside of all that is added
        return RequestLog(Heads(SafeHeaders(inner(), settings)), settings)

    app.build_middleware_stack = outermost  # type: ignore[method-assign]


async def _to_sign_in(request: Request, _error: Exception) -> Response:
    """Sends a browser to where people sign in, and tells a program that it has to.

    Whoever sent a form is told that nothing of it was saved, and shown what they typed.
    """
    if is_data(request) or request.headers.get("accept", "").startswith("application/json"):
        return JSONResponse({"detail": "not signed in"}, 401)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": sign_in_path(request)})
    if request.method == "GET":
        return RedirectResponse(sign_in_path(request), 303)
    lost = await unsaved(request)
    return sign_in_form(request, 401, onto=request.url.path, refused=_UNSAVED, unsaved=lost)


def _unreadable(request: Request, error: Exception) -> Response:
    """What is wrong with what was sent, without any of it: it may be a password."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    return refusal(request, 422, wrong(found))


def _failed(request: Request, error: Exception) -> Response:
    """What is said of a mistake of ours, or of a database that is away or full: where in the log it stands, and nothing
    of what it was about.
    """
    status, what = 500, "This is a mistake in bookscore."
    if trouble(error):
        status, what = 503, "The database of bookscore cannot be used just now; try again in a few minutes."
    told = f"{what} It stands in the log of the server as {request.scope['state'][REQUEST_ID]}."
    return JSONResponse({"detail": told}, status) if is_data(request) else PlainTextResponse(told, status)
