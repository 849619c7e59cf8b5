"""How does a conversation with a mail server begin, and how does it not go on forever?"""

import io
import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from time import monotonic
from typing import Any

from scoring.digest.network.dialing import Means, dial, trouble, usual_trust
from scoring.digest.network.hosts import PRIVATE_HOSTS, Hosts, NotReadyError, hosts, spelled
from scoring.errors import BookscoreError, one_line
from scoring.rules.digests import MailChannel

_MOST_READ = 65_536
_LONGEST_TOLD = 200


class NotOpenedError(BookscoreError):
    """The server was not reached, or would not go on before anything of a mail was said."""


class Session(smtplib.SMTP):
    """smtplib's conversation, over a connection that was made already. `seconds` is how long the next step may take."""

    def __init__(self, line: socket.socket, host: str, me: str, seconds: float) -> None:
        super().__init__(local_hostname=me)
        self.sock = line
        self.host, self.seconds = host, seconds

    def getreply(self) -> tuple[int, bytes]:
        """The server's next answer. Raises SMTPServerDisconnected if it is late, endless or missing.

        What came before it was asked for is forgotten, so that nothing is taken for the answer to a later question.
        """
        if self.sock is not None:
            self.file = io.BufferedReader(_Answer(self.sock, self.seconds))
        try:
            return super().getreply()
        except smtplib.SMTPResponseException:
            raise smtplib.SMTPServerDisconnected("a line without an end") from None

    def send(self, s: Any) -> None:
        """Hands everything to the network. Raises SMTPServerDisconnected if that was not possible in time."""
        if self.sock is not None:
            self.sock.settimeout(self.seconds)
        super().send(s)

    def encrypt(self, trust: ssl.SSLContext) -> None:
        """Goes on encrypted, with whom the certificate names. What the server told of itself before is forgotten."""
        if self.sock is not None:
            self.sock.settimeout(self.seconds)
            self.sock = trust.wrap_socket(self.sock, server_hostname=self.host)
        self.helo_resp, self.ehlo_resp = None, None
        self.esmtp_features, self.does_esmtp = {}, False


class _Answer(io.RawIOBase):
    """What is read of one answer, to its end in seconds and in bytes."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line, self._until, self._room = line, monotonic() + seconds, _MOST_READ

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        if self._room <= 0:
            raise OSError("an answer without an end")
        self._line.settimeout(left)
        read = self._line.recv_into(target)
        self._room -= read
        return read


def opened(channel: MailChannel, environment: Mapping[str, str], means: Means) -> Session:
    """A session with the channel's server, encrypted and signed in as the rules have it.

    Raises NotOpenedError where it did not come about, NotReadyError where it may not.
    """
    allowed, user, password = checked(channel, environment)
    host, me = spelled(channel.host), channel.from_address.partition("@")[2]
    is_clear = channel.security == "none"
    with ExitStack() as undone:
        try:
            line = dial(allowed, channel.host, channel.port, means, is_clear=is_clear)
            session = Session(line, host, me, means.seconds)
            undone.callback(session.close)
            _begin(session, channel, means.trust or usual_trust())
            if user:
                session.login(user, password)
        except NotReadyError as error:  # of the addresses, which may be others in an hour
            raise NotOpenedError(str(error)) from None
        except UnicodeEncodeError:
            raise NotOpenedError("the user or the password has letters beyond ASCII, which cannot be sent") from None
        except OSError as error:  # as all of smtplib's are, too
            raise NotOpenedError(_why(error, host)) from None
        except ValueError:  # a challenge that is no base64, say
            raise NotOpenedError(f"{host} said something that makes no sense before the mail began") from None
        undone.pop_all()
    return session


def _begin(session: Session, channel: MailChannel, trust: ssl.SSLContext) -> None:
    """The first words, up to an encrypted line."""
    if channel.security == "tls":
        session.encrypt(trust)
    _need(session.getreply())
    session.ehlo_or_helo_if_needed()
    if channel.security == "starttls":
        if not session.has_extn("starttls"):
            told = f"{session.host} offers no STARTTLS, and nothing is sent in clear; see security in rules.yaml"
            raise smtplib.SMTPNotSupportedError(told)
        _need(session.docmd("STARTTLS"))
        session.encrypt(trust)
        session.ehlo_or_helo_if_needed()


def _need(answer: tuple[int, bytes]) -> None:
    if answer[0] != 220:
        raise smtplib.SMTPResponseException(*answer)


def _why(error: OSError, host: str) -> str:
    """Why a session did not come about, as a sentence without secrets."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"{host} refuses the user or the password ({error.smtp_code})"
        case smtplib.SMTPResponseException():
            return said(error.smtp_code, error.smtp_error, host)
        case smtplib.SMTPServerDisconnected():
            return lost(error, host)
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return str(error)
        case smtplib.SMTPException():
            return f"{host} offers no way of signing in that is known here"
    return trouble(error, host)


def lost(error: OSError, host: str) -> str:
    """How the connection was lost."""
    cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else None
    return trouble(cause if isinstance(cause, OSError) else error, host)


def said(code: int, words: bytes | str, host: str) -> str:
    """What the server answered, cut short."""
    text = words if isinstance(words, str) else words.decode("utf-8", "replace")
    shown = one_line(" ".join(text.split()))
    return f"{host} answered {code} {shown[:_LONGEST_TOLD]}".rstrip()


def checked(channel: MailChannel, environment: Mapping[str, str]) -> tuple[Hosts, str, str]:
    """The hosts that may be spoken to, and user and password, both empty where there is nobody to sign in as.

    Raises NotReadyError if something is missing, or may not be.
    """
    allowed, is_clear = hosts(environment), channel.security == "none"
    user, password = environment.get(channel.user_in, ""), environment.get(channel.password_in, "")
    allowed.check(channel.host)
    if is_clear and not allowed.is_private(channel.host):
        raise NotReadyError(
            f"security: none is for hosts of your own network only; use starttls, or add {channel.host} to "
            f"{PRIVATE_HOSTS}"
        )
    if not user and (password or {"user_in", "password_in"} & channel.model_fields_set):
        raise NotReadyError(f"the variable {channel.user_in} is not set; put the user of the mail server into it")
    if user and not password:
        raise NotReadyError(f"the variable {channel.password_in} is not set; put the user's password into it")
    if user and is_clear:
        raise NotReadyError(
            f"the password in {channel.password_in} is not sent in clear; set security to starttls or tls, or unset it"
        )
    return allowed, user, password
