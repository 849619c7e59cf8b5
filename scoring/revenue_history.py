"""What did revenue do, month by month, since long ago? From a folder to the history of its accounts and managers.

Most folders are read and checked as for a run. One whose lines are many, and all of our own layout, is read as a
stream: its lines are never held, and whatever is wrong with one of them has the folder read with care after all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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
from scoring.packed.history import History, Ledger, Months, history
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.tables import TABLES

LARGE = 200_000_000
"""Bytes of files from which on a folder is read as a stream."""

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


def told(request: Request, count: int, *, streams: bool | None = None, owners: bool = True) -> Told:
    """The history of so many periods, the request's the last. `streams` None: as a stream if the folder is large.

    Raises ProblemsFoundError as a run does; NoOwnersError where `owners` are asked for and the policy has none.
    """
    flowing = None if streams is False else as_streams(request.folder)
    if flowing is not None and (streams or flowing.size >= LARGE):
        try:
            return _flowing(request, flowing, count, owners=owners)
        except (NotPackedError, pl.exceptions.PolarsError):
            pass  # some line is not what it should be: who reads all of them says which
    folder = opened(request)
    lazy = {name: frame.lazy() for name, frame in folder.tables.items()}
    pieces = {name: [lazy[name]] for name in ("contracts", "invoices")}
    spans = _spans(lazy, folder.rulebook, request.as_of, owners=owners)
    ledger = _ledger(lazy, pieces, spans, is_checked=True)
    made, periods = _made(ledger, folder.rulebook, folder.period, request.as_of, count)
    return Told(made, folder.rulebook, periods, folder.tables["managers"], is_streamed=False)


def _flowing(request: Request, flowing: Streamed, count: int, *, owners: bool) -> Told:
    """The history of a folder whose lines are read as they pass by."""
    versions = rules.read_versions(request.rules or request.folder / RULES, CATALOGUE)
    version, period = rules.in_force(versions, lambda v: _period(request, flowing, calendar_of(v.rulebook)))
    small = {
        name: conform(pl.concat(flowing.pieces[name], how="diagonal"), table)
        if name in flowing.pieces
        else table.empty().lazy()
        for name, table in TABLES.items()
        if name not in ("contracts", "invoices")
    }
    if version.rulebook.grain == "parent":
        raise NotPackedError  # children's lines are put under their parents' by the careful reading
    pieces = {name: list(flowing.pieces.get(name, [TABLES[name].empty().lazy()])) for name in ("contracts", "invoices")}
    spans = _spans(small, version.rulebook, request.as_of, owners=owners)
    made, periods = _made(
        _ledger(small, pieces, spans, is_checked=False), version.rulebook, period, request.as_of, count
    )
    return Told(made, version.rulebook, periods, small["managers"].collect(), is_streamed=True)


def _period(request: Request, flowing: Streamed, calendar: Calendar) -> Period:
    """The period asked for, or the last that is over and that the lines reach."""
    if request.period:
        return calendar.scored(request.period)
    days = [
        piece.select(pl.col(column).filter(pl.col(column) <= request.as_of).max().alias("day"))
        for name, column in (("contracts", "starts_on"), ("invoices", "dated_on"))
        for piece in flowing.pieces.get(name, ())
    ]
    last = pl.concat(pl.collect_all(days))["day"].max() if days else None
    if not isinstance(last, date):
        raise scope.NothingDatedError
    return min(calendar.latest_complete(request.as_of), calendar.containing(last), key=lambda p: p.start)


def _ledger(
    tables: Mapping[str, pl.LazyFrame],
    pieces: Mapping[str, list[pl.LazyFrame]],
    spans: pl.LazyFrame,
    *,
    is_checked: bool,
) -> Ledger:
    contracts, invoices = (lambda: pieces["contracts"]), (lambda: pieces["invoices"])
    return Ledger(tables["accounts"], contracts, invoices, spans, tables["rates"], is_checked)


def _made(
    ledger: Ledger, rulebook: Rulebook, last: Period, as_of: date, count: int
) -> tuple[History, tuple[Period, ...]]:
    """The history of so many periods, and the periods."""
    calendar = calendar_of(rulebook)
    periods = tuple(calendar.previous(last, n) for n in range(count - 1, -1, -1))
    length = _LENGTH[calendar.length]
    firsts = tuple(months_back(last.end, n) for n in range(length * count, -1, -1))
    return history(ledger, scope.terms(rulebook), Months(firsts, length), as_of), periods


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
