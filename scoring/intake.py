"""What do people give us? Exports and rules, read and checked: the one door to the adapters."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl

import adapters
from adapters.delivery import Delivery
from adapters.draft import draft
from adapters.files.opening import open_file
from adapters.files.rows import ROW
from adapters.sources import Sources
from scoring import document, grouped, rules, scope
from scoring.checks import Checked, check
from scoring.errors import Problem, ProblemsFoundError, Severity, in_order
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook
from scoring.run import Input
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

RULES, SOURCES = "rules.yaml", "sources.yaml"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a run. `period` None is the last the exports hold; `rules` None is the folder's own."""

    folder: Path
    as_of: date
    period: str | None = None
    rules: Path | None = None
    set_aside: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Exports:
    """The checked exports of a folder, all that is wrong or odd about them, and the hash of their map, if any."""

    checked: Checked
    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]
    mapping: str | None

    @property
    def has_errors(self) -> bool:
        """Whether anything stops a run that sets nothing aside."""
        return any(p.severity is Severity.ERROR for p in self.problems)


@dataclass(frozen=True, slots=True)
class Examined:
    """All that is wrong or odd with the rules, and with the exports, and the exports as they were read."""

    rules: tuple[Problem, ...]
    exports: tuple[Problem, ...]
    inputs: tuple[Input, ...]


def examine(request: Request) -> Examined:
    """Both rules and exports, whichever of them cannot be read."""
    place = request.rules or request.folder / RULES
    rulebook: Rulebook | None = None
    try:
        rulebook, said = rules.read(place, CATALOGUE)
        currency: str | None = rulebook.currency
    except ProblemsFoundError as error:
        said, currency = error.problems, rules.currency_in(place)
    try:
        scales = rulebook.voice.csat_scales if rulebook else ()
        exports = take_in(request.folder, currency, request.as_of, scales)
    except ProblemsFoundError as error:
        return Examined(said, error.problems, ())
    _, later = scope.known_by(exports.checked.tables, request.as_of)
    if rulebook is not None and is_usable(exports, set_aside=True):
        asked = scope.unknown_attributes if exports.has_errors else scope.misread
        said = (*said, *asked(exports.checked.tables, rulebook, place.name))
    return Examined(said, in_order((*exports.problems, *later)), exports.inputs)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A `sources.yaml` and a `rules.yaml` to start with, and what was found out about the exports.

    `findings` are certainty (recognised, guessed, not recognised), file, and what of it.
    """

    sources: str
    rules: str
    findings: Sequence[tuple[str, str, str]]


def drafted(folder: Path) -> Drafted:
    """The settings for a folder of exports: its files mapped, and the rules on the basis that they give."""
    required = {name: [c.name for c in table.columns if c.required] for name, table in TABLES.items()}
    text, findings = draft(folder, LAYOUT, required, OPEN_TABLES)
    sources, _ = document.read_text(SOURCES, text).fit(Sources)
    columns = {f.table: {*f.columns, *f.constants} for f in sources.files} if sources else {}
    return Drafted(text, _rules_for(columns), [(f.certainty, f.file, f.what) for f in findings])


def _rules_for(columns: Mapping[str, Collection[str]]) -> str:
    """The default rules, read on invoices where there are no contracts, with what is known of owners."""
    basis = "invoices" if "invoices" in columns and "contracts" not in columns else "contracts"
    policy = "history"
    if "ownership" in columns:
        policy = "history" if "starts_on" in columns["ownership"] else "current"
    elif "seller_id" in columns.get(basis, ()):
        policy = "seller"
    return rules.default_text(basis=basis, policy=policy)


def take_in(folder: Path, currency: str | None, as_of: date, csat_scales: Collection[str] = ()) -> Exports:
    """The exports, read and checked. `currency` is the reporting currency, None where it is not known;
    `csat_scales` are those that the rules declare.

    Raises ProblemsFoundError when sources.yaml cannot be read.
    """
    place = folder / SOURCES
    sources = document.load(place, Sources) if place.exists() else None
    mapping = None if sources is None else sha256(sources.model_dump_json(by_alias=True).encode()).hexdigest()
    keys = {name: table.key for name, table in TABLES.items()}
    delivery = adapters.read_folder(folder, LAYOUT, OPEN_TABLES, sources, keys=keys)
    faults = [
        Problem(f.what, f.remedy, f.file, f.row, f.column, f.value, f.table, Severity(f.severity))
        for f in delivery.faults
    ]
    places = {table: rows.select("origin_file", "origin_row") for table, rows in delivery.faulty.items()}
    unread = {(table, file, row) for table, rows in places.items() for file, row in rows.iter_rows()}
    checked = check(delivery.tables, currency=currency, known_metrics=CATALOGUE, faulty=unread, csat_scales=csat_scales)
    return Exports(checked, _inputs(delivery, checked, as_of), in_order((*faults, *checked.problems)), mapping)


def text_of(path: Path) -> pl.DataFrame:
    """The rows of a file that is no export: the number of each, from 1, and its columns as text; nothing is kept of it.

    Raises ProblemsFoundError where it, or one of its rows, cannot be read.
    """
    opened = open_file(path, path.name)
    faults = [
        Problem(f.what, f.remedy, f.file, f.row, f.column, f.value, severity=Severity(f.severity))
        for f in opened.faults
    ]
    if opened.frame is None or any(p.severity is Severity.ERROR for p in faults):
        raise ProblemsFoundError(faults)
    return opened.frame.select(pl.col(ROW).cast(pl.Int64).alias(grouped.ROW), pl.col(*opened.header).cast(pl.String))


def _inputs(delivery: Delivery, checked: Checked, as_of: date) -> tuple[Input, ...]:
    """The files that were read, each with how many of its rows are set aside, and its last day."""
    aside = [(f["origin_file"][n], t) for t, f in checked.set_aside.items() for n in range(f.height)]
    last = scope.last_days(checked.tables, as_of)
    return tuple(
        Input(f.name, f.sha256, f.rows, f.filtered, f.lost + aside.count((f.name, f.table or "")), last.get(f.name))
        for f in delivery.files
    )


def is_usable(exports: Exports, *, set_aside: bool) -> bool:
    """Whether the exports can be scored: without errors, or with all of them set aside."""
    return not exports.has_errors or (set_aside and can_be_set_aside(exports.problems))


def can_be_set_aside(problems: Iterable[Problem]) -> bool:
    """Whether every error is of a row that can be left out; a missing file or column is not."""
    return all(p.row is not None for p in problems if p.severity is Severity.ERROR)
