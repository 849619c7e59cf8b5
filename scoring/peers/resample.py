"""How much would a figure move with other accounts? The book with a tenth of each manager's accounts left out.

A delete-a-group jackknife: no random numbers, and whatever is computed from the book, a whole score
included, gets a range in the same way. Miller 1974, "The jackknife: a review"; see docs/decisions.md.
"""

import polars as pl

from scoring.ledger.bridge import IN_LEDGER

GROUPS = 10
WHOLE = -1
"""The replica in which nothing is left out."""

LEAST_GROUPS = 4
"""From fewer groups nothing is said of the noise."""

PRIOR_ACCOUNTS = 20
"""How many accounts' worth of the peers' common noise is mixed into each manager's own."""


def replicas(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of the book once whole and once for each tenth of a manager's accounts that is left out.

    Adds `replica`: WHOLE, or the number of the tenth that is missing. An account's tenth is its place among
    the manager's accounts by id, counted in turn: first those that the manager answers for, as it is their number
    that errors are worked out from, and last those that are there only because more is asked than scores need.
    """
    order = [pl.col("share") <= 0, ~IN_LEDGER, pl.col("account_id")]
    place = pl.int_range(pl.len()).over("manager_id", order_by=order)
    numbers = pl.LazyFrame({"replica": [WHOLE, *range(GROUPS)]}, schema={"replica": pl.Int64})
    return (
        rows.with_columns((place % GROUPS).alias("tenth"))
        .join(numbers, how="cross")
        .filter(pl.col("replica") != pl.col("tenth"))
        .drop("tenth")
    )


def spread(figures: pl.LazyFrame, accounts: pl.LazyFrame, column: str, *, by: tuple[str, ...] = ()) -> pl.LazyFrame:
    """The standard error of a figure of each manager.

    `figures` has manager_id, replica, the column, and what `by` names (a rule, say); `accounts` manager_id and
    n, the accounts behind the figure. One row per manager (and `by`): `error` in the figure's unit, and
    `freedom`, the degrees of freedom behind it (Satterthwaite 1946, the common noise taken as known); none
    where fewer than four groups have a figure. The noise of one account is estimated from the manager
    and, with a weight of PRIOR_ACCOUNTS, from all managers together, so that a small flat book does not look
    certain.
    """
    keys = ["manager_id", *by]
    groups = pl.min_horizontal("n", pl.lit(GROUPS))
    left_out = figures.filter(pl.col("replica") != WHOLE).join(accounts, on="manager_id", validate="m:1")
    counted = left_out.filter((pl.col("replica") < groups) & pl.col(column).is_not_null())
    own = (
        counted.sort(*keys, "replica")  # sums of binary fractions depend on their order
        .group_by(keys)
        .agg(
            pl.len().alias("groups"),
            pl.col("n").first(),
            (pl.col(column).var(ddof=0) * (pl.len() - 1)).alias("variance"),
        )
        .sort(keys)
    )
    known = own.filter(pl.col("groups") >= LEAST_GROUPS).with_columns(
        (pl.col("variance") * pl.col("n")).alias("per_account")
    )
    pooled = (pl.col("per_account") * pl.col("n")).sum() / pl.col("n").sum()
    common = pooled.over(by) if by else pooled
    own_part = pl.col("n") / (pl.col("n") + PRIOR_ACCOUNTS)
    mixed = pl.col("per_account") * own_part + common * (1 - own_part)
    return known.select(
        *keys,
        (mixed / pl.col("n")).sqrt().alias("error"),
        ((pl.col("groups").cast(pl.Float64) - 1) / own_part.pow(2)).alias("freedom"),
    ).sort(keys)
