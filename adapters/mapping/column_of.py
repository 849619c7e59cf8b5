"""What may one of our columns be taken from? One of theirs, several, a formula, and in which rows."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from adapters.mapping.terms import STRICT, Condition, Dates, Formula, Name, Part, Word


class ColumnOf(BaseModel):
    """One of their columns: words translated (`""` is an empty cell), ends cut off, in capitals or small letters, with
    days added.

    `minor_of` names the column of its currency, where the amount is in that currency's smallest unit. `excel_days`
    reads numbers as the days that Excel counts, `seconds` whole numbers as seconds since 1970, `percents` 25% as 0.25;
    other texts stay. `part` is a pattern whose group is taken of a cell; one that it does not fit stays whole. With
    `to_midnight`, an end in the last minute of a day is the day after, as nothing of the day is left. Where a condition
    of `where` does not hold, the cell counts as empty.
    """

    model_config = STRICT
    column: Name
    words: dict[str, Word] = {}
    without_prefix: str | None = None
    without_suffix: str | None = None
    part: Part | None = None
    capitals: bool = False
    small: bool = False
    plus_days: Annotated[int, Field(ge=-3_660, le=3_660)] = 0
    dates: Dates | None = None
    minor_of: Name | None = None
    excel_days: bool = False
    seconds: bool = False
    to_midnight: bool = False
    percents: bool = False
    where: dict[str, Condition] = {}


class JoinOf(BaseModel):
    """Several of their columns joined to one text, in small letters if that is declared."""

    model_config = STRICT
    join: Annotated[list[Name], Field(min_length=2)]
    between: str = Field(" ", alias="with")
    small: bool = False


class FormulaOf(BaseModel):
    """An exact number computed from their columns; `minor_of` as with a column."""

    model_config = STRICT
    formula: Formula
    minor_of: Name | None = None


def _shape(value: object) -> str:
    """Which of the shapes is meant, by its telling key."""
    if isinstance(value, str):
        return "name"
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", {})
    return next((k for k in ("formula", "join", "first", "last", "earliest") if k in keys), "column")


OneSource = Annotated[
    Annotated[Name, Tag("name")]
    | Annotated[ColumnOf, Tag("column")]
    | Annotated[JoinOf, Tag("join")]
    | Annotated[FormulaOf, Tag("formula")],
    Discriminator(_shape),
]


class FirstOf(BaseModel):
    """The first of several sources that is filled, row by row; one with `dates` where it is a date written so."""

    model_config = STRICT
    first: Annotated[list[OneSource], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        if any(isinstance(s, ColumnOf) and s.plus_days for s in self.first):
            raise ValueError("takes no plus_days within first")
        return self


FewSources = Annotated[
    Annotated[Name, Tag("name")] | Annotated[ColumnOf, Tag("column")] | Annotated[FirstOf, Tag("first")],
    Discriminator(_shape),
]


def _are_plain(days: Sequence[object], within: str) -> None:
    if any(isinstance(s, ColumnOf) and (s.plus_days or s.dates or s.minor_of) for s in days):
        raise ValueError(f"takes no plus_days, dates or minor_of within {within}; put dates within first")


class EarliestOf(BaseModel):
    """The earliest of several days, row by row, of those that are filled; one that is not written so is an error."""

    model_config = STRICT
    earliest: Annotated[list[FewSources], Field(min_length=2)]

    @property
    def days(self) -> Sequence[FewSources]:
        """What is compared."""
        return self.earliest

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        _are_plain(self.earliest, "earliest")
        return self


Days = Annotated[
    Annotated[Name, Tag("name")]
    | Annotated[ColumnOf, Tag("column")]
    | Annotated[FirstOf, Tag("first")]
    | Annotated[EarliestOf, Tag("earliest")],
    Discriminator(_shape),
]
"""A day to compare: that of one column, the first that is filled, or the earliest of several."""


class LastOf(BaseModel):
    """The last of several days, row by row; one that is not written as dates are in the file is an error."""

    model_config = STRICT
    last: Annotated[list[Days], Field(min_length=2)]

    @property
    def days(self) -> Sequence[Days]:
        """What is compared."""
        return self.last

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        _are_plain(self.last, "last")
        return self


Source = Annotated[
    Annotated[Name, Tag("name")]
    | Annotated[ColumnOf, Tag("column")]
    | Annotated[JoinOf, Tag("join")]
    | Annotated[FormulaOf, Tag("formula")]
    | Annotated[FirstOf, Tag("first")]
    | Annotated[LastOf, Tag("last")]
    | Annotated[EarliestOf, Tag("earliest")],
    Discriminator(_shape),
]
