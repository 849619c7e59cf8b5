"""Which rules are in force when? A rulebook and those that it supersedes, each from its own day on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

from scoring import document
from scoring.calendar import Calendar, Period
from scoring.days import DAY
from scoring.document import Document, Flaw, Keys, did_you_mean
from scoring.errors import Problem, ProblemsFoundError, Severity
from scoring.rules.lint import MetricFacts
from scoring.rules.reading import read_from
from scoring.rules.rulebook import Rulebook

_SUPERSEDES: Keys = ("supersedes",)
_EFFECTIVE: Keys = ("effective_from",)


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A rulebook as it was read: the document that says where everything stands, and what is odd about it."""

    rulebook: Rulebook
    document: Document
    problems: tuple[Problem, ...] = ()

    @property
    def file(self) -> str:
        """What its file is called: from the folder of the newest."""
        return self.document.file

    @property
    def effective_on(self) -> date | None:
        """The first day of periods for which it is in force; None: of all."""
        return effective_on(self.rulebook)


def calendar_of(rulebook: Rulebook) -> Calendar:
    """The company's calendar."""
    own = rulebook.calendar
    return Calendar(own.fiscal_year_starts, own.period, own.time_zone)


def effective_on(rulebook: Rulebook) -> date | None:
    """The first day on which a period may begin that is scored by the rules; None: any."""
    text = rulebook.effective_from
    if text is None:
        return None
    return date.fromisoformat(text) if text.count("-") > 1 else calendar_of(rulebook).period(text).start


def read_versions(path: Path, catalogue: Mapping[str, MetricFacts]) -> tuple[Version, ...]:
    """The rulebook and all that it supersedes, one after the other, the newest first.

    `catalogue` holds the metrics a rule may name. Raises ProblemsFoundError with every error of any of the files, and
    where one is missing, they lead round in a circle, or their days are out of order.
    """
    documents, problems = _chain(path)
    read = [(found, *read_from(found, catalogue)) for found in documents]
    problems += [problem for *_, said in read for problem in said]
    found = [Version(rulebook, document, said) for document, rulebook, said in read if rulebook is not None]
    problems += [p for newer, older in pairwise(found) for p in _out_of_order(newer, older)]
    if any(p.severity is Severity.ERROR for p in problems):
        raise ProblemsFoundError(problems)
    return tuple(found)


def version(path: Path, catalogue: Mapping[str, MetricFacts]) -> Version:
    """The rulebook by itself, whatever it supersedes. Raises ProblemsFoundError with every error."""
    found = document.read(path)
    rulebook, said = read_from(found, catalogue)
    if rulebook is None:
        raise ProblemsFoundError(said)
    return Version(rulebook, found, said)


def in_force(versions: Sequence[Version], period_of: Callable[[Version], Period]) -> tuple[Version, Period]:
    """The newest version that is in force for the period that it finds itself, and that period.

    Raises ProblemsFoundError where none was in force so early.
    """
    for version in versions:
        period, first = period_of(version), version.effective_on
        if first is None or period.start >= first:
            return version, period
    what = f"{{key}}: {period.name} begins on {period.start}, before any rules were in force"
    remedy = "name the rules of that time under supersedes, or an earlier day"
    raise ProblemsFoundError([versions[-1].document.problem(Flaw(_EFFECTIVE, what, remedy))])


def before(versions: Sequence[Version], now: Version, period: Period) -> tuple[Version, Period] | None:
    """What was in force for the period before this one, and that period; None where nothing was.

    `now` is in force for this one. Under another calendar the period before is the last that was over.
    """

    def earlier(version: Version) -> Period:
        calendar = calendar_of(version.rulebook)
        if calendar == calendar_of(now.rulebook):
            return calendar.previous(period)
        return calendar.latest_complete(period.start - DAY)

    try:
        return in_force(versions, earlier)
    except ProblemsFoundError:
        return None


def _chain(path: Path) -> tuple[list[Document], list[Problem]]:
    """The documents from the newest on, as far as they lead, and where the way ends that should go on."""
    documents, problems, seen = [document.read(path)], list[Problem](), [path.resolve()]
    here = path
    while isinstance(name := documents[-1].tree.at(_SUPERSEDES), str) and name:
        newer, there = documents[-1], here.parent / name
        if there.resolve() in seen:
            first = documents[seen.index(there.resolve())].file
            what = f"{{key}} leads back to {first}, which is newer, or this file itself"
            problems.append(newer.problem(Flaw(_SUPERSEDES, what, "name older rules, or delete the line")))
            break
        if not there.is_file():
            beside = [p.name for p in here.parent.glob("*.y*ml") if p != here]
            remedy = did_you_mean(name, beside, "put the file beside this one, or delete the line")
            problems.append(newer.problem(Flaw(_SUPERSEDES, "{key} names a file that is not there", remedy)))
            break
        try:
            documents.append(replace(document.read(there), file=_called(path, there)))
        except ProblemsFoundError as error:
            problems += [replace(p, file=_called(path, there)) for p in error.problems]
            break
        here = there
        seen.append(there.resolve())
    return documents, problems


def _called(newest: Path, there: Path) -> str:
    """What a superseded file is called: its path from the newest."""
    return there.relative_to(newest.parent).as_posix()


def _out_of_order(newer: Version, older: Version) -> Iterator[Problem]:
    """An error where rules are in force before those that they supersede."""
    first, last = older.effective_on, newer.effective_on
    if first is not None and last is not None and last <= first:
        what = f"{{key}} is {last}, but {older.file}, which is older, is in force from {first} on"
        yield newer.document.problem(Flaw(_EFFECTIVE, what, "move one of the two days, or correct supersedes", ""))
