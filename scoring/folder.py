"""What does a company's folder hold, for whoever scores it, compares it or looks back? Read once, all alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring import rules, scope
from scoring.calendar import Period
from scoring.errors import Problem, ProblemsFoundError
from scoring.intake import RULES, Exports, Request, is_usable, take_in
from scoring.ledger.parents import rolled_up
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """A company: its rulebook, and its checked tables as they were known when `as_of` was over.

    `tables` are of what the rulebook calls a customer; `problems` what is odd about rules and exports, `later` what
    was left out as it was recorded later; `exports` the files as they were read.
    """

    rulebook: Rulebook
    tables: Tables
    as_of: date
    problems: tuple[Problem, ...]
    later: Sequence[Problem]
    exports: Exports

    def period(self, name: str | None) -> Period:
        """The period of that name, or the last one that the exports hold. Raises FuturePeriodError."""
        calendar = scope.calendar_of(self.rulebook)
        period = calendar.period(name) if name else scope.latest_period(self.tables, self.rulebook, self.as_of)
        if period.start > self.as_of:
            raise scope.FuturePeriodError(period, self.as_of)
        return period


def opened(request: Request) -> Folder:
    """The folder of the request.

    Raises ProblemsFoundError when anything is wrong with the rules or, unless rows are to be set aside, with the
    exports.
    """
    place = request.rules or request.folder / RULES
    rulebook, warnings = rules.read(place, CATALOGUE)
    exports = take_in(request.folder, rulebook.currency, request.as_of, rulebook.voice.csat_scales)
    problems = (*warnings, *exports.problems)
    if not is_usable(exports, set_aside=request.set_aside):
        raise ProblemsFoundError(problems)
    if misread := scope.misread(exports.checked.tables, rulebook, place.name):
        raise ProblemsFoundError((*misread, *problems))
    tables, later = scope.known_by(exports.checked.tables, request.as_of)
    if rulebook.grain == "parent":
        tables = rolled_up(tables)
    return Folder(rulebook, tables, request.as_of, problems, later, exports)
