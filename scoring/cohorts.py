"""How long do customers stay, by when they came? Accounts by the quarter of their first revenue, quarter by quarter.

A cohort is the accounts whose first revenue falls in a fiscal quarter and that pay at its close (on invoices, whose
revenue of that quarter is above 0). Who came and was gone within one quarter is in no cohort. At age 0 stands the
close of the cohort's own quarter, at age 1 that of the next. All amounts are at the rate of the period's first day.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from scoring.book import attributes, kind_column
from scoring.calendar import Calendar, Period
from scoring.days import DAY, Span
from scoring.ledger.currency import at_one_day, converted
from scoring.ledger.history import active
from scoring.ledger.paying import bought, changes, spells
from scoring.measure import COMPANY, DIGITS
from scoring.money import MONEY, ratio
from scoring.rules import Rulebook
from scoring.tables import UNNAMED

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
    firsts = (_began if is_standing else _bought)(lines, rulebook.currency)
    wide = _wide(priced, firsts.collect(), quarters, day, amount, is_standing=is_standing)
    known = attributes(accounts.lazy())
    names = known.collect_schema().names()
    kinds = [name for name in rulebook.breakdowns if name in names]
    named = known.select("account_id", *(pl.col(kind).cast(pl.String).alias(kind_column(kind)) for kind in kinds))
    told = wide.join(named, on="account_id", how="left", validate="m:1")
    sums = _summed(told, [kind_column(kind) for kind in kinds], len(quarters)).collect()
    tables = [_table(sums.lazy(), grain, quarters) for grain in (COMPANY, *kinds)]
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


def _bought(lines: pl.LazyFrame, reporting: str) -> pl.LazyFrame:
    """The day on which each account first bought for more than was credited that day: account_id, `first_on`."""
    firsts = _first_days(lines, "dated_on", "amount").collect().lazy()
    back = lines.filter(pl.col("amount") < 0).select("account_id", first_on="dated_on")
    doubtful = firsts.join(back, on=["account_id", "first_on"], how="semi").select("account_id").collect().lazy()
    days = bought(lines.join(doubtful, on="account_id", how="semi"), reporting)
    began = days.group_by("account_id").agg(first_on=pl.col("dated_on").min())
    return pl.concat([firsts.join(doubtful, on="account_id", how="anti"), began])


def _first_days(lines: pl.LazyFrame, day: str, amount: str) -> pl.LazyFrame:
    """The day of the first line of each account that brings something: account_id, `first_on`."""
    return lines.filter(pl.col(amount) > 0).group_by("account_id").agg(pl.col(day).min().alias("first_on"))


def _wide(
    priced: pl.LazyFrame,
    firsts: pl.DataFrame,
    quarters: Sequence[Period],
    day: str,
    amount: str,
    *,
    is_standing: bool,
) -> pl.LazyFrame:
    """What each account brought in each quarter, nothing below 0.

    One row per account_id: `cohort`, its place in `quarters`, and a column for each of these under its place.
    """
    counts = [active(q.end) if is_standing else Span(q.start, q.end).holds(pl.col(day)) for q in quarters]
    sums = (pl.col(amount).filter(held).sum() for held in counts)
    brought = (pl.max_horizontal(s, pl.lit(0).cast(MONEY)).cast(MONEY).alias(str(n)) for n, s in enumerate(sums))
    born = pl.sum_horizontal([(pl.col("first_on") >= q.end).cast(pl.Int64) for q in quarters])
    places = firsts.lazy().select("account_id", born.alias("cohort"))
    return priced.group_by("account_id").agg(brought).join(places, on="account_id", validate="1:1")


def _summed(wide: pl.LazyFrame, kinds: Sequence[str], count: int) -> pl.LazyFrame:
    """What the accounts of cohorts came to together in each of so many quarters: few rows, whatever there are of them.

    One row for each quarter, cohort and mixture of kinds: its `accounts`, those that are `paying`, their `revenue`,
    what of it is not above their own at age 0 (`capped`), and the sum of these (`first`).
    """
    places, first = [str(n) for n in range(count)], pl.col("first")
    began = pl.coalesce(pl.when(pl.col("cohort") == n).then(pl.col(place)) for n, place in enumerate(places))
    paid = wide.with_columns(began.alias("first")).filter(first > 0)
    walked = paid.group_by(*kinds, "cohort").agg(
        pl.len().cast(pl.Int64).alias("accounts"), first.sum(), *(_added(place) for place in places)
    )
    long = walked.unpivot(places, index=[*kinds, "cohort", "accounts", "first"], variable_name="quarter")
    placed = long.unnest("value").with_columns(pl.col("quarter").cast(pl.Int64))
    return placed.filter(pl.col("quarter") >= pl.col("cohort"))


def _added(place: str) -> pl.Expr:
    """What accounts came to together in the quarter of that place."""
    revenue = pl.col(place)
    capped = pl.min_horizontal(revenue, "first").sum()
    paying = (revenue > 0).sum().cast(pl.Int64)
    return pl.struct(paying=paying, revenue=revenue.sum(), capped=capped).alias(place)


def _table(sums: pl.LazyFrame, grain: str, quarters: Sequence[Period]) -> pl.LazyFrame:
    """The cohorts of each value of `grain`, at every age; `sums` as `_summed`."""
    name = pl.lit(COMPANY) if grain == COMPANY else pl.col(kind_column(grain)).fill_null(UNNAMED)
    key = ["id", "cohort"]
    aged = sums.with_columns(name.alias("id"), (pl.col("quarter") - pl.col("cohort")).alias("age"))
    added = aged.group_by(*key, "age").agg(pl.col("accounts", "paying", "revenue", "capped", "first").sum())
    whole = added.filter(pl.col("age") == 0).select(*key, "accounts", pl.col("first").cast(MONEY).alias("of"))
    parts = {"logo": ("paying", "accounts"), "gross": ("capped", "first"), "net": ("revenue", "first")}
    rates = (ratio(pl.col(n), pl.col(d)).round_sig_figs(DIGITS).alias(kind) for kind, (n, d) in parts.items())
    found = added.select(*key, "age", *rates)
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
