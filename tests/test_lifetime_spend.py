"""Do the models of spend and of fixed occasions hold where their papers did not look?"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.lifetime.fit import FLAGS, Fit
from scoring.lifetime.repeat import bg_bb
from scoring.lifetime.repeat.bg_bb import Occasions
from scoring.lifetime.spend import gamma_gamma
from scoring.lifetime.spend.gamma_gamma import Spend

parameter = st.floats(-9, 9).map(np.exp)


def _slopes_hold(surface_at: Callable[[np.ndarray], Any], at: np.ndarray) -> None:
    step = 1e-5
    _, slope, bend = surface_at(at)
    for k in range(at.size):
        up, down = (surface_at(at + side * step * np.eye(at.size)[k]) for side in (1, -1))
        scale = 1.0 + np.abs(slope).max() + np.abs(bend).max()
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(slope[k], abs=2e-5 * scale)
        assert (up[1] - down[1]) / (2 * step) == pytest.approx(bend[k], abs=2e-5 * scale)


def _spenders(count: int = 4000, seed: int = 2) -> Spend:
    rng = np.random.default_rng(seed)
    orders = rng.integers(1, 9, count)
    rate = rng.gamma(3.7, 1 / 15.4, count)
    return Spend(orders, rng.gamma(6.2 * orders) / (rate * orders))


@given(st.floats(-2, 3), st.floats(-2, 3), st.floats(-2, 4))
@settings(max_examples=25)
def test_slopes_of_the_likelihoods_are_those_of_differences(p: float, q: float, scale: float) -> None:
    spend = _spenders(30)
    _slopes_hold(gamma_gamma._Seen.of(spend.orders.astype(float), spend.mean).surface, np.array([p, q, scale]))
    seen = Occasions(np.array([0, 2, 6, 1]), np.array([0, 4, 6, 1]), np.array([6, 6, 6, 3]), np.array([9.0, 4, 2, 5]))
    _slopes_hold(lambda at: bg_bb._surface(np.exp(at), seen), np.array([p, q, scale, 1.0]))


def test_spend_model_finds_what_made_the_data() -> None:
    fit = gamma_gamma.fit(_spenders(60_000))
    assert [fit[n] for n in ("p", "q", "gamma")] == pytest.approx([6.2, 3.7, 15.4], rel=0.1)
    assert fit.flags == ()


def test_currency_of_the_spend_does_not_matter() -> None:
    spend = _spenders()
    euros, cents = gamma_gamma.fit(spend), gamma_gamma.fit(Spend(spend.orders, spend.mean * 100))
    assert cents["gamma"] == pytest.approx(100 * euros["gamma"], rel=1e-6)
    assert cents.log_likelihood == pytest.approx(euros.log_likelihood - spend.mean.size * np.log(100))


def test_more_orders_bring_the_estimate_nearer_to_the_own_mean() -> None:
    fit = gamma_gamma.fit(_spenders())
    orders = np.array([0, 1, 10, 1000])
    told = gamma_gamma.mean(fit, orders, np.full(4, 200.0))
    assert told[0] == pytest.approx(fit["p"] * fit["gamma"] / (fit["q"] - 1))
    assert np.all(np.diff(told) > 0)
    assert told[3] == pytest.approx(200, rel=0.01)


def test_spend_that_follows_the_number_of_orders_is_flagged() -> None:
    spend = _spenders()
    grown = gamma_gamma.fit(Spend(spend.orders, spend.mean * spend.orders))
    assert "spend_follows_orders" in grown.flags
    assert "spend_follows_orders" not in gamma_gamma.fit(spend).flags


def test_spread_too_wide_for_a_mean_falls_back_on_plain_averages() -> None:
    rng = np.random.default_rng(4)
    rate = rng.gamma(0.6, 1.0, 5000)
    spend = Spend(np.full(5000, 3), rng.gamma(6.0, size=5000) / rate)
    fit = gamma_gamma.fit(spend)
    assert "no_mean" in fit.flags
    told = gamma_gamma.mean(fit, np.array([0, 3]), np.array([0.0, 12.0]))
    assert told.tolist() == pytest.approx([spend.mean.mean(), 12.0], rel=1e-12)


@pytest.mark.parametrize(
    ("orders", "mean", "flag", "told"),
    [
        ([], [], "nobody_repeats", 40.0),
        ([0, 0], [0.0, 0.0], "nobody_repeats", 40.0),
        ([3], [25.0], "few_accounts", 25.0),
        ([2, 5, 9, 1], [10.0] * 4, "no_spread", 10.0),
        ([2, 5, 1], [10.0, -5.0, 10.0], "few_accounts", 10.0),
    ],
)
def test_awkward_spend_has_a_finite_answer(orders: list[int], mean: list[float], flag: str, told: float) -> None:
    fit = gamma_gamma.fit(Spend(np.array(orders, dtype=np.int64), np.array(mean, dtype=float)), otherwise=40.0)
    assert flag in fit.flags
    assert set(fit.flags) <= set(FLAGS)
    assert gamma_gamma.mean(fit, np.array([0, 3]), np.array([0.0, told])) == pytest.approx([told, told], rel=1e-3)


def test_order_of_customers_changes_nothing_in_spend() -> None:
    spend = _spenders()
    mixed = np.random.default_rng(1).permutation(spend.mean.size)
    one, other = gamma_gamma.fit(spend), gamma_gamma.fit(Spend(spend.orders[mixed], spend.mean[mixed]))
    assert list(one.parameters.values()) == pytest.approx(list(other.parameters.values()), rel=1e-8)


def _fit(a: float, b: float, c: float, d: float) -> Fit:
    return Fit("bg_bb", {"alpha": a, "beta": b, "gamma": c, "delta": d}, 0.0, 0, 0)


HISTORIES = Occasions(np.array([0, 1, 3, 6, 2]), np.array([0, 1, 5, 6, 2]), np.array([6, 6, 6, 6, 2]))


@given(parameter, parameter, parameter, parameter, st.integers(1, 12))
@settings(max_examples=25)
def test_chances_of_occasions_add_up_to_what_is_expected(a: float, b: float, c: float, d: float, ahead: int) -> None:
    fit = _fit(a, b, c, d)
    chances = bg_bb.chances(fit, HISTORIES, ahead)
    assert np.all(np.isfinite(chances))
    assert np.all(chances >= 0)
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-7)
    assert chances @ np.arange(ahead + 1.0) == pytest.approx(bg_bb.expected(fit, HISTORIES, ahead), abs=1e-6)
    assert np.all((bg_bb.alive(fit, HISTORIES) >= 0) & (bg_bb.alive(fit, HISTORIES) <= 1))
    assert np.all(np.isfinite(bg_bb.value(fit, HISTORIES, 0.1)))


def test_all_histories_together_are_certain() -> None:
    """The probabilities of everything that can happen at five occasions sum to one."""
    import math

    total = 0.0
    for t_x in range(6):
        for x in range(1 if t_x else 0, t_x + 1):
            one = Occasions(np.array([x]), np.array([t_x]), np.array([5]), np.ones(1))
            ways = math.comb(t_x - 1, x - 1) if t_x else 1
            total += ways * math.exp(bg_bb._surface(np.array([1.2, 0.75, 0.66, 2.8]), one)[0])
    assert total == pytest.approx(1.0, abs=1e-12)


def test_discounted_occasions_are_the_expected_ones_each_discounted() -> None:
    fit = _fit(1.2, 0.75, 0.66, 2.78)
    more = [bg_bb.expected(fit, HISTORIES, k) for k in range(400)]
    added = sum((more[k] - more[k - 1]) * 1.1**-k for k in range(1, 400))
    assert bg_bb.value(fit, HISTORIES, 0.1) == pytest.approx(added, rel=1e-9)


def test_range_of_occasions_is_read_off_their_chances() -> None:
    fit = _fit(1.2, 0.75, 0.66, 2.78)
    low, high = (bg_bb.quantile(fit, HISTORIES, 5, level) for level in (0.1, 0.9))
    assert low[0] == high[0] == 0 or high[0] <= 1
    assert np.all(low <= high)
    assert high[3] == 5


@pytest.mark.parametrize(
    ("x", "t_x", "n", "flag"),
    [
        ([], [], [], "no_time"),
        ([0], [0], [0], "no_time"),
        ([0] * 40, [0] * 40, [6] * 40, "nobody_repeats"),
        ([6] * 40, [6] * 40, [6] * 40, "no_dropout"),
        ([2], [3], [6], "few_accounts"),
    ],
)
def test_awkward_occasions_have_a_finite_answer(x: list[int], t_x: list[int], n: list[int], flag: str) -> None:
    seen = Occasions(*(np.array(v, dtype=np.int64) for v in (x, t_x, n)))
    fit = bg_bb.fit(seen)
    assert flag in fit.flags
    assert np.all(np.isfinite([*fit.parameters.values(), fit.log_likelihood]))
    assert np.all(np.isfinite(bg_bb.expected(fit, HISTORIES, 5)))


def test_history_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="more often than there were occasions"):
        Occasions(np.array([3]), np.array([2]), np.array([6]))
