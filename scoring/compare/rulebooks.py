"""Who would be scored differently under other rules? Past periods under both, rules switched one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scoring.calendar import Period
from scoring.compare.changes import Change, between
from scoring.compare.effects import effects_of, residual
from scoring.compare.subject import Doubts, undoubted
from scoring.compare.switching import Switch, switches
from scoring.compare.walking import TablesFor, given, trails, walk
from scoring.letters import by_letters
from scoring.period.account_quarters import Trail
from scoring.rules import Rulebook, fingerprint
from scoring.scorecard.cards import Card
from scoring.scorecard.trusted import is_withheld

_SHOWN = ("score", "low", "high", "label", "group")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a card says of a manager."""

    score: float | None
    low: float | None
    high: float | None
    label: str | None
    group: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a switch moved the score by; None where there was no score before it, or is none after it."""

    switch: str
    effect: Decimal | None


@dataclass(frozen=True, slots=True)
class Simulated:
    """A manager in a period under both rulebooks; None under one that credits the manager with nothing.

    Where there is a score under both, the effects add up to the change. `by` is the switch that moved the score
    most; where none did, or a score came or went, the last one that brought another label, or None.
    """

    period: str
    manager_id: str
    name: str
    old: Standing | None
    new: Standing | None
    change: Decimal | None
    effects: tuple[Effect, ...]
    by: str | None

    @property
    def changes_label(self) -> bool:
        """Whether the label is another one, or a score is there on one side only."""
        was, is_ = ((side.score is not None, side.label) if side else (False, None) for side in (self.old, self.new))
        return was != is_

    @property
    def residual(self) -> Decimal:
        """What the effects leave unexplained: always 0."""
        effects = [e.effect for e in self.effects]
        return residual(None if None in effects else self.change, effects)


@dataclass(frozen=True, slots=True)
class Simulation:
    """Two rulebooks over past periods. `switches` says what was exchanged, in that order: settings, then rules.

    `version` and `sha256` are of the old rules. `earlier` is the same of periods for which older rules were in force.
    """

    old: str
    version: str | None
    sha256: str
    new: str
    as_of: date
    settings: tuple[Change, ...]
    switches: tuple[Switch, ...]
    periods: tuple[str, ...]
    managers: tuple[Simulated, ...]
    earlier: tuple["Simulation", ...] = ()


def simulate(
    tables_for: TablesFor,
    old: Rulebook,
    new: Rulebook,
    periods: Sequence[Period],
    as_of: date,
    *,
    doubts: Doubts = undoubted,
) -> Simulation:
    """The periods under both rulebooks, one manager and period each, by name within periods.

    `tables_for` gives the checked tables as a rulebook has them read. Nothing is saved.
    """
    steps = switches(old, new)
    way = trails(tables_for, old, steps, as_of)
    found = [s for period in periods for s in _period(way, steps, new, period, doubts)]
    return Simulation(
        old.name,
        old.version,
        fingerprint(old),
        new.name,
        as_of,
        between(old, new),
        steps,
        tuple(p.name for p in periods),
        tuple(found),
    )


def _period(
    way: Sequence[Trail], steps: Sequence[Switch], new: Rulebook, period: Period, doubts: Doubts
) -> list[Simulated]:
    stops = walk(way, steps, new, period, doubts)
    said, then = stops[0].cards(way[0].rulebook), stops[-1].cards(new)
    names = {i: card["name"] for i, card in {**said, **then}.items()}
    return [
        _simulated(period.name, (i, names[i]), (said.get(i), then.get(i)), [stop.standing(i) for stop in stops], steps)
        for i in sorted(names, key=lambda i: (by_letters(names[i]), i))
    ]


def _simulated(
    period: str,
    who: tuple[str, str],
    sides: tuple[Card | None, Card | None],
    walked: Sequence[tuple[Decimal | None, str | None]],
    steps: Sequence[Switch],
) -> Simulated:
    is_told = not any(card is not None and is_withheld(card) for card in sides)
    told = effects_of([score if is_told else None for score, _ in walked])
    effects = tuple(map(Effect, (step.name for step in steps), told))
    was, is_ = (None if card is None else Standing(**{n: card[n] for n in _SHOWN}) for card in sides)
    (change,) = effects_of([given(side.score) if side else None for side in (was, is_)])
    words = [word for _, word in walked]
    if change is None:
        by = _turned(steps, [word is None for word in words])
    else:
        relabelled = was and is_ and was.label != is_.label
        by = _most(effects) or (_turned(steps, words) if relabelled else None)
    return Simulated(period, *who, was, is_, change, effects, by)


def _most(effects: Sequence[Effect]) -> str | None:
    moving = {e.switch: abs(e.effect) for e in effects if e.effect}
    return max(moving, key=lambda name: moving[name], default=None)


def _turned(steps: Sequence[Switch], told: Sequence[object]) -> str | None:
    """The last step that made it another; `told` has what was before the first of them and after each."""
    turning = [s.name for s, before, after in zip(steps, told, told[1:], strict=False) if before != after]
    return turning[-1] if turning else None
