"""Which letters does a name have, however it is written? For looking for names, and for sorting them."""

import unicodedata
from collections import Counter
from collections.abc import Mapping

_PLAIN = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
    "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2013": "-",
})  # fmt: skip
"""Letters and signs that are written with a plain one where they are not on the keyboard, but are none with an accent.
"""


def by_letters(name: str) -> tuple[str, str]:
    """A key to sort names by: accents and case count only between names that are otherwise equal."""
    return bare(name), name


def bare(name: str) -> str:
    """The name without case, accents and blanks around it."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN).strip()


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Id to name; behind a name that several have stands the id."""
    having = Counter(map(bare, names.values()))
    return {each: f"{name} ({each})" if having[bare(name)] > 1 else name for each, name in names.items()}
