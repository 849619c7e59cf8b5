"""What is a known export? A kind of file that a system writes, told by its headers, and the tables it fills."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.mapping.sources import Explode, History, Latest, Lookup, Merged, Months, Source, Unpivot
from adapters.mapping.terms import Condition, Requirement

OF = "@"
"""Before the name of a known export stands for the files of the folder that are one."""

LIKE = "~"
"""Before a pattern stands for the first column whose name fits it, or for the one that its group names."""

OF_NO_PERSON = r"(?!.*(?:manager|owner))"
"""In a pattern for ids of accounts: nothing in the name says that it is about who looks after them."""

IN_UTC = {"utc": True}
"""The settings of an export whose times name no offset and are in UTC, as those of an API mostly are."""

WON = Requirement(like=r"(?i)^(?:closed\W+(?:and\W+)?)?won\b")
"""A stage that says that a deal was won: `Closed Won`, `Won`, `Closed & Won`."""

Choice = Source | tuple[Source, ...]
"""Their column, or several of which the first that is there is taken."""

Columns = Mapping[str, Choice]
"""Our column to theirs."""


@dataclass(frozen=True, slots=True)
class Fills:
    """A table that an export fills, as an entry of sources.yaml would say it.

    Names of columns are those of the vendor, in any case of letters, or patterns (`LIKE`); the files of lookups and
    histories are written `@system.export`. What names columns or files that are not there is left out, and so are
    lookups that nothing needs. Where that concerns one of our columns or a condition (by their column) that is
    `required`, the export does not fill the table; neither does it where no column of `either` is there: conditions
    that say the same, of which the first is taken, as of the histories. Where the folder has an export of those in
    `unless`, which tells the same better, it does not; with `beside`, only where it has one of those. `discount` and
    `adds_up` have the settings of one; where the folder lacks their columns, a note says that nothing is taken off.
    """

    table: str
    columns: Columns
    required: Collection[str] = ()
    constants: Mapping[str, str | bool] = field(default_factory=dict)
    attributes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    where: Mapping[str, Condition] = field(default_factory=dict)
    either: Sequence[tuple[str, Condition]] = ()
    lookups: Sequence[Lookup] = ()
    merged: Sequence[Merged] = ()
    unpivot: Unpivot | None = None
    months: Months | None = None
    explode: Explode | None = None
    history: Sequence[History] = ()
    latest: Latest | None = None
    discount: Columns = field(default_factory=dict)
    adds_up: Columns = field(default_factory=dict)
    distinct: bool = False
    unless: Collection[str] = ()
    beside: Collection[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Further settings of the entry, as `dates` and `decimal`."""


@dataclass(frozen=True, slots=True)
class Export:
    """A kind of file of one system.

    `tells` are headers that must all be there, in any case of letters; of alternatives (a tuple) one. `never` are
    headers that another kind of file has; with `alone`, there are no headers but those that tell. `settings` say how
    such files are opened and written, as in sources.yaml. An export without `fills` is known, and looked up by others
    or not needed. With `only_one`, several files of the kind would tell the same twice, and are refused.
    `lacks` says in sentences what it cannot tell; with columns behind the sentence, only where none of
    them is there.
    """

    name: str
    what: str
    tells: Sequence[str | tuple[str, ...]]
    fills: Sequence[Fills] = ()
    never: Collection[str] = ()
    alone: bool = False
    only_one: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    lacks: Sequence[str | tuple[str, ...]] = ()

    @property
    def system(self) -> str:
        """The system that writes it: the first part of the name."""
        return self.name.split(".")[0]

    def fits(self, header: Collection[str]) -> bool:
        """Whether a file with that header, in small letters, is one."""
        return all(_has_any(header, one) for one in self._alternatives) and not self.is_other(header)

    def missing(self, header: Collection[str]) -> list[tuple[str, ...]]:
        """The alternatives of each telling header that is not there."""
        return [one for one in self._alternatives if not _has_any(header, one)]

    def is_other(self, header: Collection[str]) -> bool:
        """Whether a header says that the file is of another kind."""
        is_never = _has_any(header, self.never)
        return is_never or (self.alone and not {*self.telling}.issuperset(header))

    @property
    def telling(self) -> list[str]:
        """All headers that tell, in small letters."""
        return [a.casefold() for one in self._alternatives for a in one]

    @property
    def _alternatives(self) -> list[tuple[str, ...]]:
        """Each telling header with those that may stand for it; patterns come last, as it takes time to try them."""
        found = [(t,) if isinstance(t, str) else t for t in self.tells]
        return sorted(found, key=lambda one: any(a.startswith(LIKE) for a in one))


def likened(pattern: str, name: str) -> str | None:
    """The name that a pattern means, in small letters: the one that fits it, or what its group holds."""
    found = re.search(pattern.removeprefix(LIKE), name, re.IGNORECASE)
    return (found[1] if found.re.groups else name).casefold() if found else None


def _has_any(header: Collection[str], names: Iterable[str]) -> bool:
    return any(_is_in(header, name) for name in names)


def _is_in(header: Collection[str], theirs: str) -> bool:
    if not theirs.startswith(LIKE):
        return theirs.casefold() in header
    return any(likened(theirs, name) in header for name in header)
