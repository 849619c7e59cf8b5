"""What do people give us? Exports and rules, read and checked: the one door to the adapters."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl

import adapters
from adapters.delivery import Delivery
from adapters.files.content import is_data_file
from adapters.files.matching import DECISIONS as MATCHES
from adapters.files.opening import open_file
from adapters.files.rows import ROW
from adapters.joining.decided import COLUMNS as MATCH_COLUMNS
from adapters.joining.pairing import AMBIGUOUS, CONFIRMED, MATCHED, PROPOSED, UNMATCHED
from adapters.joining.pairing import SCHEMA as LEDGER
from adapters.streamed import Streamed, streamed
from adapters.wanted import Wanted
from scoring import grouped, rules, trust
from scoring.calendar import Calendar
from scoring.checks import Checked, check
from scoring.errors import Problem, ProblemsFoundError, Severity, in_order
from scoring.frame import Column, Kind
from scoring.inputs import RULES, SOURCES, Input
from scoring.intake import misread
from scoring.intake.drafting import Drafted, drafted
from scoring.intake.expected import Expected, room
from scoring.intake.known import ahead, known_by
from scoring.intake.mapping import mapping_of, problem_of
from scoring.intake.twice import twice
from scoring.intake.unheld import unheld
from scoring.metrics import CATALOGUE
from scoring.reach import NothingDatedError, last_days, latest_period
from scoring.rules import Version
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES, Tables

__all__ = [
    "AMBIGUOUS", "CONFIRMED", "MATCHED", "MATCHES", "MATCH_COLUMNS", "PROPOSED", "RULES", "SOURCES", "UNMATCHED",
    "Drafted", "Examined", "Expected", "Exports", "Request", "Streamed", "as_streams", "can_be_set_aside",
    "drafted", "examine", "is_data_file", "is_usable", "room", "take_in", "text_of",
]  # fmt: skip

LARGE = 200_000_000
"""Bytes of files from which on a folder is large: what can be read as a stream is."""
_UTC = "UTC"
_GIVEN = ("origin_file", "origin_row", "line_id")
"""Columns that a file need not have, as they are made where it has none."""
_KNOWN = ("every", "currency")
"""Columns of words that are known, though no list has them all."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a run. `period` None is the last the exports hold; `rules` None is the folder's own.

    `only` is the one file or archive of the folder that is read.
    """

    folder: Path
    as_of: date
    period: str | None = None
    rules: Path | None = None
    set_aside: bool = False
    only: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Exports:
    """The checked exports of a folder, all that is wrong or odd about them, and the hash of their map, if any.

    `matches` tells which accounts of other systems are which of ours, as `adapters.joining.pairing.SCHEMA`; it is empty
    where all is of one system.
    """

    checked: Checked
    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]
    mapping: str | None
    matches: pl.DataFrame

    @property
    def has_errors(self) -> bool:
        """Whether anything stops a run that sets nothing aside."""
        return any(p.severity is Severity.ERROR for p in self.problems)


@dataclass(frozen=True, slots=True)
class Examined:
    """All that is wrong or odd with the rules, and with the exports, and the exports as they were read.

    `versions` are the rulebooks, without any where one has errors.
    """

    rules: tuple[Problem, ...]
    exports: tuple[Problem, ...]
    inputs: tuple[Input, ...]
    versions: tuple[Version, ...] = ()


def examine(request: Request) -> Examined:
    """Both rules and exports, whichever of them cannot be read."""
    place = request.rules or request.folder / RULES
    versions: tuple[Version, ...] = ()
    currency: str | None
    zone: str | None
    try:
        versions = rules.read_versions(place, CATALOGUE)
        said = tuple(problem for version in versions for problem in version.problems)
        newest = versions[0].rulebook
        currency, zone = newest.currency, newest.calendar.time_zone
    except ProblemsFoundError as error:
        said, currency, zone = error.problems, rules.currency_in(place), rules.time_zone_in(place)
    try:
        scales = versions[0].rulebook.voice.csat_scales if versions else ()
        exports = take_in(request.folder, currency, request.as_of, scales, time_zone=zone, only=request.only)
    except ProblemsFoundError as error:
        return Examined(said, error.problems, (), versions)
    calendar = rules.calendar_of(versions[0].rulebook) if versions else Calendar()
    tables, later = known_by(exports.checked.tables, request.as_of, calendar)
    if is_usable(exports, set_aside=True):
        asked = misread.unknown_attributes if exports.has_errors else misread.misread
        used, none = _used(versions, tables, request.as_of)
        said = (*said, *none)
        said += tuple(p for v in used for p in asked(exports.checked.tables, v.rulebook, v.file))
        said += tuple(p for v in used for p in (*unheld(exports.checked, v), *twice(exports.checked, v)))
        later += _doubts(versions, tables, exports, request.as_of)
        later += _in_other_currencies(request, used, exports)
    return Examined(said, in_order((*exports.problems, *later)), exports.inputs, versions)


def _in_other_currencies(request: Request, used: Sequence[Version], exports: Exports) -> list[Problem]:
    """What else stops a run as rules are used, too, that report in another currency than the newest."""
    others = {v.rulebook.currency: v.rulebook for v in used if v.rulebook.currency != used[0].rulebook.currency}
    found: list[Problem] = []
    for currency, book in others.items():
        scales, zone = book.voice.csat_scales, book.calendar.time_zone
        read = take_in(request.folder, currency, request.as_of, scales, time_zone=zone, only=request.only)
        found += [p for p in read.problems if p.severity is Severity.ERROR and p not in exports.problems]
    return found


def _doubts(versions: tuple[Version, ...], tables: Tables, exports: Exports, as_of: date) -> Sequence[Problem]:
    """Why scores of the last period would be degraded or withheld, as far as it can be told before there are any."""
    if not versions:
        return ()
    try:
        now, period = rules.in_force(versions, lambda v: latest_period(tables, v.rulebook, as_of))
    except (NothingDatedError, ProblemsFoundError):
        return ()
    checked = exports.checked
    looked = trust.Looked(
        now.rulebook, tables, checked.tables, checked.set_aside, exports.inputs, period, as_of, derived=checked.derived
    )
    return trust.problems(trust.of_run(looked))


def _used(
    versions: tuple[Version, ...], tables: Tables, as_of: date
) -> tuple[tuple[Version, ...], tuple[Problem, ...]]:
    """The newest version, and those of the last period and the one before; with an error where none is in force."""
    if not versions:
        return (), ()
    try:
        now, period = rules.in_force(versions, lambda v: latest_period(tables, v.rulebook, as_of))
    except NothingDatedError:
        return versions[:1], ()
    except ProblemsFoundError as error:
        return versions[:1], error.problems
    then = rules.before(versions, now, period)
    return tuple(v for v in versions if v is versions[0] or v is now or (then and v is then[0])), ()


def take_in(
    folder: Path,
    currency: str | None,
    as_of: date,
    csat_scales: Collection[str] = (),
    *,
    time_zone: str | None = None,
    only: Path | None = None,
) -> Exports:
    """The exports, read and checked. `currency` is the reporting currency, None where it is not known;
    `csat_scales` and `time_zone` are those that the rules declare; `only` is the one file or archive of the folder that
    is read.

    Raises ProblemsFoundError when sources.yaml has errors, with those of what could be read by it.
    """
    place = folder / SOURCES
    sources = mapping_of(place, only or folder) if place.exists() else None
    mapping = None if sources is None else sha256(sources.model_dump_json(by_alias=True).encode()).hexdigest()
    keys = {name: table.key for name, table in TABLES.items()}
    delivery = adapters.read_folder(
        only or folder,
        LAYOUT,
        OPEN_TABLES,
        sources,
        keys=keys,
        home=folder,
        time_zone=None if time_zone == _UTC else time_zone,
    )
    faults = [problem_of(fault) for fault in delivery.faults]
    places = {table: rows.select("origin_file", "origin_row") for table, rows in delivery.faulty.items()}
    unread = {(table, file, row) for table, rows in places.items() for file, row in rows.iter_rows()}
    tables, delivery = dict(delivery.tables), replace(delivery, tables={})
    checked = check(tables, currency=currency, known_metrics=CATALOGUE, faulty=unread, csat_scales=csat_scales)
    matches = pl.DataFrame(schema=LEDGER) if delivery.matches is None else delivery.matches
    found = _as_called((*_to_be_matched(checked.problems, matches), *ahead(checked.tables, as_of)), delivery)
    problems = in_order(_with_lines((*faults, *found), delivery))
    return Exports(checked, _inputs(delivery, checked, as_of), problems, mapping, matches)


def as_streams(request: Request, least: int = LARGE) -> Streamed | None:
    """The tables of a folder of so many bytes as frames that are not read yet, unchecked; None where it has to be read
    with care, lacks a column or is smaller, and of a single file."""
    folder = request.folder
    if request.only or (folder / SOURCES).exists():
        return None
    free = {name: [c.name for c in table.columns if _is_free(c)] for name, table in TABLES.items()}
    found = streamed(folder, Wanted(LAYOUT, OPEN_TABLES), free, least)
    return None if found is None or _lacks(found) else found


def _is_free(column: Column) -> bool:
    """Whether any text may stand in the column."""
    return column.kind is Kind.TEXT and not (column.words or column.refers_to or column.name in _KNOWN)


def _lacks(found: Streamed) -> bool:
    """Whether a file has not all columns that its table needs."""
    needed = {name: {c.name for c in table.columns if c.required}.difference(_GIVEN) for name, table in TABLES.items()}
    return any(needed[name] - set(file.lines.collect_schema()) for name in found.files for file in found.files[name])


def _with_lines(problems: Iterable[Problem], delivery: Delivery) -> list[Problem]:
    """The problems with the line at which their row begins, in files whose rows have not a line each."""
    files = {read.name: read for read in delivery.files if read.lines}
    return [replace(p, line=files[p.file].line_of(p.row)) if p.file in files and p.row else p for p in problems]


def _to_be_matched(problems: Iterable[Problem], matches: pl.DataFrame) -> list[Problem]:
    """The problems; of an id that may be an account of ours, with the way to say so."""
    proposed = {*matches.filter(pl.col("candidates").is_not_null())["kept_id"]}
    remedy = f"bookscore match proposes which account it is; confirm it in {MATCHES}"
    is_open = (p.column == "account_id" and p.value in proposed for p in problems)
    return [replace(p, remedy=remedy) if doubt else p for p, doubt in zip(problems, is_open, strict=True)]


def _as_called(problems: Iterable[Problem], delivery: Delivery) -> list[Problem]:
    """The problems with the columns as people's files call them, where sources.yaml says so."""
    called: dict[tuple[str | None, str | None, str], list[str]] = {}
    for read in delivery.files:
        for ours, theirs in read.columns:
            called.setdefault((read.name, read.table, ours), []).append(theirs)

    def told(problem: Problem, ours: str) -> str:
        return " or ".join(dict.fromkeys(called.get((problem.file, problem.table, ours), [ours])))

    return [replace(p, column=", ".join(told(p, c) for c in p.column.split(", "))) if p.column else p for p in problems]


def text_of(path: Path) -> pl.DataFrame:
    """The rows of a file that is no export: the number of each, from 1, and its columns as text; nothing is kept of it.

    Raises ProblemsFoundError where it, or one of its rows, cannot be read.
    """
    opened = open_file(path, path.name)
    faults = [problem_of(fault) for fault in opened.faults]
    if opened.frame is None or any(p.severity is Severity.ERROR for p in faults):
        raise ProblemsFoundError(faults)
    return opened.frame.select(pl.col(ROW).cast(pl.Int64).alias(grouped.ROW), pl.col(*opened.header).cast(pl.String))


def _inputs(delivery: Delivery, checked: Checked, as_of: date) -> tuple[Input, ...]:
    """The files that were read, each with how many of its rows are set aside, and its last day."""
    rows = {t: f.select("origin_file", "origin_row").unique() for t, f in checked.set_aside.items()}
    aside = [(file, t) for t, f in rows.items() for file in f["origin_file"]]
    last = last_days(checked.tables, as_of)
    return tuple(
        Input(f.name, f.sha256, f.rows, f.filtered, lost, last.get(f.name), f.table)
        for f in delivery.files
        for lost in (f.lost + aside.count((f.name, f.table or "")),)
    )


def is_usable(exports: Exports, *, set_aside: bool) -> bool:
    """Whether the exports can be scored: without errors, or with all of them set aside."""
    return not exports.has_errors or (set_aside and can_be_set_aside(exports.problems, exports.inputs))


def can_be_set_aside(problems: Iterable[Problem], inputs: Iterable[Input] = ()) -> bool:
    """Whether every error is of a row that can be left out; a missing file or column is not, nor the row at which a
    file could not be read any further, as nothing of that file is used, nor a line of sources.yaml.
    """
    unread = {SOURCES, *(read.name for read in inputs if not read.rows)}
    errors = [p for p in problems if p.severity is Severity.ERROR]
    return all(p.row is not None and p.file not in unread for p in errors)
