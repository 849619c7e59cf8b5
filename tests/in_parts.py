"""An engine of the tests: parts one after the other, each sent there and back as another machine would get it."""

import pickle
from collections.abc import Callable
from typing import TypeVar

from scoring.engine import Here
from scoring.parts import Part, Places, Tables, split

Found = TypeVar("Found")


class InParts(Here):
    """So many parts at most."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self._split: list[tuple[Tables, Places, list[Part]]] = []

    @property
    def splits(self) -> bool:
        """Always."""
        return True

    def map(self, step: Callable[[Part, Tables], Found], tables: Tables, beside: Tables) -> list[Found]:
        """What the step makes of every part."""
        if not any(known is tables for known, *_ in self._split):
            self._split.append((tables, *split(tables, self._count)))
        places, parts = next((places, parts) for known, places, parts in self._split if known is tables)
        sent = [(step, part, also) for part, also in zip(parts, places.divided(beside), strict=True)]
        return [_sent(_done(*_sent(task))) for task in sent]


def _done(step: Callable[[Part, Tables], Found], part: Part, beside: Tables) -> Found:
    return step(part, beside)


def _sent(value: Found) -> Found:
    """The value as it arrives elsewhere."""
    arrived: Found = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes
    return arrived
