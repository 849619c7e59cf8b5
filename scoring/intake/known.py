"""What was known when a day was over?"""

from datetime import date

import polars as pl

from scoring.calendar import Calendar
from scoring.days import DAY
from scoring.errors import Problem, Severity
from scoring.tables import COUNTS_ON, Tables

HAPPENED = ("invoices", "answers", "activities", "milestones")
"""Tables of what has happened when it is told, other than contracts, which are signed before they begin."""


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


def ahead(tables: Tables, as_of: date) -> list[Problem]:
    """A warning for each file that tells of what had not happened when the day was over; its first row is named."""
    made = []
    for name in HAPPENED:
        frame, day = tables[name], COUNTS_ON[name]
        later = frame.filter((pl.col(day) > as_of) & pl.col("recorded_at").is_null()).sort("origin_file", "origin_row")
        for (file,), rows in later.group_by("origin_file", maintain_order=True):
            many = "1 row is" if rows.height == 1 else f"{rows.height:,} rows are"
            what = f"{many} dated after the as-of day {as_of}, the first"
            remedy = "correct the day, or leave out what has not happened yet"
            place = (str(file), rows["origin_row"][0], day, str(rows[day][0]), name)
            made.append(Problem(what, remedy, *place, Severity.WARNING))
    return made
