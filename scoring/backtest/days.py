"""From which days in the past is looked ahead, and how far? What people ask for, or what the data carry."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from scoring.days import DAY, month_number
from scoring.errors import BookscoreError
from scoring.lengths import DAYS_A_WEEK
from scoring.lifetime import rolling
from scoring.lifetime.stretch import Ahead, after, before, words
from scoring.period import booking
from scoring.reach import latest_period
from scoring.rules import Rulebook

MOST = 4
"""Days looked ahead from, unless more are asked for."""
USUAL = (12, 6, 3, 1)
"""Months ahead, the first of these that the data carry."""


class UnknownStretchError(BookscoreError):
    """Somebody wrote a length of time that is none."""

    def __init__(self, text: str) -> None:
        super().__init__(f'"{text}" is no length of time; write months as 12m, weeks as 39w or days as 100d')


class TooShortError(BookscoreError):
    """The data do not reach as far as they would have to."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; look less far ahead, as --ahead 3m, or name a day with --split")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: how far ahead, from how many days, or from one; how much of the past is used.

    `since` is a length of time before each day, or the day from which on.
    """

    ahead: Ahead | None = None
    origins: int = MOST
    split: date | None = None
    until: date | None = None
    since: Ahead | date | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """The days that the data cover: from `first` up to, not including, `last`."""

    first: date
    last: date


def stretch(text: str) -> Ahead:
    """The length of time as people write it: 12 or 12m months, 39w weeks, 100d days. Raises UnknownStretchError."""
    found = re.fullmatch(r"([1-9][0-9]{0,3}) ?([mwd]?)", text.strip().lower())
    if found is None:
        raise UnknownStretchError(text)
    number, unit = int(found[1]), found[2]
    return number if unit in ("", "m") else timedelta(days=number * (DAYS_A_WEEK if unit == "w" else 1))


def reach(tables: booking.Tables, rulebook: Rulebook, as_of: date) -> Reach:
    """The days that are covered. Contracts are known to the end of the last period, invoices to their last day.

    Raises TooShortError where there are no rows.
    """
    column = "starts_on" if rulebook.basis == "contracts" else "dated_on"
    known = tables[rulebook.basis].select(pl.col(column).min().alias("first"), pl.col(column).max().alias("last"))
    first, last = known.row(0)
    if not isinstance(first, date) or not isinstance(last, date):
        raise TooShortError(f"the exports hold no {rulebook.basis}")
    if rulebook.basis == "contracts":
        return Reach(first, latest_period(tables, rulebook, as_of).end)
    return Reach(first, min(last, as_of) + DAY)


def chosen(asked: Asked, covered: Reach) -> tuple[list[date], Ahead]:
    """The days, the earliest first, and how far is looked ahead. Raises TooShortError where there is none."""
    if asked.split is not None:
        return [asked.split], _of_split(asked, asked.split, covered)
    lengths: tuple[Ahead, ...] = USUAL if asked.ahead is None else (asked.ahead,)
    for ahead in lengths:
        last = covered.last if isinstance(ahead, timedelta) else covered.last.replace(day=1)
        days = rolling.origins(covered.first, last, ahead, asked.origins)
        if days:
            return days[::-1], ahead
    raise TooShortError(
        f"the exports reach from {covered.first} to {covered.last - DAY}, and to look "
        f"{words(lengths[-1])} ahead as much again must lie before"
    )


def _of_split(asked: Asked, split: date, covered: Reach) -> Ahead:
    until = asked.until or (after(split, asked.ahead) if asked.ahead is not None else covered.last)
    if split <= covered.first:
        raise TooShortError(f"the exports begin on {covered.first}, and {split} must lie after that")
    if max(split + DAY, until) > covered.last:
        raise TooShortError(f"the exports end on {covered.last - DAY}, before {max(split, until)}")
    if asked.ahead is not None and asked.until is None:
        return asked.ahead
    months = month_number(until) - month_number(split)
    return months if months > 0 and after(split, months) == until else until - split


def since(asked: Asked, on: date) -> date | None:
    """The first day of the past that is used, None for all of it."""
    if asked.since is None or isinstance(asked.since, date):
        return asked.since
    return before(on, asked.since)
