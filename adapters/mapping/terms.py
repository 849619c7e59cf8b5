"""What may stand for one setting of sources.yaml? Names, paths, zones, patterns, each checked by itself."""

import codecs
import re
import zoneinfo
from datetime import date
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

STRICT = ConfigDict(extra="forbid", frozen=True)


def _relative(path: str) -> str:
    if path.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", path):
        raise ValueError('must lie in the folder of the exports; write it with "/" and without ".."')
    return path


def _known_encoding(name: str) -> str:
    try:
        is_text = bool("a".encode(name).decode(name))
    except (LookupError, UnicodeError, TypeError):
        is_text = False
    if not is_text:
        raise ValueError(f'is not a known encoding: "{name}"; write utf-8, cp1252, latin-1 or utf-16')
    return codecs.lookup(name).name


def _known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'is not a known time zone: "{name}"; write it like Europe/Berlin or UTC') from None
    return name


def _whole_date(pattern: str) -> str:
    used = set(re.findall(r"%[-:.#]?([A-Za-z])", pattern))
    parts = (used & set("YyFDs"), used & set("mbBhFDs"), used & set("deFDs"))
    if not all(parts):
        raise ValueError('must read day, month and year; write it like "%d.%m.%Y"')
    return pattern


def _as_text(value: object) -> object:
    """A number or date as text; what else is no text is left for the model to refuse."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _pattern(text: str) -> str:
    try:
        re.compile(text)
        pl.select(pl.lit("").str.contains(text))
    except re.error as error:
        raise ValueError(f'is no pattern: "{text}" ({error})') from None
    except pl.exceptions.PolarsError:
        raise ValueError(f'is no pattern: "{text}"; write it without looking ahead or behind') from None
    return text


def _with_group(pattern: str) -> str:
    if re.compile(pattern).groups != 1:
        raise ValueError(f'must have one group in parentheses, which is taken: "{pattern}"')
    return pattern


def _formula(text: str) -> str:
    return parse(text).text


Name = Annotated[str, Field(min_length=1)]
Path = Annotated[str, Field(min_length=1), AfterValidator(_relative)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Dates = Annotated[str, AfterValidator(_whole_date)]
Delimiter = Annotated[str, Field(min_length=1, max_length=1)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
HeaderRows = Annotated[int, Field(ge=1, le=10)]
Word = Annotated[str, BeforeValidator(_as_text)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]
Part = Annotated[Pattern, AfterValidator(_with_group)]
Formula = Annotated[str, AfterValidator(_formula)]
Scalar = StrictBool | StrictInt | StrictFloat | StrictStr


class Requirement(BaseModel):
    """What a column must be like for a row to be kept; exactly one of the settings."""

    model_config = STRICT
    filled: bool | None = None
    excluded: Scalar | list[Scalar] | None = Field(None, alias="not")
    starts_with: str | None = None
    like: Pattern | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(v is not None for v in (self.filled, self.excluded, self.starts_with, self.like)) != 1:
            raise ValueError("must have exactly one of filled, not, starts_with and like")
        return self


def _condition(value: object) -> str:
    if isinstance(value, list):
        return "words"
    return "test" if isinstance(value, dict | Requirement) else "word"


Condition = Annotated[
    Annotated[Scalar, Tag("word")] | Annotated[list[Scalar], Tag("words")] | Annotated[Requirement, Tag("test")],
    Discriminator(_condition),
]
