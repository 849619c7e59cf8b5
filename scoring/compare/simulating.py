"""Over which tables and periods are two rulebooks compared? A folder read once, and its last periods."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scoring import rules
from scoring.calendar import FuturePeriodError, Period
from scoring.compare.rulebooks import Simulation, simulate
from scoring.errors import Problem, in_order
from scoring.intake import RULES, Request
from scoring.intake.folder import Reader
from scoring.metrics import CATALOGUE
from scoring.reach import first_day
from scoring.rules import Version
from scoring.rules.versions import calendar_of

LAST = 4
"""How many periods are looked at, unless told."""


def of_folder(
    request: Request, new_rules: Path, names: Sequence[str] = (), last: int = LAST
) -> tuple[Simulation, tuple[Problem, ...]]:
    """The folder's past periods under the rules that were in force for them and under the new ones, and what is odd
    about all of them.

    `names` are the periods; without them the `last` ones that the exports hold, by the folder's calendar. From when on
    the new rules are to be in force, and what they supersede, makes no difference. Raises ProblemsFoundError where any
    of the rules or the exports have errors.
    """
    versions = rules.read_versions(request.rules or request.folder / RULES, CATALOGUE)
    new = rules.version(new_rules, CATALOGUE)
    reader = Reader(request)
    for version in (versions[0], new):
        reader.of(version)
    held = [_held(versions, name, reader) for name in names] or _last(versions, reader, last)
    simulations = []
    for version in versions:
        periods = sorted({p for v, p in held if v is version}, key=lambda p: (p.start, p.end))
        if periods:
            reader.of(version)
            books = (version.rulebook, new.rulebook)
            simulations.append(
                simulate(lambda b: reader.read(b).tables, *books, periods, request.as_of, doubts=reader.doubts)
            )
    used = {id(v): v for v, _ in held}.values()
    problems = [p for v in (*used, new) for p in v.problems]
    problems += [p for exports in reader.taken.values() for p in exports.problems]
    found, *earlier = simulations
    return replace(found, earlier=tuple(earlier)) if earlier else found, in_order(problems)


def _held(versions: Sequence[Version], name: str, reader: Reader) -> tuple[Version, Period]:
    """What was in force for the period of that name. Raises FuturePeriodError; ProblemsFoundError if nothing was."""
    version, period = rules.in_force(versions, lambda v: calendar_of(v.rulebook).scored(name))
    if period.start > reader.request.as_of:
        raise FuturePeriodError(period, reader.request.as_of)
    return version, period


def _last(versions: Sequence[Version], reader: Reader, count: int) -> list[tuple[Version, Period]]:
    """The last periods that the exports hold from their first day on; always the last one."""
    found = [rules.in_force(versions, reader.period)]
    while len(found) < count:
        before = rules.before(versions, *found[-1])
        if before is None:
            break
        version, period = before
        if period.start < first_day(reader.of(version).tables, version.rulebook.basis):
            break
        found.append(before)
    return found
