"""What does every answer tell the browser? That nothing of it goes elsewhere, or is kept, or stands in a frame."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scoring.web.cookies import VISITOR, set_cookie
from scoring.web.identity import NEW_VISITOR
from scoring.web.settings import Settings

_POLICY = "Content-Security-Policy"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; "
)
OTHER_POLICY = "other_policy"
"""What is kept of a request whose answer has another content security policy than all others: one of the two below."""
FRAMING = f"{_PAGE}frame-src 'self'; frame-ancestors 'none'"
"""Of a page that shows another of ours in a frame."""
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)
"""Of what a mail says: it is styled where it stands, does nothing, and is no page of ours to the browser."""
_ALWAYS = {
    _POLICY: f"{_PAGE}frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers hide where our own forms come from, too
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


class SafeHeaders:
    """Puts the headers on every answer, those of errors as well.

    An answer is not kept anywhere unless it says itself that it may be, which only files of ours do. What leads to
    another address of ours leads there by https where people reach us so, though a proxy speaks http to us.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.scheme = "https" if settings.is_https else "http"
        self.always = _ALWAYS | (_HTTPS if settings.is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request pass, and adds to what is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["scheme"] = self.scheme
        state = scope.setdefault("state", {})

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.always)
                headers[_POLICY] = state.get(OTHER_POLICY, self.always[_POLICY])
                headers.setdefault("Cache-Control", "no-store")
                if NEW_VISITOR in state:
                    headers.append("Set-Cookie", self._cookie(state[NEW_VISITOR]))
            await send(message)

        await self.app(scope, receive, sending)

    def _cookie(self, token: str) -> str:
        with_cookie = Response()
        set_cookie(with_cookie, self.settings, VISITOR, token)
        return with_cookie.headers["set-cookie"]
