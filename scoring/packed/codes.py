"""What kind of line is it? The code in the middle of a key: a credit, or a paying line on a rung or on none."""

import polars as pl

from scoring.packed.keys import CODES

MOST_RUNGS = CODES // 2 - 2

CREDIT = 0
"""Lines below 0: they lower revenue, but nobody pays by them, and they are on no rung."""


def code(value: pl.Expr, rung: pl.Expr, is_over: pl.Expr) -> pl.Expr:
    """The code of a line: `CREDIT`, else 1 and 2 for no rung, 3 and 4 for rung 0, and so on.

    The even one is of a line whose renewal nobody waits for.
    """
    return pl.when(value < 0).then(CREDIT).otherwise(2 * (rung.fill_null(-1) + 1) + 1 + is_over.cast(pl.Int64))


def codes_of_rung(rung: int) -> tuple[int, int]:
    """Both codes of lines on a rung."""
    return 2 * (rung + 1) + 1, 2 * (rung + 1) + 2


def is_paying(codes: pl.Expr) -> pl.Expr:
    """Whether lines of the code are paid for."""
    return codes != CREDIT


def is_over(codes: pl.Expr) -> pl.Expr:
    """Whether nobody waits for a renewal of them."""
    return (codes != CREDIT) & (codes % 2 == 0)


def not_over(key: pl.Expr) -> pl.Expr:
    """The key of the same line, if it was not over; for keys of lines that are."""
    return key - 1
