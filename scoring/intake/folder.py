"""What does a company's folder hold, for whoever scores it, compares it or looks back? Read once, all alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from scoring import rules, trust
from scoring.calendar import FuturePeriodError, Period
from scoring.errors import Problem, ProblemsFoundError
from scoring.intake import RULES, Exports, Request, is_usable, misread, take_in
from scoring.intake.known import known_by
from scoring.intake.twice import twice
from scoring.intake.unheld import unheld
from scoring.metrics import CATALOGUE
from scoring.reach import latest_period
from scoring.restate import as_scored
from scoring.rules import Rulebook, Version

Tables = dict[str, pl.DataFrame]


@dataclass(slots=True, eq=False)
class Reader:
    """The exports of a folder, read once for each way in which rulebooks have them read.

    `taken` are the files as they were read, `made` the tables made of them as `Read`.
    """

    request: Request
    taken: dict[tuple[object, ...], Exports] = field(default_factory=dict)
    made: dict[tuple[object, ...], "Read"] = field(default_factory=dict)

    def read(self, rulebook: Rulebook) -> "Read":
        """The exports as the rulebook has them read. Raises ProblemsFoundError unless they can be scored."""
        request, scales, zone = self.request, rulebook.voice.csat_scales, rulebook.calendar.time_zone
        way = (rulebook.currency, tuple(scales), zone)
        if way not in self.taken:
            self.taken[way] = take_in(
                request.folder, rulebook.currency, request.as_of, scales, time_zone=zone, only=request.only
            )
        exports, grain = self.taken[way], (*way, rulebook.grain)
        if not is_usable(exports, set_aside=request.set_aside):
            raise ProblemsFoundError(exports.problems)
        if grain not in self.made:
            tables, later = known_by(exports.checked.tables, request.as_of, rules.calendar_of(rulebook))
            self.made[grain] = Read(as_scored(tables, rulebook), exports, tuple(later), tables)
        return self.made[grain]

    def of(self, version: Version) -> "Read":
        """The exports as the version has them read. Raises ProblemsFoundError, too, if they lack what it asks."""
        try:
            found = self.read(version.rulebook)
        except ProblemsFoundError as error:
            raise ProblemsFoundError((*version.problems, *error.problems)) from None
        if wrong := misread.misread(found.exports.checked.tables, version.rulebook, version.file):
            raise ProblemsFoundError((*wrong, *version.problems, *found.exports.problems))
        return found

    def period(self, version: Version) -> Period:
        """The period that was asked for, or the last one that the exports hold, in the version's calendar."""
        if self.request.period:
            return rules.calendar_of(version.rulebook).scored(self.request.period)
        return latest_period(self.of(version).tables, version.rulebook, self.request.as_of)

    def doubts(self, rulebook: Rulebook, period: Period, rows: pl.DataFrame) -> tuple[trust.Finding, ...]:
        """Why the exports may not carry scores of the period; `rows` is its book."""
        read = self.read(rulebook)
        checked = read.exports.checked
        looked = trust.Looked(
            rulebook, read.tables, checked.tables, checked.set_aside, read.exports.inputs, period, self.request.as_of,
            rows, checked.derived,
        )  # fmt: skip
        return trust.of_run(looked)


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Checked tables of what the rulebook calls a customer, as they were known when the as-of day was over.

    `later` is what was left out as it was recorded later; `rows` are the tables with every customer in them.
    """

    tables: Tables
    exports: Exports
    later: tuple[Problem, ...]
    rows: Tables


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The period before, with the rules that were in force for it, and the tables as those have them read."""

    version: Version
    period: Period
    tables: Tables


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """A company: the rulebook that is in force for the period that was asked for, and its tables as in `Read`.

    `problems` is what is odd about rules and exports, `later` what was left out as it was recorded later; `exports`
    the files as they were read, `versions` the rulebooks there are, the newest first.
    """

    version: Version
    period: Period
    tables: Tables
    as_of: date
    problems: tuple[Problem, ...]
    later: Sequence[Problem]
    exports: Exports
    versions: Sequence[Version]
    reader: Reader

    @property
    def rulebook(self) -> Rulebook:
        """The rules that are in force for the period."""
        return self.version.rulebook

    @property
    def rows(self) -> Tables:
        """The checked tables as they were read, with every customer in them."""
        return self.reader.read(self.rulebook).rows

    def before(self) -> Earlier | None:
        """The period before with what was in force for it; None where nothing was. Raises ProblemsFoundError."""
        found = rules.before(self.versions, self.version, self.period)
        return None if found is None else Earlier(*found, self.reader.of(found[0]).tables)


def opened(request: Request) -> Folder:
    """The folder of the request.

    Raises ProblemsFoundError when anything is wrong with the rules or, unless rows are to be set aside, with the
    exports, and where no rules were in force; FuturePeriodError for a period that has not begun.
    """
    versions = rules.read_versions(request.rules or request.folder / RULES, CATALOGUE)
    reader = Reader(request)
    version, period = rules.in_force(versions, reader.period)
    found = reader.of(version)
    if period.start > request.as_of:
        raise FuturePeriodError(period, request.as_of)
    checked = found.exports.checked
    problems = (*version.problems, *unheld(checked, version), *twice(checked, version), *found.exports.problems)
    return Folder(version, period, found.tables, request.as_of, problems, found.later, found.exports, versions, reader)
