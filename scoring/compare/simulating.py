"""Over which tables and periods are two rulebooks compared? A folder read once, and its last periods."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scoring import booking, rules, scope
from scoring.calendar import Period
from scoring.compare.rulebooks import Simulation, simulate
from scoring.errors import Problem, ProblemsFoundError, in_order
from scoring.intake import RULES, Request, is_usable, take_in
from scoring.ledger.parents import rolled_up
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook

LAST = 4
"""How many periods are looked at, unless told."""

_BEGINS = {"contracts": "starts_on", "invoices": "dated_on"}


@dataclass(slots=True)
class _Folder:
    """The exports of a folder, read once for each way in which rulebooks have them read."""

    request: Request
    read: dict[tuple[object, ...], booking.Tables] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def tables(self, book: Rulebook) -> booking.Tables:
        """Checked tables. Raises ProblemsFoundError as a run does."""
        scales = book.voice.csat_scales
        key = (book.currency, tuple(scales), book.grain)
        if key not in self.read:
            intake = take_in(self.request.folder, book.currency, self.request.as_of, scales)
            if not is_usable(intake, set_aside=self.request.set_aside):
                raise ProblemsFoundError(intake.problems)
            known, _ = scope.known_by(intake.checked.tables, self.request.as_of)
            self.problems += intake.problems
            self.read[key] = rolled_up(known) if book.grain == "parent" else known
        return self.read[key]


def of_folder(
    request: Request, new_rules: Path, names: Sequence[str] = (), last: int = LAST
) -> tuple[Simulation, tuple[Problem, ...]]:
    """The folder's past periods under its own rules and under the new ones, and what is odd about all of them.

    `names` are the periods; without them the `last` ones that the exports hold, by the folder's calendar. Raises
    ProblemsFoundError where either rules or the exports have errors.
    """
    places = (request.rules or request.folder / RULES, new_rules)
    (old, warnings), (new, more) = (rules.read(place, CATALOGUE) for place in places)
    folder = _Folder(request)
    for place, book in zip(places, (old, new), strict=True):
        if misread := scope.misread(folder.tables(book), book, place.name):
            raise ProblemsFoundError(misread)
    periods = [scope.calendar_of(old).period(n) for n in names] or _last(folder.tables(old), old, request.as_of, last)
    for period in periods:
        if period.start > request.as_of:
            raise scope.FuturePeriodError(period, request.as_of)
    ordered = sorted(set(periods), key=lambda p: (p.start, p.end))
    found = simulate(folder.tables, old, new, ordered, request.as_of)
    return found, in_order((*warnings, *more, *folder.problems))


def _last(tables: booking.Tables, book: Rulebook, as_of: date, count: int) -> list[Period]:
    """The last periods that the exports hold from their first day on; always the last one."""
    latest, calendar = scope.latest_period(tables, book, as_of), scope.calendar_of(book)
    first = tables[book.basis][_BEGINS[book.basis]].min()
    earlier = (calendar.previous(latest, n) for n in range(1, count))
    return [latest, *(p for p in earlier if isinstance(first, date) and p.start >= first)]
