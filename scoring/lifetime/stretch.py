"""How long is looked ahead? Whole months of the calendar, or so many days."""

from datetime import date, timedelta

from scoring.days import months_back

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
        return f"{ahead} month{'' if ahead == 1 else 's'}"
    if ahead.days % 7 == 0:
        return f"{ahead.days // 7} week{'' if ahead.days == 7 else 's'}"
    return f"{ahead.days} day{'' if ahead.days == 1 else 's'}"
