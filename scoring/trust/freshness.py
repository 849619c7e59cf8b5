"""Do the exports reach to the end of the period? The last days on which tables say that something happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from scoring.plurals import many
from scoring.reach import departed
from scoring.rules import Rulebook
from scoring.trust.gate import Finding, Gate, Looked, beyond

RECORDED = "recorded_at"

HAPPENED: dict[str, tuple[tuple[str, ...], ...]] = {
    "contracts": (("signed_on", "starts_on"), (RECORDED,)),
    "invoices": (("dated_on",), (RECORDED,)),
    "ownership": (("starts_on",), ("ends_on",), (RECORDED,)),
    "answers": (("answered_on",), (RECORDED,)),
    "activities": (("dated_on",), (RECORDED,)),
    "milestones": (("dated_on",), (RECORDED,)),
}
"""The days on which a row says that something happened: of each group of columns the first that is filled.

Contracts say so of the days on which they were left, too: see `reach.departed`.
"""

YEARS = timedelta(days=730)
"""So long before its last day a table's silences are usual ones."""
LEAST_DAYS = 20
"""With fewer different days nobody knows what silence is usual."""
LONGER = 1.5
"""So many times the longest silence before is an unusual one: by chance alone 1 in 70 tables of 20 days end so."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A table that says nothing at the end of the period: since when, and how long it was silent before at most."""

    last_on: date
    days: int
    usual: int | None


def silence(looked: Looked, table: str) -> Silence | None:
    """The silence of the table at the end of the period."""
    span = (looked.period.start, looked.last_day())
    return silent(table, looked.tables[table], span, looked.as_of, looked.rulebook)


def silent(table: str, rows: pl.DataFrame, span: tuple[date, date], as_of: date, rulebook: Rulebook) -> Silence | None:
    """The silence of the table at the end of the span, its first and last day, where it is longer than any usual one.

    A table of too few days to know is silent only if it holds the revenue and nothing of it is of the span.
    """
    days = _days(table, rows, as_of, rulebook.calendar.time_zone)
    if days.is_empty():
        return None
    last = days[-1]
    found = (span[1] - last).days
    recent = days.filter(days > last - YEARS)
    if recent.len() >= LEAST_DAYS:
        usual = max(step.days for step in recent.diff().drop_nulls())
        return Silence(last, found, usual) if found > LONGER * usual else None
    is_empty = table == rulebook.basis == "invoices" and last < span[0]
    return Silence(last, found, None) if is_empty else None


def columns(table: str) -> list[str]:
    """The columns of the table that `silent` and `furthest` look at."""
    dated = [column for group in HAPPENED[table] for column in group]
    return ["origin_file", *dict.fromkeys([*dated, *(("cancelled_on", "ends_on") if table == "contracts" else ())])]


def furthest(table: str, rows: pl.DataFrame, last: date, rulebook: Rulebook) -> list[str]:
    """The exports of the table's rows that say that something happened on its last day."""
    found = rows.filter(pl.any_horizontal(group == last for group in _groups(table, rulebook.calendar.time_zone)))
    return found["origin_file"].unique().sort().to_list()


def _days(table: str, rows: pl.DataFrame, as_of: date, zone: str) -> pl.Series:
    """The different days, up to the one on which one looks, on which something happened, in order."""
    days = pl.concat([rows.select(group.alias("day")) for group in _groups(table, zone)])["day"]
    return days.filter(days <= as_of).unique().sort()


def _groups(table: str, zone: str) -> list[pl.Expr]:
    """The days of each group, those of instants as they are in the business time zone."""
    known = {RECORDED: pl.col(RECORDED).dt.convert_time_zone(zone).dt.date()}
    groups = [pl.coalesce(known.get(c, pl.col(c)) for c in columns) for columns in HAPPENED[table]]
    return [*groups, departed()] if table == "contracts" else groups


def find(looked: Looked) -> Iterator[Finding]:
    """Tables that scores rest on and that end too early."""
    for table in HAPPENED:
        stops = silence(looked, table) if table in looked.needed else None
        level = beyond(stops.days / looked.period.days, looked.rulebook.trust.silence) if stops else None
        if stops and level:
            before = (
                ""
                if stops.usual is None
                else f", and never were silent for more than {many(stops.usual, 'day')} before"
            )
            yield Finding(
                FRESHNESS.name,
                level,
                f"{table} end on {stops.last_on}, {many(stops.days, 'day')} before {_end(looked)}{before}",
                "export again, or score a period that the exports reach to the end of",
                table=table,
                file=", ".join(_files(looked, table, stops.last_on)),
            )


def _end(looked: Looked) -> str:
    return f"{looked.period.name} does" if looked.period.last_day <= looked.as_of else f"the as-of day {looked.as_of}"


def _files(looked: Looked, table: str, last: date) -> list[str]:
    """The exports of the table, or where there are several those that reach furthest."""
    files = looked.files_of(table)
    return files if len(files) <= 1 else furthest(table, looked.tables[table], last, looked.rulebook)


FRESHNESS = Gate("freshness", find)
