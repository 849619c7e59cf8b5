"""Where does a request come from? From the other end of the line, or from where a proxy that we know says."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from scoring.web.settings import Proxy

_FORWARDED = "x-forwarded-for"


def address_of(request: Request, proxy: Proxy | None) -> str:
    """The address of who asks: behind proxies of ours the last one that they did not write of each other."""
    nearest = request.client.host if request.client else ""
    if proxy is None or not proxy.is_one(nearest):
        return nearest
    said = [part.strip() for line in request.headers.getlist(_FORWARDED) for part in line.split(",")]
    return next((address for address in reversed(said) if address and not proxy.is_one(address)), nearest)


class KnownProxies:
    """Refuses the header that says who somebody is from all but the proxies that may send it."""

    def __init__(self, app: ASGIApp, proxy: Proxy | None) -> None:
        self.app, self.proxy = app, proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or lets the request pass."""
        if scope["type"] == "http" and self.proxy and self.proxy.header:
            said = Headers(scope=scope).getlist(self.proxy.header)
            client = scope.get("client")
            if len(said) > 1 or (said and not (client and self.proxy.is_one(client[0]))):
                answer = PlainTextResponse(f"Only the proxy may say who you are ({self.proxy.header}).", 403)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)
