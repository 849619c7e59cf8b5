"""How do names from people come out as names? Cleaned text, an alphabetical order and safe file names."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from scoring.letters import by_letters

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_BLANK = "\t\n\r\v\f\u0085\u2028\u2029"
_GONE = (*range(0x20), *range(0x7F, 0xA0), *range(0xFFF9, 0xFFFC), 0xFFFE, 0xFFFF)
_CLEAN: dict[int, str | None] = (
    dict.fromkeys(_GONE)
    | {ord(c): None for c in _BIDI}
    | {ord(c): " " for c in _BLANK}
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
)
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_LONGEST = 60


def cleaned(text: str) -> str:
    """The text without the characters that turn its direction, and without control characters.

    Line ends and tabs become blanks; halves of characters become the replacement character.
    """
    return text if text.isprintable() else text.translate(_CLEAN)


def alphabetical(name: str) -> tuple[str, str]:
    """A key to sort names by as they are read: `letters.by_letters` without what `cleaned` takes away."""
    return by_letters(cleaned(name))


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """Each id's file name without its ending: letters, digits, dots, dashes and underscores only.

    An id that is not already such a name, or that differs from another only in case, gets a hash of
    itself behind it. The same ids give the same names in any order, and no two ids share one.
    """
    wanted = sorted(set(ids))
    folded = Counter(i.casefold() for i in wanted)
    plain = {i for i in wanted if _is_plain(i) and folded[i.casefold()] == 1}
    names = {i: i for i in plain}
    taken = {i.casefold() for i in plain}
    for each in (i for i in wanted if i not in plain):
        names[each] = next(n for n in _hashed(each) if n.casefold() not in taken)
        taken.add(names[each].casefold())
    return names


def _is_plain(text: str) -> bool:
    is_device = text.split(".", maxsplit=1)[0].casefold() in _DEVICES
    return bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,59}", text)) and text[-1] != "." and not is_device


def _hashed(text: str) -> Iterable[str]:
    stem = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", stem).strip("-")[:_LONGEST] or "manager"
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return (f"{stem}-{digest[:n]}" for n in (8, 16, 64))
