"""Were accounts handed over just before they left, more often than hand-overs happen?"""

from datetime import timedelta

import polars as pl

from scoring.chance import counted_at_least
from scoring.credit.ownership import handed_over
from scoring.days import DAY
from scoring.money import RATE_SCALE
from scoring.notes.compared import LATE
from scoring.watch.looked import Looked
from scoring.watch.sign import SURE, Sign, counted, counts

LEAST = 2
_GOING = timedelta(days=31)
"""Whoever leaves the role hands everything over in the last days, which is no sign of anything."""


def find(looked: Looked) -> pl.DataFrame:
    """Managers who passed on more of the accounts that left than hand-overs, theirs or the company's, would give."""
    lost = looked.moves.filter(pl.col("kind") == "churn").group_by("account_id").agg(pl.col("moved_on").max())
    lost = lost.with_columns((pl.col("moved_on") - DAY).alias("gone_on"))
    passed = _passed(looked)
    on, gone = pl.col("handed_on"), pl.col("gone_on")
    late = passed.join(lost, on="account_id").filter(on <= gone, gone - on <= LATE)
    late = late.select("manager_id", "account_id", pl.lit(value=True).alias("is_case")).unique()
    had = looked.held(lost, "gone_on").select("manager_id", "account_id", pl.lit(value=False).alias("is_case"))
    units = pl.concat([late, had.join(late, on=["manager_id", "account_id"], how="anti").unique()])
    rates, usual = _rates(looked, passed, lost)
    found = []
    for row in counted(units).filter(pl.col("cases") >= LEAST).iter_rows(named=True):
        expected = row["of"] * LATE.days * max(rates.get(row["manager_id"], 0.0), usual)
        if (p := counted_at_least(row["cases"], expected)) <= SURE:
            found.append({**row, "usual": expected, "p": p})
    return counts(found)


def _passed(looked: Looked) -> pl.DataFrame:
    """Every hand-over from one manager to another, but by those who leave: manager_id, account_id, `handed_on`."""
    roles = looked.seen.tables["managers"].select("manager_id", pl.col("ends_on").alias("role_ends"))
    return (
        handed_over(looked.spans)
        .rename({"giver": "manager_id"})
        .join(roles, on="manager_id", how="left")
        .filter((pl.col("handed_on") < pl.col("role_ends") - _GOING).fill_null(value=True))
        .select("manager_id", "account_id", "handed_on")
        .unique()
    )


def _rates(looked: Looked, passed: pl.DataFrame, lost: pl.DataFrame) -> tuple[dict[str, float], float]:
    """How many of the accounts that stayed changed hands a day, by manager and in the company.

    The company's has one more, as none in a year does not mean never.
    """
    year = looked.year
    first, last = pl.max_horizontal("starts_on", pl.lit(year.start)), pl.min_horizontal("ends_on", pl.lit(year.end))
    stayed = looked.paying(year.end).join(lost, on="account_id", how="anti").select("account_id")
    held = looked.spans.join(stayed, on="account_id", how="semi")
    weighed = ((last - first).dt.total_days().clip(0) * pl.col("weight")).sum() / RATE_SCALE
    days = held.group_by("manager_id").agg(weighed.alias("days"))
    handed = passed.filter(year.holds(pl.col("handed_on"))).join(stayed, on="account_id", how="semi")
    both = days.join(handed.group_by("manager_id").len(), on="manager_id", how="left").filter(pl.col("days") > 0)
    both = both.with_columns(pl.col("len").fill_null(0))
    whole = float(both["days"].sort().sum())
    own = {m: n / d for m, d, n in both.select("manager_id", "days", "len").iter_rows()}
    return own, ((int(both["len"].sum()) + 1) / whole if whole else 1.0)


PASSED_ON_LATE = Sign(
    "passed_on_late",
    "{cases} of {of} accounts that left were handed over 45 days or less before; {usual} would be usual",
    ("ownership.manager_id", "ownership.starts_on", "ownership.ends_on", "contracts.ends_on", "managers.ends_on"),
    find,
)
