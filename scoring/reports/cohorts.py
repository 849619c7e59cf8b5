"""How long do customers stay? The cohorts of a run, ready to be drawn."""

from collections.abc import Sequence

import polars as pl

from scoring.measure import COMPANY
from scoring.reports.charts.heat import Cohort, Heat

YEARLY = (0, 1, 2, 3, 4, 8, 12, 16, 20, 24)
"""Ages for a narrow place: the quarters of the first year, then its anniversaries."""


def heat_of(
    cohorts: pl.DataFrame,
    grain: str = COMPANY,
    of: str = COMPANY,
    kind: str = "logo",
    *,
    ages: Sequence[int] | None = None,
) -> Heat:
    """The cohorts of the company or of a value of an attribute, the earliest first.

    `cohorts` as the run leaves them; `kind` is a column of it that `heat.KINDS` names. `ages` are those that are
    shown, as far as there are cohorts so old; without them all.
    """
    rows = cohorts.filter((pl.col("grain") == grain) & (pl.col("id") == of)).sort("cohort", "age")
    there = rows["age"].unique().sort().to_list()
    shown = tuple(age for age in there if ages is None or age in ages)
    wide = (
        rows.filter(pl.col("age").is_in(shown))
        .group_by("cohort", "accounts", "revenue", maintain_order=True)
        .agg(pl.col(kind))
    )
    made = tuple(Cohort(name, accounts, revenue, tuple(values)) for name, accounts, revenue, values in wide.iter_rows())
    return Heat("all customers" if grain == COMPANY else of, kind, shown, made)
