"""When does a row of a table concern the past? Said of each table once, for whoever compares two states of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.calendar import Calendar, UnknownPeriodError

ORIGIN = ("origin_file", "origin_row", "recorded_at")


@dataclass(frozen=True, slots=True)
class Past:
    """How rows of a table lie in time.

    `day` is the column with the day on which a row takes effect (a period's name in `costs` and `targets`); a row
    without one was always so. `ends` are days that are news of the time after the period where they lie there, and
    `follows` what only goes with such news. `like` pairs rows where the key says only in which file and row they stand,
    or changed itself.
    """

    day: str | None = None
    ends: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    is_of_people: bool = False
    """Rows that come or go by themselves touch no period; only what is said of them does."""


PASTS: Mapping[str, Past] = {
    "accounts": Past(is_of_people=True),
    "managers": Past(ends=("starts_on", "ends_on"), is_of_people=True),
    "ownership": Past("starts_on", ends=("ends_on",), like=("account_id", "starts_on")),
    "contracts": Past(
        "starts_on",
        ends=("ends_on", "cancelled_on", "past_due_on"),
        follows=("status", "end_reason"),
        like=("account_id", "product", "starts_on"),
    ),
    "invoices": Past("dated_on", like=("account_id", "product", "dated_on")),
    "answers": Past("answered_on", like=("account_id", "respondent", "answered_on", "kind")),
    "activities": Past("dated_on", like=("account_id", "dated_on", "kind")),
    "milestones": Past("dated_on", like=("account_id", "kind")),
    "costs": Past("period", like=("period", "kind", "account_id", "team")),
    "targets": Past("period"),
    "exclusions": Past("starts_on", ends=("ends_on", "approved_on"), like=("account_id", "starts_on")),
    "rates": Past("dated_on"),
}


def day_of(name: str, frame: pl.DataFrame, calendar: Calendar) -> pl.Series:
    """The day on which each row of the table takes effect; null where it was always so."""
    column = PASTS[name].day
    if column is None:
        return pl.Series("day", [None] * frame.height, dtype=pl.Date)
    days = frame[column]
    if days.dtype == pl.Date:
        return days.alias("day")
    starts = {period: _start(calendar, period) for period in days.unique().to_list()}
    found = days.replace_strict(starts, return_dtype=pl.Date)
    return found.cast(pl.Date).alias("day")  # of no rows Polars leaves text


def _start(calendar: Calendar, period: str) -> date | None:
    try:
        return calendar.period(period).start
    except UnknownPeriodError:
        return None
