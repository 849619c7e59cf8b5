"""Were healthy accounts asked and unhealthy ones not?"""

from itertools import pairwise

import polars as pl

from scoring.chance import drawn_at_least
from scoring.watch.looked import Looked
from scoring.watch.sign import SURE, Sign, counted, counts

LEAST_ASKED = 10
LEAST_UNASKED = 3
UNITS = {"account_id": pl.String(), "is_asked": pl.Boolean(), "is_ailing": pl.Boolean(), "manager_id": pl.String()}


def find(looked: Looked) -> pl.DataFrame:
    """Managers whose accounts that then left or shrank were asked less than their others, and than such elsewhere.

    A unit is an account in a quarter it paid throughout; what it did in the quarter after says how it was.
    """
    if looked.seen.tables["answers"].is_empty():
        return counts([])
    units = _units(looked)
    sums = units.group_by("manager_id").agg(pl.col("is_asked").sum(), pl.len())
    asked = {m: (n, of) for m, n, of in sums.iter_rows()}
    ailing = units.filter("is_ailing").with_columns((~pl.col("is_asked")).alias("is_case"))
    theirs = counted(ailing)
    unasked, whole = int(theirs["cases"].sum()), int(theirs["of"].sum())
    found = []
    for row in theirs.filter(pl.col("cases") >= LEAST_UNASKED).iter_rows(named=True):
        n, of = asked[row["manager_id"]]
        own = drawn_at_least(row["cases"], row["of"], of - n, of)
        elsewhere = drawn_at_least(row["cases"], row["of"], unasked, whole)
        if n >= LEAST_ASKED and (p := max(own, elsewhere)) <= SURE:
            found.append({**row, "usual": row["of"] * (of - n) / of, "p": p})
    return counts(found)


def _units(looked: Looked) -> pl.DataFrame:
    """Accounts that paid in a quarter and at its end: manager_id, account_id, `is_asked` in it, `is_ailing` after.

    Quarters in which nobody at all was asked say nothing.
    """
    answers = looked.seen.tables["answers"].with_columns(pl.coalesce("asked_on", "answered_on").alias("on"))
    rows = []
    for quarter, after in pairwise(looked.quarters):
        there = looked.paying(quarter.end).join(looked.paying(quarter.start), on="account_id", how="semi")
        later = looked.paying(after.end).rename({"level": "later"})
        asked = answers.filter(quarter.holds(pl.col("on"))).select("account_id").unique()
        if asked.is_empty():
            continue
        joined = there.join(later, on="account_id", how="left").join(
            asked.with_columns(pl.lit(value=True).alias("is_asked")), on="account_id", how="left"
        )
        rows.append(
            joined.select(
                "account_id",
                pl.lit(quarter.last_day).alias("on"),
                pl.col("is_asked").fill_null(value=False),
                (pl.col("later").fill_null(0) < pl.col("level")).alias("is_ailing"),
            )
        )
    return looked.held(pl.concat(rows)) if rows else pl.DataFrame(schema=UNITS)


SURVEY_SELECTION = Sign(
    "survey_selection",
    "{cases} of {of} accounts that left or shrank in the next quarter had not been asked in a survey; {usual} would "
    "be usual among all accounts of the book",
    ("answers.account_id", "answers.asked_on", "answers.answered_on", "contracts.amount", "ownership.manager_id"),
    find,
)
