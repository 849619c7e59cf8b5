"""How does text from people get onto paper? Cleaned, as data, and broken where a word is longer than a column."""

import re
from typing import Any
from unicodedata import bidirectional

from scoring.reports.names import cleaned

_BREAK = "\u200b"
"""A place where a line may end; it is not printed and not copied."""
_EVERY = 12
_OURS, _THEIRS, _AGAIN = "\u2066", "\u2068", "\u2069"
"""Around text with words of another direction, so that what follows does not move to their other side: our sentences
run from left to right, what people wrote runs as it begins."""
_TURNED = {"R", "AL", "AN"}
_LONG = re.compile(rf"[^\s{_BREAK}]{{{_EVERY + 12},}}")


def text(given: Any) -> str:
    """The text as it is printed; what runs from right to left is kept apart from the text around it."""
    return _kept_apart(_broken(given), _OURS)


def paragraphs(given: str) -> list[str]:
    """The text in paragraphs, one for each line that holds something."""
    return [_kept_apart(_broken(line), _THEIRS) for line in given.splitlines() if line.strip()]


def _broken(given: Any) -> str:
    clean = cleaned(str(given or ""))
    return _LONG.sub(lambda long: _BREAK.join(re.findall(f".{{1,{_EVERY}}}", long[0])), clean)


def _kept_apart(given: str, way: str) -> str:
    return f"{way}{given}{_AGAIN}" if not given.isascii() and _is_turned(given) else given


def _is_turned(given: str) -> bool:
    return any(bidirectional(letter) in _TURNED for letter in given)
