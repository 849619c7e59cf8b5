"""Who would be scored differently under other rules? Past periods under both, rules switched one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from scoring import notes, trust
from scoring.calendar import Period
from scoring.compare.changes import Change, between
from scoring.compare.switching import Switch, switches
from scoring.compare.walking import Stop, TablesFor, given, trails, walk
from scoring.letters import by_letters
from scoring.period.account_quarters import Trail
from scoring.pipeline import judged_by_method
from scoring.rules import Rulebook, fingerprint
from scoring.rules.versions import calendar_of
from scoring.scorecard.cards import Card, Scored
from scoring.scorecard.context import Context
from scoring.scorecard.trusted import NOT_TOLD_APART, trusted_cards
from scoring.scorecard.verdict import FULL, Verdict

Doubts = Callable[[Rulebook, Period, pl.DataFrame], Sequence[trust.Finding]]
"""Why the data may not carry scores under a rulebook, by the period and its book."""

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
        if self.change is None or any(e.effect is None for e in self.effects):
            return Decimal(0)
        return self.change - sum((e.effect for e in self.effects if e.effect is not None), Decimal(0))


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


def undoubted(_book: Rulebook, _period: Period, _rows: pl.DataFrame) -> Sequence[trust.Finding]:
    """Nothing: the data are trusted."""
    return ()


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
    stops = walk(way, steps, new, period)
    trusted = [verdicts_at(stop, period, doubts) for stop in stops]
    said, then = (cards_at(stops[n], book, period, trusted[n]) for n, book in ((0, way[0].rulebook), (-1, new)))
    names = {i: card["name"] for i, card in {**said, **then}.items()}

    def walked(manager: str) -> list[tuple[Decimal | None, str | None]]:
        return [_trusted(stop.standing(manager), v.get(manager, FULL)) for stop, v in zip(stops, trusted, strict=True)]

    return [
        _simulated(period.name, (i, names[i]), (said.get(i), then.get(i)), walked(i), steps)
        for i in sorted(names, key=lambda i: (by_letters(names[i]), i))
    ]


def verdicts_at(stop: Stop, period: Period, doubts: Doubts) -> Mapping[str, Verdict]:
    """Manager to what may be said of the score there; who is trusted fully is left out."""
    return trust.verdicts(doubts(stop.trail.rulebook, period, stop.made.rows), stop.scores)


def _trusted(standing: tuple[Decimal | None, str | None], verdict: Verdict) -> tuple[Decimal | None, str | None]:
    """The score and the words for it that the card would have."""
    score, words = standing
    return score, None if verdict.standing == "withheld" else words and (words if verdict is FULL else NOT_TOLD_APART)


def cards_at(stop: Stop, book: Rulebook, period: Period, verdicts: Mapping[str, Verdict]) -> dict[str, Card]:
    """Manager to the card, without an earlier period."""
    trail, made = stop.trail, stop.made
    judged = stop.judged or judged_by_method(trail.tables, book, period, made, trail)
    before = calendar_of(book).previous(period)
    context = Context(book, period, before, made.windows, trail.as_of, notes.people(trail.tables))
    cards = trusted_cards(Scored(judged, made.rows, made.moves), None, context, verdicts)
    return {card["manager_id"]: card for card in cards}


def _simulated(
    period: str,
    who: tuple[str, str],
    sides: tuple[Card | None, Card | None],
    walked: Sequence[tuple[Decimal | None, str | None]],
    steps: Sequence[Switch],
) -> Simulated:
    effects, known = [], walked[0][0]
    for step, (after, _) in zip(steps, walked[1:], strict=True):
        effects.append(Effect(step.name, None if known is None or after is None else after - known))
        known = known if after is None else after
    was, is_ = (None if card is None else Standing(**{n: card[n] for n in _SHOWN}) for card in sides)
    scores = [given(s.score) if s else None for s in (was, is_)]
    change = None if scores[0] is None or scores[1] is None else scores[1] - scores[0]
    words = [word for _, word in walked]
    if change is None:
        by = _turned(steps, [word is None for word in words])
    else:
        relabelled = was and is_ and was.label != is_.label
        by = _most(effects) or (_turned(steps, words) if relabelled else None)
    return Simulated(period, *who, was, is_, change, tuple(effects), by)


def _most(effects: Sequence[Effect]) -> str | None:
    moving = {e.switch: abs(e.effect) for e in effects if e.effect}
    return max(moving, key=lambda name: moving[name], default=None)


def _turned(steps: Sequence[Switch], told: Sequence[object]) -> str | None:
    """The last step that made it another; `told` has what was before the first of them and after each."""
    turning = [s.name for s, before, after in zip(steps, told, told[1:], strict=False) if before != after]
    return turning[-1] if turning else None
