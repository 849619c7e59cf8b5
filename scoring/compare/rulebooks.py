"""Who would be scored differently under other rules? Past periods under both, rules switched one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from scoring import notes, pipeline, scope
from scoring.calendar import Period
from scoring.compare.changes import Change, changes
from scoring.compare.switching import NO_BOOK, Switch, switches
from scoring.credit.ownership import UNASSIGNED
from scoring.metrics import CATALOGUE
from scoring.numbers import exact
from scoring.peers.resample import WHOLE
from scoring.rules import Rulebook
from scoring.scorecard.cards import Card, Scored, cards
from scoring.scorecard.context import Context
from scoring.scorecard.judge import judge
from scoring.scorecard.lines import lines, totals

PLACES = 9
_SHOWN = ("score", "low", "high", "label", "group")

TablesFor = Callable[[Rulebook], pipeline.Tables]


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
    most; where none did, or a score came or went, the one that brought the other label, or None.
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
        """Whether the label is another one."""
        return (self.old and self.old.label) != (self.new and self.new.label)

    @property
    def residual(self) -> Decimal:
        """What the effects leave unexplained: always 0."""
        if self.change is None or any(e.effect is None for e in self.effects):
            return Decimal(0)
        return self.change - sum((e.effect for e in self.effects if e.effect is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class Simulation:
    """Two rulebooks over past periods. `switches` says what was exchanged, in that order: settings, then rules."""

    old: str
    new: str
    as_of: date
    settings: tuple[Change, ...]
    switches: tuple[Switch, ...]
    periods: tuple[str, ...]
    managers: tuple[Simulated, ...]


def simulate(tables_for: TablesFor, old: Rulebook, new: Rulebook, periods: Sequence[Period], as_of: date) -> Simulation:
    """The periods under both rulebooks, one manager and period each, by name within periods.

    `tables_for` gives the checked tables as a rulebook has them read. Nothing is saved.
    """
    steps = switches(old, new)
    found = [s for period in periods for s in _period(tables_for, (old, new), steps, period, as_of)]
    differ = changes(*(book.model_dump(mode="json", by_alias=True) for book in (old, new)))
    return Simulation(old.name, new.name, as_of, differ, steps, tuple(p.name for p in periods), tuple(found))


def _period(
    tables_for: TablesFor,
    books: tuple[Rulebook, Rulebook],
    steps: Sequence[Switch],
    period: Period,
    as_of: date,
) -> list[Simulated]:
    old, new = books
    metrics = [CATALOGUE[name] for book in books for r in book.rules for name in (r.metric, r.of) if name in CATALOGUE]

    def booked(book: Rulebook) -> pipeline.Booked:
        return pipeline.booked(tables_for(book), book, period, as_of, metrics=metrics)

    made = booked(old)
    said = _cards(made, old, tables_for(old), period, as_of)
    walked = [_scores(made, old, tables_for(old), period)]
    for step in steps:
        made = made if step.name in NO_BOOK or step.is_rule else booked(step.rulebook)
        walked.append(_scores(made, step.rulebook, tables_for(step.rulebook), period))
    then = _cards(made, new, tables_for(new), period, as_of)
    names = {i: card["name"] for i, card in {**said, **then}.items()}
    return [
        _simulated(period.name, (i, names[i]), (said.get(i), then.get(i)), [s.get(i) for s in walked], (steps, new))
        for i in sorted(names, key=lambda i: (names[i].casefold(), i))
    ]


def _cards(
    made: pipeline.Booked, book: Rulebook, tables: pipeline.Tables, period: Period, as_of: date
) -> dict[str, Card]:
    judged = judge(made.rows, book, tables["targets"], period.name)
    before = scope.calendar_of(book).previous(period)
    context = Context(book, period, before, made.windows, as_of, notes.people(tables))
    return {c["manager_id"]: c for c in cards(Scored(judged, made.rows, made.moves), None, context)}


def _scores(
    made: pipeline.Booked, book: Rulebook, tables: pipeline.Tables, period: Period
) -> Mapping[str, Decimal | None]:
    """Manager to the score, whether or not it rests on enough accounts to be given."""
    owned = made.rows.lazy().filter(pl.col("manager_id") != UNASSIGNED).with_columns(pl.lit(WHOLE).alias("replica"))
    targets = tables["targets"].lazy().filter(pl.col("period") == period.name)
    agreed = targets.select("manager_id", "metric", pl.col("value").cast(pl.Float64).alias("target"))
    scored = totals(lines(owned, book, agreed), book).select("manager_id", "score").collect()
    return {manager: _exact(score) for manager, score in scored.iter_rows()}


def _simulated(
    period: str,
    who: tuple[str, str],
    sides: tuple[Card | None, Card | None],
    walked: Sequence[Decimal | None],
    judged_by: tuple[Sequence[Switch], Rulebook],
) -> Simulated:
    steps, new = judged_by
    effects, known, came = [], walked[0], None
    for step, before, after in zip(steps, walked, walked[1:], strict=False):
        effect = None if known is None or after is None else after - known
        came = step.name if (before is None) != (after is None) else came
        effects.append(Effect(step.name, effect))
        known = known if after is None else after
    was, is_ = (None if card is None else Standing(**{n: card[n] for n in _SHOWN}) for card in sides)
    scores = [_exact(s.score) if s else None for s in (was, is_)]
    change = None if scores[0] is None or scores[1] is None else scores[1] - scores[0]
    by = came if change is None else _most(effects) or _relabelled(was, is_, new)
    return Simulated(period, *who, was, is_, change, tuple(effects), by)


def _most(effects: Sequence[Effect]) -> str | None:
    moving = {e.switch: abs(e.effect) for e in effects if e.effect}
    return max(moving, key=lambda name: moving[name], default=None)


def _relabelled(was: Standing | None, is_: Standing | None, new: Rulebook) -> str | None:
    """`grades` where the same score has other words."""
    same = was and is_ and was.score is not None and new.label(was.score) == is_.label and was.label != is_.label
    return "grades" if same else None


def _exact(score: Any) -> Decimal | None:
    number = exact(score)
    return None if number is None else round(number, PLACES)
