"""What did revenue do, month by month, since long ago? From a folder to the history of its accounts and managers.

Most folders are read and checked as for a run. One whose lines are many, and all of our own layout, is read as a
stream: its lines are never held, and whatever is wrong with one of them has the folder read with care after all. What
was made of a file then is kept, so that with a new month only new files are read.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from scoring import rules
from scoring.calendar import Calendar, Period, months_in
from scoring.checks import check
from scoring.credit import ownership
from scoring.days import months_back
from scoring.errors import BookscoreError
from scoring.frame import conform
from scoring.intake import LARGE, RULES, Request, Streamed, as_streams
from scoring.intake.folder import opened
from scoring.ledger.terms import Terms
from scoring.metrics import CATALOGUE
from scoring.packed.answers import Answer, answer
from scoring.packed.facts import NotPackedError
from scoring.packed.history import Ledger
from scoring.packed.lines import File, Lines
from scoring.packed.months import Months
from scoring.packed.notes import digest_of, name_of
from scoring.reach import DATED, days_of, reached
from scoring.rules import Rulebook
from scoring.rules.terms import ledger_terms
from scoring.rules.versions import calendar_of
from scoring.tables import TABLES

MANY = ("contracts", "invoices")
"""The tables of many lines."""

FEW = ("accounts", "managers", "ownership", "rates")
"""The others that a history is made of."""


class NoOwnersError(BookscoreError):
    """Owners are told by who sold a line, which says nothing of what it did later."""

    def __init__(self, policy: str) -> None:
        super().__init__(
            f"ownership.policy: {policy} credits who sold a line, so a history has no owners; ask for the company"
        )


class ChangedError(BookscoreError):
    """A file was written to while it was read, so nothing can be said of it."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} was changed while it was read; ask again when the exports are complete")


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Frames of a history with the rulebook it was read by, its periods, and who is in which team.

    `is_streamed`: lines were read as they passed by, so that repeated ones were not looked for.
    """

    answer: Answer
    rulebook: Rulebook
    periods: tuple[Period, ...]
    managers: pl.DataFrame
    is_streamed: bool


def told(
    request: Request,
    count: int,
    *,
    frames: Collection[str] = ("sums",),
    streams: bool | None = None,
    owners: bool = True,
    kept: Path | None = None,
    held: Callable[[Streamed | None], None] = lambda files: None,
) -> Told:
    """The history of so many periods, the request's the last, in frames of `packed.frames.FRAMES`. `streams` None: as
    a stream if the folder is large.

    In the folder `kept` is what is known of files that were streamed before; None: all are read, and nothing is kept.
    `held` is called before all rows are, with the files if they are large and of our own layout.
    Raises ProblemsFoundError as a run does; NoOwnersError where `owners` are asked for and the policy has none;
    ChangedError, with nothing kept, where a streamed file changes meanwhile.
    """
    flowing = as_streams(request, 0 if streams else LARGE)
    if flowing is not None and streams is not False:
        try:
            return _flowing(request, flowing, count, frames, owners=owners, kept=kept)
        except (NotPackedError, pl.exceptions.PolarsError):
            pass  # some line is not what it should be: who reads all of them says which
    held(flowing)
    folder = opened(request)
    lazy = {name: frame.lazy() for name, frame in folder.tables.items()}
    lines = {name: Lines([File(lazy[name])]) for name in MANY}
    spans = _spans(lazy, folder.rulebook, request.as_of, owners=owners)
    ledger = _ledger(lazy, lines, spans, is_checked=True)
    periods = _periods(folder.rulebook, folder.period, count)
    found = answer(ledger, *_asked(folder.rulebook, periods), request.as_of, frames)
    return Told(found, folder.rulebook, periods, folder.tables["managers"], is_streamed=False)


def _flowing(
    request: Request, flowing: Streamed, count: int, frames: Collection[str], *, owners: bool, kept: Path | None
) -> Told:
    """The history of a folder whose lines are read as they pass by."""
    versions = rules.read_versions(request.rules or request.folder / RULES, CATALOGUE)
    version, period = rules.in_force(versions, lambda v: _period(request, flowing, calendar_of(v.rulebook)))
    if version.rulebook.grain == "parent" or version.rulebook.basis not in flowing.files:
        raise NotPackedError  # the careful reading puts children's lines under their parents', and says what is lacking
    small = {
        name: conform(pl.concat([file.lines for file in flowing.files[name]], how="diagonal"), table)
        if name in flowing.files
        else table.empty().lazy()
        for name, table in TABLES.items()
        if name not in MANY
    }
    kept = kept if kept and _can_be_written(kept) else None
    before = _stamps(flowing)
    lines = {name: _lines(name, flowing, is_kept=kept is not None) for name in MANY}
    spans = _spans(small, version.rulebook, request.as_of, owners=owners)
    look = partial(_check_few, flowing, version.rulebook)
    beside = name_of(version.rulebook.model_dump_json(), f"{owners}", *_beside(flowing)) if kept else ""
    ledger = _ledger(small, lines, spans, is_checked=False, beside=beside, look=look)
    periods = _periods(version.rulebook, period, count)
    asked = (*_asked(version.rulebook, periods), request.as_of, frames)
    try:
        found = answer(ledger, *asked, kept)
    except OSError:
        if kept is None:
            raise
        found = answer(ledger, *asked)  # the disk is full: nothing is kept
    _check_unchanged(before, _stamps(flowing), kept)
    return Told(found, version.rulebook, periods, small["managers"].collect(), is_streamed=True)


def _beside(flowing: Streamed) -> list[str]:
    """What the files of tables with few lines are known by."""
    return [f"{name} {digest_of(file.path)}" for name in FEW for file in flowing.files.get(name, ())]


def _check_few(flowing: Streamed, rulebook: Rulebook) -> None:
    """Raises NotPackedError where a table of few lines has an error, of which the careful reading tells."""
    tables = {
        name: pl.concat([file.rows for file in flowing.files[name]], how="diagonal").collect()
        for name in FEW
        if name in flowing.files
    }
    if check(tables, currency=rulebook.currency, known_metrics=CATALOGUE).has_errors:
        raise NotPackedError


def _stamps(flowing: Streamed) -> dict[Path, tuple[int, int]]:
    """File to its size and the time it was written."""
    stats = {file.path: file.path.stat() for files in flowing.files.values() for file in files}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


def _check_unchanged(before: Mapping[Path, object], now: Mapping[Path, object], kept: Path | None) -> None:
    """Raises ChangedError, and removes what is kept, as it may be known by what a file held before."""
    changed = [path.name for path in before if now[path] != before[path]]
    if changed:
        if kept:
            shutil.rmtree(kept, ignore_errors=True)
        raise ChangedError(changed[0])


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
        return Lines([], TABLES[name].empty().lazy())
    sizes = Counter(file.path.stat().st_size for file in files)
    digests = [digest_of(file.path) if is_kept or sizes[file.path.stat().st_size] > 1 else "" for file in files]
    if max(Counter(filter(None, digests)).values(), default=1) > 1:
        raise NotPackedError
    return Lines([File(file.lines, file.count, digest) for file, digest in zip(files, digests, strict=True)])


def _period(request: Request, flowing: Streamed, calendar: Calendar) -> Period:
    """The period asked for, or the one that a run of the folder scores. Raises NothingDatedError."""
    if request.period:
        return calendar.scored(request.period)
    day = pl.col("day")
    days = [
        days_of(conform(file.lines, TABLES[name]), name).select(
            first=day.min(), last=day.filter(day <= request.as_of).max()
        )
        for name in DATED
        for file in flowing.files.get(name, ())
    ]
    found = pl.concat(pl.collect_all(days, engine="streaming")) if days else pl.DataFrame({"first": [], "last": []})
    return reached(calendar, found["first"].min(), found["last"].max(), request.as_of)


def _ledger(
    tables: Mapping[str, pl.LazyFrame],
    lines: Mapping[str, Lines],
    spans: pl.LazyFrame,
    *,
    is_checked: bool,
    beside: str = "",
    look: Callable[[], None] = lambda: None,
) -> Ledger:
    return Ledger(
        tables["accounts"], lines["contracts"], lines["invoices"], spans, tables["rates"], is_checked, beside, look
    )


def _periods(rulebook: Rulebook, last: Period, count: int) -> tuple[Period, ...]:
    """So many periods, to the last."""
    calendar = calendar_of(rulebook)
    return tuple(calendar.previous(last, n) for n in range(count - 1, -1, -1))


def _asked(rulebook: Rulebook, periods: Sequence[Period]) -> tuple[Terms, Months]:
    """By which policies lines are read, and the months of the periods."""
    length = months_in(periods[-1])
    firsts = (months_back(periods[-1].end, n) for n in range(length * len(periods), -1, -1))
    return ledger_terms(rulebook), Months(tuple(firsts), length)


def _spans(tables: Mapping[str, pl.LazyFrame], rulebook: Rulebook, as_of: date, *, owners: bool) -> pl.LazyFrame:
    """The days on which each account was whose, as `ownership.SPANS`; none unless asked for. Raises NoOwnersError."""
    if not owners:
        return pl.LazyFrame(schema=ownership.SPANS)
    own = rulebook.ownership
    if own.policy not in ownership.RECORDED:
        raise NoOwnersError(own.policy)
    return ownership.recorded(own.policy, tables, as_of, attribute=own.attribute, managers=own.managers)
