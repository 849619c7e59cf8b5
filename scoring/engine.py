"""Where are the steps done that look at one account after the other? Here, or wherever an engine sends them."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from scoring.parts import Part, Tables

Found = TypeVar("Found")


class Engine(Protocol):
    """Does a step for every part of a company. Steps are pure, so one that is done twice gives the same."""

    @property
    def splits(self) -> bool:
        """Whether there may be several parts."""

    def whole(self, tables: Tables) -> Part:
        """All accounts as one part, for steps that look at all of them."""

    def map(self, step: Callable[[Part, Tables], Found], tables: Tables, beside: Tables) -> list[Found]:
        """What the step makes of every part, in the order of account ids; `beside` are further frames by account."""


class Here:
    """Everything in this process, in one part."""

    def __init__(self) -> None:
        self._known: list[tuple[Tables, Part]] = []

    @property
    def splits(self) -> bool:
        """Never."""
        return False

    def whole(self, tables: Tables) -> Part:
        """The part of these tables, the same each time."""
        found = next((part for known, part in self._known if known is tables), None)
        if found is None:
            found = Part.of(tables)
            self._known.append((tables, found))
        return found

    def map(self, step: Callable[[Part, Tables], Found], tables: Tables, beside: Tables) -> list[Found]:
        """What the step makes of the one part."""
        return [step(self.whole(tables), beside)]
