"""Do contracts of a few weeks stand in recurring revenue at the ends of quarters?"""

from datetime import timedelta

import polars as pl

from scoring.ledger.history import active
from scoring.watch.looked import DAY, Looked, marked
from scoring.watch.sign import Sign, against_company

SHORT = timedelta(days=31)
LEAST = 2
_OF_CONTRACTS = ("line_id", "account_id", "product", "amount", "starts_on", "ends_on", "cancelled_on", "renews")


def find(looked: Looked) -> pl.DataFrame:
    """Managers of more accounts than others with a contract of a few weeks at a quarter's end."""
    there = looked.lines.filter(pl.any_horizontal(active(q.end) for q in looked.quarters)).select("line_id")
    short = looked.lines.join(_short(looked.seen.tables["contracts"], there), on="line_id", how="semi")
    standing = [
        short.filter(active(q.end)).select("account_id", pl.lit(q.end - DAY).alias("on")) for q in looked.quarters
    ]
    return against_company(marked(looked.books, looked.held(pl.concat(standing))), least_cases=LEAST)


def _short(contracts: pl.DataFrame, among: pl.DataFrame) -> pl.DataFrame:
    """The lines of 31 days or less, or cancelled so soon, that neither follow nor are followed: line_id, of some only.

    A line followed at once by another of the same account and product is one of those billed month by month.
    """
    start, end = pl.col("starts_on"), pl.min_horizontal("ends_on", "cancelled_on")
    paid = contracts.select(_OF_CONTRACTS).filter(pl.col("amount") > 0)
    short = paid.filter(end - start <= SHORT, end >= start).join(among, on="line_id", how="semi")
    touching = [_near(short, "ends_on", paid, "starts_on"), _near(short, "starts_on", paid, "ends_on")]
    renewed = contracts.filter(pl.col("renews").is_not_null()).select(pl.col("renews").alias("line_id"))
    alone = short.join(pl.concat(touching), on="line_id", how="anti").join(renewed, on="line_id", how="anti")
    return alone.filter(pl.col("renews").is_null()).select("line_id")


def _near(lines: pl.DataFrame, day: str, others: pl.DataFrame, their_day: str) -> pl.DataFrame:
    """Those of the lines within a day of whose day another one of the account and product has its own: line_id.

    They are joined by the day: a product that is billed by the month has many lines, and each with each are too many.
    """
    key = ["account_id", "product", "near"]
    days = pl.concat([lines.select("line_id", *key[:2], (pl.col(day) + n * DAY).alias("near")) for n in (-1, 0, 1)])
    theirs = others.select(*key[:2], pl.col(their_day).alias("near"), pl.col("line_id").alias("other"))
    both = days.drop_nulls("near").join(theirs, on=key, nulls_equal=True)
    return both.filter(pl.col("line_id") != pl.col("other")).select("line_id")


ONE_OFF_AS_RECURRING = Sign(
    "one_off_as_recurring",
    "{cases} of {of} accounts had a contract of 31 days or less, not renewed, that counted as recurring at the end of "
    "a quarter; {usual} would be usual",
    "accounts paying at the ends of the year's quarters, against the company's rate of short contracts",
    ("contracts.starts_on", "contracts.ends_on", "contracts.cancelled_on", "contracts.renews", "ownership.manager_id"),
    find,
)
