"""What value of a kind does a text stand for? One expression a kind, and the reason where it gives none."""

import re
from dataclasses import dataclass

import polars as pl

from adapters.values import dates, numbers, signs
from adapters.values.cells import LONGEST
from adapters.values.formats import NOTHING, Format
from adapters.values.numbers import Words

SCALES = {"money": 4, "number": 6, "whole": 0, "operand": 12}

DTYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "instant": pl.Datetime("us", "UTC"),
    "money": pl.Decimal(18, 4),
    "number": pl.Decimal(18, 6),
    "operand": pl.Decimal(38, 12),
    "whole": pl.Int64(),
    "flag": pl.Boolean(),
}
"""The type that holds each kind; an operand is computed with, and what comes of it is rounded."""

CURRENCY = "currency"
"""The column of currencies: codes, whatever their capitals."""

YES = ("true", "1", "yes", "y", "t", "on", "x", "checked", "✓", "✔", "ja", "wahr", "oui", "vrai", "sí", "si")
NO = ("false", "0", "no", "n", "f", "off", "unchecked", "nein", "falsch", "non", "faux")
_ERRORS = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#FORMULA WITHOUT VALUE")
_DAMAGED_ID = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$"


@dataclass(frozen=True, slots=True)
class Asked:
    """One column to be made: our name and kind, how the export writes it, and what people call its source."""

    name: str
    kind: str
    form: Format
    shown: str

    @property
    def is_id(self) -> bool:
        """Whether the text is one that others refer to."""
        return self.name.endswith("_id")

    @property
    def blanks(self) -> list[str]:
        """The words that mean nothing is there, in a column of this kind."""
        return [*self.form.blanks, *(NOTHING if self.is_id or self.kind in ("date", "instant", "flag") else ())]


def is_typed(dtype: pl.DataType, kind: str) -> bool:
    """Whether a column of that type needs no detour over text to become a value of the kind."""
    if isinstance(dtype, pl.Date | pl.Datetime):
        return kind in ("date", "instant")
    return dtype.is_decimal() and dtype == DTYPES[kind]


def value(cell: pl.Expr, asked: Asked, dtype: pl.DataType, *, zoned: bool) -> pl.Expr:
    """The cell as a value of the kind, null where it is none; the cell is trimmed text, or typed already."""
    if dtype != pl.String:
        return _of_typed(cell, asked, dtype)
    if asked.kind in ("date", "instant"):
        is_day = asked.kind == "date"
        return dates.day(cell, asked.form, zoned=zoned) if is_day else dates.instant(cell, asked.form)
    if asked.kind in SCALES:
        scale = SCALES[asked.kind]
        return numbers.decimal(cell, scale, asked.form) if scale else numbers.whole(cell, asked.form)
    return _text(cell, asked) if asked.kind == "text" else _flag(cell)


def reason(said: str, asked: Asked) -> Words:
    """Why a text is no value of the kind, and how to mend it."""
    if said in _ERRORS:
        return "the spreadsheet shows an error instead of a value", "mend the formula, or paste values"
    if asked.kind == "text":
        return _reason_currency(said) if asked.name == CURRENCY else _reason_text(said)
    if asked.kind in ("date", "instant"):
        return dates.reason(said, asked.form)
    if asked.kind == "flag":
        return "neither true nor false", "write true or false"
    return numbers.reason(said, SCALES[asked.kind], asked.form)


def _text(cell: pl.Expr, asked: Asked) -> pl.Expr:
    if asked.name == CURRENCY:
        cell = cell.str.to_uppercase()
    is_fine = (cell.str.len_bytes() <= LONGEST) & ~cell.is_in(_ERRORS)
    if asked.name == CURRENCY:
        is_fine = is_fine & ~signs.is_no_code(cell)
    if asked.is_id:
        is_fine = is_fine & ~cell.str.contains(_DAMAGED_ID)
    return pl.when(is_fine).then(cell)


def _flag(cell: pl.Expr) -> pl.Expr:
    lower = cell.str.to_lowercase()
    return pl.when(lower.is_in(YES)).then(pl.lit(value=True)).when(lower.is_in(NO)).then(pl.lit(value=False))


def _reason_currency(said: str) -> Words:
    if signs.BETWEEN in said:
        return "more than one currency is named", "correct the amount or its currency; a row is of one currency"
    if several := signs.candidates(said):
        what = f"the sign of several currencies, as {', '.join(several[:3])}"
        usual = several[0]
        remedy = f'constants: {{currency: {usual}}} in sources.yaml, or words: {{"{said}": {usual}}} of its column'
        return what, f"write the code, or declare which it is: {remedy}"
    if meant := signs.meant(said):
        return "the sign of a currency, not its code", f'write {meant}, or declare words: {{"{said}": {meant}}}'
    return _reason_text(said)


def _reason_text(said: str) -> Words:
    if re.match(_DAMAGED_ID, said):
        return "a spreadsheet has turned this id into a number and cut digits", "export it again as text"
    return f"text of more than {LONGEST:,} bytes", "shorten it, or leave the column out"


def _of_typed(cell: pl.Expr, asked: Asked, dtype: pl.DataType) -> pl.Expr:
    """The value of a cell that has the right type already, within the limits that hold for text."""
    if dtype.is_decimal():
        return pl.when(cell.abs() <= numbers.largest(SCALES[asked.kind])).then(cell)
    has_zone = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    if isinstance(dtype, pl.Datetime) and asked.form.utc and not has_zone:
        cell, has_zone = cell.dt.replace_time_zone("UTC"), True
    if asked.kind == "date":
        return dates.plausible((dates.in_business_zone(cell, asked.form) if has_zone else cell).dt.date())
    instant = cell.dt.cast_time_unit("us") if isinstance(dtype, pl.Datetime) else cell.cast(pl.Datetime("us"))
    return instant.dt.convert_time_zone("UTC") if has_zone else dates.to_utc(instant, asked.form)
