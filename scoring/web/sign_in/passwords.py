"""Is the password right, and is a new one good enough? It is long, and not what everybody knows of its owner."""

import secrets
import unicodedata
from functools import lru_cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from scoring.web.settings import Hashing

LEAST, MOST = 12, 1_000
"""Letters of a password. Longer ones are not looked at: to put a million accents in order takes minutes."""
_TURNS = BoundedSemaphore(2)
"""How many are hashed at a time, as each takes as much memory as guessing is to cost."""


def hashed(password: str, hashing: Hashing) -> str:
    """What is kept of the password."""
    with _TURNS:
        return _hasher(hashing).hash(_plain(password))


def is_right(password: str, kept: str | None, hashing: Hashing) -> bool:
    """Whether this is the password of which this is kept; where nothing is kept it takes as long to say no."""
    decoy = _decoy(hashing)
    with _TURNS:
        fits = _hasher(hashing).verify(_plain(password), kept or decoy)
    return fits and kept is not None


def why_not(password: str, *, email: str, name: str) -> str | None:
    """Why the password is refused, None where it is good."""
    if len(_plain(password)) < LEAST:
        return f"The password must have at least {LEAST} characters; a few words are good, and easy to keep in mind."
    known = {email, email.partition("@")[0], name}
    if _letters(password) in {_letters(text) for text in known}:
        return "The password must not be your name or your e-mail address."
    return None


def _plain(password: str) -> str:
    """The password however the keyboard put its letters together."""
    return unicodedata.normalize("NFKC", password)


def _letters(text: str) -> str:
    return "".join(letter for letter in _plain(text).casefold() if letter.isalnum())


@lru_cache
def _hasher(hashing: Hashing) -> PasswordHash:
    return PasswordHash((Argon2Hasher(hashing.rounds, hashing.memory, hashing.lanes),))


@lru_cache
def _decoy(hashing: Hashing) -> str:
    """What is compared where there is nothing to compare with."""
    return hashed(secrets.token_urlsafe(), hashing)
