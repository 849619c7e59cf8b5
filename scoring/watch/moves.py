"""Did accounts leave and come back soon, and does growth come in the last days of quarters?"""

from datetime import timedelta

import polars as pl

from scoring.days import DAY
from scoring.ledger.movements import LOSSES
from scoring.watch.looked import Looked
from scoring.watch.sign import Sign, against_company

BACK = 90
"""Days within which whoever left and comes back had perhaps not gone."""
LAST_DAYS = timedelta(days=5)
TAKEN_BACK = timedelta(days=30)
LEAST_RETURNS, LEAST_LATE, LEAST_GAINS = 2, 3, 8
KEY = ["manager_id", "account_id"]


def returned(looked: Looked) -> pl.DataFrame:
    """Managers of more accounts than others that left and came back soon with the same product, as a gain."""
    moves = looked.moves
    lost = moves.filter(pl.col("kind") == "churn").with_columns((pl.col("moved_on") - DAY).alias("on"))
    had = looked.held(lost.select("account_id", "moved_on", "on")).rename({"moved_on": "left_on"})
    came = moves.filter(pl.col("kind").is_in(["new", "reactivation"]), pl.col("gap_days") <= BACK)
    back = looked.held(came.select("account_id", pl.col("moved_on").alias("back_on")), "back_on")
    ends, starts = (
        looked.lines.filter(looked.year.holds(pl.col(day))).select("account_id", "product", pl.col(day).alias(name))
        for day, name in (("ends_on", "left_on"), ("starts_on", "back_on"))
    )
    pairs = (
        had.lazy()
        .join(back.lazy(), on=KEY)
        .filter(pl.col("back_on") > pl.col("left_on"), pl.col("back_on") - pl.col("left_on") <= timedelta(days=BACK))
        .join(ends, on=["account_id", "left_on"])
        .join(starts, on=["account_id", "back_on", "product"], how="semi", nulls_equal=True)
        .collect()
    )
    units = (
        had.select(KEY)
        .unique()
        .join(pairs.select(*KEY, pl.lit(value=True).alias("is_case")).unique(), on=KEY, how="left")
    )
    return against_company(units.with_columns(pl.col("is_case").fill_null(value=False)), least_cases=LEAST_RETURNS)


def late_gains(looked: Looked) -> pl.DataFrame:
    """Managers of whose growth more than of others' falls into the last days of quarters."""
    gains = looked.moves.filter(pl.col("kind").is_in(["new", "expansion"]))
    gains = gains.with_columns(looked.next_quarter("moved_on").alias("closes_on"))
    late = (pl.col("closes_on") - pl.col("moved_on") <= LAST_DAYS).alias("is_case")
    units = looked.held(gains.select("account_id", "moved_on", "closes_on", late), "moved_on")
    found = against_company(units, least_cases=LEAST_LATE, least=LEAST_GAINS)
    shrunk = looked.moves.filter(pl.col("kind").is_in(LOSSES)).select("account_id", pl.col("moved_on").alias("back_on"))
    soon = (pl.col("back_on") >= pl.col("closes_on")) & (pl.col("back_on") - pl.col("closes_on") < TAKEN_BACK)
    taken = units.filter("is_case").join(shrunk, on="account_id").filter(soon)
    undone = taken.group_by("manager_id").agg(pl.col("account_id").n_unique().alias("undone"))
    words = pl.format(" Of these accounts {} shrank again in the 30 days after the quarter.", "undone")
    told = found.join(undone, on="manager_id", how="left", maintain_order="left")
    return told.with_columns(words.fill_null("").alias("further")).select(found.columns)


CHURN_AND_RETURN = Sign(
    "churn_and_return",
    "{cases} of {of} accounts that left came back within 90 days with the same product and counted as a gain again; "
    "{usual} would be usual",
    ("contracts.product", "contracts.starts_on", "contracts.ends_on", "ownership.manager_id"),
    returned,
)
QUARTER_END_TIMING = Sign(
    "quarter_end_timing",
    "{cases} of {of} expansions and new accounts of the year began in the last 5 days of a quarter; {usual} would be "
    "usual",
    ("contracts.starts_on", "contracts.ends_on", "contracts.amount", "ownership.manager_id"),
    late_gains,
)
