"""What may sources.yaml say? Which files fill which tables, and how their columns become ours."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from adapters.mapping.column_of import ColumnOf, EarliestOf, FirstOf, FormulaOf, JoinOf, LastOf, OneSource, Source
from adapters.mapping.terms import (
    STRICT,
    Condition,
    Currency,
    Dates,
    Delimiter,
    Encoding,
    HeaderRows,
    LinesAbove,
    Name,
    NewName,
    Path,
    Pattern,
    Scalar,
    Word,
    Zone,
)

__all__ = [
    "AddsUp", "ColumnOf", "Discount", "EarliestOf", "Explode", "FileSource", "FirstOf", "FormulaOf", "History",
    "JoinOf", "LastOf", "Latest", "Lookup", "Match", "Merged", "Months", "OneSource", "OtherFile", "Source", "Sources",
    "Unpivot", "UntilNext",
]  # fmt: skip


class OtherFile(BaseModel):
    """Another file, or several of one form, and how it is written."""

    model_config = STRICT
    file: Annotated[Path | list[Path], Field(min_length=1)]
    sheet: str | None = None
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None
    lines_above: LinesAbove = 0
    header_rows: HeaderRows = 1
    footer: bool = False
    repeated: bool = False
    fill_down: list[Name] = []

    @property
    def files(self) -> list[str]:
        """The names or patterns of the files."""
        return [self.file] if isinstance(self.file, str) else self.file


class Lookup(OtherFile):
    """Columns taken from another file, found by key columns (ours here: theirs there).

    Only rows there that meet `where` are looked at. Of several with a key, those that meet `prefer` are meant, if
    there are any, and then the one with the largest number or date in the column `largest`. With `may_miss`, keys
    that the other file does not have are as usual as those it has. With `may_repeat`, a row whose key is that of
    several which differ is an error by itself, as with names; else the file is refused. With `each`, a row comes once
    with each of them, as with the discounts that a line has one after the other.
    """

    on: Annotated[dict[str, Name], Field(min_length=1)]
    take: Annotated[list[Name] | dict[NewName, Name], Field(min_length=1)]
    where: dict[str, Condition] = {}
    prefer: dict[str, Condition] = {}
    largest: Name | None = None
    may_miss: bool = False
    may_repeat: bool = False
    each: bool = False

    @property
    def columns(self) -> list[str]:
        """The columns of the other file that are needed."""
        further = [self.largest] if self.largest else []
        return [*self.on.values(), *self.taken.values(), *self.where, *self.prefer, *further]

    @property
    def taken(self) -> dict[str, str]:
        """Name here to name in the other file."""
        return self.take if isinstance(self.take, dict) else {n: n for n in self.take}


class History(OtherFile):
    """What a column held before, from another file of changes: each row becomes one for each span of time.

    `of` is the column here with the value of today; in each span it holds the value of that time, and the columns
    `since` and `until` hold its ends. `on` is the key (ours here: theirs there). With `on_day`, a column with a day,
    each row stays one and holds the value of that day.
    """

    of: Name
    on: Annotated[dict[str, Name], Field(min_length=1, max_length=1)]
    at: Name
    new: Name
    old: Name | None = None
    on_day: Name | None = None
    dates: Dates | None = None
    where: dict[str, Condition] = {}


class UntilNext(BaseModel):
    """Rows that hold until the next one of the same key begins, as a list of owners with the day of each.

    `by` is the key, `since` the column with the day. The column `until` holds the day of the next; it is empty on the
    last. Rows that begin on one day end together, one without a day where the first of the others begins.
    """

    model_config = STRICT
    by: Annotated[list[Name], Field(min_length=1)]
    since: Name


class Merged(OtherFile):
    """Ids of records that were merged into others: in the column `of`, the id that remained takes the place of each.

    Another file has the ids that are `gone` and those they went `into`, however often it was done again. `by` parts
    several ids in one cell of `gone`.
    """

    of: Name
    gone: Name
    into: Name
    by: Annotated[str, Field(min_length=1)] | None = None


class Unpivot(BaseModel):
    """Columns that are values of one thing, such as months, each turned into a row of its own."""

    model_config = STRICT
    columns: Pattern
    name: NewName
    value: NewName

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.name == self.value:
            raise ValueError(f'name and value are both "{self.name}"; give each a name of its own')
        return self


class Months(BaseModel):
    """Columns named for months (`2026-05`, `May 26`) with what is paid a month: a row for each stretch of equal months.

    `value` holds the amount, the columns `since` and `until` the ends of the stretch, `began` the first month since
    which something is paid without a break. Months of zero or nothing give no row; the last month lasts on.
    """

    model_config = STRICT
    columns: Pattern
    value: NewName


class Explode(BaseModel):
    """A cell that lists several values, each turned into a row of its own."""

    model_config = STRICT
    column: Name
    by: Annotated[str, Field(min_length=1)] = ";"


class Latest(BaseModel):
    """Of the rows with the same key, the one with the largest number or date is kept: the last version.

    Only rows that hold the conditions of the entry take part. With `together`, all rows that share the largest are
    kept, as the lines of one version do.
    """

    model_config = STRICT
    by: Annotated[list[Name], Field(min_length=1)]
    largest: Name
    together: bool = False


class Discount(BaseModel):
    """What is taken off a contract line: a `percent` of it, or an amount (`off`), by their columns.

    The line is divided where that `starts` and where it `ends`; where a day on which is billed is known (`billed`), on
    the first bill from there. Lines with the same value of `shared_by` share an amount in proportion; `currency` is
    that of the amount. A line on which a discount is `named` of which nothing says the size is an error, as is one with
    a `further` one.
    """

    model_config = STRICT
    percent: Source | None = None
    off: Source | None = None
    shared_by: Source | None = None
    currency: Source | None = None
    starts: Source | None = None
    ends: Source | None = None
    billed: Source | None = None
    named: Source | None = None
    further: Source | None = None

    @property
    def said(self) -> dict[str, Source]:
        """The settings that are declared, by name."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: how for name, how in named.items() if how is not None}


class AddsUp(BaseModel):
    """What is left of a whole bill (`to`), where something was taken off it.

    The lines with the same value of `by`, also those that are not kept, are lowered in proportion until they add up to
    it.
    """

    model_config = STRICT
    by: Source
    to: Source


class FileSource(BaseModel):
    """One file, or several of one form, that fills a table."""

    model_config = STRICT
    file: Path
    table: Name
    sheet: str | None = None
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    dates: Dates | None = None
    nulls: list[Word] = []
    lines_above: LinesAbove = 0
    header_rows: HeaderRows = 1
    footer: bool = False
    repeated: bool = False
    fill_down: list[Name] = []
    whole_ids: bool = False
    marks: bool = False
    utc: bool = False
    minor_digits: dict[Currency, Annotated[int, Field(ge=0, le=4)]] = {}
    columns: Annotated[dict[str, Source], Field(min_length=1)]
    constants: dict[str, Scalar | date] = {}
    attributes: dict[NewName, Name] = {}
    where: dict[str, Condition] = {}
    lookups: list[Lookup] = []
    merged: list[Merged] = []
    unpivot: Unpivot | None = None
    months: Months | None = None
    explode: Explode | None = None
    history: History | None = None
    until_next: UntilNext | None = None
    latest: Latest | None = None
    discount: Discount | None = None
    adds_up: AddsUp | None = None
    distinct: bool = False
    system: Name | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.thousands is not None and self.thousands == self.decimal:
            raise ValueError("decimal and thousands are the same sign; declare both as the export writes them")
        filled = [*self.columns, *self.constants, *self.attributes]
        twice = sorted({c for c in filled if filled.count(c) > 1})
        if twice:
            raise ValueError(f"{twice[0]} is filled twice; name it under one of columns, constants, attributes")
        if self.discount is None and any(lookup.each for lookup in self.lookups):
            raise ValueError("has a lookup with each and no discount, so that rows would be doubled; take each out")
        return self


class Match(BaseModel):
    """By which rules accounts of one system are those of another, and whose ids are kept.

    Rules that are not named only propose. `to` is the system that knows what an account is; left out, the one that
    has accounts with owners. A column is taken for ids of the other system where at least that part of its values is
    some (`least`).
    """

    model_config = STRICT
    by: list[Literal["id", "id_column", "domain", "name"]] = ["id", "id_column"]
    to: Name | None = None
    least: Annotated[float, Field(gt=0, le=1)] = 0.5


class Sources(BaseModel):
    """The whole of sources.yaml."""

    model_config = STRICT
    time_zone: Zone | None = None
    match: Match = Match()
    files: list[FileSource]
