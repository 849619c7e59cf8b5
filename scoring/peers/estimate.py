"""How far did each manager's accounts beat what was expected, and how much of it is believed? One metric at a time."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import polars as pl

from scoring.peers import figures, joint
from scoring.peers.books import Books, Codes, Flags, Vector, added
from scoring.peers.company import Company
from scoring.peers.credibility import Peers, Shrunk, group_spreads, peers, shrink
from scoring.peers.features import Features, comparable
from scoring.peers.figures import Averages
from scoring.peers.noise import Noise, noise, of_books
from scoring.peers.outcomes import Outcome
from scoring.peers.own import range_error
from scoring.peers.settings import Fairness
from scoring.peers.spread import blended, paule_mandel
from scoring.peers.table import Expectation, expect
from scoring.peers.weights import parts

USUAL_K = 139.0
"""Account-quarters at which half of a difference is believed, where no policy says how far managers differ. It is what
net revenue retention had in the simulation that the method was chosen by; a choice, not a measurement of ours."""

LEAST_HEARD = 4.0
"""Books with the evidence of fewer units are not asked how far managers differ: one customer would answer for all."""

_QUARTER = "quarter"
_NOTHING = 1e-12
"""What is smaller than this is the noise of binary fractions."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What a metric is measured by: `between`, the true variance of managers (tau2), `found`, what the data alone
    say of it, `within`, the variance of one unit (s2), and `repeat`, the correlation of an account's quarters."""

    between: float
    found: float
    within: float
    repeat: float

    @property
    def k(self) -> float | None:
        """How many accounts are as good as knowing the peers: s2 / tau2; None where managers do not differ."""
        return self.within / self.between if self.between > 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What one metric says of every manager.

    `rows`: one row per manager, sorted; accounts (units with a part), observed and expected (means of the book),
    difference, noise (its variance), evidence (n_eff), z, own_part (how much of its units was the manager's),
    peer_mean, peer_observed (the peers' mean of what happened), peers, peer_level (place of the group from narrow to
    wide), theta, error, range_error (`own.range_error`), low, high, chance_above, grade, label, few_comparable (units
    with under 20 of their kind in other books), largest_part (of one account in the book), reason (null where
    published). In the metric's unit; null where there is none; without peers low and high are those of the
    difference. `measured`, `inner` (residuals less their book's mean, 0 where not measured) is of units; `values`, what
    happened, `features` and `expectation` of the measured ones only, `part` of the parts of those. `heard` is None
    where nothing could be compared.
    """

    metric: str
    rows: pl.DataFrame
    scale: Scale | None
    measured: Flags
    inner: Vector
    values: Vector
    features: Features
    expectation: Expectation
    part: Vector
    books: Books
    heard: Noise | None


def estimate(company: Company, outcome: Outcome, settings: Fairness | None = None) -> Estimate:
    """The estimates of the outcome's column; null outcomes count nowhere."""
    settings = settings or Fairness()
    case = _case(company, outcome, settings)
    found = _scaled(case, outcome, settings)
    if isinstance(found, str):
        rows = figures.uncompared(case.mean(case.values), case.mean(case.expectation.expected), found)
        return _made(company, outcome, case, None, rows)
    scale, heard = found
    averages = Averages(
        case.mean(case.values),
        case.mean(case.expectation.expected),
        of_books(case.part, heard, case.books),
        case.own_part(is_known=settings.joint),
    )
    told = case.told
    groups = tuple(codes[told] for codes in company.groups)
    noises = averages.noise[told]
    difference = averages.difference[told]
    apart = group_spreads(difference, noises, scale.between, groups) if settings.draws_groups else None
    known = peers(difference, noises, scale.between, groups, settings.least_peers, apart)
    shrunk = shrink(difference, noises, scale.between, known)
    stray = range_error(shrunk, known, told, part=case.part, books=case.books, heard=heard, between=scale.between)
    if settings.joint:
        shrunk = _jointly(shrunk, known, case, heard, scale)
        stray = shrunk.error
    freedom = max(case.books.units - int(told.sum()), 1)
    rows = figures.compared(
        averages, known, shrunk, told, stray=stray, within=scale.within, freedom=freedom, settings=settings
    )
    usual = np.full(len(told), np.nan)
    usual[told] = peers(averages.observed[told], noises, scale.between, groups, settings.least_peers).mean
    rows = rows.with_columns(
        pl.when(pl.col("peers") > 0).then(pl.Series(usual, nan_to_null=True)).alias("peer_observed")
    )
    return _made(company, outcome, case, (scale, heard), rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """The measured units of a metric: their books and features, outcomes and what was expected; `told` are the
    managers who have any, `part` is what each part weighs, `equal` the same with accounts all alike, `age` the
    weight of each unit's quarter."""

    measured: Flags
    books: Books
    features: Features
    segment: Codes
    values: Vector
    expectation: Expectation
    age: Vector
    part: Vector
    equal: Vector
    told: Flags

    @property
    def residual(self) -> Vector:
        """What happened less what was expected, by unit."""
        return self.values - self.expectation.expected

    def mean(self, values: Vector) -> Vector:
        """The average of units' values over each manager's book."""
        return self.books.by_manager(self.part * values[self.books.unit])

    def own_part(self, *, is_known: bool) -> Vector:
        """How much of its units was each manager's; all of it where Z knows already of shared ones (`is_known`)."""
        return np.ones(self.books.managers) if is_known else self.books.by_manager(self.part * self.books.share)


def _case(company: Company, outcome: Outcome, settings: Fairness) -> _Case:
    column = company.shelf.units[outcome.name].cast(pl.Float64)
    known = column.to_numpy()
    measured = ~np.isnan(known) & (company.quarter > 0)
    books, features = company.books.only(measured), company.features.only(measured)
    if outcome.over_window:
        features = features.without(_QUARTER)
    values = known[measured]
    part = parts(books, company.weight[measured], settings.max_share)
    age = company.quarter[measured]
    expectation = expect(
        values,
        features,
        books,
        ridge=settings.ridge,
        fold_count=settings.folds,
        within_books=settings.within_books,
        is_chance=outcome.is_chance,
    )
    told = (books.by_manager(part) > 0) & company.is_person
    segment, equal = company.segment[measured], parts(books, age)
    return _Case(measured, books, features, segment, values, expectation, age, part, equal, told)


def _scaled(case: _Case, outcome: Outcome, settings: Fairness) -> tuple[Scale, Noise] | str:
    """What the metric is measured by, or why it cannot be.

    The spread between managers is always that of equal weights, of books with enough to say it, or of the calibration
    where it is frozen.
    """
    heard = noise(case.residual, case.books, case.segment, settings.prior_accounts)
    if heard is None:
        return "too_few_accounts"
    if heard.pooled <= _NOTHING**2 * max(1.0, float(np.mean(case.values**2))):
        return "no_variation"
    difference = case.books.by_manager(case.equal * case.residual[case.books.unit])
    noises = of_books(case.equal, heard, case.books)
    asked = case.told & (heard.pooled >= LEAST_HEARD * (1 - _NOTHING) * noises)
    shows = joint.carried(case.equal, case.books)[asked] if settings.joint else 1.0
    found = paule_mandel(difference[asked], noises[asked], shows)
    frozen = settings.frozen_k.get(outcome.name)
    policy = settings.spreads.get(outcome.name, outcome.spread) or sqrt(heard.pooled / USUAL_K)
    mixed = blended(found, int(asked.sum()), policy, settings.prior_managers)
    between = mixed if frozen is None else heard.pooled / frozen
    return Scale(between, found, heard.pooled, heard.repeat), heard


def _jointly(shrunk: Shrunk, known: Peers, case: _Case, heard: Noise, scale: Scale) -> Shrunk:
    """Beliefs in which shared accounts are solved for together; as before for who has no peers."""
    books, mean, has = case.books, np.zeros(case.books.managers), known.evidence > 0
    mean[case.told] = known.mean
    typical = added(books.share * mean[books.manager], books.unit, books.units)
    noises = heard.unit * heard.repeated(books) / case.age
    found = joint.solve(case.residual - typical, noises, books, scale.between)
    spread = np.divide(1.0, known.evidence, out=np.zeros(len(has)), where=has)
    z = np.where(has, found.z[case.told], shrunk.z)
    error = np.sqrt(found.error[case.told] ** 2 + (1 - z) ** 2 * spread)
    theta = known.mean + found.effect[case.told]
    return Shrunk(z, np.where(has, theta, shrunk.theta), np.where(has, error, shrunk.error))


def _made(
    company: Company, outcome: Outcome, case: _Case, scaled: tuple[Scale, Noise] | None, rows: pl.DataFrame
) -> Estimate:
    """The estimate, with what is said of the books."""
    inner = np.zeros(len(case.measured))
    if scaled:
        inner[case.measured] = scaled[1].inner
    whole = rows.with_columns(*figures.of_books(case.books, case.part, comparable(case.features, case.books)))
    framed = figures.framed(company, outcome.name, whole)
    scale = scaled[0] if scaled else None
    return Estimate(
        outcome.name,
        framed,
        scale,
        case.measured,
        inner,
        case.values,
        case.features,
        case.expectation,
        case.part,
        case.books,
        scaled[1] if scaled else None,
    )
