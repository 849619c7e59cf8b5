"""How long do customers stay? The cohorts of a run, ready to be drawn."""

import polars as pl

from scoring.measure import COMPANY
from scoring.reports.charts.heat import Cohort, Heat


def heat_of(cohorts: pl.DataFrame, grain: str = COMPANY, of: str = COMPANY, kind: str = "logo") -> Heat:
    """The cohorts of the company or of a value of an attribute, the earliest first.

    `cohorts` as the run leaves them; `kind` is a column of it that `heat.KINDS` names.
    """
    rows = cohorts.filter((pl.col("grain") == grain) & (pl.col("id") == of)).sort("cohort", "age")
    ages = tuple(rows["age"].unique().sort())
    wide = rows.group_by("cohort", "accounts", "revenue", maintain_order=True).agg(kind)
    made = tuple(Cohort(name, accounts, revenue, tuple(values)) for name, accounts, revenue, values in wide.iter_rows())
    return Heat("all customers" if grain == COMPANY else of, kind, ages, made)
