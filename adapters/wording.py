"""How are names and numbers said in the sentences of faults?"""

import difflib
from collections.abc import Collection

_MOST_NAMES = 30


def did_you_mean(name: str, known: Collection[str]) -> str:
    """`did you mean "x"?` for the closest known name, empty where none is close."""
    by_fold = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f'did you mean "{by_fold[close[0]]}"?' if close else ""


def listed(names: Collection[str]) -> str:
    """The names in one phrase, the first thirty of many."""
    shown = ", ".join(list(names)[:_MOST_NAMES])
    rest = len(names) - _MOST_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown


def percent(part: float) -> str:
    """As 80 %, the blank being narrow and unbreakable."""
    return f"{part * 100:g}\u202f%"


def counted(number: int, noun: str) -> str:
    """The number with its noun: `1 row`, `1,204 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
