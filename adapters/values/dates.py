"""Which day does a text say? ISO unless declared otherwise; never the one of two readings that happens to fit."""

import re
from functools import cache

import polars as pl

from adapters.values.formats import Format
from adapters.values.numbers import Words

FIRST_YEAR, LAST_YEAR = 1900, 2100
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S", ", %I:%M %p")
"""How a time may be written behind a day."""

_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[T ](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
OFFSET = r"(?: ?(?:Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))"
"""How an offset may be written behind a time: `Z`, `+02:00`, or, as databases do, ` UTC`, `+02`, ` +0200`."""

_ISO = f"{_DAY}(?:{_TIME}{OFFSET}?)?$"
_LOCAL = f"{_DAY}(?:{_TIME})?$"
_MIDNIGHT = rf"{_DAY}(?:[T ]00:00(?::00(?:\.0+)?)?)?$"
_CELL = f"{_DAY} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\\.[0-9]+)?$"
"""How a date in a cell of a workbook is written where its cells are read as text."""
_MONTHS, _DAYS_OF_MONTH, _UNLIKELY = 12, 30, 0.01
_OR_EMPTY = "a word for an empty cell goes into nulls"
_PROBE = "2001-02-03"
_SLASHED = r"^([0-9]{1,2})([/.-])([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})(?:[ T,].*)?$"


def day(text: pl.Expr, form: Format, *, zoned: bool = False) -> pl.Expr:
    """The day of a text as Date, null where it is none or outside 1900 to 2100.

    With `zoned`, a date-time that names its offset gives its day in the business time zone, else null.
    """
    if form.dates:
        found = _declared(text, form)
        return plausible((in_business_zone(found, form) if form.utc or has_zone(form) else found).dt.date())
    text = _with_offset(text) if form.utc else text
    shaped = pl.when(text.str.contains(_LOCAL)).then(text.str.slice(0, 10))
    found = shaped.str.to_date("%Y-%m-%d", strict=False)
    return plausible(pl.coalesce(found, in_business_zone(_zoned(text), form).dt.date()) if zoned else found)


def instant(text: pl.Expr, form: Format) -> pl.Expr:
    """The instant in UTC; a text without offset is in the business time zone, a day is its first moment.

    Null for a text that is none, and for a time that the clock of the zone leaves out.
    """
    if form.dates:
        found = _declared(text, form)
        return found if form.utc or has_zone(form) else to_utc(found, form)
    text = _with_offset(text) if form.utc else text
    shaped = pl.when(text.str.contains(_LOCAL)).then(text.str.replace("T", " ", literal=True))
    patterns = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
    local = pl.coalesce(shaped.str.to_datetime(p, strict=False, time_unit="us") for p in patterns)
    return pl.coalesce(to_utc(local, form), _zoned(text))


def has_offset(text: pl.Expr) -> pl.Expr:
    """Whether a text is an ISO date-time that names its offset."""
    return text.str.contains(f"{_DAY}{_TIME}{OFFSET}$")


def name_offsets(texts: pl.Series) -> bool:
    """Whether any of the texts is an ISO date-time that names its offset."""
    longest = texts.str.len_bytes().max()
    if longest is None or int(str(longest)) < len("2026-04-01T00:00Z"):
        return False
    return bool(texts.to_frame("cell").select(has_offset(pl.col("cell")).any()).item())


def are_days(cells: pl.Series, form: Format) -> bool:
    """Whether no date-time without an offset, ISO, declared or typed, is later than midnight, as systems write days."""
    cell = pl.col("cell")
    is_later = cell.str.contains(_LOCAL) & ~cell.str.contains(_MIDNIGHT)
    if form.dates or cells.dtype.is_temporal():
        moment = cell if cells.dtype.is_temporal() else declared(cell, form)
        is_later = moment != moment.dt.truncate("1d")
    return not cells.to_frame("cell").select(is_later.any()).item()


def has_zone(form: Format) -> bool:
    """Whether the declared pattern of dates reads an offset, or seconds since 1970, which are in UTC."""
    return form.dates is not None and re.search("%[:#]?z|%s", form.dates) is not None


def declared(text: pl.Expr, form: Format) -> pl.Expr:
    """The date-time that the declared pattern reads, with the zone where it reads one.

    So is that of a workbook's cell, which holds a date and no text, beside a pattern that takes it for no other day.
    """
    pattern = str(form.dates)
    found = text.str.to_datetime(pattern, strict=False, time_unit="us")
    if "%s" in pattern:
        return found.dt.replace_time_zone("UTC")
    if not form.of_cells or not _leaves_cells(pattern):
        return found
    cell = pl.when(text.str.contains(_CELL)).then(text)
    return pl.coalesce(found, cell.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us"))


def converted(texts: pl.Series, days: pl.Series) -> pl.Series:
    """Which texts are dates of a workbook's cells in which day and month were likely taken for each other.

    A spreadsheet that opens a text in the other order makes dates of what it can read so, up to the 12th, and leaves
    later days as they are. None of them where some are otherwise, or chance may have parted them.
    """
    longest = texts.str.len_bytes().max()
    if longest is None or int(str(longest)) < len(f"{_PROBE} 04:05:06"):
        return pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True)
    is_cell, is_day = texts.str.contains(_CELL).fill_null(value=False), days.is_not_null()
    cells, others = (int((is_day & is_one).sum()) for is_one in (is_cell, ~is_cell))
    is_parted = bool((is_cell == (days.dt.day() <= _MONTHS)).all())
    early = _MONTHS / _DAYS_OF_MONTH
    is_likely = is_parted and cells > 0 < others and early**cells * (1 - early) ** others < _UNLIKELY
    return is_cell & is_likely


@cache
def _leaves_cells(pattern: str) -> bool:
    """Whether the pattern reads no zone, and of a date as it stands in a workbook nothing or the same."""
    if re.search("%[:#]?z", pattern):
        return False
    probe = pl.Series([_PROBE, f"{_PROBE} 04:05:06"]).str.to_datetime(pattern, strict=False)
    return bool((probe.dt.to_string("%Y-%m-%d").fill_null(_PROBE) == _PROBE).all())


def _declared(text: pl.Expr, form: Format) -> pl.Expr:
    """The same, in UTC where that is declared of times without a zone."""
    found = declared(text, form)
    return found.dt.replace_time_zone("UTC") if form.utc and not has_zone(form) else found


def in_business_zone(instant: pl.Expr, form: Format) -> pl.Expr:
    """The instant as the clock of the business shows it."""
    return instant.dt.convert_time_zone(form.zone)


def plausible(day: pl.Expr) -> pl.Expr:
    """The day if its year is from 1900 to 2100: 0001 and 9999 stand for "unknown" or "never"."""
    return pl.when(day.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(day)


def to_utc(local: pl.Expr, form: Format) -> pl.Expr:
    """The instant of a time on the clock of the business; the first of two when clocks go back."""
    placed = local.dt.replace_time_zone(form.zone, ambiguous="earliest", non_existent="null")
    return placed.dt.convert_time_zone("UTC")


def _with_offset(text: pl.Expr) -> pl.Expr:
    """The text, a date-time without an offset marked as one in UTC."""
    return pl.when(text.str.contains(f"{_DAY}{_TIME}$")).then(text + "Z").otherwise(text)


def _zoned(text: pl.Expr) -> pl.Expr:
    """The instant of a text with an offset."""
    numbered = text.str.replace(" ?(?:Z|UTC)$", "+00:00").str.replace(" ([+-][0-9:]+)$", "$1")
    shaped = pl.when(has_offset(text)).then(numbered.str.replace("T", " ", literal=True))
    patterns = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")
    return pl.coalesce(shaped.str.to_datetime(p, strict=False, time_unit="us") for p in patterns)


def reason(value: str, form: Format) -> Words:
    """Why the text is not such a day or instant."""
    if form.dates:
        remedy = "correct it in the export, or declare dates as it writes them"
        has_digits = re.search("[0-9]", value)
        return f"not a date written as {form.dates}", remedy if has_digits else f"{remedy}; {_OR_EMPTY}"
    if re.match(_ISO, value):
        year = int(value[:4])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return (
                f"a date outside the years {FIRST_YEAR} to {LAST_YEAR}",
                "leave the cell empty, or declare the word in nulls in sources.yaml",
            )
        return "no such day or time in the calendar", "correct it in the export"
    if re.match(_SLASHED, value):
        return "not an ISO date (YYYY-MM-DD)", "write all dates of the column alike; declare dates if not ISO"
    return "not a date", f"write YYYY-MM-DD, or declare dates in sources.yaml; {_OR_EMPTY}"


def order(texts: pl.Series) -> Words | None:
    """What to say of a column in which every text is a date in another order; None where some are not."""
    parts = texts.str.extract_groups(_SLASHED).struct.unnest()
    if parts.null_count().sum_horizontal().item():
        return None
    sign, years = str(parts["2"][0]), "%Y" if parts["4"].str.len_chars().min() != 2 else "%y"
    day_first, month_first = f"%d{sign}%m{sign}{years}", f"%m{sign}%d{sign}{years}"
    by_day, by_month = (_with_clock(texts, pattern) for pattern in (day_first, month_first))
    if not (by_day or by_month):
        return None
    if not by_month:
        return "dates are written day first, not as YYYY-MM-DD", f'declare dates: "{by_day}" in sources.yaml'
    if not by_day:
        return "dates are written month first, not as YYYY-MM-DD", f'declare dates: "{by_month}" in sources.yaml'
    return (
        "the column is ambiguous: every date can be read day first and month first",
        f'declare dates: "{by_day}" or dates: "{by_month}" in sources.yaml',
    )


def _with_clock(texts: pl.Series, pattern: str) -> str | None:
    """The pattern with the time behind it by which all of the texts can be read, if there is one."""
    patterns = [pattern + clock for clock in CLOCKS]
    return next((p for p in patterns if texts.str.to_datetime(p, strict=False).is_not_null().all()), None)
