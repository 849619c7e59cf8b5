"""What does a restatement say? A period as published and as known today, and every row that makes the difference."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.compare.bridging import Bridge
from scoring.compare.effects import residual
from scoring.restate import RowChange


@dataclass(frozen=True, slots=True)
class Money:
    """A line of a bridge (opening, a movement, closing), as it was published and as it is known today."""

    line: str
    published: Decimal
    known: Decimal

    @property
    def difference(self) -> Decimal:
        """What was learned since."""
        return self.known - self.published


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is exchanged for what it is today: rows, or the day one looks on.

    `kind` is version (what this version of bookscore computes otherwise), names (new accounts and managers, and
    exchange rates), rows, rest, or day. `rows` are exchanged together; of `rest` only their number is told.
    """

    kind: str
    rows: tuple[RowChange, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step moves the score by; None where there was no score before it, or is none after it."""

    step: int
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a card says of a manager."""

    score: float | None
    label: str | None


@dataclass(frozen=True, slots=True)
class Restated:
    """A manager (None: the company) as published and as known today.

    `money` leads from opening to closing on both sides; `lines` are what changed of it, by account and day, as
    `restate.PRIOR`. `rates` are told where anything about the book changed. Where there is a score on both sides the
    effects add up to the change exactly.
    """

    manager_id: str | None
    name: str
    money: tuple[Money, ...]
    lines: tuple[dict[str, Any], ...]
    rates: tuple[Bridge, ...]
    published: Standing | None
    known: Standing | None
    change: Decimal | None
    effects: tuple[Effect, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything that is told of the manager is another one today."""
        differs = any(m.difference for m in self.money) or any(r.differs for r in self.rates)
        return differs or bool(self.lines) or self.published != self.known

    @property
    def residual(self) -> Decimal:
        """What the effects leave unexplained: always 0."""
        return residual(self.change, [e.points for e in self.effects])


@dataclass(frozen=True, slots=True)
class Restatement:
    """A period as its run was published, and as it is known today under the rules of that run.

    `rows` are all that changed and concern the period; `others` how many changed and do not. The company comes first.
    """

    period: str
    run_id: str
    sealed_by: str | None
    published_as_of: date
    known_as_of: date
    currency: str
    basis: str
    rows: tuple[RowChange, ...]
    others: int
    steps: tuple[Step, ...]
    company: Restated
    managers: tuple[Restated, ...]
