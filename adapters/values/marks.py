"""Which plain number does an amount with signs around it say? `(1.234,50 €)` is `-1.234,50`, as is `€ (1.234,50)`."""

import re

import polars as pl

from adapters.values.signs import SIGNS

_CURRENCY = f"(?:{'|'.join(map(re.escape, SIGNS))}|[A-Z]{{3}})"
_BLANK = r"[ \u00a0\u202f]*"
_SIGN = r"[-+\u2212]"
_CURRENCIES = f"{_CURRENCY}(?:{_BLANK}{_CURRENCY})?"
_SHAPE = (
    rf"^(?P<open>\()?{_BLANK}(?P<before>{_SIGN})?{_BLANK}(?P<left>{_CURRENCIES})?{_BLANK}"
    rf"(?P<within>\()?{_BLANK}(?P<inner>{_SIGN})?{_BLANK}"
    r"(?P<number>[0-9.,][0-9.,'\u2019 \u00a0\u202f]*?)"
    r"(?:(?P<power>[eE][+-]?[0-9]{1,3})|(?P<flat>[.,])[-\u2012-\u2015\u2212]{1,2})?"
    rf"{_BLANK}(?P<shut>\))?{_BLANK}(?P<right>{_CURRENCIES})?{_BLANK}(?P<behind>[-\u2212])?{_BLANK}(?P<close>\))?$"
)
_BARE = r"^[-+]?[0-9.,]*$"
_PLAIN, _WORDS = "plain", "words"
_EXACT_DIGITS = 15
"""Digits that a binary number keeps, so that a power of ten can be applied by way of one."""


def has_marks(texts: pl.Series) -> bool:
    """Whether any of the texts is more than a plain number; a quick look, as most exports have none."""
    return bool((~texts.str.contains(_BARE)).any())


def unmarked(text: pl.Expr, point: str = ".") -> pl.Expr:
    """The number as plain digits with its decimal sign, `point`, and thousands signs, a minus in front.

    Currency signs and codes, blanks, parentheses, a minus in front, behind or within, powers of ten, and a dash for
    decimals that are nought (`500.-`) are understood. Null where the text is no such amount, or says twice that it is
    negative.
    """
    found = text.str.extract_groups(_SHAPE)
    return found.struct.with_fields(_plain(point).alias(_PLAIN)).struct.field(_PLAIN).alias(text.meta.output_name())


def _plain(point: str) -> pl.Expr:
    """The number that the parts of a text say; an expression of its fields, so that the parts are looked for once."""
    signs = [pl.field(name).fill_null("") for name in ("before", "inner", "behind")]
    opened, closed = (
        pl.sum_horizontal(pl.field(name).is_not_null().cast(pl.Int8) for name in names)
        for names in (("open", "within"), ("shut", "close"))
    )
    told = pl.sum_horizontal(*((sign != "").cast(pl.Int8) for sign in signs), opened)
    is_negative = (opened > 0) | pl.any_horizontal(sign.is_in(["-", "\u2212"]) for sign in signs)
    number = pl.concat_str(pl.field("number"), pl.field("flat").fill_null(""))
    power = pl.field("power").fill_null("")
    digits = pl.when(power == "").then(number).otherwise(_powered(number, power, point))
    shown = pl.when(is_negative).then(pl.concat_str(pl.lit("-"), digits)).otherwise(digits)
    return pl.when((opened == closed) & (told <= 1)).then(shown)


def named(text: pl.Expr) -> pl.Expr:
    """The signs and codes of currencies on both sides of the number; empty where there are none."""
    words = pl.concat_str(pl.field("left"), pl.field("right"), separator=" ", ignore_nulls=True)
    return text.str.extract_groups(_SHAPE).struct.with_fields(words.alias(_WORDS)).struct.field(_WORDS)


def words_in(named: str) -> list[str]:
    """The signs and codes, one by one."""
    return re.findall(_CURRENCY, named)


def _powered(number: pl.Expr, power: pl.Expr, point: str) -> pl.Expr:
    """The number with its power of ten applied; null where it has more digits than can be kept exactly."""
    number = number.str.replace(point, ".", literal=True)
    is_short = (number.str.len_bytes() <= _EXACT_DIGITS + 1) & ~number.str.contains(",", literal=True)
    whole = pl.concat_str(number, power).cast(pl.Float64, strict=False).cast(pl.String).str.strip_suffix(".0")
    return pl.when(is_short).then(whole.str.replace(".", point, literal=True))
