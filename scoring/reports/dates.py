"""How is a day printed? As 30 Jun 2026, the same on every machine."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=1024)
def day(text: str) -> str:
    """An ISO date in words; whatever else it is, as it stands."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def window(first: str, last: str) -> str:
    """Both days of a window and what lies between, as 1 Apr 2026 to 30 Jun 2026."""
    return f"{day(first)} to {day(last)}"


def moment(at: datetime, zone: str) -> str:
    """An instant as clocks of the zone show it: Mon 30 Nov 2026, 07:00."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{_DAYS[here.weekday()]} {here.day} {_MONTHS[here.month - 1]} {here.year}, {here:%H:%M}"
