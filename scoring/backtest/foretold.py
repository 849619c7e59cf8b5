"""What did the metrics that look ahead say on a day in the past, and what became of each account's revenue?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring import book
from scoring.backtest.look import Held
from scoring.backtest.signal import Pair, Signal, signal
from scoring.calendar import Calendar, Period
from scoring.days import DAY, months_back
from scoring.intake.known import known_by
from scoring.lifetime.known import known_before
from scoring.measure import measure_by
from scoring.metrics import OVER_BOOK, Better, Metric, Unit
from scoring.period import booking
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

AHEAD = tuple(m for m in OVER_BOOK if m.looks_ahead)
"""The metrics that claim to tell the future."""
REVENUE, KEPT = "revenue in the time ahead", "the share of revenue kept"
"""What they are held against."""

_DAYS = {"answers": "answered_on", "activities": "dated_on", "milestones": "dated_on", "ownership": "starts_on"}


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """One origin: `figures` (account_id, metric, value), and `came` (account_id, revenue, kept), both Float64."""

    figures: pl.DataFrame
    came: pl.DataFrame


def foretold(tables: booking.Tables, rulebook: Rulebook, held: Held) -> Foretold:
    """What each metric said of each account for the period that ended on the origin, or last before it."""
    period = _period(calendar_of(rulebook), held.on)
    then = known_then(tables, rulebook, held.on)
    rows = booking.booked(then, rulebook, period, held.on - DAY).rows
    once = book.at(rows.lazy(), "account_id")
    frames = measure_by(once, AHEAD, ("account_id",), basis=rulebook.basis)
    figures = pl.concat(pl.collect_all([f.select("account_id", "metric", "value") for f in frames]))
    return Foretold(figures.drop_nulls().sort("metric", "account_id"), _came(held, rulebook))


def known_then(tables: booking.Tables, rulebook: Rulebook, on: date) -> dict[str, pl.DataFrame]:
    """The tables as they were known before the day: nothing recorded on it or later, nothing dated so."""
    basis, calendar = rulebook.basis, calendar_of(rulebook)
    then, _ = known_by(tables, on - DAY, calendar)
    made = {n: t.filter((pl.col(_DAYS[n]) < on).fill_null(value=True)) if n in _DAYS else t for n, t in then.items()}
    return {**made, basis: known_before(tables[basis].lazy(), basis, on, calendar.time_zone).collect()}


def signals(found: Sequence[Foretold], basis: str) -> list[Signal]:
    """A verdict on each metric that looks ahead; figures of money and counts are also held against money."""
    made = []
    for metric in AHEAD:
        for outcome, column in _outcomes(metric, basis).items():
            pairs = [_pair(one, metric.name, column) for one in found]
            less = metric.better is Better.LOWER
            made.append(signal((metric.name, metric.label), outcome, pairs, less_is_better=less))
            if made[-1].verdict == "unsaid":
                break
    return made


def _outcomes(metric: Metric, basis: str) -> Mapping[str, str]:
    """What the metric is held against, with the column of it."""
    if basis != "contracts":
        return {REVENUE: "revenue"}
    if metric.unit in (Unit.MONEY, Unit.COUNT):
        return {REVENUE: "revenue", KEPT: "kept"}
    return {KEPT: "kept"}


def _pair(one: Foretold, metric: str, column: str) -> Pair:
    said = one.figures.filter(pl.col("metric") == metric)
    both = said.join(one.came, on="account_id", how="inner", maintain_order="left").drop_nulls(column)
    return Pair(both["account_id"].to_list(), both["value"].to_numpy(), both[column].to_numpy())


def _came(held: Held, rulebook: Rulebook) -> pl.DataFrame:
    """The revenue of each account in the time ahead, and what part that is of what it would have been unchanged."""
    is_paying = (pl.col("own_rate") > 0) & (rulebook.basis == "contracts")
    kept = pl.when(is_paying).then(pl.col("actual") / pl.col("own_rate"))
    return held.revenue.select("account_id", pl.col("actual").alias("revenue"), kept.alias("kept"))


def _period(calendar: Calendar, on: date) -> Period:
    """The period of the company's length that ends on the day, or the last whole one before it."""
    if on.day == 1:
        return Period(f"up to {on}", months_back(on, calendar.months), on)
    return calendar.latest_complete(on - DAY)
