"""Which characters do the bytes of a text file stand for? Decided by its mark or by declaration, never guessed."""

import codecs

from adapters.files.refusal import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def utf8(data: bytes, declared: str | None) -> bytes:
    """The text as UTF-8 without a byte-order mark.

    Raises UnreadableError, naming line and offset, for bytes that stand for no character, and for NUL.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", declared or "utf-8"))
    body = data.removeprefix(mark)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, len(mark) + error.start, encoding) from None
    found = body if codecs.lookup(encoding).name == "utf-8" else text.encode()
    if b"\0" in found:
        raise _nul(found)
    return found


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
