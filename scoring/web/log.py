"""What happened, for who looks after the server? One JSON object a line; never what stands behind ? in an address."""

import json
import logging
import sys
import time
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scoring.store.refusals import trouble
from scoring.web.proxies import address_of
from scoring.web.settings import Settings

REQUESTS = logging.getLogger("bookscore.requests")
REQUEST_ID = "request_id"
_ABOUT = "about"


class RequestLog:
    """Notes every request with its answer, a mistake with its trace, what ails the store, and an id by which a person
    can name it.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request pass, and notes it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state, began, status = scope.setdefault("state", {}), time.perf_counter(), 500
        state[REQUEST_ID] = token_hex(4)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            about = {REQUEST_ID: state[REQUEST_ID]}
            if reason := trouble(error):
                REQUESTS.error("store", extra={_ABOUT: {**about, "reason": reason}})
            else:
                REQUESTS.exception("mistake", extra={_ABOUT: about})
            raise
        finally:
            user = state.get("user")
            about = {
                REQUEST_ID: state[REQUEST_ID],
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round(1000 * (time.perf_counter() - began), 1),
                "address": address_of(Request(scope), self.settings.proxy),
                "user_id": user.user_id if user else None,
            }
            REQUESTS.info("request", extra={_ABOUT: about})


class JsonLines(logging.Formatter):
    """Each record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, _ABOUT, {}),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


def write_lines() -> None:
    """From now on everything that is noted goes to stderr, a line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # they would note addresses with their secrets


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it is anything else than a mistake that the server notes once more, without the id of the request."""
    return not record.getMessage().startswith("Exception in ASGI application")
