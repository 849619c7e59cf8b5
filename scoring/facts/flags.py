"""Which definition of a rate holds? The rulebook's choices as columns of the book, alike on all rows of an account."""

import polars as pl

RETURN_COUNTS = "return_counts"
RETURN_IS_NO_WIN = "return_is_no_win"
CONTRACTION_FORGIVEN = "contraction_forgiven"
STAYS_FREE = "stays_free"
FLAGS = (RETURN_COUNTS, RETURN_IS_NO_WIN, CONTRACTION_FORGIVEN, STAYS_FREE)
"""Yes or no, and no figures: explanations do not list them."""


def flags(
    *, returns_retained: bool, forgives_contraction: bool, free_stays: bool, returns_unwon: bool
) -> dict[str, pl.Expr]:
    """Flag to the expression of it over the book, which has `has_returned` or `is_free` where a choice needs it.

    No flags at all where every choice is the usual one.
    """
    if not (returns_retained or forgives_contraction or free_stays or returns_unwon):
        return {}
    no = pl.lit(value=False)
    returned = pl.col("has_returned").fill_null(value=False)
    return {
        RETURN_COUNTS: returned if returns_retained else no,
        RETURN_IS_NO_WIN: returned if returns_unwon else no,
        CONTRACTION_FORGIVEN: pl.lit(forgives_contraction),
        STAYS_FREE: pl.col("is_free").fill_null(value=False) if free_stays else no,
    }
