"""What may sources.yaml say? Which files fill which tables, and how their columns become ours."""

import codecs
import re
import zoneinfo
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

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

_STRICT = ConfigDict(extra="forbid", frozen=True)


def _relative(path: str) -> str:
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
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


def _formula(text: str) -> str:
    return parse(text).text


Name = Annotated[str, Field(min_length=1)]
Path = Annotated[str, Field(min_length=1), AfterValidator(_relative)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Dates = Annotated[str, AfterValidator(_whole_date)]
Delimiter = Annotated[str, Field(min_length=1, max_length=1)]
Word = Annotated[str, BeforeValidator(_as_text)]
Scalar = StrictBool | StrictInt | StrictFloat | StrictStr


class ColumnOf(BaseModel):
    """One of their columns with words translated, a suffix cut off, or days added."""

    model_config = _STRICT
    column: Name
    words: dict[str, Word] = {}
    without_suffix: str | None = None
    plus_days: int = 0
    dates: Dates | None = None


class JoinOf(BaseModel):
    """Several of their columns joined to one text."""

    model_config = _STRICT
    join: Annotated[list[Name], Field(min_length=2)]
    between: str = Field(" ", alias="with")


class FormulaOf(BaseModel):
    """An exact number computed from their columns."""

    model_config = _STRICT
    formula: Annotated[str, AfterValidator(_formula)]


def _shape(value: object) -> str:
    """Which of the shapes is meant, by its telling key."""
    if isinstance(value, str):
        return "name"
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", {})
    return next((k for k in ("formula", "join") if k in keys), "column")


Source = Annotated[
    Annotated[Name, Tag("name")]
    | Annotated[ColumnOf, Tag("column")]
    | Annotated[JoinOf, Tag("join")]
    | Annotated[FormulaOf, Tag("formula")],
    Discriminator(_shape),
]


class Requirement(BaseModel):
    """What a column must be like for a row to be kept; exactly one of the settings."""

    model_config = _STRICT
    filled: bool | None = None
    excluded: Scalar | list[Scalar] | None = Field(None, alias="not")
    starts_with: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(v is not None for v in (self.filled, self.excluded, self.starts_with)) != 1:
            raise ValueError("must have exactly one of filled, not and starts_with")
        return self


def _condition(value: object) -> str:
    if isinstance(value, list):
        return "words"
    return "test" if isinstance(value, dict | Requirement) else "word"


Condition = Annotated[
    Annotated[Scalar, Tag("word")] | Annotated[list[Scalar], Tag("words")] | Annotated[Requirement, Tag("test")],
    Discriminator(_condition),
]


class Lookup(BaseModel):
    """Columns taken from another file, found by key columns (ours here: theirs there)."""

    model_config = _STRICT
    file: Path
    on: Annotated[dict[str, Name], Field(min_length=1)]
    take: Annotated[list[Name] | dict[str, Name], Field(min_length=1)]
    sheet: str | None = None
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None

    @property
    def columns(self) -> list[str]:
        """The columns of the other file that are needed."""
        return [*self.on.values(), *self.taken.values()]

    @property
    def taken(self) -> dict[str, str]:
        """Name here to name in the other file."""
        return self.take if isinstance(self.take, dict) else {n: n for n in self.take}


class FileSource(BaseModel):
    """One file, or several of one form, that fills a table."""

    model_config = _STRICT
    file: Path
    table: Name
    sheet: str | None = None
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    dates: Dates | None = None
    nulls: list[Word] = []
    columns: Annotated[dict[str, Source], Field(min_length=1)]
    constants: dict[str, Scalar | date] = {}
    attributes: dict[str, Name] = {}
    where: dict[str, Condition] = {}
    lookups: list[Lookup] = []
    distinct: bool = False

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.thousands is not None and self.thousands == self.decimal:
            raise ValueError("decimal and thousands are the same sign; declare both as the export writes them")
        filled = [*self.columns, *self.constants, *self.attributes]
        twice = sorted({c for c in filled if filled.count(c) > 1})
        if twice:
            raise ValueError(f"{twice[0]} is filled twice; name it under one of columns, constants, attributes")
        return self


class Sources(BaseModel):
    """The whole of sources.yaml."""

    model_config = _STRICT
    time_zone: Zone | None = None
    files: list[FileSource]
