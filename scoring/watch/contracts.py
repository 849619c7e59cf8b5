"""Do contracts of a few weeks stand in recurring revenue at the ends of quarters?"""

from datetime import timedelta

import polars as pl

from scoring.ledger.history import active
from scoring.watch.looked import DAY, Looked, marked
from scoring.watch.sign import Sign, against_company

SHORT = timedelta(days=31)
LEAST = 2


def find(looked: Looked) -> pl.DataFrame:
    """Managers of more accounts than others with a contract of a few weeks at a quarter's end."""
    short = looked.lines.join(_short(looked.seen.tables["contracts"]), on="line_id", how="semi")
    standing = [
        short.filter(active(q.end)).select("account_id", pl.lit(q.end - DAY).alias("on")) for q in looked.quarters
    ]
    return against_company(marked(looked.books, looked.held(pl.concat(standing))), least_cases=LEAST)


def _short(contracts: pl.DataFrame) -> pl.DataFrame:
    """The lines of 31 days or less, or cancelled so soon, that neither follow nor are followed: line_id.

    A line followed at once by another of the same account and product is one of those billed month by month.
    """
    start, end = pl.col("starts_on"), pl.min_horizontal("ends_on", "cancelled_on")
    paid = contracts.filter(pl.col("amount") > 0)
    short = paid.filter(end - start <= SHORT, end >= start)
    key = ["account_id", "product"]
    others = paid.select(*key, pl.col("line_id").alias("other"), start.alias("from"), pl.col("ends_on").alias("until"))
    near = timedelta(days=1)
    touching = (
        short.join(others, on=key, nulls_equal=True)
        .filter(pl.col("line_id") != pl.col("other"))
        .filter(
            ((pl.col("from") - pl.col("ends_on")).abs() <= near).fill_null(value=False)
            | ((start - pl.col("until")).abs() <= near).fill_null(value=False)
        )
    )
    renewed = contracts.filter(pl.col("renews").is_not_null()).select(pl.col("renews").alias("line_id"))
    alone = short.join(touching, on="line_id", how="anti").join(renewed, on="line_id", how="anti")
    return alone.filter(pl.col("renews").is_null()).select("line_id")


ONE_OFF_AS_RECURRING = Sign(
    "one_off_as_recurring",
    "{cases} of {of} accounts had a contract of 31 days or less, not renewed, that counted as recurring at the end of "
    "a quarter; {usual} would be usual",
    "accounts paying at the ends of the year's quarters, against the company's rate of short contracts",
    ("contracts.starts_on", "contracts.ends_on", "contracts.cancelled_on", "contracts.renews", "ownership.manager_id"),
    find,
)
