"""How does text from people get onto paper? Cleaned, as data, and broken where a word is longer than a column."""

import re
from typing import Any
from unicodedata import bidirectional

from scoring.reports.names import cleaned

BODY, SMALL = 7.7, 6.7
"""How large print is, in points: as `look.typ` has it."""

_KINDS = (("iljI.,':;|! ", 0.28), ("frt()/-", 0.38), ("mwMW@%", 0.88), ("0123456789+−", 0.63))
"""Letters that are about as wide, in parts of how large they are."""
_CAPITAL, _OTHER = 0.70, 0.58
_WIDTHS = {letter: part for letters, part in _KINDS for letter in letters}

_BREAK = "\u200b"
"""A place where a line may end; it is not printed and not copied."""
_EVERY = 12
_OURS, _THEIRS, _AGAIN = "\u2066", "\u2068", "\u2069"
"""Around text with words of another direction, so that what follows does not move to their other side: our sentences
run from left to right, what people wrote runs as it begins."""
_TURNED = {"R", "AL", "AN"}
_JOINT = re.compile(r"(?<=[/_])(?=[^\s/_])")
"""Where a path or a name of parts is broken before anywhere else."""
_LONG = re.compile(rf"[^\s{_BREAK}]{{{_EVERY + 12},}}")


def text(given: Any) -> str:
    """The text as it is printed; what runs from right to left is kept apart from the text around it."""
    return _kept_apart(_broken(given), _OURS)


def width(words: str, size: float) -> float:
    """About how wide the words are in print of that size, in points; a little more than they are."""
    return size * sum(_WIDTHS.get(c, _CAPITAL if c.isupper() else _OTHER) for c in words)


def paragraphs(given: str) -> list[str]:
    """The text in paragraphs, one for each line that holds something."""
    return [_kept_apart(_broken(line), _THEIRS) for line in given.splitlines() if line.strip()]


def _broken(given: Any) -> str:
    return _LONG.sub(_in_parts, cleaned(str(given or "")))


def _in_parts(long: re.Match[str]) -> str:
    parts = _JOINT.sub(_BREAK, long[0])
    return _LONG.sub(lambda part: _BREAK.join(re.findall(f".{{1,{_EVERY}}}", part[0])), parts)


def _kept_apart(given: str, way: str) -> str:
    return f"{way}{given}{_AGAIN}" if not given.isascii() and _is_turned(given) else given


def _is_turned(given: str) -> bool:
    return any(bidirectional(letter) in _TURNED for letter in given)
