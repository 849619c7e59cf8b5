"""Mail, by a server that speaks SMTP: encrypted, one recipient a mail, and sure of where in it something was lost."""

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from scoring.digest.message import Line, Message, Outcome, Verdict
from scoring.digest.mime import as_mail, mailbox
from scoring.digest.network.dialing import Means
from scoring.digest.network.hosts import NotReadyError
from scoring.digest.network.session import NotOpenedError, Session, checked, lost, opened, said
from scoring.digest.payload import UnwritableError
from scoring.rules.digests import MailChannel

_MOST_A_CONNECTION = 100
_NO_LOG_IN = (530, 534, 538)
"""What a server answers that wants a log-in first: that is about us, and not about the mail (RFC 4954)."""
_CLOSING = 421
_MEANS = Means()


class _DroppedError(Exception):
    """A connection that served before was gone before anything of this mail was said."""


class MailLine:
    """One connection for many mails. How long the line rests and the answer to a mail may take are given for tests.

    After a connection that did not come about the line rests: others wait with the one mail, and nobody is asked for a
    password a thousand times.
    """

    def __init__(
        self,
        channel: MailChannel,
        environment: Mapping[str, str],
        *,
        means: Means = _MEANS,
        after_data: float = 30.0,
        rest: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel, self._environment, self._means = channel, environment, means
        self._after_data, self._rest, self._clock = after_data, rest, clock
        self._session: Session | None = None
        self._mails, self._is_midway = 0, False
        self._resting_until, self._why = clock(), ""

    def send(self, message: Message) -> Outcome:
        """What became of the message."""
        try:
            content = as_mail(message, self._channel.from_, self._channel.reply_to)
            if self._mails >= _MOST_A_CONNECTION:
                self.close()
            if self._session is not None:
                with suppress(_DroppedError):
                    return self._say(self._session, message.address, content, is_fresh=False)
                self._drop()
            left = self._resting_until - self._clock()
            if left > 0:
                return Outcome(Verdict.UNTRIED, self._why, timedelta(seconds=left))
            return self._say(self._open(), message.address, content, is_fresh=True)
        except (NotReadyError, UnwritableError) as error:
            return Outcome(Verdict.REFUSED, str(error))
        except NotOpenedError as error:
            self._why, self._resting_until = str(error), self._clock() + self._rest
            return Outcome(Verdict.LATER, self._why, timedelta(seconds=self._rest))

    def close(self) -> None:
        """Says good-bye, and lets go of the connection."""
        if self._session is not None:
            self._session.seconds = min(self._means.seconds, 2.0)
            with suppress(OSError):
                self._session.quit()
        self._drop()

    def _open(self) -> Session:
        self._session = opened(self._channel, self._environment, self._means)
        return self._session

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session, self._mails, self._is_midway = None, 0, False

    def _say(self, session: Session, address: str, content: bytes, *, is_fresh: bool) -> Outcome:
        """What became of the mail. Raises _DroppedError if a used connection is gone before the mail began.

        Up to the final dot nothing is taken by a server; from there on it may be, whether we hear of it or not.
        """
        size = f" SIZE={len(content)}" if session.has_extn("size") else ""
        steps = (
            (partial(session.docmd, "MAIL", f"FROM:<{self._channel.from_address}>{size}"), 2),
            (partial(session.docmd, "RCPT", f"TO:<{address}>"), 2),
            (partial(session.docmd, "DATA"), 3),
        )
        is_begun = is_fresh
        try:
            if self._is_midway:
                session.docmd("RSET")
            self._is_midway = True
            for step, wanted in steps:
                code, words = step()
                if code == _CLOSING and not is_begun:
                    raise _DroppedError
                if code // 100 != wanted:
                    return self._declined(code, words)
                is_begun = True
            session.seconds = self._after_data
            session.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
        except OSError as error:
            if not is_begun:
                raise _DroppedError from None
            self._drop()
            return Outcome(Verdict.LATER, lost(error, session.host))
        return self._answered(session)

    def _answered(self, session: Session) -> Outcome:
        """What the server answers to a whole mail."""
        try:
            code, words = session.getreply()
        except OSError as error:
            self._drop()
            return Outcome(Verdict.UNKNOWN, f"the mail went out, but {lost(error, session.host)}: it may have arrived")
        session.seconds = self._means.seconds
        if code // 100 == 2:
            self._mails, self._is_midway = self._mails + 1, False
            return Outcome(Verdict.SENT)
        if code // 100 in (4, 5):
            return self._declined(code, words)
        self._drop()
        return Outcome(Verdict.UNKNOWN, f"the mail went out, but {session.host} answered no SMTP: it may have arrived")

    def _declined(self, code: int, words: bytes) -> Outcome:
        """What a no of the server means for the mail."""
        told = said(code, words, self._channel.host)
        if code == _CLOSING or code // 100 not in (4, 5):
            self._drop()
        is_final = code // 100 == 5 and code not in _NO_LOG_IN
        return Outcome(Verdict.REFUSED if is_final else Verdict.LATER, told)


def open_line(channel: MailChannel, environment: Mapping[str, str], _: Path) -> Line:
    """A line to the channel's server."""
    return MailLine(channel, environment)


def ready(channel: MailChannel, environment: Mapping[str, str]) -> str | None:
    """What is missing before anything can be sent, as a sentence."""
    try:
        checked(channel, environment)
        mailbox(channel.from_)
        mailbox(channel.reply_to or channel.from_)
    except (NotReadyError, UnwritableError) as error:
        return str(error)
    return None
