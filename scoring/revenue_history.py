"""What did revenue do, month by month, since long ago? From a folder to the history of its accounts and managers.

Most folders are read and checked as for a run. One whose lines are many, and all of our own layout, is read as a
stream: its lines are never held, and whatever is wrong with one of them has the folder read with care after all. What
was made of a file then is kept, so that with a new month only new files are read.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from scoring import rules, scope
from scoring.calendar import Calendar, Period
from scoring.credit import ownership
from scoring.errors import BookscoreError
from scoring.folder import opened
from scoring.frame import conform
from scoring.intake import RULES, Request, Streamed, as_streams
from scoring.lifetime.exposure import months_back
from scoring.metrics import CATALOGUE
from scoring.packed.facts import NotPackedError
from scoring.packed.history import History, Ledger, history
from scoring.packed.kept import digest_of
from scoring.packed.lines import File, Lines
from scoring.packed.months import Months
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.tables import TABLES

LARGE = 200_000_000
"""Bytes of files from which on a folder is read as a stream."""

MANY = ("contracts", "invoices")
"""The tables of many lines."""

_LENGTH = {"month": 1, "quarter": 3, "year": 12}
_SPANS = ("history", "current", "territory")


class NoOwnersError(BookscoreError):
    """Owners are told by who sold a line, which says nothing of what it did later."""

    def __init__(self, policy: str) -> None:
        super().__init__(
            f"ownership.policy: {policy} credits who sold a line, so a history has no owners; ask for the company"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A history with the rulebook it was read by, its periods, and who is in which team.

    `is_streamed`: lines were read as they passed by, so that repeated ones were not looked for.
    """

    history: History
    rulebook: Rulebook
    periods: tuple[Period, ...]
    managers: pl.DataFrame
    is_streamed: bool


def told(
    request: Request, count: int, *, streams: bool | None = None, owners: bool = True, kept: Path | None = None
) -> Told:
    """The history of so many periods, the request's the last. `streams` None: as a stream if the folder is large.

    In the folder `kept` is what is known of files that were streamed before; None: all are read, and nothing is kept.
    Raises ProblemsFoundError as a run does; NoOwnersError where `owners` are asked for and the policy has none.
    """
    flowing = None if streams is False else as_streams(request.folder)
    if flowing is not None and (streams or flowing.size >= LARGE):
        try:
            return _flowing(request, flowing, count, owners=owners, kept=kept)
        except (NotPackedError, pl.exceptions.PolarsError):
            pass  # some line is not what it should be: who reads all of them says which
    folder = opened(request)
    lazy = {name: frame.lazy() for name, frame in folder.tables.items()}
    lines = {name: Lines([File(lazy[name])]) for name in MANY}
    spans = _spans(lazy, folder.rulebook, request.as_of, owners=owners)
    ledger = _ledger(lazy, lines, spans, is_checked=True)
    made, periods = _made(ledger, folder.rulebook, folder.period, request.as_of, count)
    return Told(made, folder.rulebook, periods, folder.tables["managers"], is_streamed=False)


def _flowing(request: Request, flowing: Streamed, count: int, *, owners: bool, kept: Path | None) -> Told:
    """The history of a folder whose lines are read as they pass by."""
    versions = rules.read_versions(request.rules or request.folder / RULES, CATALOGUE)
    version, period = rules.in_force(versions, lambda v: _period(request, flowing, calendar_of(v.rulebook)))
    if version.rulebook.grain == "parent":
        raise NotPackedError  # children's lines are put under their parents' by the careful reading
    small = {
        name: conform(pl.concat([file.lines for file in flowing.files[name]], how="diagonal"), table)
        if name in flowing.files
        else table.empty().lazy()
        for name, table in TABLES.items()
        if name not in MANY
    }
    kept = kept if kept and _can_be_written(kept) else None
    lines = {name: _lines(name, flowing, is_kept=kept is not None) for name in MANY}
    spans = _spans(small, version.rulebook, request.as_of, owners=owners)
    ledger = _ledger(small, lines, spans, is_checked=False)
    made, periods = _made(ledger, version.rulebook, period, request.as_of, count, kept)
    return Told(made, version.rulebook, periods, small["managers"].collect(), is_streamed=True)


def _can_be_written(folder: Path) -> bool:
    """Whether something can be put into the folder, which is made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _lines(name: str, flowing: Streamed, *, is_kept: bool) -> Lines:
    """The lines of a table. Raises NotPackedError where a file is there twice, of which the careful reading tells."""
    files = flowing.files.get(name)
    if not files:
        return Lines([File(TABLES[name].empty().lazy())])
    digests = [digest_of(file.path) if is_kept else "" for file in files]
    if is_kept and len(set(digests)) < len(digests):
        raise NotPackedError
    return Lines([File(file.lines, file.count, digest) for file, digest in zip(files, digests, strict=True)])


def _period(request: Request, flowing: Streamed, calendar: Calendar) -> Period:
    """The period asked for, or the last that is over and that the lines reach."""
    if request.period:
        return calendar.scored(request.period)
    days = [
        file.lines.select(pl.col(column).filter(pl.col(column) <= request.as_of).max().alias("day"))
        for name, column in (("contracts", "starts_on"), ("invoices", "dated_on"))
        for file in flowing.files.get(name, ())
    ]
    last = pl.concat(pl.collect_all(days))["day"].max() if days else None
    if not isinstance(last, date):
        raise scope.NothingDatedError
    return min(calendar.latest_complete(request.as_of), calendar.containing(last), key=lambda p: p.start)


def _ledger(
    tables: Mapping[str, pl.LazyFrame], lines: Mapping[str, Lines], spans: pl.LazyFrame, *, is_checked: bool
) -> Ledger:
    return Ledger(tables["accounts"], lines["contracts"], lines["invoices"], spans, tables["rates"], is_checked)


def _made(
    ledger: Ledger, rulebook: Rulebook, last: Period, as_of: date, count: int, kept: Path | None = None
) -> tuple[History, tuple[Period, ...]]:
    """The history of so many periods, and the periods. Where a disk is full, nothing is kept."""
    calendar = calendar_of(rulebook)
    periods = tuple(calendar.previous(last, n) for n in range(count - 1, -1, -1))
    length = _LENGTH[calendar.length]
    months = Months(tuple(months_back(last.end, n) for n in range(length * count, -1, -1)), length)
    terms = scope.terms(rulebook)
    try:
        return history(ledger, terms, months, as_of, kept), periods
    except OSError:
        if kept is None:
            raise
        return history(ledger, terms, months, as_of), periods


def _spans(tables: Mapping[str, pl.LazyFrame], rulebook: Rulebook, as_of: date, *, owners: bool) -> pl.LazyFrame:
    """The days on which each account was whose, as `ownership.SPANS`; none unless asked for. Raises NoOwnersError."""
    if not owners:
        return pl.LazyFrame(schema=ownership.SPANS)
    own = rulebook.ownership
    if own.policy not in _SPANS:
        raise NoOwnersError(own.policy)
    if own.policy == "history":
        return ownership.from_history(tables["ownership"])
    if own.policy == "current":
        return ownership.from_current(tables["ownership"], as_of)
    return ownership.from_territory(tables["accounts"], own.attribute or "region", own.managers)
