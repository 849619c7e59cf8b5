"""Why do two teams differ? How much of each rule's gap the accounts explain, and whether the rest could be chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from scoring.compare.subject import Subject, of_folder
from scoring.errors import Problem
from scoring.explain.refusals import UnknownNameError
from scoring.intake import Request
from scoring.peers.books import Books, Codes, Vector, added
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.peers.gap import gap
from scoring.peers.intervals import FEW_PEERS, reach
from scoring.peers.noise import Noise, of_books
from scoring.scorecard.of_rules import metric_of, sign_of

_DIGITS = 12
_NO_FIGURE = "One of the two teams has no account with a value of it, or all accounts did the same."


@dataclass(frozen=True, slots=True)
class Team:
    """One of the two: how many managers and account-quarters it has, those in parts where they are shared."""

    name: str
    managers: int
    account_quarters: float


@dataclass(frozen=True, slots=True)
class RuleGap:
    """The gap of one rule, in the metric's unit: the first team's average account less the second's.

    `explained` is what such accounts make in anybody's hands, by feature in `features`; `rest` what is left, `low` and
    `high` its likely range. None with a reason where there is no figure.
    """

    rule: str
    metric: str
    unit: str
    first: float | None
    second: float | None
    gap: float | None
    explained: float | None
    rest: float | None
    low: float | None
    high: float | None
    features: Mapping[str, float]
    reason: str | None

    @property
    def is_beyond_chance(self) -> bool:
        """Whether chance in the accounts alone would hardly make the rest."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Gaps:
    """Two teams of a period, and every rule's gap; ranges hold as often as `interval` says."""

    period: str
    as_of: date
    interval: float
    currency: str
    quarters: int
    teams: tuple[Team, Team]
    rules: tuple[RuleGap, ...]


def of_request(request: Request, first: str, second: str) -> tuple[Gaps, tuple[Problem, ...]]:
    """The gaps between two teams of a folder. Raises UnknownNameError and ProblemsFoundError."""
    found = of_folder(request)
    return gaps(found, first, second), found.problems


def gaps(subject: Subject, first: str, second: str) -> Gaps:
    """The gaps between two teams of the period, by the accounts that managers are compared by. Nothing is stored."""
    rulebook, teams = subject.rulebook, _teams(subject)
    names = tuple(_known(word, sorted(set(teams.values()))) for word in (first, second))
    company, estimates = subject.estimates(subject.judged(rulebook))
    whose = _codes(company.shelf.managers, teams, names)
    made = []
    for rule, found in zip(rulebook.rules, estimates, strict=True):
        split = _split(company, found, whose, sign_of(rule), rulebook.interval)
        metric = metric_of(rule)
        made.append(RuleGap(rule=rule.name, metric=metric.name, unit=str(metric.unit), **split))
    books = company.books
    held = [books.share[whose[books.manager] == n] for n in (0, 1)]
    told = tuple(
        Team(name, int(np.count_nonzero(whose == n)), round(float(held[n].sum()), _DIGITS))
        for n, name in enumerate(names)
    )
    return Gaps(
        subject.period.name, subject.as_of, rulebook.interval, rulebook.currency, rulebook.window.quarters,
        (told[0], told[1]), tuple(made),
    )  # fmt: skip


def _teams(subject: Subject) -> dict[str, str]:
    return {manager: str(person["team"]) for manager, person in subject.people.items() if person.get("team")}


def _known(word: str, names: list[str]) -> str:
    """The team of that name, or of that name in another case."""
    if word in names:
        return word
    for name in names:
        if name.casefold() == word.casefold():
            return name
    raise UnknownNameError("team", word, names, "teams stand in the table of managers")


def _codes(managers: pl.Series, teams: Mapping[str, str], names: tuple[str, ...]) -> Codes:
    """0 for each manager of the first team, 1 for those of the second, -1 for others."""
    places = [names.index(team) if (team := teams.get(m)) in names else -1 for m in managers]
    return np.array(places, dtype=np.int64)


def _split(company: Company, found: Estimate, whose: Codes, sign: float, coverage: float) -> dict[str, Any]:
    """The figures of one rule, by the names of `RuleGap`."""
    books, weight = found.books, company.weight[found.measured]
    part = books.share * weight[books.unit]
    held = [added(np.where(whose[books.manager] == n, part, 0.0), books.unit, books.units) for n in (0, 1)]
    if found.heard is None or found.scale is None or not all(h.sum() > 0 for h in held):
        nothing = dict.fromkeys(("first", "second", "gap", "explained", "rest", "low", "high"))
        return {**nothing, "features": {}, "reason": _NO_FIGURE}
    shares = [h / h.sum() for h in held]
    features = found.features
    kinds = [np.sum([added(s, code, features.levels) for code in features.codes], axis=0) for s in shares]
    means = [float(np.sum(s * found.values)) for s in shares]
    told = gap((means[0], kinds[0]), (means[1], kinds[1]), found.expectation.points[-1])
    wide = _reach(coverage) * float(np.sqrt(_noise(books, found.heard, shares)))
    by_feature = features.names.with_columns(pl.Series("gap", told.parts * sign)).group_by(
        "feature", maintain_order=True
    )
    numbers = {
        "first": sign * means[0],
        "second": sign * means[1],
        "gap": sign * told.whole,
        "explained": sign * told.explained,
        "rest": sign * told.unexplained,
        "low": sign * told.unexplained - wide,
        "high": sign * told.unexplained + wide,
    }
    return {
        **{name: round(v, _DIGITS) + 0.0 for name, v in numbers.items()},
        "features": {f: round(v, _DIGITS) + 0.0 for f, v in by_feature.agg(pl.col("gap").sum()).iter_rows()},
        "reason": None,
    }


def _noise(own: Books, heard: Noise, shares: list[Vector]) -> float:
    """The variance of the difference of two averages by chance in the accounts."""
    unit = [np.flatnonzero(share > 0) for share in shares]
    team = np.repeat([0, 1], [len(u) for u in unit])
    units, part = np.concatenate(unit), np.concatenate([share[u] for share, u in zip(shares, unit, strict=True)])
    books = Books(units, team, np.ones(len(units)), own.account, own.owner, 2)
    return float(of_books(part, heard, books).sum())


def _reach(coverage: float) -> float:
    return float(reach(np.array([FEW_PEERS]), coverage)[0])
