"""What do the systems call a record? Eighteen-character ids, as a customer system writes them."""

import polars as pl

from scoring.demo.chance import lookup

ACCOUNT = "001"
USER = "005"
CONTACT = "003"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_MIDDLE = "5g00000"
_LENGTH = 5
STRANGER = "001Hs00003kPq7ZIAS"
"""An account's id that no world has: it comes from another company's system."""


def record_id(prefix: str, number: pl.Expr) -> pl.Expr:
    """The id of record `number` of the kind `prefix`.

    Fifteen characters in which upper and lower case differ, and three that tell the case of the
    fifteen, so that programs blind to case keep them apart.
    """
    spread = number.cast(pl.Int64) * 37 + 4_099
    digits = [spread // 62**i % 62 for i in reversed(range(_LENGTH))]
    head = prefix + _MIDDLE
    return pl.concat_str(
        pl.lit(head),
        *[lookup(list(_DIGITS), d) for d in digits],
        pl.lit(_SUFFIX[_capitals(head[:5])] + _SUFFIX[_capitals(head[5:])]),
        lookup(list(_SUFFIX), pl.sum_horizontal([_is_capital(d) * 2**i for i, d in enumerate(digits)])),
    )


def _capitals(block: str) -> int:
    return sum(2**i for i, c in enumerate(block) if c.isupper())


def _is_capital(digit: pl.Expr) -> pl.Expr:
    return ((digit >= 10) & (digit < 36)).cast(pl.Int64)
