"""What may stand for one setting of sources.yaml? Names, paths, zones, patterns, each checked by itself."""

import codecs
import re
import warnings
import zoneinfo
from datetime import date, datetime
from typing import Annotated, Self

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    model_validator,
)

from adapters.mapping.formula import parse
from adapters.wanted import ORIGIN

STRICT = ConfigDict(extra="forbid", frozen=True)

_OF_PROGRAMS = ("idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape")
"""Encodings that no file is written in."""
_LONGEST_NAME = 255
_PROBE = pl.Series([datetime(2001, 2, 3, 16, 5, 6)])


def _relative(path: str) -> str:
    if path.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", path):
        raise ValueError('must lie in the folder of the exports; write it with "/" and without ".."')
    if any(len(part.encode()) > _LONGEST_NAME for part in path.split("/")):
        raise ValueError("is longer than the name of a file can be; shorten it")
    return path


def _known_encoding(name: str) -> str:
    try:
        is_text = bool("a".encode(name).decode(name))
        is_text &= codecs.lookup(name).name not in _OF_PROGRAMS
    except (LookupError, UnicodeError, TypeError, ValueError):
        is_text = False
    if not is_text:
        raise ValueError(f'is not a known encoding: "{name}"; write utf-8, cp1252, latin-1 or utf-16')
    return codecs.lookup(name).name


def _known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
        _PROBE.dt.replace_time_zone(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
        raise ValueError(f'is not a known time zone: "{name}"; write it like Europe/Berlin or UTC') from None
    return name


def _whole_date(pattern: str) -> str:
    letters = re.findall(r"%[-:.#]?([A-Za-z])", pattern)
    used = set(letters)
    parts = (used & set("YyFDs"), used & set("mbBhFDs"), used & set("deFDs"))
    if not all(parts):
        raise ValueError('must read day, month and year; write it like "%d.%m.%Y"')
    if len(used) < len(letters) or not _reads_what_it_writes(pattern):
        remedy = 'write each part once, an hour with its minutes, %I with %p, as "%d.%m.%Y %H:%M"'
        raise ValueError(f'is no pattern that a date can be read by: "{pattern}"; {remedy}')
    return pattern


def _reads_what_it_writes(pattern: str) -> bool:
    """Whether a day that is written by the pattern is the same day when it is read by it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pl.exceptions.ChronoFormatWarning)
            written = _PROBE.dt.replace_time_zone("UTC").dt.to_string(pattern.replace("%#z", "%z"))
            read = written.str.to_datetime(pattern, strict=False, time_unit="us")
    except (pl.exceptions.PolarsError, pl.exceptions.ChronoFormatWarning):
        return False
    return bool((read.dt.date() == _PROBE.dt.date()).all())


def _delimiter(sign: str) -> str:
    if not (sign == "\t" or re.fullmatch("[ -~]", sign)) or sign == '"':
        raise ValueError(f'must be one plain sign and no quote: "{sign}"; write it like ";", or "\\t" for a tab')
    return sign


def _currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f'is not the code of a currency: "{code}"; write three capitals, as JPY')
    return code


def _new_name(name: str) -> str:
    if name != name.strip() or name in (*ORIGIN, "*") or re.fullmatch(r"\^.*\$", name):
        raise ValueError(f'is no name that a column can be given: "{name}"; take another, of letters')
    return name


def _as_text(value: object) -> object:
    """A number or date as text; what else is no text is left for the model to refuse."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _pattern(text: str) -> str:
    try:
        _compiled(text)
        pl.select(pl.lit("").str.contains(text), whole=pl.lit("").str.contains(f"^(?:{text})$"))
    except re.error as error:
        raise ValueError(f'is no pattern: "{text}" ({error})') from None
    except pl.exceptions.PolarsError:
        raise ValueError(f'is no pattern: "{text}"; write it without looking ahead or behind') from None
    return text


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as Python reads it, without its warnings: values are held against it by Polars."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern)


def _with_group(pattern: str) -> str:
    if _compiled(pattern).groups != 1:
        raise ValueError(f'must have one group in parentheses, which is taken: "{pattern}"')
    return pattern


def _formula(text: str) -> str:
    return parse(text).text


Name = Annotated[str, Field(min_length=1)]
NewName = Annotated[Name, AfterValidator(_new_name)]
"""A name that a column is given."""
Path = Annotated[str, Field(min_length=1), AfterValidator(_relative)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Dates = Annotated[str, AfterValidator(_whole_date)]
Delimiter = Annotated[str, Field(min_length=1), AfterValidator(_delimiter)]
Currency = Annotated[str, AfterValidator(_currency)]
HeaderRows = Annotated[int, Field(ge=1, le=10)]
LinesAbove = Annotated[int, Field(ge=0, le=40)]
Word = Annotated[str, BeforeValidator(_as_text)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]
Part = Annotated[Pattern, AfterValidator(_with_group)]
Formula = Annotated[str, AfterValidator(_formula)]
Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
Scalars = Annotated[list[Scalar], Field(min_length=1)]


class Requirement(BaseModel):
    """What a column must be like for a row to be kept; exactly one of the settings."""

    model_config = STRICT
    filled: bool | None = None
    excluded: Scalar | Scalars | None = Field(None, alias="not")
    starts_with: str | None = None
    like: Pattern | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(v is not None for v in (self.filled, self.excluded, self.starts_with, self.like)) != 1:
            raise ValueError("must have exactly one of filled, not, starts_with and like")
        return self


FILLED, EMPTY = Requirement(filled=True), Requirement(filled=False)


def _condition(value: object) -> str:
    if isinstance(value, list):
        return "words"
    return "test" if isinstance(value, dict | Requirement) else "word"


Condition = Annotated[
    Annotated[Scalar, Tag("word")] | Annotated[Scalars, Tag("words")] | Annotated[Requirement, Tag("test")],
    Discriminator(_condition),
]
