"""Do customers use what they bought? Signs of use as a score of the account, 0 to 100, and how much was known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from scoring.money import from_units, ratio

Missing = Literal["reweight", "neutral", "zero"]

SCHEMA = {"engagement_score": pl.Decimal(18, 4), "engagement_coverage": pl.Decimal(18, 4)}
"""What is known of an account: the score, 0 to 100, and the part of the weight behind it, 0 to 1."""

_NEUTRAL = {"neutral": 0.5, "zero": 0.0}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of use, as the rulebook's inputs name it."""

    kind: str
    take: Literal["last", "mean", "sum", "count"]
    window_days: int
    lo: float
    hi: float
    weight: float
    expires_days: int | None = None


def engagement(
    accounts: pl.LazyFrame,
    activities: pl.LazyFrame,
    signs: Sequence[Sign],
    missing: Missing,
    until: date,
    first_days: Mapping[str, date],
) -> pl.LazyFrame:
    """The score of each account on the day before `until`, to four decimals.

    `first_days` says from which day on there is anything of a kind, of whatever account. One row per account:
    account_id and `SCHEMA`. The score is null where all signs are missing and the others are to carry their weight.
    """
    kinds = sorted({sign.kind for sign in signs})
    told = activities.filter(pl.col("kind").is_in(kinds) & (pl.col("dated_on") < until))
    found = (
        told.sort("dated_on", "recorded_at", "origin_file", "origin_row", nulls_last=False)
        .group_by("account_id", maintain_order=True)
        .agg(_taken(sign, until).alias(f"sign_{n}") for n, sign in enumerate(signs))
    )
    rows = accounts.select("account_id").join(found, on="account_id", how="left", validate="1:1")
    known = [sign.kind in first_days and first_days[sign.kind] < until for sign in signs]
    parts = [_part(n, sign, is_known=is_known) for n, (sign, is_known) in enumerate(zip(signs, known, strict=True))]
    both = list(zip(parts, signs, strict=True))
    there = pl.sum_horizontal(pl.when(p.is_not_null()).then(s.weight).otherwise(0.0) for p, s in both)
    reached = pl.sum_horizontal((p * s.weight).fill_null(0.0) for p, s in both)
    whole = sum(sign.weight for sign in signs)
    if missing == "reweight":
        score = ratio(reached, there)
    else:
        score = ratio(reached + (pl.lit(whole) - there) * _NEUTRAL[missing], whole)
    return rows.select(
        "account_id",
        _to_money(score * 100).alias("engagement_score"),
        _to_money(ratio(there, whole)).alias("engagement_coverage"),
    )


def _taken(sign: Sign, until: date) -> pl.Expr:
    """The sign's number for an account, of its rows in order of days; null where it is missing or expired."""
    day, value = pl.col("dated_on"), pl.col("value").cast(pl.Float64)
    fresh = until - timedelta(days=sign.expires_days or sign.window_days)
    inside = (pl.col("kind") == sign.kind) & (day >= until - timedelta(days=sign.window_days))
    if sign.take == "count":
        return pl.when((inside & (day >= fresh)).any()).then(inside.sum()).cast(pl.Float64)
    values = value.filter(inside & value.is_not_null())
    is_fresh = (inside & value.is_not_null() & (day >= fresh)).any()
    number = {"last": values.last(), "mean": values.mean(), "sum": values.sum()}[sign.take]
    return pl.when(is_fresh).then(number)


def _part(n: int, sign: Sign, *, is_known: bool) -> pl.Expr:
    """The sign as a part of 1; null where it is missing. An account without a row of a kind that is known has 0."""
    number = pl.col(f"sign_{n}")
    if sign.take == "count" and is_known:
        number = number.fill_null(0.0)
    elif sign.take == "count":
        number = pl.lit(None, dtype=pl.Float64)
    return ratio(number - sign.lo, sign.hi - sign.lo).clip(0.0, 1.0)


def _to_money(number: pl.Expr) -> pl.Expr:
    return from_units((number * 10_000).round().cast(pl.Int64))
