"""What was worked out already is not worked out again, for tests of what is said about it."""

from types import ModuleType
from typing import Any

import pytest

from scoring.engine import Here

_ANSWERS: dict[tuple[object, ...], Any] = {}


def remember(patch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
    """Lets a function of the product work out the same answer only once, for all tests that ask for this.

    Only where nobody changes the folder between two questions. Whether it answers the same twice is tested elsewhere.
    """
    works_out = getattr(module, name)

    def answer(*given: Any, **named: Any) -> Any:
        asked = (module.__name__, name, *map(_key, given), *((n, _key(named[n])) for n in sorted(named)))
        if asked not in _ANSWERS:
            _ANSWERS[asked] = works_out(*given, **named)
        return _ANSWERS[asked]

    patch.setattr(module, name, answer)


def _key(given: Any) -> object:
    """By what two questions are held to be the same."""
    if isinstance(given, Here):
        return Here
    if isinstance(given, list | tuple):
        return tuple(map(_key, given))
    if isinstance(given, dict):
        return tuple((name, _key(given[name])) for name in given)
    if given is not None and type(given).__eq__ is object.__eq__:
        raise TypeError(f"{type(given).__name__} is never asked about twice: nothing would be remembered")
    return given
