"""How long was each account at risk of leaving, and did it leave? Counted in account-months."""

from datetime import date

import polars as pl

from scoring.days import months_back
from scoring.ledger.history import active


def exposure(lines: pl.LazyFrame, end: date, suffix: str, months: int = 12) -> pl.LazyFrame:
    """Account-months at risk and losses in the months before `end`.

    One row per account with a paying line: account_id, `account_months{suffix}` (instants, a month apart,
    at which it paid), `losses{suffix}` (those at which it no longer paid a month later).
    """
    instants = [months_back(end, n) for n in range(months, -1, -1)]
    paying = lines.filter(pl.col("monthly") > 0)
    at = [active(t).any().alias(f"p{n}") for n, t in enumerate(instants)]
    flags = paying.group_by("account_id").agg(at)
    lost = [pl.col(f"p{n}") & ~pl.col(f"p{n + 1}") for n in range(months)]
    return flags.select(
        "account_id",
        pl.sum_horizontal([pl.col(f"p{n}") for n in range(months)]).cast(pl.Int64).alias(f"account_months{suffix}"),
        pl.sum_horizontal(lost).cast(pl.Int64).alias(f"losses{suffix}"),
    ).sort("account_id")
