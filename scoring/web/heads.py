"""What is answered to who asks for the head of a page alone? What a GET is told, without the body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """Lets each HEAD pass as a GET, and takes away what follows the headers. Monitors ask so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request pass; the scope stays whole, as the server reads it once more."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, sending)
