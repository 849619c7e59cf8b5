"""What did each step of a way do to a value? Its change since it was last known, with nothing left over."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

V = TypeVar("V")


def from_known(values: Sequence[V | None]) -> Iterator[tuple[V | None, V | None]]:
    """Each value but the first, behind the last one before it that was known; None is not known."""
    known = values[0]
    for value in values[1:]:
        yield known, value
        known = known if value is None else value


def effects_of(values: Sequence[Decimal | None]) -> list[Decimal | None]:
    """What each step moved a value by; None where it was not known before, or is not after it.

    `values` are those before the first step and after each. Where there is one at both ends, the effects add up to
    their difference.
    """
    return [None if known is None or value is None else value - known for known, value in from_known(values)]


def residual(change: Decimal | None, effects: Sequence[Decimal | None]) -> Decimal:
    """What effects leave unexplained of a change: always 0."""
    if change is None:
        return Decimal(0)
    return change - sum((effect for effect in effects if effect is not None), Decimal(0))
