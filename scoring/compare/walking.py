"""What does each rulebook between two say of everybody? The same period, judged after every switch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.calendar import Period
from scoring.compare.switching import Switch
from scoring.credit.ownership import UNASSIGNED
from scoring.metrics import CATALOGUE
from scoring.numbers import exact
from scoring.peers.resample import WHOLE
from scoring.period import booking
from scoring.period.account_quarters import Trail
from scoring.pipeline import judged_by_method
from scoring.rules import Rulebook
from scoring.rules.deciding import NO_BOOK
from scoring.scorecard.judged import Judged
from scoring.scorecard.lines import lines, targets_of, totals
from scoring.scorecard.switched import scores_of

PLACES = 9

TablesFor = Callable[[Rulebook], booking.Tables]


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """A period under one of the rulebooks: its book, and of each manager the score and the words for it.

    A score stands here whether or not it may be given, but for those whose rules all lack a value or weigh nothing;
    the words are null where it may not. `judged` is None where values are graded.
    """

    trail: Trail
    made: booking.Booked
    judged: Judged | None
    scores: Mapping[str, Decimal | None]
    words: Mapping[str, str | None]

    def standing(self, manager: str) -> tuple[Decimal | None, str | None]:
        """The manager's score and the words for it; none for who has no book."""
        return self.scores.get(manager), self.words.get(manager)


def trails(tables_for: TablesFor, old: Rulebook, steps: Sequence[Switch], as_of: date) -> tuple[Trail, ...]:
    """The quarters of the old rulebook and of that after each step; made once where a step leaves them alone."""
    found = [Trail(tables_for(old), old, as_of)]
    for step in steps:
        found.append(found[-1].by(tables_for(step.rulebook), step.rulebook))
    return tuple(found)


def walk(way: Sequence[Trail], steps: Sequence[Switch], new: Rulebook, period: Period) -> list[Stop]:
    """The period under the first rulebook and after each step; one stop for each of `way`."""
    rules = [r for book in (way[0].rulebook, new) for r in book.rules]
    metrics = [CATALOGUE[name] for r in rules for name in (r.metric, r.of) if name in CATALOGUE]

    def booked(trail: Trail) -> booking.Booked:
        return booking.booked(trail.tables, trail.rulebook, period, trail.as_of, metrics=metrics)

    made = booked(way[0])
    found = [stop_at(way[0], made, period)]
    for step, trail in zip(steps, way[1:], strict=True):
        made = made if step.name in NO_BOOK or step.is_rule else booked(trail)
        found.append(stop_at(trail, made, period))
    return found


def given(score: Any) -> Decimal | None:
    """The score as it stands on cards; None where there is none."""
    number = exact(score)
    return None if number is None else round(number, PLACES)


def stop_at(trail: Trail, made: booking.Booked, period: Period) -> Stop:
    """The period as the trail judges the book that was made of it."""
    book = trail.rulebook
    if not any(rule.weight for rule in book.rules):  # on the way the weights of all rules may be 0
        return Stop(trail, made, None, {}, {})
    if book.method == "target_bands":
        scores = _graded(trail, made, period)
        words = {manager: None if score is None else book.label(float(score)) for manager, score in scores.items()}
        return Stop(trail, made, None, scores, words)
    judged = judged_by_method(trail.tables, book, period, made, trail)
    is_given = pl.col("score").is_not_null()
    told = judged.scores.select("manager_id", pl.when(is_given).then(pl.col("label").fill_null("")).alias("label"))
    scores = {manager: given(score) for manager, score in scores_of(judged.lines).items()}
    return Stop(trail, made, judged, scores, dict(told.iter_rows()))


def _graded(trail: Trail, made: booking.Booked, period: Period) -> dict[str, Decimal | None]:
    """Manager to the score, whether or not it rests on enough accounts to be given."""
    owned = made.rows.lazy().filter(pl.col("manager_id") != UNASSIGNED).with_columns(pl.lit(WHOLE).alias("replica"))
    lined = lines(owned, trail.rulebook, targets_of(trail.tables["targets"], period.name))
    scored = totals(lined, trail.rulebook).select("manager_id", "score").collect()
    return {manager: given(score) for manager, score in scored.iter_rows()}
