"""How did a score come along? The published scores of up to eight periods, each as it was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scoring.view.seen import NotVisibleError, Seen

PERIODS = 8


@dataclass(frozen=True, slots=True)
class Point:
    """What was published for a period; without a score, `reason` says why. `rules` is the hash of the rules."""

    period: str
    score: float | None
    low: float | None
    high: float | None
    group: str | None
    reason: str | None
    rules: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A manager's points, the earliest first; `changed` names the periods in which other rules came into force."""

    manager_id: str
    points: tuple[Point, ...]
    changed: tuple[str, ...]


def trend(manager_id: str, runs: Sequence[Seen]) -> Trend:
    """The manager's trend over the runs, given with the latest first; periods without a card they see are left out."""
    points = tuple(p for seen in reversed(runs[:PERIODS]) if (p := _point(manager_id, seen)))
    changed = tuple(now.period for was, now in pairwise(points) if was.rules != now.rules)
    return Trend(manager_id, points, changed)


def _point(manager_id: str, seen: Seen) -> Point | None:
    try:
        card = seen.card(manager_id)
    except NotVisibleError:
        return None
    return Point(
        seen.period, card["score"], card["low"], card["high"], card["group"], card["reason"], card["rules_hash"]
    )
