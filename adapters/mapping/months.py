"""Which lines does a table of months hold? One for each stretch of months in which the same was paid."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

import polars as pl

from adapters.delivery import Fault
from adapters.files.rows import ROW
from adapters.mapping.histories import SINCE, UNTIL, as_declared
from adapters.mapping.reshaping import Reshaped, named_like, named_twice
from adapters.mapping.sources import Months
from adapters.values import numbers
from adapters.values.formats import Format
from adapters.wording import counted, listed

BEGAN = "began"
"""The column with the first month since which something is paid without a break."""

_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar janvier janv", "feb february februar fevrier fevr fev", "mar march marz maerz mars mrz",
            "apr april avril avr", "may mai", "jun june juni juin", "jul july juli juillet juil",
            "aug august aout", "sep sept september septembre", "oct october okt oktober octobre",
            "nov november novembre", "dec december dez dezember decembre",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
"""What months are called, without accents and capitals."""
_NAMED = re.compile(r"(?P<word>[a-z]+)\.?,?[ '\u2019/-]*(?:20)?(?P<year>\d{2})|(?P<number>\d{1,2})[./-]20(?P<of>\d{2})")

_MONTH = " month"
_NOTHING = r"^-?[0.,' ]*$"
_SCALE = 4


def in_stretches(frame: pl.DataFrame, how: Months, form: Format) -> Reshaped:
    """A row for each stretch of months with the same amount, with the columns that `Months` names.

    Rows in which nothing is paid in any month give none, and are counted in a note.
    """
    headers = named_like(frame, how.columns)
    months = {h: first for h in headers if (first := first_day(h))}
    if wrong := _wrong(headers, months, how):
        return Reshaped(None, (Fault(wrong, "name them as 2026-05, or correct months in sources.yaml"),))
    index = [c for c in frame.columns if c not in headers]
    if twice := named_twice(index, (how.value, SINCE, UNTIL, BEGAN)):
        return Reshaped(None, twice)
    cells = frame.unpivot(list(months), index=index, variable_name=_MONTH, value_name=how.value)
    amount = pl.col(how.value).cast(pl.String).str.strip_chars()
    is_nothing = amount.str.contains(_NOTHING) | (numbers.decimal(amount, _SCALE, form) == 0).fill_null(value=False)
    is_paid = amount.is_not_null() & ~amount.is_in(form.blanks) & ~is_nothing
    paid = cells.with_columns(pl.col(_MONTH).replace_strict(months, return_dtype=pl.Date)).filter(is_paid)
    paid = paid.with_columns(amount.alias(how.value)).sort(ROW, _MONTH)
    stretches = _stretches(paid, how.value, max(months.values()))
    dates = [as_declared(pl.col(c), form) for c in (SINCE, UNTIL, BEGAN)]
    rows = stretches.with_columns(dates).select(*index, how.value, SINCE, UNTIL, BEGAN)
    idle = frame.height - rows[ROW].n_unique()
    note = Fault(f"{counted(idle, 'row')} without an amount in any month, left out", severity="note")
    return Reshaped(rows, (*_gap(list(months.values())), *((note,) if idle else ())))


def _wrong(headers: list[str], months: Mapping[str, date], how: Months) -> str:
    """What is wrong with the headers that fit the pattern; an empty text where each names a month of its own."""
    if not months:
        return f"no column is named for a month like {how.columns}"
    if strange := [h for h in headers if h not in months]:
        return f"{counted(len(strange), 'column')} like {how.columns} named for no month: {listed(strange)}"
    named = [*months.values()]
    if twice := [h for h, first in months.items() if named.count(first) > 1]:
        return f"several columns named for one month: {listed(twice)}"
    return ""


def _gap(months: list[date]) -> tuple[Fault, ...]:
    """A warning where a month between the first and the last has no column, as everybody is lost in it."""
    every = pl.date_range(min(months), max(months), "1mo", eager=True)
    if not (lacking := [f"{day:%Y-%m}" for day in every if day not in months]):
        return ()
    what = f"no column is named for {listed(lacking)}, so nobody pays anything in that time"
    return (Fault(what, "export it too, or name it as the others, as 2026-05", severity="warning"),)


def first_day(header: str) -> date | None:
    """The first day of the month that a header names: in 2026-05, or as 05/2026, May 26, Mai 2026 as a whole."""
    if named := re.search(r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])", header):
        return date.fromisoformat(f"{named[0]}-01")
    plain = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    said = _NAMED.fullmatch(plain.strip())
    if said is None:
        return None
    month = int(said["number"] or _WORDS.get(said["word"], 0))
    return date(2000 + int(said["year"] or said["of"]), month, 1) if 1 <= month <= 12 else None


def _stretches(paid: pl.DataFrame, value: str, last: date) -> pl.DataFrame:
    """The first cell of each stretch, with its ends and the beginning of the unbroken run it is part of."""
    month, following = pl.col(_MONTH), pl.col(_MONTH).dt.offset_by("1mo")
    goes_on = (following.shift(1).over(ROW) == month).fill_null(value=False)
    is_same = goes_on & (pl.col(value).shift(1).over(ROW) == pl.col(value))
    parted = paid.with_columns((~goes_on).cum_sum().alias(" run"), (~is_same).cum_sum().alias(" stretch")).with_columns(
        month.min().over(ROW, " run").alias(BEGAN)
    )
    ends = parted.group_by(ROW, " stretch").agg(month.min().alias(SINCE), following.max().alias(UNTIL))
    first = parted.unique([ROW, " stretch"], keep="first", maintain_order=True)
    joined = first.join(ends, on=[ROW, " stretch"], how="left", maintain_order="left")
    beyond = pl.lit(last).dt.offset_by("1mo")
    return joined.with_columns(pl.when(pl.col(UNTIL) != beyond).then(pl.col(UNTIL)).alias(UNTIL))
