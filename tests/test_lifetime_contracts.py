"""Do the models of renewals say what their papers say, and stay sane where no paper looked?"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from contract_references import (
    EVALUATE,
    entries,
    evaluated,
    fitted,
    of_survivors,
    renewal_chance,
    survivors_of,
    with_parameters,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.lifetime.assumptions import Assumptions
from scoring.lifetime.contracts import bdw, contract_family, exponential_gamma, residual, sbg
from scoring.lifetime.contracts.choose_contracts import choose
from scoring.lifetime.contracts.exponential_gamma import Tenures
from scoring.lifetime.contracts.life_table import LifeTable, Prior, surface
from scoring.lifetime.contracts.renewals import Renewals
from scoring.lifetime.fit import FLAGS, Fit

REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]

parameter = st.floats(-9, 9).map(np.exp)
yearly = st.floats(1e-4, 0.9)


@pytest.mark.parametrize("entry", entries(), ids=lambda e: e["id"])
def test_published_figure_is_met(entry: dict[str, Any]) -> None:
    want = np.atleast_1d(np.asarray(entry["expected"], dtype=float))
    got = evaluated(entry)
    assert got.shape == want.shape
    assert np.all(np.abs(got - want) <= np.asarray(entry["tolerance"])), (got, want)


def test_every_reference_has_an_evaluation_and_a_source() -> None:
    assert [e["id"] for e in entries() if e["id"] not in EVALUATE or not e["source"]] == []
    assert set(EVALUATE) == {e["id"] for e in entries()}


@pytest.mark.parametrize(
    ("alive", "model", "most"),
    [(HIGH_END, bdw.fit, 0.0080), (HIGH_END, sbg.fit, 0.0585), (REGULAR, bdw.fit, 0.0080), (REGULAR, sbg.fit, 0.0150)],
)
def test_four_renewals_foretell_the_next_eight(alive: list[int], model: Callable[..., Fit], most: float) -> None:
    told = survivors_of(fitted(alive[:5], model), list(range(5, 13)))
    assert np.abs(told - np.array(alive[5:]) / 1000).mean() <= most


def test_loyalty_that_grows_with_time_is_asked_for_only_where_the_data_ask() -> None:
    high, regular = (choose(of_survivors(np.array(a[:5], dtype=float))) for a in (HIGH_END, REGULAR))
    assert (high.fit.model, regular.fit.model) == ("bdw", "sbg")
    assert bdw.ratio(high.candidates[0], high.candidates[1]) == pytest.approx(4.77, abs=0.01)
    assert "rise" in high.reason
    assert [c.model for c in regular.candidates] == ["sbg", "bdw", "dw"]


def _finite(fit: Fit) -> bool:
    return bool(np.all(np.isfinite([*fit.parameters.values(), fit.log_likelihood])))


AWKWARD = {
    "nobody": ([], [], "no_time"),
    "one account, not yet asked": ([0], [False], "no_time"),
    "one account, lost": ([3], [True], "few_losses"),
    "one account, loyal": ([7], [False], "no_losses"),
    "a book without a loss": ([1, 2, 3, 4] * 50, [False] * 200, "no_losses"),
    "everybody left at once": ([0] * 200, [True] * 200, "everybody_left"),
    "three left": ([1, 2, 3, 4] * 50, [True] * 3 + [False] * 197, "few_losses"),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_book_has_a_finite_answer_that_says_so(name: str) -> None:
    made, lost, flag = AWKWARD[name]
    seen = Renewals(np.array(made, dtype=np.int64), np.array(lost, dtype=bool))
    for fit in (choose(seen).fit, bdw.fit(seen)):
        assert _finite(fit)
        assert flag in fit.flags
        assert set(fit.flags) <= set(FLAGS)
        assert 0 < survivors_of(fit, [1])[0] < 1


def test_prior_speaks_alone_where_nothing_was_seen() -> None:
    prior = Prior(churn=0.12, polarisation=0.25)
    fit = sbg.fit(Renewals(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)), prior=prior)
    assert 1 - renewal_chance(fit, np.zeros(1))[0] == pytest.approx(0.12)
    assert 1 / (1 + fit["alpha"] + fit["beta"]) == pytest.approx(0.25)


def test_model_that_the_rules_name_is_steadied_by_the_prior_of_the_rules() -> None:
    spell = {"kind": "term", "renewals_made": 3, "is_lost": False, "entered_after": 0, "term_months": 1}
    known = contract_family.Seen(pl.DataFrame([spell] * 10), pl.DataFrame())
    plain, with_time = (contract_family.choose(known, known, Assumptions(model=m))[0].fit for m in ("sbg", "bdw"))
    assert 1 - renewal_chance(plain, np.zeros(1))[0] < 0.05
    assert [*with_time.parameters.values()] == [plain["alpha"], plain["beta"], 1.0]


def test_prior_fades_as_losses_come_in() -> None:
    made, lost = np.array([0, 1] * 24, dtype=np.int64), np.array([True, False] * 24)
    eager, wary = (sbg.fit(Renewals(made, lost), prior=Prior(churn=c)) for c in (0.05, 0.4))
    gap = renewal_chance(eager, np.zeros(1)) - renewal_chance(wary, np.zeros(1))
    assert 0 < gap[0] < 0.05


def test_monthly_churn_becomes_that_of_a_term() -> None:
    prior = Prior.monthly(0.02, 50, 12)
    assert (round(prior.churn, 4), round(prior.strength, 2)) == (0.2153, 4.17)


def test_customers_all_alike_are_called_so() -> None:
    same = of_survivors(1e6 * 0.8 ** np.arange(8.0))
    fit = sbg.fit(same)
    assert "no_spread" in fit.flags
    assert survivors_of(fit, [10])[0] == pytest.approx(0.8**10, rel=1e-3)


def test_accounts_first_seen_late_count_from_then_on() -> None:
    """Of accounts older than the data only the loyal are seen; that must not make everybody look loyal."""
    alive = 1e6 * survivors_of(with_parameters("sbg", alpha=1.0, beta=3.0), list(range(9)))
    whole = of_survivors(alive)
    later = whole.made >= 2
    late = Renewals(
        made=whole.made[later],
        is_lost=whole.is_lost[later],
        entered=np.full(later.sum(), 2),
        weight=whole.weight[later] if whole.weight is not None else None,
    )
    assert sbg.fit(late)["alpha"] == pytest.approx(1.0, rel=1e-3)
    assert sbg.fit(late)["beta"] == pytest.approx(3.0, rel=1e-3)


def test_order_and_grouping_of_accounts_change_nothing() -> None:
    rng = np.random.default_rng(3)
    made, lost = rng.integers(0, 9, 400), rng.random(400) < 0.5
    mixed = rng.permutation(400)
    pairs, count = np.unique(np.stack([made, lost]), axis=1, return_counts=True)
    grouped = Renewals(pairs[0], pairs[1] > 0, weight=count.astype(float))
    fits = [sbg.fit(r) for r in (Renewals(made, lost), Renewals(made[mixed], lost[mixed]), grouped)]
    assert len({tuple(f.parameters.values()) for f in fits}) == 1
    assert {f.observations for f in fits} == {400}


@given(parameter, parameter, st.floats(-2.4, 2.4).map(np.exp))
@settings(max_examples=40, deadline=None)
def test_survival_falls_and_stays_between_none_and_all(a: float, b: float, c: float) -> None:
    n = np.arange(200.0)
    for curve in (
        sbg.log_survival(with_parameters("sbg", alpha=a, beta=b), n),
        bdw.log_survival(with_parameters("bdw", gamma=a, delta=b, c=c), n),
        bdw.log_survival_alike(with_parameters("dw", theta=a / (a + b), c=c), n),
        exponential_gamma.log_survival(with_parameters("exponential_gamma", s=a, beta=b), n),
    ):
        assert np.all(np.isfinite(curve))
        assert curve[0] == 0
        assert np.all(np.diff(curve) <= 1e-12)


def test_time_that_changes_nothing_leaves_the_simpler_model() -> None:
    n = np.arange(50.0)
    plain = sbg.log_survival(with_parameters("sbg", alpha=0.7, beta=3.8), n)
    assert bdw.log_survival(with_parameters("bdw", gamma=0.7, delta=3.8, c=1.0), n) == pytest.approx(plain)


def _slopes_hold(surface_at: Callable[[np.ndarray], Any], at: np.ndarray) -> None:
    step = 1e-5
    _, slope, bend = surface_at(at)
    for k in range(at.size):
        up, down = (surface_at(at + side * step * np.eye(at.size)[k]) for side in (1, -1))
        scale = 1.0 + np.abs(slope).max() + np.abs(bend).max()
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(slope[k], abs=2e-5 * scale)
        assert (up[1] - down[1]) / (2 * step) == pytest.approx(bend[k], abs=2e-5 * scale)


@given(st.floats(-3, 4), st.floats(-3, 4), st.floats(-1, 1))
@settings(max_examples=40, deadline=None)
def test_slopes_of_the_likelihoods_are_those_of_differences(a: float, b: float, c: float) -> None:
    table = LifeTable(np.arange(1.0, 6.0), np.array([80.0, 50, 30, 20, 11]), np.array([20.0, 12, 9, 4, 0]))
    tenures = Tenures(np.array([3.0, 20, 7.5, 40]), np.array([True, False, True, True]), np.array([0.0, 2, 1, 30]))
    prior = Prior()
    for call, at in (
        (lambda v: surface(*sbg._log_renewal(*np.exp(v), table.at), table.renewed, table.lost), [a, b]),
        (lambda v: surface(*bdw._log_renewal(np.exp(v), table.at), table.renewed, table.lost), [a, b, c]),
        (lambda v: surface(*bdw._log_renewal_alike(np.exp(v), table.at), table.renewed, table.lost), [a - 2, c]),
        (lambda v: prior.surface(*np.exp(v)), [a, b]),
        (lambda v: exponential_gamma._Seen.of(tenures).surface(*np.exp(v)), [a, b]),
        (lambda v: exponential_gamma._belief(v, exponential_gamma.MonthlyPrior()), [a, b]),
    ):
        _slopes_hold(call, np.array(at))


@given(parameter, parameter, yearly, st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_the_two_timings_differ_by_a_period(a: float, b: float, discount: float, made: int) -> None:
    fit = with_parameters("sbg", alpha=a, beta=b)

    def survival(n: np.ndarray) -> np.ndarray:
        return sbg.log_survival(fit, n)

    at = np.array([made, made + 1])
    before = residual.before_renewal(survival, at, discount)
    after = residual.after_renewal(survival, at, discount)
    chance = renewal_chance(fit, at[:1].astype(float))[0]
    assert before[0] == pytest.approx(after[0] * (1 + discount))
    assert before[0] == pytest.approx(chance * (1 + after[1]))
    assert np.all(np.isfinite(before))


@given(parameter, parameter, yearly, st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_sum_of_payments_is_the_closed_form(a: float, b: float, discount: float, made: int) -> None:
    fit = with_parameters("sbg", alpha=a, beta=b)
    added = residual.before_renewal(lambda n: sbg.log_survival(fit, n), np.array([made]), discount)
    assert added[0] == pytest.approx(_closed_form(a, b + made, 1 / (1 + discount)), rel=1e-8)


def _closed_form(alpha: float, stay: float, z: float) -> float:
    """A ratio times Gauss's 2F1(1, b; c; z), as his continued fraction, whose parts are all positive.

    The library's own function is not a number for some ordinary arguments, such as 2F1(1, 404.4; 405.4; 0.94).
    """
    b, c, below = stay + 1.0, alpha + stay + 1.0, 1.0
    for k in range(min(20_000, 20 + int(12 / np.sqrt(1.0 - z))), 0, -1):
        below = 1.0 - z * k * (alpha - 1.0 + k) / ((c + 2 * k - 2) * (c + 2 * k - 1)) / below
        below = 1.0 - z * (b + k - 1) * (c + k - 2) / ((c + 2 * k - 3) * (c + 2 * k - 2)) / below
    return stay / (alpha + stay) / below


def test_endless_payments_without_a_discount_are_refused() -> None:
    with pytest.raises(ValueError, match="discount rate above 0"):
        residual.after_renewal(lambda n: -n, np.zeros(1, dtype=np.int64), 0.0)


def test_evergreen_model_finds_what_made_the_data() -> None:
    rng = np.random.default_rng(11)
    until = rng.exponential(1 / rng.gamma(1.2, 1 / 20, 40_000))
    entered, seen = rng.uniform(0, 10, 40_000), rng.uniform(10, 80, 40_000)
    there = until > entered
    tenures = Tenures(np.minimum(until, seen)[there], (until < seen)[there], entered[there])
    fit = exponential_gamma.fit(tenures)
    assert (fit["s"], fit["beta"]) == (pytest.approx(1.2, rel=0.1), pytest.approx(20, rel=0.15))
    assert fit.flags == ()


@pytest.mark.parametrize(
    ("months", "lost", "flag"),
    [
        ([], [], "no_time"),
        ([0.0], [False], "no_time"),
        ([5.0], [True], "few_losses"),
        ([9.0] * 99, [False] * 99, "no_losses"),
    ],
)
def test_awkward_evergreen_book_has_a_finite_answer(months: list[float], lost: list[bool], flag: str) -> None:
    fit = exponential_gamma.fit(Tenures(np.array(months, dtype=float), np.array(lost, dtype=bool)))
    assert _finite(fit)
    assert flag in fit.flags


def test_candidates_can_be_told_apart_in_words() -> None:
    for module in (sbg, bdw, exponential_gamma):
        assert all(sentence.endswith(".") for sentence in module.ASSUMPTIONS)
