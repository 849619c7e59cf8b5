"""How long do customers stay? The cohorts of a run, ready to be drawn."""

import polars as pl

from scoring.measure import COMPANY
from scoring.reports.charts.heat import Cohort, Heat


def heat_of(cohorts: pl.DataFrame, kind: str) -> Heat:
    """The cohorts of the company, the earliest first.

    `cohorts` as the run leaves them; `kind` is a column of it that `heat.KINDS` names.
    """
    rows = cohorts.filter(pl.col("grain") == COMPANY).sort("cohort", "age")
    ages = tuple(rows["age"].unique().sort())
    wide = rows.group_by("cohort", "accounts", "revenue", maintain_order=True).agg(kind)
    made = tuple(Cohort(name, accounts, revenue, tuple(values)) for name, accounts, revenue, values in wide.iter_rows())
    return Heat(kind, ages, made)
