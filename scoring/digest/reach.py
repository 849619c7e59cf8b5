"""Do the data reach the end of what a digest tells of? Which stored run is meant, and what is missing in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.calendar import Calendar, Period
from scoring.digest.due import Occasion
from scoring.plurals import many
from scoring.rules import Rulebook, calendar_of
from scoring.scorecard.context import day
from scoring.trust.freshness import HAPPENED, Silence, columns, furthest, silent
from scoring.trust.needed import needed
from scoring.view import Seen, View


def run_for(everything: View, occasion: Occasion, calendar: Calendar) -> Seen | None:
    """The published run that tells of the occasion's period, whether its data reach the end or not.

    A quarter is told of by its own run, or where the calendar scores other periods by one that ends with it. A week or
    a month is told of by the run in whose period its last day lies, else by that of the last period that was over by
    then; one that knows the last day goes before one that does not. None where there is none.
    """
    runs = [_Dated.of(everything.run(name), calendar) for name in everything.periods.names]
    told, last = occasion.period, occasion.period.last_day
    if "-Q" in told.name:
        named = [run for run in runs if run.seen.period == told.name]
        ending = [run for run in runs if run.last_day == last and calendar.length != "quarter"]
        return _latest(named or ending)
    around = _latest([run for run in runs if run.first_day <= last <= run.last_day])
    over = [run for run in runs if run.last_day < last and run.as_of >= run.last_day]
    before = _latest([run for run in over if run.last_day == max(one.last_day for one in over)])
    if around is None or (before is not None and _as_of(around) < last <= _as_of(before)):
        return before
    return around


def reached(seen: Seen | None, period: Period, calendar: Calendar) -> str | None:
    """What is missing before the run can tell of the period, as a sentence; None where its data reach the end.

    The run must know the period's last day, and no table that its scores rest on may fall silent before, by the rule
    of the gate of freshness. Runs that kept no tables are judged by their as-of day.
    """
    if seen is None:
        named = calendar.containing(period.last_day).name
        told, until = f"no run tells of {period.name}", day(period.last_day)
        return f"{told}; export up to {until} and run bookscore run --period {named}"
    command = _command(seen, period)
    if (as_of := _as_of(seen)) < period.last_day:
        early = _early((period.last_day - as_of).days, period)
        return f"the run of {seen.period} knows what happened up to {day(as_of)}, {early}; export again and {command}"
    key = ("reached", seen.run_id, period.name, command)
    return seen.shelf.made(key, lambda: _ending(_endings(seen, period, as_of), period, command))


@dataclass(frozen=True, slots=True)
class _Dated:
    """A run with its days. `is_own` if its period is one of those that the calendar scores."""

    seen: Seen
    first_day: date
    last_day: date
    as_of: date
    is_own: bool

    @classmethod
    def of(cls, seen: Seen, calendar: Calendar) -> "_Dated":
        first, last = (date.fromisoformat(seen.facts["period"][edge]) for edge in ("from", "to"))
        return cls(seen, first, last, _as_of(seen), calendar.containing(first).name == seen.period)


@dataclass(frozen=True, slots=True)
class _End:
    """A table that ends too early, and its exports that reach furthest."""

    files: Sequence[str]
    silence: Silence


def _latest(runs: Sequence[_Dated]) -> Seen | None:
    """The run that knows most, and of those that know as much the one of the calendar's own periods."""
    return max(runs, key=lambda run: (run.as_of, run.is_own)).seen if runs else None


def _as_of(seen: Seen) -> date:
    return date.fromisoformat(seen.facts["as_of"])


def _rulebook(seen: Seen) -> Rulebook:
    return Rulebook.model_validate(seen.facts["rules"]["settings"])


def _command(seen: Seen, period: Period) -> str:
    """What to do with new exports: a sealed period is scored no more, but the one in which the day lies may be."""
    named = calendar_of(_rulebook(seen)).containing(period.last_day).name
    is_sealed = seen.period != named and seen.shelf.store.sealed(seen.period) is not None
    return f"run bookscore run{f' --period {named}' if is_sealed else ''}"


def _endings(seen: Seen, period: Period, as_of: date) -> list[_End]:
    """The tables that scores rest on and that fall silent before the period ends, the one that ends first before."""
    rulebook, kept = _rulebook(seen), seen.shelf.store.read_by(seen.run_id)
    begun = min(period.start, date.fromisoformat(seen.facts["period"]["from"]))
    found = []
    for table in (table for table in HAPPENED if table in needed(rulebook) and table in kept):
        rows = pl.read_parquet(kept[table], columns=columns(table))
        if stops := silent(table, rows, (begun, period.last_day), as_of, rulebook):
            found.append(_End(furthest(table, rows, stops.last_on, rulebook), stops))
    return sorted(found, key=lambda end: end.silence.last_on)


def _ending(found: Sequence[_End], period: Period, command: str) -> str | None:
    """The sentence of the exports that end too early; None where there are none."""
    if not found:
        return None
    first, *others = found
    files = list(dict.fromkeys(file for end in found for file in end.files))
    verb = "end on" if len(first.files) > 1 else "ends on"
    told = f"{_listed(first.files)} {verb} {day(first.silence.last_on)}, {_early(first.silence.days, period)}"
    told += "".join(f", {_listed(end.files)} on {day(end.silence.last_on)}" for end in others)
    return f"{told}; export {'it' if len(files) == 1 else 'them'} again and {command}"


def _early(days: int, period: Period) -> str:
    return f"{many(days, 'day')} before {period.name} does"


def _listed(files: Sequence[str]) -> str:
    *most, last = files
    return f"{', '.join(most)} and {last}" if most else last
