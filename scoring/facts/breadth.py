"""How many products does each account have, at the start and at the end?"""

import polars as pl

SCHEMA = {"products_before": pl.Int64(), "products_after": pl.Int64()}
"""Products, by their names, that an account pays for at either end; null where no line names one."""


def products(lines: pl.LazyFrame, amount: str, before: pl.Expr, after: pl.Expr, reporting: str) -> pl.LazyFrame:
    """The products of each account whose lines name any: account_id and `SCHEMA`.

    `before` and `after` say which lines count then. Only what is paid for does, in some currency (`reporting` where a
    line names none): what was returned or credited as a whole is not.
    """
    named = lines.filter(pl.col("product").is_not_null())
    ends = dict(zip(SCHEMA, (before, after), strict=True))
    sums = named.group_by("account_id", "product", pl.col("currency").fill_null(reporting)).agg(
        pl.col(amount).filter(counts).sum().alias(name) for name, counts in ends.items()
    )
    held = sums.group_by("account_id", "product").agg((pl.col(name) > 0).any() for name in ends)
    return held.group_by("account_id").agg(pl.col(name).sum().cast(pl.Int64) for name in ends).sort("account_id")
