"""What was worked out already is not worked out again, for tests of what is said about it."""

from types import ModuleType
from typing import Any

import pytest

_ANSWERS: dict[tuple[object, ...], Any] = {}


def remember(patch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
    """Lets a function of the product work out the same answer only once, for all tests that ask for this.

    Only where nobody changes the folder between two questions. Whether it answers the same twice is tested elsewhere.
    """
    works_out = getattr(module, name)

    def answer(*given: Any) -> Any:
        asked = (module.__name__, name, *(tuple(g) if isinstance(g, list) else g for g in given))
        if asked not in _ANSWERS:
            _ANSWERS[asked] = works_out(*given)
        return _ANSWERS[asked]

    patch.setattr(module, name, answer)
