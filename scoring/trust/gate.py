"""What is a gate? A question that data must answer well before scores made from them are given, and what it found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum
from typing import Any, Protocol

import polars as pl

from scoring.calendar import Period
from scoring.errors import Problem, Severity
from scoring.rules import Rulebook
from scoring.trust.needed import needed

Frames = Mapping[str, pl.DataFrame]


class Level(IntEnum):
    """What a finding does to scores: it is told and no more where none of them rests on it."""

    TOLD = 0
    DEGRADES = 1
    WITHHOLDS = 2


class ReadFile(Protocol):
    """An export as it was read: its rows, and how many of them are not used."""

    @property
    def name(self) -> str:
        """Its name in the folder."""

    @property
    def rows(self) -> int:
        """Its data rows."""

    @property
    def filtered(self) -> int:
        """Those left out as sources.yaml says."""

    @property
    def set_aside(self) -> int:
        """Those that could not be used."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What gates look at.

    `tables` as they are scored, `read` as they were read without what was set aside, `aside` what was, with `why`;
    `files` the exports; `rows` the book, None before anything is scored; `derived` the tables nobody delivered, whose
    rows are the ids that others use.
    """

    rulebook: Rulebook
    tables: Frames
    read: Frames
    aside: Frames
    files: Sequence[ReadFile]
    period: Period
    as_of: date
    rows: pl.DataFrame | None = None
    derived: frozenset[str] = frozenset()
    needed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Works out once which tables the scores rest on."""
        object.__setattr__(self, "needed", needed(self.rulebook))

    def whole(self, table: str) -> pl.DataFrame:
        """All rows of the table that were read, also those set aside."""
        kept = self.read[table]
        return pl.concat([kept, self.aside[table].select(kept.columns)]) if table in self.aside else kept

    def files_of(self, table: str) -> list[str]:
        """The exports that the rows of the table were read from, by name."""
        return self.whole(table)["origin_file"].unique().sort().to_list()

    def last_day(self) -> date:
        """The last day of the period that can be known on the day one looks."""
        return min(self.period.last_day, self.as_of)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a gate found: a plain sentence with the figures, where, and how to mend it.

    `managers` are those whose scores it touches, None for all.
    """

    gate: str
    level: Level
    what: str
    remedy: str
    table: str | None = None
    file: str | None = None
    managers: tuple[str, ...] | None = None

    @property
    def reason(self) -> str:
        """The sentence for a card, with the place."""
        place = f" ({self.file})" if self.file else ""
        return f"{self.what[0].upper()}{self.what[1:]}{place}."

    @property
    def sentence(self) -> str:
        """The sentence for the page of the company, with what becomes of scores, and how to mend it."""
        return f"{self.reason[:-1]}{self._effect}; {self.remedy}."

    @property
    def problem(self) -> Problem:
        """The finding among the problems of a run."""
        what = f"{self.what}{self._effect}"
        return Problem(what, self.remedy, file=self.file, table=self.table, severity=Severity.WARNING)

    @property
    def _effect(self) -> str:
        return _EFFECTS[self.level].format(whose=self._whose)

    @property
    def _whose(self) -> str:
        n = 0 if self.managers is None else len(self.managers)
        return "all scores are" if self.managers is None else f"{n:,} score{' is' if n == 1 else 's are'}"

    @property
    def as_json(self) -> dict[str, Any]:
        """The finding for other programs."""
        return {
            "gate": self.gate,
            "level": self.level.name.lower(),
            "table": self.table,
            "file": self.file,
            "what": self.what,
            "remedy": self.remedy,
            "managers": None if self.managers is None else list(self.managers),
        }


_EFFECTS = {Level.TOLD: "", Level.DEGRADES: ": {whose} degraded", Level.WITHHOLDS: ": {whose} withheld"}


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that can be wrong with data as a whole.

    `name` is its setting under `trust` in the rules; `find` gives what is wrong, at the level that its limits say.
    """

    name: str
    find: Callable[[Looked], Iterable[Finding]]

    def findings(self, looked: Looked) -> list[Finding]:
        """What is wrong, at most at the level that the rules allow the gate; nothing where it is off."""
        most = _MOST[getattr(looked.rulebook.trust, self.name)]
        if most is None:
            return []
        return [replace(f, level=min(f.level, most)) for f in self.find(looked)]


_MOST = {"off": None, "degrade": Level.DEGRADES, "withhold": Level.WITHHOLDS}


def beyond(part: float, limits: tuple[float, float]) -> Level | None:
    """The level of a part that should be small: None up to the first limit."""
    if part <= limits[0]:
        return None
    return Level.DEGRADES if part <= limits[1] else Level.WITHHOLDS


def resting(looked: Looked, table: str | None, level: Level) -> Level:
    """The level, or told alone where no score rests on the table."""
    return level if table is None or table in looked.needed else Level.TOLD
