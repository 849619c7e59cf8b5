"""Who would stand elsewhere? The cards of a run beside those of the same run weighed otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.numbers import fixed
from scoring.plurals import many

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Move:
    """A manager under both weights; `change` is None where there is no score under one of them."""

    manager_id: str
    name: str
    old_score: float | None
    new_score: float | None
    change: float | None
    old_group: str
    new_group: str
    old_label: str | None
    new_label: str | None

    @property
    def changes_group(self) -> bool:
        """Whether the group is another one."""
        return self.old_group != self.new_group

    @property
    def changes_label(self) -> bool:
        """Whether the label is another one, or a score is there on one side only."""
        return self.old_label != self.new_label or (self.old_score is None) != (self.new_score is None)


@dataclass(frozen=True, slots=True)
class Moves:
    """All managers under both weights, in the order of the cards."""

    managers: tuple[Move, ...]

    @property
    def of(self) -> int:
        """How many managers there are."""
        return len(self.managers)

    @property
    def groups(self) -> int:
        """How many would be in another group."""
        return sum(m.changes_group for m in self.managers)

    @property
    def labels(self) -> int:
        """How many would have another label."""
        return sum(m.changes_label for m in self.managers)

    @property
    def scored(self) -> int:
        """How many have a score under both."""
        return len(self._sizes)

    @property
    def mean_move(self) -> float | None:
        """How far scores would move on average, whichever way; None where nobody has one under both."""
        return round(sum(self._sizes) / len(self._sizes), _DIGITS) if self._sizes else None

    @property
    def largest_move(self) -> float | None:
        """How far one of them would move at most."""
        return max(self._sizes, default=None)

    @property
    def sentence(self) -> str:
        """What the weights would do, in a sentence."""
        told = f"{self.groups:,} of {many(self.of, 'manager')} would change group"
        if self.mean_move is None:
            return f"{told}."
        return (
            f"{told}; scores move by {fixed(self.mean_move)} points on average, by {fixed(self.largest_move)} at most."
        )

    @property
    def _sizes(self) -> list[float]:
        return [abs(m.change) for m in self.managers if m.change is not None]


def changes(cards: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> Moves:
    """Who would stand elsewhere: `other` are the cards of the same managers under other weights."""
    then = {card["manager_id"]: card for card in other}
    return Moves(tuple(_move(card, then[card["manager_id"]]) for card in cards))


def _move(old: Mapping[str, Any], new: Mapping[str, Any]) -> Move:
    scores = old["score"], new["score"]
    change = None if None in scores else round(scores[1] - scores[0], _DIGITS) + 0.0
    return Move(old["manager_id"], old["name"], *scores, change, old["group"], new["group"], old["label"], new["label"])
