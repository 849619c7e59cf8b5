"""What does each stop on the way from one state to another say of everybody? The same period, judged again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from scoring import notes, trust
from scoring.calendar import Period
from scoring.compare.subject import Doubts, Subject
from scoring.compare.switching import Switch
from scoring.credit.ownership import UNASSIGNED
from scoring.metrics import CATALOGUE
from scoring.numbers import exact
from scoring.peers.resample import WHOLE
from scoring.period import booking
from scoring.period.account_quarters import Trail
from scoring.rules import Rulebook
from scoring.rules.deciding import NO_BOOK
from scoring.scorecard.cards import Card
from scoring.scorecard.judged import Judged
from scoring.scorecard.lines import lines, targets_of, totals
from scoring.scorecard.switched import scores_of
from scoring.scorecard.trusted import NOT_TOLD_APART
from scoring.scorecard.verdict import FULL, Verdict

PLACES = 9

TablesFor = Callable[[Rulebook], booking.Tables]


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """A period as it stands on the way: of each manager the score and the words for it.

    A score stands here whether or not it may be given, but for those whose rules all lack a value or weigh nothing;
    the words are null where it may not. `judged` is None where values are graded.
    """

    subject: Subject
    judged: Judged | None
    scores: Mapping[str, Decimal | None]
    words: Mapping[str, str | None]

    def standing(self, manager: str) -> tuple[Decimal | None, str | None]:
        """The manager's score and the words for it; none for who has no book."""
        return self.scores.get(manager), self.words.get(manager)

    def cards(self, book: Rulebook) -> dict[str, Card]:
        """Manager to the card by a rulebook that judges the same, without an earlier period."""
        judged = self.judged or self.subject.judged(book)
        return {card["manager_id"]: card for card in self.subject.cards(judged, book)}


def trails(tables_for: TablesFor, old: Rulebook, steps: Sequence[Switch], as_of: date) -> tuple[Trail, ...]:
    """The quarters of the old rulebook and of that after each step; made once where a step leaves them alone."""
    found = [Trail(tables_for(old), old, as_of)]
    for step in steps:
        found.append(found[-1].by(tables_for(step.rulebook), step.rulebook))
    return tuple(found)


def walk(way: Sequence[Trail], steps: Sequence[Switch], new: Rulebook, period: Period, doubts: Doubts) -> list[Stop]:
    """The period under the first rulebook and after each step; one stop for each of `way`."""
    asked = [CATALOGUE[name] for rule in new.rules for name in (rule.metric, rule.of) if name in CATALOGUE]

    def booked(trail: Trail) -> booking.Booked:
        return booking.booked(trail.tables, trail.rulebook, period, trail.as_of, metrics=asked)

    def stop(trail: Trail, made: booking.Booked) -> Stop:
        return stop_at(Subject(trail, period, made, notes.people(trail.tables)).doubted(doubts))

    made = booked(way[0])
    found = [stop(way[0], made)]
    for step, trail in zip(steps, way[1:], strict=True):
        made = made if step.name in NO_BOOK or step.is_rule else booked(trail)
        found.append(stop(trail, made))
    return found


def given(score: Any) -> Decimal | None:
    """The score as it stands on cards; None where there is none."""
    number = exact(score)
    return None if number is None else round(number, PLACES)


def stop_at(subject: Subject) -> Stop:
    """The period as its rules judge its book."""
    book, judged = subject.rulebook, None
    if not any(rule.weight for rule in book.rules):  # on the way the weights of all rules may be 0
        return Stop(subject, None, {}, {})
    if book.method == "target_bands":
        scores = _graded(subject)
        words = {manager: None if score is None else book.label(float(score)) for manager, score in scores.items()}
    else:
        judged = subject.judged(book)
        is_given = pl.col("score").is_not_null()
        told = judged.scores.select("manager_id", pl.when(is_given).then(pl.col("label").fill_null("")).alias("label"))
        scores, words = {m: given(score) for m, score in scores_of(judged.lines).items()}, dict(told.iter_rows())
    verdicts = trust.verdicts(subject.doubts, scores)
    return Stop(subject, judged, scores, {m: _trusted(word, verdicts.get(m, FULL)) for m, word in words.items()})


def _trusted(words: str | None, verdict: Verdict) -> str | None:
    """The words that the card would have."""
    return None if verdict.standing == "withheld" else words and (words if verdict is FULL else NOT_TOLD_APART)


def _graded(subject: Subject) -> dict[str, Decimal | None]:
    """Manager to the score, whether or not it rests on enough accounts to be given."""
    rows, book, targets = subject.made.rows.lazy(), subject.rulebook, subject.trail.tables["targets"]
    owned = rows.filter(pl.col("manager_id") != UNASSIGNED).with_columns(pl.lit(WHOLE).alias("replica"))
    lined = lines(owned, book, targets_of(targets, subject.period.name))
    scored = totals(lined, book).select("manager_id", "score").collect()
    return {manager: given(score) for manager, score in scored.iter_rows()}
