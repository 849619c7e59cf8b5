"""How far do the exports reach, and which period do they let be scored?"""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from scoring.calendar import Calendar, Period
from scoring.days import NEVER
from scoring.errors import BookscoreError
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.tables import Tables

_ENDS_ARE_NEWS = 0.5
"""Part of a file's contracts that must be open before the ends of the others say what happened, not what was agreed."""

DATED = {
    "contracts": ("signed_on", "starts_on"),
    "invoices": ("dated_on",),
    "answers": ("answered_on",),
    "activities": ("dated_on",),
}
"""The columns, the first that is filled, whose last day tells how far the exports reach; for contracts see `departed`.

A contract was made when it was signed: renewals signed ahead start after the day of the export.
"""

_ALSO_DATED = {
    "accounts": ("created_on",),
    "ownership": ("starts_on",),
    "milestones": ("dated_on",),
    "rates": ("dated_on",),
}
"""Further columns whose last day tells how old a file is."""


class NothingDatedError(BookscoreError):
    """No period was named and no export says when anything happened."""

    def __init__(self) -> None:
        super().__init__("the exports hold no dated rows up to the as-of day; name a period with --period")


def departed(*, of_one_file: bool = False) -> pl.Expr:
    """The day on which a contract was cancelled, or on which it ended where contracts usually run on.

    Where most of its file have an end it was agreed with the start, and says nothing of what was known when it came.
    """
    are_open = pl.col("ends_on").is_null().mean()
    are_news = (are_open if of_one_file else are_open.over("origin_file")) > _ENDS_ARE_NEWS
    return pl.coalesce("cancelled_on", pl.when(are_news).then("ends_on"))


def _dated(tables: Tables, dated: Mapping[str, Iterable[str]]) -> list[pl.DataFrame]:
    """The days on which something happened, each with its file."""
    days = [tables[name].select("origin_file", _day(columns)) for name, columns in dated.items()]
    return [*days, tables["contracts"].select("origin_file", departed().alias("day"))]


def days_of(file: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """The days on which one file says that something happened: `day`. Its columns are those of the table."""
    days = [file.select(_day(DATED[table]))]
    return pl.concat([*days, file.select(departed(of_one_file=True).alias("day"))] if table == "contracts" else days)


def _day(columns: Iterable[str]) -> pl.Expr:
    return pl.coalesce(pl.col(c).cast(pl.Date) for c in columns).alias("day")


def last_days(tables: Tables, as_of: date) -> dict[str, date]:
    """File to the last day, up to `as_of`, on which it says that something happened."""
    known = pl.concat(_dated(tables, {**DATED, **_ALSO_DATED})).filter(pl.col("day") <= as_of)
    return dict(known.group_by("origin_file").agg(pl.col("day").max()).sort("origin_file").iter_rows())


def first_day(tables: Tables, basis: str) -> date:
    """The first day of which the contracts, or invoices, that revenue is read from know; `NEVER` if there are none."""
    found = tables[basis]["starts_on" if basis == "contracts" else "dated_on"].min()
    return found if isinstance(found, date) else NEVER


def latest_period(tables: Tables, rulebook: Rulebook, as_of: date) -> Period:
    """The last period that is over on `as_of` and that the exports reach the end of, or nearly so.

    Exports that end in its first half were made after the period before, which is taken, if they hold anything of it.
    Raises NothingDatedError where they reach nowhere.
    """
    day = pl.concat(_dated(tables, DATED))["day"]
    return reached(calendar_of(rulebook), day.min(), day.filter(day <= as_of).max(), as_of)


def reached(calendar: Calendar, first_day: object, last_day: object, as_of: date) -> Period:
    """What `latest_period` says of exports from a day to the last one up to `as_of`; no dates where they have none."""
    if not (isinstance(first_day, date) and isinstance(last_day, date)):
        raise NothingDatedError
    found = calendar.containing(last_day)
    is_early = (last_day - found.start).days * 2 < found.days
    if is_early and first_day < found.start:
        found = calendar.previous(found)
    return min(calendar.latest_complete(as_of), found, key=lambda p: p.start)
