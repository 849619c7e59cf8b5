"""Would past forecasts have been right? Each origin fitted on what was known then, and held against what came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from scoring.backtest import foretold
from scoring.backtest.days import Asked, Reach, TooShortError, chosen, reach, since
from scoring.backtest.errors import Errors, Vector, covered, errors, tenths
from scoring.backtest.level import Total, levels, total
from scoring.backtest.look import Held, World, look
from scoring.backtest.naive import LABELS, NAIVE
from scoring.backtest.sentences import MODEL, MOVED
from scoring.backtest.signal import Signal
from scoring.errors import Problem
from scoring.intake import Request
from scoring.intake.folder import opened
from scoring.lifetime.stretch import Ahead
from scoring.period import booking, worth
from scoring.rules import Rulebook
from scoring.rules.terms import ledger_terms


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """All that is to be said of the forecasts of revenue, or of orders, over all origins.

    `errors` by forecast, MODEL first; `tenths` of the model's as `errors.tenths`; `coverage` the share of accounts
    within their likely range; `totals` one per origin, in their order.
    """

    errors: Mapping[str, Errors]
    tenths: pl.DataFrame
    coverage: float | None
    totals: Sequence[Total]


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """What past forecasts were worth. `transform` the tenths of the chances of counts, over all origins."""

    company: str
    currency: str
    basis: str
    as_of: date
    ahead: Ahead
    nominal: float
    held: Sequence[Held]
    subjects: Mapping[str, Subject]
    transform: Vector | None
    signals: Sequence[Signal]
    recalibrates: bool
    problems: Sequence[Problem] = ()

    @property
    def labels(self) -> Mapping[str, str]:
        """How each forecast is called."""
        return {MODEL: "model", MOVED: "model, level moved", **LABELS[self.basis]}


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """What is looked back on: checked tables, the rulebook they are read by, and the day one looks on."""

    tables: booking.Tables
    rulebook: Rulebook
    as_of: date
    problems: Sequence[Problem] = ()


def of_folder(request: Request, asked: Asked) -> Backtest:
    """The backtest of a folder. Raises ProblemsFoundError as a run does, and TooShortError."""
    folder = opened(request)
    return backtest(Company(folder.tables, folder.rulebook, request.as_of, folder.problems), asked)


def backtest(company: Company, asked: Asked) -> Backtest:
    """The backtest of a company. Raises TooShortError where the data do not reach far enough."""
    rulebook = company.rulebook
    full = reach(company.tables, rulebook, company.as_of)
    days, ahead = chosen(asked, full)
    found, made = [], []
    for day in days:
        tables, first = _used(company, since(asked, day), full, day)
        seen = _world(tables, rulebook, first)
        one = look(seen, day, ahead)
        found.append((one, levels(seen, one, ahead)))
        made.append(foretold.foretold(tables, rulebook, one))
    held = [one for one, _ in found]
    nominal = rulebook.interval
    subjects = {
        name: _subject(
            [(one.by_subject[name], total(one.by_subject[name], known[name], nominal)) for one, known in found]
        )
        for name in held[0].by_subject
        if all(name in one.by_subject for one in held)
    }
    return Backtest(
        company=rulebook.name,
        currency=rulebook.currency,
        basis=rulebook.basis,
        as_of=company.as_of,
        ahead=ahead,
        nominal=nominal,
        held=held,
        subjects=subjects,
        transform=_transform(held),
        signals=foretold.signals(made, rulebook.basis),
        recalibrates=rulebook.lifetime.recalibrate,
        problems=company.problems,
    )


def _subject(origins: Sequence[tuple[pl.DataFrame, Total]]) -> Subject:
    """All origins together; an account stands once at each origin."""
    frame = pl.concat([one for one, _ in origins])
    moved = pl.concat([one.select(pl.col("forecast") * its.factor) for one, its in origins]).to_series()
    actual = frame["actual"].to_numpy()
    said = {MODEL: frame["forecast"], MOVED: moved, **{name: frame[name] for name in NAIVE}}
    if all(its.earlier == 0 for _, its in origins):
        del said[MOVED]
    forecasts = {name: column.to_numpy() for name, column in said.items() if column.null_count() == 0}
    low, high = (frame[name].fill_null(np.nan).to_numpy() for name in ("low", "high"))
    return Subject(
        {name: errors(forecast, actual) for name, forecast in forecasts.items()},
        tenths(forecasts[MODEL], actual),
        covered(low, high, actual),
        [its for _, its in origins],
    )


def _transform(held: Sequence[Held]) -> Vector | None:
    """The mean of the origins' tenths, each weighing by its accounts."""
    known = [(one.transform, len(one.revenue)) for one in held if one.transform is not None and len(one.revenue)]
    if not known:
        return None
    weights = np.array([size for _, size in known], dtype=np.float64)
    return np.asarray((np.array([t for t, _ in known]) * weights[:, None]).sum(axis=0) / weights.sum())


def _used(company: Company, start: date | None, full: Reach, on: date) -> tuple[booking.Tables, date]:
    """The tables without the past that is not to be used, and their first day."""
    if start is None or start <= full.first:
        return company.tables, full.first
    basis = company.rulebook.basis
    later = pl.col("dated_on") >= start
    if basis == "contracts":
        later = (pl.col("ends_on") >= start).fill_null(value=True)
    if start >= on:
        raise TooShortError(f"the past begins on {start}, and {on} must lie after that")
    return {**company.tables, basis: company.tables[basis].filter(later)}, start


def _world(tables: booking.Tables, rulebook: Rulebook, first: date) -> World:
    lazy = {name: frame.lazy() for name, frame in tables.items()}
    return World(lazy, rulebook.basis, ledger_terms(rulebook), worth.assumptions(rulebook), first)
