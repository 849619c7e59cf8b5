"""How long do customers stay, by when they came? Accounts by the quarter of their first revenue, quarter by quarter.

A cohort is the accounts whose first revenue falls in a fiscal quarter and that pay at its close (on invoices, whose
revenue of that quarter is above 0). Who came and was gone within one quarter is in no cohort. At age 0 stands the
close of the cohort's own quarter, at age 1 that of the next. All amounts are at the rate of the period's first day.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from scoring.book import attributes
from scoring.calendar import Calendar, Period
from scoring.days import DAY, Span
from scoring.ledger.currency import at_one_day, converted
from scoring.ledger.history import active
from scoring.ledger.paying import changes, spells
from scoring.measure import COMPANY, DIGITS
from scoring.money import MONEY, ratio
from scoring.rules import Rulebook

SCHEMA = {
    "grain": pl.String(),
    "id": pl.String(),
    "cohort": pl.String(),
    "accounts": pl.Int64(),
    "revenue": MONEY,
    "age": pl.Int64(),
    "logo": pl.Float64(),
    "gross": pl.Float64(),
    "net": pl.Float64(),
}
"""`accounts` and `revenue` of a cohort at age 0; of them, `age` quarters later: the part of the accounts that pay,
and of the revenue that is there, each account capped at its own (gross) or not (net). Null: the cohort is too young."""

KINDS = ("logo", "gross", "net")

_LARGEST = 400
"""Quarters that are looked back at: more than any export holds."""


def cohorts(
    lines: pl.LazyFrame, accounts: pl.DataFrame, rates: pl.DataFrame, rulebook: Rulebook, period: Period, as_of: date
) -> pl.DataFrame:
    """The cohort table of the company and of each value of the attributes the rules break figures down by.

    `lines` are those of the ledger. Quarters that are not over on `as_of`, or end after the period, are not looked
    at. As `SCHEMA`, sorted by grain, id, cohort and age; every cohort has a row for every age that any cohort has.
    `tier` is no such attribute: it is known of today's customers only, so that every tier would look loyal.
    """
    day, amount = ("starts_on", "monthly") if rulebook.basis == "contracts" else ("dated_on", "amount")
    until = min(period.end, as_of + DAY)
    paid = lines.filter((pl.col(amount) > 0) & (pl.col(day) < until))
    first_day = paid.select(pl.col(day).min()).collect().item()
    quarters = _quarters(first_day, until, rulebook) if isinstance(first_day, date) else []
    if not quarters:
        return pl.DataFrame(schema=SCHEMA)
    priced = at_one_day(lines, rates.lazy(), period.start, rulebook.currency).with_columns(converted(amount))
    is_standing = rulebook.basis == "contracts"
    firsts = _began(lines, rulebook.currency) if is_standing else _first_days(lines, day, amount)
    walked = _walked(priced, firsts.collect(), quarters, day, amount, is_standing=is_standing)
    known = attributes(accounts.lazy())
    names = known.collect_schema().names()
    kinds = [name for name in rulebook.breakdowns if name in names]
    by_account = walked.join(known.select("account_id", *kinds), on="account_id", how="left", validate="m:1").collect()
    tables = [_table(by_account.lazy(), grain, quarters) for grain in (COMPANY, *kinds)]
    return pl.concat(pl.collect_all(tables)).sort("grain", "id", "cohort", "age")


def _quarters(first_day: date, until: date, rulebook: Rulebook) -> list[Period]:
    """The quarters from that of the first day on which are over."""
    calendar = Calendar(rulebook.calendar.fiscal_year_starts, "quarter")
    last = calendar.latest_complete(until - DAY)
    back = [calendar.previous(last, n) for n in range(_LARGEST)]
    return [quarter for quarter in reversed(back) if quarter.end > first_day]


def _began(lines: pl.LazyFrame, reporting: str) -> pl.LazyFrame:
    """The day on which each account began to pay, by what its contracts and credits came to: account_id, `first_on`.

    Only a credit that is there when the first line begins can put it off.
    """
    firsts = _first_days(lines, "starts_on", "monthly").collect().lazy()
    granted = lines.filter(pl.col("monthly") < 0).select("account_id", "starts_on").join(firsts, on="account_id")
    free = granted.filter(pl.col("starts_on") <= pl.col("first_on")).select("account_id").unique().collect().lazy()
    paid = spells(changes(lines.join(free, on="account_id", how="semi"), reporting))
    began = paid.group_by(pl.col("account").alias("account_id")).agg(first_on=pl.col("began").min())
    return pl.concat([firsts.join(free, on="account_id", how="anti"), began])


def _first_days(lines: pl.LazyFrame, day: str, amount: str) -> pl.LazyFrame:
    """The day of the first line of each account that brings something: account_id, `first_on`."""
    return lines.filter(pl.col(amount) > 0).group_by("account_id").agg(pl.col(day).min().alias("first_on"))


def _walked(
    priced: pl.LazyFrame,
    firsts: pl.DataFrame,
    quarters: Sequence[Period],
    day: str,
    amount: str,
    *,
    is_standing: bool,
) -> pl.LazyFrame:
    """What each account of a cohort brought in each quarter from its first on.

    One row per account_id and quarter: `cohort` and `quarter` (places in `quarters`), `revenue` and `first`, its
    revenue at age 0.
    """
    counts = [active(q.end) if is_standing else Span(q.start, q.end).holds(pl.col(day)) for q in quarters]
    sums = (pl.col(amount).filter(held).sum().cast(MONEY).alias(str(n)) for n, held in enumerate(counts))
    born = pl.sum_horizontal([(pl.col("first_on") >= q.end).cast(pl.Int64) for q in quarters])
    places = firsts.lazy().select("account_id", born.alias("cohort"))
    wide = priced.group_by("account_id").agg(sums).join(places, on="account_id", validate="1:1")
    long = wide.unpivot(index=["account_id", "cohort"], variable_name="quarter", value_name="revenue").with_columns(
        pl.col("quarter").cast(pl.Int64), pl.max_horizontal("revenue", pl.lit(0).cast(MONEY)).cast(MONEY)
    )
    first = long.filter((pl.col("quarter") == pl.col("cohort")) & (pl.col("revenue") > 0))
    return long.filter(pl.col("quarter") >= pl.col("cohort")).join(
        first.select("account_id", pl.col("revenue").alias("first")), on="account_id", validate="m:1"
    )


def _table(walked: pl.LazyFrame, grain: str, quarters: Sequence[Period]) -> pl.LazyFrame:
    """The cohorts of each value of `grain`, at every age."""
    name = pl.lit(COMPANY) if grain == COMPANY else pl.col(grain).fill_null("(none)")
    revenue, first = pl.col("revenue"), pl.col("first")
    key = ["id", "cohort"]
    aged = walked.with_columns(name.alias("id"), (pl.col("quarter") - pl.col("cohort")).alias("age"))
    whole = aged.filter(pl.col("age") == 0).group_by(key).agg(
        pl.len().cast(pl.Int64).alias("accounts"), first.sum().cast(MONEY).alias("of")
    )  # fmt: skip
    found = aged.group_by(*key, "age").agg(
        ratio((revenue > 0).sum(), pl.len()).round_sig_figs(DIGITS).alias("logo"),
        ratio(pl.min_horizontal(revenue, first).sum(), first.sum()).round_sig_figs(DIGITS).alias("gross"),
        ratio(revenue.sum(), first.sum()).round_sig_figs(DIGITS).alias("net"),
    )
    ages = whole.select(pl.int_ranges(0, len(quarters) - pl.col("cohort").min()).alias("age")).explode("age")
    names = {n: q.name for n, q in enumerate(quarters)}
    return (
        whole.join(ages, how="cross")
        .join(found, on=[*key, "age"], how="left", validate="1:1")
        .with_columns(
            pl.lit(grain).alias("grain"),
            pl.col("cohort").replace_strict(names, return_dtype=pl.String),
            pl.col("of").alias("revenue"),
        )
        .select(*SCHEMA)
    )
