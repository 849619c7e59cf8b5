"""What can be said of two stored runs? Of what went in, and of each manager, then and now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from scoring.compare.changes import Change
from scoring.compare.moves import Moved

Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A stored run: `run.json`, its cards, and its book."""

    summary: Mapping[str, Any]
    cards: Sequence[Card]
    book: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Pair:
    """Something in the earlier and in the later run; None where it is not there."""

    then: Any
    now: Any

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return bool(self.then != self.now)


@dataclass(frozen=True, slots=True)
class InputChange:
    """A file that went in: `same`, `changed`, `added` or `gone`, each by name and the hash of what it holds."""

    file: str
    state: str
    sha256: Pair
    rows: Pair
    set_aside: Pair


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule on a manager's card. `adds` is what it moved the score by; None where a run has no score.

    A change of points counts by the mean of both shares, a change of the share by how far the points are from the
    score: weight that goes to a rule as good as the rest moves nothing. Together that is the whole change.

    `unit` is that of the values, `unit_of_accounts` that of what accounts moved: the two are not the same where
    the attainment of a target is scored.
    """

    rule: str
    metric: str
    label: str
    unit: str
    value: Pair
    n: Pair
    points: Pair
    share: Pair
    adds: float | None
    unit_of_accounts: str
    accounts: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class ManagerChange:
    """A manager in both runs, or in one (`is_in` says which); what the rules add makes up the change of the score."""

    manager_id: str
    name: str
    is_in: str
    score: Pair
    low: Pair
    high: Pair
    label: Pair
    group: Pair
    accounts: Pair
    team: Pair
    change: float | None
    rules: tuple[RuleChange, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the run says something else of the manager."""
        of_card = (self.score, self.low, self.high, self.label, self.group, self.accounts, self.team)
        return any(p.differs for p in of_card) or any(r.value.differs or r.points.differs for r in self.rules)

    @property
    def most(self) -> RuleChange | None:
        """The rule that moved the score most."""
        moving = [r for r in self.rules if r.adds]
        return max(moving, key=lambda r: abs(r.adds or 0), default=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs. `facts` are run, period, as-of day, engine and so on, each as it was and is."""

    facts: Mapping[str, Pair]
    inputs: tuple[InputChange, ...]
    settings: tuple[Change, ...]
    managers: tuple[ManagerChange, ...]

    @property
    def is_same_run(self) -> bool:
        """Whether both are one run."""
        return not self.facts["run_id"].differs
