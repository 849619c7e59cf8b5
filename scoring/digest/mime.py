"""How is a message written as a mail? Byte by byte the same at each try, in letters that every server takes.

The headers are written here and not by `email.message`: that breaks long addresses of the web into encoded words, and
in some versions can take a part of a name for a second address. Every value is made of printable ASCII, or refused.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from datetime import UTC
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from scoring.digest.message import Attachment, Message
from scoring.digest.payload import UnwritableError
from scoring.reports.names import cleaned

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)")
_MAILBOX = re.compile(r"(?:(.*?)\s*<([^<>]+)>|([^<>\s]+))")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]{1,100}@[A-Za-z0-9.-]{1,253}>")
_ONE_CLICK = re.compile(r"https://[!-;=?-~]{1,900}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_PLAIN = re.compile(r"(?!.*=\?)[ -~]*")
_LONGEST_ADDRESS, _LONGEST_NAME, _LONGEST_SUBJECT = 254, 64, 200
_LINE = b"\r\n"


def as_mail(message: Message, writer: str, reply_to: str | None = None) -> bytes:
    """The mail, with line ends as they go over the wire. Raises UnwritableError.

    `writer` and `reply_to` are addresses with or without a name, as in `bookscore <scores@example.com>`.
    """
    try:
        headers = _headers(message, writer, reply_to)
        body = _body(message)
    except UnicodeEncodeError:
        raise UnwritableError from None
    return b"".join(name.encode() + b": " + value.encode("ascii") + _LINE for name, value in headers) + body


def mailbox(text: str) -> tuple[str, str]:
    """The name, which may be empty, and the address in `name <address>`. Raises UnwritableError."""
    found = _MAILBOX.fullmatch(text.strip())
    name, address = (found[1] or "", found[2] or found[3]) if found else ("", text)
    return name.strip('" '), one_address(address)


def one_address(text: str) -> str:
    """The text, which is the address of one mailbox and nothing else. Raises UnwritableError."""
    if not _ADDRESS.fullmatch(text) or len(text) > _LONGEST_ADDRESS or ".." in text.partition("@")[2]:
        raise UnwritableError("the address is not one e-mail address of plain letters, as ann@example.com")
    return text


def _headers(message: Message, writer: str, reply_to: str | None) -> list[tuple[str, str]]:
    """Name and value of each header but those of the body."""
    if not _MESSAGE_ID.fullmatch(message.message_id):
        raise UnwritableError("the message has no proper Message-ID")
    name, sender = mailbox(writer)
    answers = mailbox(reply_to) if reply_to else None
    headers = [
        ("From", _named("From", name, sender)),
        ("To", _named("To", message.name, one_address(message.address))),
        *([("Reply-To", _named("Reply-To", *answers))] if answers else []),
        ("Subject", _worded("Subject", _one_line(message.subject, _LONGEST_SUBJECT))),
        ("Date", format_datetime(message.dated.astimezone(UTC))),
        ("Message-ID", message.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    if message.unsubscribe and _ONE_CLICK.fullmatch(message.unsubscribe):
        headers.append(("List-Unsubscribe", f"<{message.unsubscribe}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    else:
        to, subject = answers[1] if answers else sender, quote(f"unsubscribe {message.schedule}", safe="")
        headers.append(("List-Unsubscribe", f"<mailto:{quote(to, safe='@')}?subject={subject}>"))
    return [*headers, ("MIME-Version", "1.0")]


def _named(header: str, name: str, address: str) -> str:
    """The mailbox. What has a meaning in lists of addresses is left out of the name, encoded or not."""
    kept = _one_line(re.sub(r'[<>@,;:"\\()\[\]]+', " ", name), _LONGEST_NAME)
    if not kept:
        return f"<{address}>"
    if _PLAIN.fullmatch(kept):
        return f'"{kept}" <{address}>'
    return f"{_worded(header, kept)} <{address}>"


def _worded(header: str, text: str) -> str:
    """The text, in encoded words where it has other letters than ASCII, or looks like such a word itself."""
    if _PLAIN.fullmatch(text):
        return text
    return Header(text, "utf-8", maxlinelen=75, header_name=header).encode(linesep="\r\n")


def _one_line(text: str, limit: int) -> str:
    """The text on one line without what turns or hides it, cut to the limit. Raises UnicodeEncodeError."""
    text.encode()
    line = " ".join(cleaned(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _body(message: Message) -> bytes:
    """What is read, as text and as HTML, with the files behind it."""
    said = _text("plain", message.text)
    if message.html:
        said = _parts("alternative", message.delivery_id, [said, _text("html", message.html)])
    files = [_file(each) for each in message.attachments]
    return _parts("mixed", message.delivery_id, [said, *files]) if files else said


def _text(subtype: str, text: str) -> bytes:
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    lines = b"\n".join(text.encode().splitlines())
    return head.encode() + b2a_qp(lines, istext=True).replace(b"\n", _LINE) + _LINE


def _file(attachment: Attachment) -> bytes:
    if not _MEDIA_TYPE.fullmatch(attachment.media_type) or not _FILE_NAME.fullmatch(attachment.name):
        raise UnwritableError("an attachment has a name or a type that is not of plain letters")
    head = (
        f'Content-Type: {attachment.media_type}; name="{attachment.name}"\r\n'
        f'Content-Disposition: attachment; filename="{attachment.name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + encodebytes(attachment.content).replace(b"\n", _LINE)


def _parts(subtype: str, key: str, parts: list[bytes]) -> bytes:
    """Several parts as one. No line of theirs can look like the boundary, as `=_` is in no way of encoding."""
    boundary = f"=_{subtype}_{re.sub('[^A-Za-z0-9]', '', key)[:32]}".encode()
    head = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (subtype.encode(), boundary)
    return head + b"".join(b"--" + boundary + _LINE + part + _LINE for part in parts) + b"--" + boundary + b"--" + _LINE
