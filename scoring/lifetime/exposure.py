"""How long was each account at risk of leaving, and did it leave? Counted in account-months."""

from datetime import date

import polars as pl

from scoring.days import months_back
from scoring.ledger.history import active
from scoring.ledger.paying import while_paying


def exposure(lines: pl.LazyFrame, end: date, suffix: str, reporting: str, months: int = 12) -> pl.LazyFrame:
    """Account-months at risk and losses in the months before `end`.

    One row per account that ever paid: account_id, `account_months{suffix}` (instants, a month apart,
    at which it paid), `losses{suffix}` (those at which it no longer paid a month later).
    """
    instants = [months_back(end, n) for n in range(months, -1, -1)]
    at = [active(t).any().alias(f"p{n}") for n, t in enumerate(instants)]
    flags = while_paying(lines, reporting, at)
    lost = [pl.col(f"p{n}") & ~pl.col(f"p{n + 1}") for n in range(months)]
    return flags.select(
        "account_id",
        pl.sum_horizontal([pl.col(f"p{n}") for n in range(months)]).cast(pl.Int64).alias(f"account_months{suffix}"),
        pl.sum_horizontal(lost).cast(pl.Int64).alias(f"losses{suffix}"),
    ).sort("account_id")
