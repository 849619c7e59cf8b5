"""Which known name did a person probably mean?"""

from collections.abc import Iterable
from difflib import get_close_matches

_FEW = 12


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name most like the word: spelling, initials (`nrr`) and beginnings count; None if none is close."""
    known = sorted(names)
    bare = _bare(word)
    if not bare:
        return None
    for alike in (_bare, _initials):
        if hits := [n for n in known if alike(n) == bare]:
            return hits[0]
    if close := get_close_matches(bare, [_bare(n) for n in known], n=1):
        return next(n for n in known if _bare(n) == close[0])
    begun = [n for n in known if _bare(n).startswith(bare)]
    return begun[0] if len(begun) == 1 else None


def did_you_mean(word: str, names: Iterable[str], otherwise: str = "") -> str:
    """A remedy: the nearest name, else all names where they are few, else `otherwise`."""
    known = list(names)
    near = nearest(word, known)
    if near is not None:
        return f'did you mean "{near}"?'
    return f"known: {', '.join(known)}" if 0 < len(known) <= _FEW and not otherwise else otherwise


def _bare(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _initials(name: str) -> str:
    return "".join(w[0] for w in name.casefold().replace("_", " ").split())
