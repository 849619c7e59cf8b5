"""Does what is to be changed come from a page of ours? Another site can make a browser send a form, not with our token.

Asked of every request that may change something, before anything looks at it.
"""

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scoring.web.identity import is_own_form
from scoring.web.settings import Settings

FIELD, HEADER = "csrf_token", "x-csrf-token"
ONE_CLICK = "/unsubscribe"
"""Where mail programs and their servers end digests by a secret of the mail's own (RFC 8058): they have no token."""
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SAYS = (
    "This was not sent by a page of this server, or by one that is out of date. Nothing was changed. "
    "Go back, load the page again and send it once more; the browser must accept cookies of this server."
)


class OwnForms:
    """Refuses requests that may change something unless browser and token say that they come from our pages."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or lets the request pass."""
        if scope["type"] != "http" or scope["method"] in _HARMLESS or scope["path"] == ONE_CLICK:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        if self._is_from_elsewhere(request) or _names_charset(request):
            await PlainTextResponse(_SAYS, 403)(scope, receive, send)
            return
        token, rest = request.headers.get(HEADER), receive
        if token is None and request.headers.get("content-type", "").startswith(_FORMS):
            body = await request.body()
            token, rest = await _said(request), _again(body, receive)
        if token is None or not is_own_form(request, token):
            await PlainTextResponse(_SAYS, 403)(scope, receive, send)
            return
        await self.app(scope, rest, send)

    def _is_from_elsewhere(self, request: Request) -> bool:
        """Whether the browser says that a page of another server, or of another port, sent it."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site not in (None, "same-origin", "none"):
            return True
        scheme = "https" if self.settings.is_https else "http"
        return origin not in (None, self.settings.public_url, f"{scheme}://{request.headers.get('host', '')}")


def _names_charset(request: Request) -> bool:
    """Whether the form is to be read in other letters than ours, of which some take for ever; no browser asks it."""
    return "charset" in request.headers.get("content-type", "").lower()


async def _said(request: Request) -> str | None:
    """The token in the form, None where there is none or it is no form."""
    try:
        async with request.form() as form:
            said = form.get(FIELD)
    except (HTTPException, MultiPartException):
        return None
    return said if isinstance(said, str) else None


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body, which was read, once more; then what comes after it."""
    given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return given.pop() if given else await receive()

    return receiving
