"""Do contracts of a few weeks stand in recurring revenue at the ends of quarters?"""

from datetime import timedelta

import polars as pl

from scoring.days import DAY
from scoring.ledger.history import active
from scoring.watch.looked import Looked, marked
from scoring.watch.sign import Sign, against_company

SHORT = timedelta(days=31)
LEAST = 2
_OF_CONTRACTS = ("line_id", "account_id", "product", "starts_on", "ends_on", "cancelled_on", "renews")


def find(looked: Looked) -> pl.DataFrame:
    """Managers of more accounts than others with a contract of a few weeks at a quarter's end."""
    there = looked.lines.filter(pl.any_horizontal(active(q.end) for q in looked.quarters))
    standing = there.select("line_id", "account_id", "starts_on", "ends_on").collect()
    short = standing.join(_short(looked.seen.tables["contracts"].lazy(), standing), on="line_id", how="semi")
    at_ends = [
        short.filter(active(q.end)).select("account_id", pl.lit(q.last_day).alias("on")) for q in looked.quarters
    ]
    return against_company(marked(looked.books, looked.held(pl.concat(at_ends))), least_cases=LEAST)


def _short(contracts: pl.LazyFrame, among: pl.DataFrame) -> pl.DataFrame:
    """The lines of 31 days or less, or cancelled so soon, that neither follow nor are followed: line_id, of some only.

    A line followed at once by another of the same account and product is one of those billed month by month.
    """
    start, end = pl.col("starts_on"), pl.min_horizontal("ends_on", "cancelled_on")
    paid = contracts.filter(pl.col("amount") > 0)
    brief = paid.filter(end - start <= SHORT, end >= start).select(_OF_CONTRACTS)
    short = brief.join(among.lazy(), on="line_id", how="semi").collect()
    touching = [_near(short, "ends_on", paid, "starts_on"), _near(short, "starts_on", paid, "ends_on")]
    renewed = contracts.filter(pl.col("renews").is_not_null()).select(pl.col("renews").alias("line_id")).collect()
    alone = short.join(pl.concat(touching), on="line_id", how="anti").join(renewed, on="line_id", how="anti")
    return alone.filter(pl.col("renews").is_null()).select("line_id")


def _near(lines: pl.DataFrame, day: str, others: pl.LazyFrame, their_day: str) -> pl.DataFrame:
    """Those of the lines within a day of whose day another one of the account and product has its own: line_id.

    They are joined by the day: a product that is billed by the month has many lines, and each with each are too many.
    """
    key = ["account_id", "product", "near"]
    around = [lines.select("line_id", *key[:2], (pl.col(day) + n * DAY).alias("near")) for n in (-1, 0, 1)]
    days = pl.concat(around).drop_nulls("near")
    first, last = (pl.lit(end) for end in (days["near"].min(), days["near"].max()))
    theirs = others.filter(pl.col(their_day).is_between(first, last)).select(
        *key[:2], pl.col(their_day).alias("near"), pl.col("line_id").alias("other")
    )
    both = days.lazy().join(theirs, on=key, nulls_equal=True)
    return both.filter(pl.col("line_id") != pl.col("other")).select("line_id").unique().collect()


ONE_OFF_AS_RECURRING = Sign(
    "one_off_as_recurring",
    "{cases} of {of} accounts had a contract of 31 days or less, not renewed, that counted as recurring at the end of "
    "a quarter; {usual} would be usual",
    ("contracts.starts_on", "contracts.ends_on", "contracts.cancelled_on", "contracts.renews", "ownership.manager_id"),
    find,
)
