"""How long is looked ahead? Whole months of the calendar, or so many days."""

from datetime import date, timedelta

from scoring.days import months_back
from scoring.plurals import many

Ahead = int | timedelta
"""Months, or where it is a timedelta days."""


def after(day: date, ahead: Ahead) -> date:
    """The day so far after the day."""
    return months_back(day, -ahead) if isinstance(ahead, int) else day + ahead


def before(day: date, ahead: Ahead) -> date:
    """The day so far before the day."""
    return months_back(day, ahead) if isinstance(ahead, int) else day - ahead


def words(ahead: Ahead) -> str:
    """As people say it: 12 months, 39 weeks, 100 days."""
    if isinstance(ahead, int):
        return many(ahead, "month")
    if ahead.days % 7 == 0:
        return many(ahead.days // 7, "week")
    return many(ahead.days, "day")
