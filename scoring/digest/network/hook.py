"""What becomes of a message to a webhook? Sent as JSON, a message a second, and judged by what the server answers."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from scoring.digest.message import Message, Outcome, Verdict
from scoring.digest.network import client
from scoring.digest.network.aim import Aim, aimed
from scoring.digest.network.dialing import Means
from scoring.digest.network.hosts import NotReadyError
from scoring.digest.network.pace import OF_PROCESS, Paces
from scoring.digest.payload import UnwritableError, payload

_LONGEST_WAIT = timedelta(days=1)
_MEANS = Means()


def judged(answer: client.Answer, host: str) -> Outcome:
    """What the answer means for the message.

    A gateway says 502 or 504 when it heard nothing of whom it passed the message on to, who may have taken it.
    """
    status = answer.status
    if 200 <= status < 300:
        return Outcome(Verdict.SENT)
    if status in (502, 504):
        told = f"{host} answered {status}: the message went out, and may have arrived"
        return Outcome(Verdict.UNKNOWN, told, _asked_wait(answer.headers))
    if status == 429 or status >= 500:
        return Outcome(Verdict.LATER, f"{host} answered {status}", _asked_wait(answer.headers))
    if 300 <= status < 400:
        told = f"{host} answered {status}, a redirect, which is never followed; set the address that it leads to"
        return Outcome(Verdict.REFUSED, told)
    return Outcome(Verdict.REFUSED, f"{host} answered {status}")


def flaw(url_in: str, environment: Mapping[str, str], known: tuple[str, ...] = ()) -> str | None:
    """Why nothing can be sent to the URL in the variable, None where it can."""
    try:
        aimed(url_in, environment, known)
    except NotReadyError as error:
        return str(error)
    return None


class Hook:
    """A URL that takes messages, at the pace that it has in common with all hooks of that URL."""

    def __init__(
        self,
        url_in: str,
        environment: Mapping[str, str],
        known: tuple[str, ...] = (),
        *,
        judge: Callable[[client.Answer, str], Outcome] = judged,
        means: Means = _MEANS,
        paces: Paces = OF_PROCESS,
    ) -> None:
        self._url_in, self._environment, self._known, self._judge = url_in, environment, known, judge
        self._means, self._paces = means, paces

    def post(self, said: Mapping[str, Any], sign: Callable[[bytes], Mapping[str, str]] = lambda _: {}) -> Outcome:
        """What became of what was said, sent with the headers that `sign` makes of its bytes."""
        try:
            aim = aimed(self._url_in, self._environment, self._known)
            body = payload(said)
        except (NotReadyError, UnwritableError) as error:
            return Outcome(Verdict.REFUSED, str(error))
        headers = {"Content-Type": "application/json; charset=utf-8", **sign(body)}
        pace = self._paces.at(aim)
        if left := pace.turn():
            return Outcome(Verdict.UNTRIED, f"{aim.host} asked to wait", timedelta(seconds=left))
        outcome = self._sent(aim, body, headers)
        pace.rest((outcome.wait or timedelta()).total_seconds())
        return outcome

    def _sent(self, aim: Aim, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """What became of the one request. What was lost before it was out can go again; later, it may have arrived."""
        try:
            answer = client.post(aim, body, headers, self._means)
        except NotReadyError as error:  # of the addresses, which may be others in an hour
            return Outcome(Verdict.LATER, str(error))
        except client.LostError as error:
            if error.is_out:
                return Outcome(Verdict.UNKNOWN, f"the message went out, but {error}: it may have arrived")
            return Outcome(Verdict.LATER, str(error))
        return self._judge(answer, aim.host)


class ChatLine:
    """A line to a chat system behind a hook: posts what chats get."""

    def __init__(self, hook: Hook) -> None:
        self._hook = hook

    def send(self, message: Message) -> Outcome:
        """What became of the message."""
        return self._hook.post(message.chat)

    def close(self) -> None:
        """There is nothing to let go of: each message has a connection of its own."""


def _asked_wait(headers: Mapping[str, str]) -> timedelta | None:
    """How long the server asks to wait: in seconds, or until a date, which is read by the server's own clock."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), int(_LONGEST_WAIT.total_seconds())))
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError, OverflowError):
        return None
    return min(wait, _LONGEST_WAIT) if wait > timedelta() else None
