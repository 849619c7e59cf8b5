"""How does what was published become what is known today? The same rules, the rows exchanged one after another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import polars as pl

from scoring.compare.bridging import Bridge, bridges
from scoring.compare.effects import effects_of
from scoring.compare.figures import compared, figures
from scoring.compare.restatement import Effect, Money, Restated, Restatement, Standing, Step
from scoring.compare.subject import Doubts, subject, undoubted
from scoring.compare.walking import Stop, given, stop_at
from scoring.credit.ownership import UNASSIGNED
from scoring.ledger.bridge import COLUMNS
from scoring.letters import by_letters
from scoring.money import added
from scoring.period.booking import booked
from scoring.restate import PRIOR, Sealed, as_scored, changed, exchanged, prior_periods, told
from scoring.rules import calendar_of
from scoring.scorecard.cards import Card

Tables = Mapping[str, pl.DataFrame]

EACH = 20
"""How many rows are exchanged one by one, unless told."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The tables after a step, and the day one looks on."""

    step: Step
    tables: Tables
    as_of: date


def restate(
    published: Sealed,
    cards: Sequence[Card],
    rows: Tables,
    as_of: date,
    *,
    each: int = EACH,
    doubts: Doubts = undoubted,
) -> Restatement:
    """The published period as it is known when the day `as_of` is over.

    `cards` are those of the run, `rows` the tables as they are read today, `doubts` why these may not carry scores.
    First the day one looks on is exchanged, as what was open may be decided since; then the rows that concern the
    period, in the order of the tables and then of their keys: the `each` with the most money one by one, the others
    together at the end. The order never changes, so what each adds can be compared from one day to the next.
    """
    read, period = published.read(), published.period
    changes = changed(read, rows, period.end, published.as_of, calendar_of(published.rulebook))
    changes = _weighed(changes, published).with_row_index("nr")
    states = [
        State(Step("version", (), 0), read, published.as_of),
        *_states(changes, published, read, rows, as_of, each),
    ]
    looked = [subject(as_scored(s.tables, published.rulebook), published.rulebook, period, s.as_of) for s in states]
    stops = [stop_at(one) for one in (*looked[:-1], looked[-1].doubted(doubts))]
    after = booked(as_scored(rows, published.rulebook), published.rulebook, period, as_of)
    then = {card["manager_id"]: card for card in cards}
    now = stops[-1].cards(published.rulebook)
    touching = changes.filter("touches")
    prior = prior_periods([published], rows, as_of, replace(period, start=period.end))
    frames = (published.book.collect(), after.rows, prior.lines if prior else pl.DataFrame(schema=PRIOR))
    said = _Said(frames, published.rulebook.basis, then, now, stops)
    managers = sorted(said.managers(), key=lambda m: (by_letters(m.name), m.manager_id or ""))
    return Restatement(
        period=period.name,
        run_id=published.run_id,
        sealed_by=None,
        published_as_of=published.as_of,
        known_as_of=as_of,
        currency=published.rulebook.currency,
        basis=published.rulebook.basis,
        rows=tuple(told(touching, read, rows, published.rulebook.calendar.time_zone)),
        others=changes.height - touching.height,
        steps=tuple(state.step for state in states),
        company=said.of(None),
        managers=tuple(managers),
    )


def _weighed(changes: pl.DataFrame, published: Sealed) -> pl.DataFrame:
    """The changes with the money at stake: their own amount, else what the account pays in the published book."""
    ends = pl.max_horizontal(pl.col("opening").sum(), pl.col("closing").sum()).cast(pl.Float64)
    paid = published.book.group_by(pl.col("account_id").alias("subject")).agg(ends.alias("paid")).collect()
    known = changes.join(paid, on="subject", how="left", validate="m:1", maintain_order="left")
    return known.with_columns(pl.coalesce("weight", "paid").fill_null(0.0).alias("weight")).drop("paid")


def _states(
    changes: pl.DataFrame, published: Sealed, read: Tables, rows: Tables, as_of: date, each: int
) -> Iterator[State]:
    """The tables after each step, the last of them those of today.

    An account's rows of ownership are exchanged together, as its shares only add up together.
    """
    if as_of != published.as_of:
        yield State(Step("day", (), 0), read, as_of)
    zone = published.rulebook.calendar.time_zone
    is_new = pl.col("table").is_in(["accounts", "managers"]) & (pl.col("state") == "new")
    names = changes.filter(is_new | (pl.col("table") == "rates"))
    done, tables = names, exchanged(read, rows, names)
    if names.height:
        yield State(Step("names", (), names.height), tables, as_of)
    one = pl.when(pl.col("table") == "ownership").then("subject").otherwise(pl.col("nr").cast(pl.String))
    left = changes.join(names.select("nr"), on="nr", how="anti", maintain_order="left").with_columns(one.alias("one"))
    groups = left.filter("touches").group_by("table", "one", maintain_order=True)
    weights = groups.agg(pl.col("weight").max(), pl.col("nr").min())
    chosen = weights.sort(-pl.col("weight"), "nr").head(each).sort("nr")
    for table, key in chosen.select("table", "one").iter_rows():
        alone = left.filter((pl.col("table") == table) & (pl.col("one") == key))
        done = pl.concat([done, alone.drop("one")])
        words = tuple(told(alone.filter("touches"), read, rows, zone))
        yield State(Step("rows", words, alone.height), exchanged(read, rows, done), as_of)
    rest = changes.height - done.height
    if rest:
        yield State(Step("rest", (), rest), rows, as_of)


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """Both sides of everybody: `frames` are the book as published and as known, and the lines between them."""

    frames: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]
    basis: str
    then: Mapping[str, Card]
    now: Mapping[str, Card]
    stops: Sequence[Stop]

    def managers(self) -> list[Restated]:
        """Everybody with a card or a book on either side."""
        apart = [frame.partition_by("manager_id", as_dict=True) for frame in self.frames]
        ids = {*(i for parts in apart for (i,) in parts), *self.then, *self.now} - {UNASSIGNED}
        none = [frame.clear() for frame in self.frames]
        return [
            self.of(i, [parts.get((i,), empty) for parts, empty in zip(apart, none, strict=True)]) for i in sorted(ids)
        ]

    def of(self, manager: str | None, frames: Sequence[pl.DataFrame] = ()) -> Restated:
        """A manager with what is theirs of the frames, or the company."""
        before, after, lines = frames or self.frames
        columns = [c for c in COLUMNS if manager is not None or not c.startswith("transfer")]
        money = tuple(Money(c, added(before[c]), added(after[c])) for c in columns)
        is_changed = lines.height > 0 or any(m.difference for m in money)
        cards = (self.then.get(manager or ""), self.now.get(manager or ""))
        was, is_ = (None if c is None else Standing(c["score"], c["label"]) for c in cards)
        scores = [None if s is None else given(s.score) for s in (was, is_)]
        return Restated(
            manager_id=manager,
            name="Company" if manager is None else (cards[1] or cards[0] or {}).get("name", manager),
            money=money,
            lines=tuple(lines.iter_rows(named=True)),
            rates=self._rates(before, after) if is_changed else (),
            published=was,
            known=is_,
            change=effects_of(scores)[0],
            effects=() if manager is None or None in scores else self._effects(manager, scores[0]),
        )

    def _rates(self, before: pl.DataFrame, after: pl.DataFrame) -> tuple[Bridge, ...]:
        metrics = [m for m in compared(self.basis) if m.name not in COLUMNS]
        states = [figures(rows, metrics, self.basis) for rows in (before, after)]
        return tuple(b for b in bridges(metrics, [("what was learned since", None, None)], states) if b.differs)

    def _effects(self, manager: str, published: Decimal | None) -> tuple[Effect, ...]:
        """What each step moves the score by, the first from as published to computed again; none of 0."""
        moved = effects_of([published, *(stop.scores.get(manager) for stop in self.stops)])
        return tuple(Effect(n, points) for n, points in enumerate(moved) if points != 0)
