"""Which definitions are compared, over which tables? A folder read once, and its book made anew at every switch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scoring.calendar import Period
from scoring.compare.bridging import Bridge, bridges
from scoring.compare.figures import compared, figures
from scoring.errors import Problem
from scoring.intake import Request
from scoring.intake.folder import opened
from scoring.metrics import CATALOGUE, Metric
from scoring.period import booking
from scoring.rules import Rulebook
from scoring.rules.definitions import definitions, differing
from scoring.rules.profiles import switched


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two definitions over one company and period, and a bridge for each metric that was asked for."""

    a: str
    b: str
    period: str
    currency: str
    basis: str
    bridges: tuple[Bridge, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """What is looked at: checked tables, the rulebook they are read by, the period and the day one looks on."""

    tables: booking.Tables
    rulebook: Rulebook
    period: Period
    as_of: date
    problems: tuple[Problem, ...] = ()


def of_folder(request: Request, a: str, b: str, metric: str | None = None) -> Comparison:
    """The comparison of a folder's last period, or the one that is asked for. `a` and `b` as in `compare`.

    Raises ProblemsFoundError as a run does.
    """
    folder = opened(request)
    company = Company(folder.tables, folder.rulebook, folder.period, request.as_of, folder.problems)
    return compare(company, a, b, None if metric is None else [CATALOGUE[metric]])


def compare(company: Company, a: str, b: str, metrics: Sequence[Metric] | None = None) -> Comparison:
    """The company under the definitions `a`, and how each of its figures becomes that under `b`.

    Both are names of profiles, `default`, or `rules`, the company's own. Without `metrics` those that are usually
    compared.
    """
    rulebook = company.rulebook
    basis = rulebook.basis
    asked = compared(basis) if metrics is None else metrics
    old, new = definitions(a, rulebook), definitions(b, rulebook)
    changed = differing(old, new)
    stages = [old | {s: new[s] for s in changed[:n]} for n in range(len(changed) + 1)]
    books = (booking.booked(company.tables, switched(rulebook, s), company.period, company.as_of) for s in stages)
    states = [figures(made.rows, asked, basis) for made in books]
    made = bridges(asked, [(s, old[s], new[s]) for s in changed], states)
    return Comparison(a, b, company.period.name, rulebook.currency, basis, made, company.problems)
