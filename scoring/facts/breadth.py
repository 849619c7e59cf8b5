"""How many products does each account have, at the start and at the end?"""

import polars as pl

SCHEMA = {"products_before": pl.Int64(), "products_after": pl.Int64()}
"""Products, by their names, that an account pays for at either end; null where no line names one."""


def products(lines: pl.LazyFrame, amount: str, before: pl.Expr, after: pl.Expr) -> pl.LazyFrame:
    """The products of each account whose lines name any: account_id and `SCHEMA`.

    `before` and `after` say which lines count then; only what is paid for does.
    """
    named = lines.filter(pl.col("product").is_not_null() & (pl.col(amount) > 0))
    ends = dict(zip(SCHEMA, (before, after), strict=True))
    held = named.group_by("account_id", "product").agg(counts.any().alias(name) for name, counts in ends.items())
    return held.group_by("account_id").agg(pl.col(name).sum().cast(pl.Int64) for name in ends).sort("account_id")
