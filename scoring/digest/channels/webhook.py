"""A program of your own, which gets signed JSON.

Each request has three headers: `X-Bookscore-Delivery` (the same at each try, so that whoever keeps those they took
takes none twice), `X-Bookscore-Timestamp` (seconds since 1970 at which the delivery was prepared, the same at each try,
too) and `X-Bookscore-Signature`. Whoever gets it works out, over the very bytes of the body,

    "sha256=" + hmac_sha256(secret, timestamp + "." + body) in hexadecimal

and takes the message only if that is the signature, compared in constant time.
"""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from scoring.digest.message import Line, Message, Outcome, Verdict
from scoring.digest.network.client import Answer
from scoring.digest.network.hook import Hook, flaw, judged
from scoring.rules.digests import WebhookChannel

_LEAST = 16
"""Characters that a secret has: who has one signed message can try as many secrets as they like."""


class WebhookLine:
    """Posts what programs get, signed with the secret."""

    def __init__(self, hook: Hook, secret_in: str, environment: Mapping[str, str]) -> None:
        self._hook, self._secret_in, self._environment = hook, secret_in, environment

    def send(self, message: Message) -> Outcome:
        """What became of the message."""
        secret = self._environment.get(self._secret_in, "")
        if weak := _weak(self._secret_in, secret):
            return Outcome(Verdict.REFUSED, weak)

        def signed(body: bytes) -> Mapping[str, str]:
            return {"X-Bookscore-Delivery": message.delivery_id, **signature(secret, message.dated, body)}

        return self._hook.post(message.data, signed)

    def close(self) -> None:
        """There is nothing to let go of: each message has a connection of its own."""


def signature(secret: str, dated: datetime, body: bytes) -> dict[str, str]:
    """The headers by which the body is known to be ours."""
    timestamp = str(int(dated.timestamp()))
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()
    return {"X-Bookscore-Timestamp": timestamp, "X-Bookscore-Signature": f"sha256={signed}"}


def taken(answer: Answer, host: str) -> Outcome:
    """What the answer means for the message: what may have arrived goes again, as its id says that it is the same."""
    outcome = judged(answer, host)
    return replace(outcome, verdict=Verdict.LATER) if outcome.verdict is Verdict.UNKNOWN else outcome


def open_line(channel: WebhookChannel, environment: Mapping[str, str], _: Path) -> Line:
    """A line to the program."""
    return WebhookLine(Hook(channel.url_in, environment, judge=taken), channel.secret_in, environment)


def ready(channel: WebhookChannel, environment: Mapping[str, str]) -> str | None:
    """What is missing before anything can be sent, as a sentence."""
    return _weak(channel.secret_in, environment.get(channel.secret_in, "")) or flaw(channel.url_in, environment)


def _weak(secret_in: str, secret: str) -> str | None:
    """Why nobody should trust what is signed with the secret; None where they may."""
    if not secret:
        return f"the variable {secret_in} is not set; put the secret into it that messages are signed with"
    if len(secret) < _LEAST:
        return f"the secret in {secret_in} has fewer than {_LEAST} characters, and could be guessed; use a longer one"
    return None
