"""What was known when a day was over?"""

from datetime import date

import polars as pl

from scoring.calendar import Calendar
from scoring.days import DAY
from scoring.errors import Problem, Severity
from scoring.tables import Tables


def known_by(tables: Tables, as_of: date, calendar: Calendar) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """The tables as they were known when the day `as_of` of the calendar was over, and a note for each that knew less.

    Only rows that say when they were recorded can be later; the others count as known.
    """
    until = calendar.begins(as_of + DAY)
    made, notes = {}, []
    for name, frame in tables.items():
        is_later = pl.col("recorded_at") >= until
        later = int(frame.select(is_later.sum()).item())
        if later:
            rows, left = ("1 row was", "is") if later == 1 else (f"{later:,} rows were", "are")
            what = f"{rows} recorded after {as_of} and {left} left out"
            notes.append(Problem(what, table=name, severity=Severity.NOTE))
        made[name] = frame.filter(~is_later.fill_null(value=False)) if later else frame
    return made, notes
