"""Which exact number does a text say? None where it could be misread, has too many decimals or is too large."""

import re

import polars as pl

from adapters.values.formats import Format
from adapters.values.marks import unmarked

LARGEST_MONEY = 10**13
_DIGITS, _MOST_DIGITS = 18, 38
_DECIMALS = 6
"""How many a number of few digits may have."""
_SAID_AS_NUMBER = re.compile(r"[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_MARKED = re.compile(r"[0-9][)\u2212-]$|^[(\u2212].*[0-9]|^\D{1,4}[0-9]|[0-9]\D{1,4}$")
_FIRST = 1_000
_UNDECLARED = Format()
_GROUPED = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"

Words = tuple[str, str]
"""What is wrong and how to mend it."""


def decimal(text: pl.Expr, scale: int, form: Format) -> pl.Expr:
    """The number as Decimal, of 18 digits if they are enough, null where the text is none or does not fit exactly."""
    text = bare(text, form)
    plain: pl.Expr = text
    if form.grouping:
        plain = plain.str.replace_all(form.grouping, "")
    if form.point != ".":
        plain = plain.str.replace(form.point, ".", literal=True)
    shaped = pl.when(text.str.contains(_pattern(scale, form))).then(plain)
    value = shaped.cast(pl.Decimal(_digits(scale), scale), strict=False)
    return pl.when(value.abs() <= largest(scale)).then(value)


def whole(text: pl.Expr, form: Format) -> pl.Expr:
    """The whole number as Int64, null where the text is none."""
    return decimal(text, 0, form).cast(pl.Int64)


def largest(scale: int) -> int:
    """The largest number that is taken with so many decimals."""
    return min(LARGEST_MONEY, int(10 ** (_digits(scale) - scale)) - 1)


def _digits(scale: int) -> int:
    return _DIGITS if scale <= _DECIMALS else _MOST_DIGITS


def bare(text: pl.Expr, form: Format) -> pl.Expr:
    """The number of a text without the marks around it, where such are declared."""
    return unmarked(text, form.point) if form.marks else text


def is_dotted(text: pl.Expr) -> pl.Expr:
    """Whether a text holds a point."""
    return text.str.contains(".", literal=True)


def may_be_grouped(texts: pl.Series, form: Format = _UNDECLARED) -> bool:
    """Whether every number with a point, and there is one, could also be read as thousands: `1.234`."""
    if _has_decimals(_bare(texts.head(_FIRST), form)):
        return False
    found = _bare(texts, form)
    return bool(found.str.contains(".", literal=True).any()) and not _has_decimals(found)


def _bare(texts: pl.Series, form: Format) -> pl.Series:
    return texts.to_frame("cell").select(bare(pl.col("cell"), form)).to_series()


def _has_decimals(texts: pl.Series) -> bool:
    """Whether a text has a point that parts no thousands."""
    return bool((texts.str.contains(".", literal=True) & ~texts.str.contains(_GROUPED)).any())


AMBIGUOUS: Words = (
    "the point may part decimals or thousands: every value with a point looks like 1.234",
    'declare decimal: "." or thousands: "." in sources.yaml',
)

_NOT_PLAIN: Words = ("not a plain number", "write plain digits, a minus in front, or declare marks in sources.yaml")
_NONE: Words = ("not a number", "write plain digits, a minus in front; an empty cell means unknown")


def reason(value: str, scale: int, form: Format) -> Words:
    """Why the text is not such a number."""
    if _SAID_AS_NUMBER.fullmatch(value):
        return "not a number", "correct it in the export; an empty cell means unknown"
    if re.fullmatch(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", value):
        what = "not a plain number: an exponent means a spreadsheet may have cut digits"
        return what, "export plain digits, or declare marks in sources.yaml if the system writes exponents"
    if re.fullmatch(_pattern(_MOST_DIGITS, form), value):
        return _does_not_fit(value, scale, form)
    if re.fullmatch(r"[+-]?[0-9][0-9.,' \u00a0\u202f\u2019]*", value):
        remedy = "declare decimal and thousands in sources.yaml as the export writes them"
        if form.decimal == "," or form.thousands:
            remedy = "write all numbers of the file in one way, or correct decimal and thousands in sources.yaml"
        return f'not a number with decimal sign "{form.point}"{_with_grouping(form)}', remedy
    if value.endswith("%"):
        return (
            "a percentage, where a number is due",
            "write 0.25 for 25%, or declare percents for its column in sources.yaml",
        )
    return _NOT_PLAIN if _MARKED.search(value) and not form.marks else _NONE


def _does_not_fit(value: str, scale: int, form: Format) -> Words:
    decimals = value.rstrip("0").partition(form.point)[2] if form.point in value else ""
    if len(decimals) > scale:
        return f"a number with more than {scale} decimals", "round it in the source system"
    return f"too large a number: the limit is {largest(scale):,}", "correct it in the export"


def _with_grouping(form: Format) -> str:
    return f' and thousands sign "{form.thousands}"' if form.thousands else ""


def _pattern(scale: int, form: Format) -> str:
    """The shapes of such a number; zeros behind the last decimal do no harm, thousands do not begin with one."""
    digits = "[0-9]+"
    if form.grouping:
        sign, pairs = form.grouping, f"[1-9][0-9]?(?:{form.grouping}[0-9]{{2}})+{form.grouping}[0-9]{{3}}"
        digits = f"(?:[1-9][0-9]{{0,2}}(?:{sign}[0-9]{{3}})+|{pairs}|[0-9]+)"
    point = re.escape(form.point)
    decimals = f"{point}[0-9]{{0,{scale}}}0*" if scale else f"{point}0+"
    bare = f"|{point}[0-9]{{1,{scale}}}0*" if scale else ""
    return f"^[+-]?(?:{digits}(?:{decimals})?{bare})$"
