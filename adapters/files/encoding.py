"""Which characters do the bytes of a text file stand for? Decided by its mark or by declaration, never guessed."""

import codecs

from adapters.delivery import Fault
from adapters.files.declared import Opening
from adapters.files.refusal import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ASCII = ("utf-8", "cp1252", "iso8859-1", "ascii")
"""Encodings in which the first 128 characters are those of UTF-8."""


def utf8(data: bytes, opening: Opening) -> tuple[bytes, tuple[Fault, ...]]:
    """The text as UTF-8 without a byte-order mark, and a warning where it had to be read as the fallback.

    Raises UnreadableError, naming line and offset, for bytes that stand for no character, and for NUL.
    """
    declared = opening.encoding or "utf-8"
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", declared))
    body = data.removeprefix(mark)
    told: tuple[Fault, ...] = ()
    try:
        found = _in_utf8(body, encoding)
    except UnicodeDecodeError as error:
        fault = _undecodable(data, len(mark) + error.start, encoding)
        if opening.fallback is None or opening.encoding or mark:
            raise fault from None
        try:
            found, told = _in_utf8(body, opening.fallback), (_fell_back(fault, opening.fallback),)
        except UnicodeDecodeError:
            raise fault from None
    if b"\0" in found:
        raise _nul(found)
    return found, told


def _in_utf8(body: bytes, encoding: str) -> bytes:
    if body.isascii() and codecs.lookup(encoding).name in _ASCII:
        return body
    text = body.decode(encoding)
    return body if codecs.lookup(encoding).name == "utf-8" else text.encode()


def _fell_back(error: UnreadableError, encoding: str) -> Fault:
    what = f"{error.fault.what}, so it was read as {encoding}"
    return Fault(what, "look at names with accents; export it in UTF-8, or declare its encoding", severity="warning")


def _undecodable(data: bytes, offset: int, encoding: str) -> UnreadableError:
    line = data.count(b"\n", 0, offset) + 1
    what = f"wrong encoding: byte 0x{data[offset]:02X} at offset {offset} (line {line}) is not {encoding.upper()}"
    return UnreadableError(what, "save it as UTF-8, or declare its encoding in sources.yaml, such as cp1252")


def _nul(data: bytes) -> UnreadableError:
    offset = data.index(b"\0")
    line = data.count(b"\n", 0, offset) + 1
    if data.count(b"\0") * 4 > len(data):
        return UnreadableError(
            "wrong encoding: half of its bytes are NUL, as in UTF-16 without a byte-order mark",
            "save it as UTF-8, or declare encoding: utf-16-le or utf-16-be in sources.yaml",
        )
    return UnreadableError(
        f"holds a NUL character at offset {offset} (line {line})", "the file is damaged; export it again"
    )
