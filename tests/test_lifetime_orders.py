"""Do the models of repeat orders say what their papers say, and never something senseless?"""

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import order_references as references
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_references import MODELS, NEW, SEEN, WEEKS, cdnow, fitted, later, with_parameters
from polars.testing import assert_frame_equal
from scipy.special import betaln, gammaln, hyp2f1

from scoring.lifetime.fit import FLAGS, Fit
from scoring.lifetime.repeat import bg_nbd, choose_orders, dropout, mbg_nbd, nbd, pareto, pareto_nbd
from scoring.lifetime.repeat.dropout import Process
from scoring.lifetime.repeat.erlang import stages
from scoring.lifetime.repeat.orders import Orders, orders, summary
from scoring.lifetime.repeat.rows import by_age, merged
from scoring.lifetime.special import beta_rules, distinct, log_rising

KINDS: list[tuple[Any, dict[str, int]]] = [
    (nbd, {}),
    (nbd, {"k": 3}),
    (bg_nbd, {}),
    (mbg_nbd, {}),
    (mbg_nbd, {"k": 2}),
    (mbg_nbd, {"k": 3}),
    (mbg_nbd, {"k": 4}),
    (pareto_nbd, {}),
]
NAMED = [f"{model.NAME} {options.get('k', '')}".strip() for model, options in KINDS]
every_kind = pytest.mark.parametrize(("model", "options"), KINDS, ids=NAMED)

WRITTEN = {
    nbd: {"k": 1.0, "r": 0.6, "alpha": 7.0},
    bg_nbd: {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    mbg_nbd: {"k": 1.0, "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614},
    pareto_nbd: {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669},
}


def written(model: Any, options: dict[str, int]) -> Fit:
    """A fit with round parameters."""
    return with_parameters(model.NAME, **WRITTEN[model] | {name: float(k) for name, k in options.items()})


def book(x: list[int], t_x: list[float], age: list[float]) -> Orders:
    """Accounts whose purchases are equally far apart."""
    counts, last = np.array(x, dtype=np.int64), np.array(t_x, dtype=float)
    gaps = np.where(counts > 0, counts * np.log(np.maximum(last, 1 / 7) / np.maximum(counts, 1)), 0.0)
    return Orders(counts, last, np.array(age, dtype=float), gaps)


def without_dropout(accounts: int = 99, seed: int = 3) -> Orders:
    """A book of business accounts that order at chance, and of which none stops."""
    chance = np.random.default_rng(seed)
    age = 156 - chance.integers(0, 300, accounts) / 7
    rate = chance.gamma(3.0, 0.1, accounts)
    x = chance.poisson(rate * age)
    times = [np.sort(chance.uniform(0, end, n)) for n, end in zip(x, age, strict=True)]
    last = [t[-1] if len(t) else 0.0 for t in times]
    gaps = [float(np.log(np.diff(t, prepend=0.0)).sum()) for t in times]
    return Orders(x, np.array(last), age, np.array(gaps))


# What papers and programs print


@pytest.mark.parametrize("entry", references.entries(), ids=lambda entry: entry["id"])
def test_published_values_come_out(entry: dict[str, Any]) -> None:
    found = references.evaluated(entry)
    expected = np.atleast_1d(np.asarray(entry["expected"], dtype=float))
    assert found.shape == expected.shape
    assert np.all(np.abs(found - expected) <= np.asarray(entry["tolerance"], dtype=float)), found


# The summary of the log


def test_summary_of_a_small_log() -> None:
    log = pl.DataFrame(
        [
            ("b", date(2024, 1, 1), 10),
            ("b", date(2024, 1, 1), 5),
            ("b", date(2024, 1, 8), 20),
            ("b", date(2024, 1, 22), 40),
            ("b", date(2024, 1, 23), 40),
            ("b", date(2024, 1, 23), -40),
            ("b", date(2024, 2, 1), 99),
            ("a", date(2024, 1, 31), 7),
            ("returned", date(2024, 1, 5), -3),
            ("later", date(2024, 2, 1), 3),
        ],
        schema={"account_id": pl.String, "dated_on": pl.Date, "amount": pl.Decimal(18, 4)},
        orient="row",
    )
    found = summary(log.lazy(), date(2024, 2, 1))
    assert found.drop("log_gaps").rows() == [
        ("a", 0, 0, 0, None, Decimal("7.0000")),
        ("b", 2, 21, 30, 30.0, Decimal("75.0000")),
    ]
    assert found["log_gaps"].to_list() == pytest.approx([0.0, np.log(1) + np.log(2)])
    assert summary(log, date(2024, 2, 1), free=True).row(1)[:3] == ("b", 3, 22)


@pytest.mark.parametrize("kind", [pl.String, pl.Int64])
def test_summary_is_the_plain_one_in_any_order_of_rows(kind: pl.DataType) -> None:
    chance = np.random.default_rng(7)
    size = 3000
    log = pl.DataFrame(
        {
            "account_id": chance.integers(0, 400, size) * 3,
            "dated_on": chance.integers(0, 200, size),
            "amount": chance.integers(-30, 100, size) / 10,
        }
    ).with_columns(
        pl.col("account_id").cast(kind),
        dated_on=pl.lit(date(2024, 1, 1)) + pl.duration(days="dated_on"),
    )
    until = date(2024, 6, 1)
    days = log.filter(pl.col("dated_on") < until).group_by("account_id", "dated_on").agg(pl.col("amount").sum())
    days = days.filter(pl.col("amount") > 1e-9).sort("account_id", "dated_on")
    first, last = pl.col("dated_on").min(), pl.col("dated_on").max()
    gap = pl.col("dated_on").diff().dt.total_days() / 7
    plain = days.group_by("account_id").agg(
        x=(pl.len() - 1).cast(pl.Int64),
        t_x=(last - first).dt.total_days(),
        age=(date(2024, 5, 31) - first).dt.total_days(),
        spend=pl.col("amount").slice(1).mean(),
        total=pl.col("amount").sum(),
        log_gaps=gap.log().sum(),
    )
    found = summary(log.sample(fraction=1.0, shuffle=True, seed=1), until)
    assert_frame_equal(found, plain.sort("account_id"))


def test_summary_of_nothing_is_empty() -> None:
    log = references.log().clear()
    found = summary(log, SEEN)
    assert found.is_empty()
    assert len(orders(found)) == 0


def test_orders_refuse_a_last_purchase_after_the_last_day() -> None:
    with pytest.raises(ValueError, match="last purchase"):
        Orders(np.array([1]), np.array([3.0]), np.array([2.0]))


# The likelihood


@pytest.mark.parametrize(
    "process",
    [Process(k, chances) for k in (1, 2, 4) for chances in (0, 1)] + [Process(k, stops=False) for k in (1, 3)],
    ids=str,
)
def test_gradient_and_hessian_are_the_slopes_of_the_likelihood(process: Process) -> None:
    some = cdnow()
    rows = by_age(some) if not process.stops and process.k == 1 else merged(some)
    point = np.log([0.5, 6.0, 0.8, 2.0])[: 4 if process.stops else 2]
    _slopes_hold(dropout.surface(process, rows), point)
    value = dropout.surface(process, rows)(point)[0]
    assert value == pytest.approx(_likelihoods(process, np.exp(point), some).sum(), rel=1e-12)


def _likelihoods(process: Process, at: np.ndarray, some: Orders) -> np.ndarray:
    """The logarithm of each account's likelihood as it is written, by the odds that `alive` is told from."""
    x, end = some.x, at[1] + some.age
    events = stages(process.k, at[0] + process.k * x, (some.age - some.t_x) / end).sum(axis=1)
    alive = log_rising(at[0], process.k * x) + at[0] * np.log(at[1]) - (at[0] + process.k * x) * np.log(end)
    alive = alive + np.log(events)
    if not process.stops:
        return alive
    stay = betaln(at[2], at[3] + x + process.chances) - betaln(at[2], at[3])
    return alive + stay + np.logaddexp(0.0, dropout.log_odds_stopped(process, at, x, some.t_x, some.age))


@pytest.mark.parametrize("point", [(0.5, 6.0, 0.8, 2.0), (0.5, 16.0, 0.6, 12.0), (5.0, 100.0, 0.6, 0.02)])
def test_gradient_and_hessian_of_pareto_nbd_are_its_slopes(point: tuple[float, ...]) -> None:
    some = cdnow()
    _slopes_hold(pareto.surface(merged(some)), np.log(point))
    r, alpha, s, beta = point
    alive = log_rising(r, some.x) + r * np.log(alpha) - (r + some.x) * np.log(alpha + some.age)
    alive = alive + s * np.log(beta / (beta + some.age))
    odds = pareto.log_odds_stopped(np.array(point), some.x, some.t_x, some.age)
    value = pareto.surface(merged(some))(np.log(point))[0]
    assert value == pytest.approx((alive + np.logaddexp(0.0, odds)).sum(), rel=1e-9)


def _slopes_hold(surface: Any, point: np.ndarray) -> None:
    _, gradient, hessian = surface(point)
    steps = 1e-5 * np.eye(len(point))
    ahead, behind = [surface(point + step) for step in steps], [surface(point - step) for step in steps]
    slope = np.array([(a[0] - b[0]) / 2e-5 for a, b in zip(ahead, behind, strict=True)])
    bend = np.array([(a[1] - b[1]) / 2e-5 for a, b in zip(ahead, behind, strict=True)])
    np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-6 * np.abs(slope).max())
    np.testing.assert_allclose(hessian, bend, rtol=1e-5, atol=1e-6 * np.abs(bend).max())


def test_pareto_nbd_agrees_with_the_printed_form_of_two_hypergeometric_functions() -> None:
    r, alpha, s, beta = 0.55, 10.6, 0.6, 11.7
    x, t_x, age = np.array([0, 1, 3, 7]), np.array([0.0, 2.0, 20.0, 35.0]), np.array([39.0, 39.0, 30.0, 36.0])

    def part(time: np.ndarray) -> np.ndarray:
        share = (beta - alpha) / (beta + time)
        return hyp2f1(r + s + x, r + x, r + s + x + 1, share) / (beta + time) ** (r + s + x)

    bracket = (alpha + age) ** -(r + x) * (beta + age) ** -s + s / (r + s + x) * (part(t_x) - part(age))
    plain = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(bracket)
    each = (Orders(x[[n]], t_x[[n]], age[[n]]) for n in range(len(x)))
    found = [pareto.surface(merged(one))(np.log([r, alpha, s, beta]))[0] for one in each]
    np.testing.assert_allclose(found, plain, rtol=1e-9)


def test_parameters_that_made_the_orders_are_found_again() -> None:
    chance = np.random.default_rng(11)
    size, r, alpha, a, b, k = 6000, 1.2, 6.0, 0.8, 3.0, 2
    rate, stop = chance.gamma(r, 1 / alpha, size), chance.beta(a, b, size)
    age = chance.uniform(30, 100, size)
    x, t_x, gaps, now = np.zeros(size, int), np.zeros(size), np.zeros(size), np.zeros(size)
    alive = chance.random(size) >= stop
    while alive.any():
        gap = chance.gamma(k, 1 / rate)
        alive &= now + gap <= age
        x, gaps, now = x + alive, gaps + alive * np.log(gap), now + alive * gap
        t_x = np.where(alive, now, t_x)
        alive &= chance.random(size) >= stop
    made = Orders(x, t_x, age, gaps)
    fits = [mbg_nbd.fit(made, n) for n in (1, 2, 3)]
    assert max(fits, key=lambda fit: fit.log_likelihood)["k"] == k
    fit = fits[1]
    assert fit.covariance is not None
    apart = np.log([fit["r"] / r, fit["alpha"] / alpha, fit["a"] / a, fit["b"] / b])
    assert np.all(np.abs(apart) < 4 * np.sqrt(np.diag(fit.covariance)))


# What is to come


@every_kind
def test_probabilities_of_counts_add_up_to_one_and_to_the_expectation(model: Any, options: dict[str, int]) -> None:
    fit = written(model, options)
    some = book([0, 0, 1, 4, 9, 30], [0, 0, 3, 20, 37, 39], [39, 0, 30, 38, 39, 39.5])
    chances = model.view(fit, some).count_probabilities(39.0, 3000)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, atol=1e-10)
    np.testing.assert_allclose(chances @ np.arange(3001), model.view(fit, some).expected(39.0), rtol=1e-8)


@every_kind
def test_range_of_counts_is_that_of_their_probabilities(model: Any, options: dict[str, int]) -> None:
    fit, some = written(model, options), cdnow()
    low, high = model.view(fit, some).count_range(WEEKS, 0.9)
    below = model.view(fit, some).count_probabilities(WEEKS, 300).cumsum(axis=1)
    np.testing.assert_array_equal(low, (below < 0.05 - 1e-12).sum(axis=1))
    np.testing.assert_array_equal(high, (below < 0.95 - 1e-12).sum(axis=1))


@every_kind
def test_more_weeks_bring_more_orders_and_a_discount_makes_them_less(model: Any, options: dict[str, int]) -> None:
    fit, some = written(model, options), book([0, 1, 4, 30], [0, 3, 20, 39], [39, 30, 38, 39.5])
    weeks = (0.0, 1.0, 13.0, 52.0, 520.0)
    plain = np.array([model.view(fit, some).expected(t) for t in weeks])
    worth = np.array([model.view(fit, some).discounted(t, 0.003) for t in weeks])
    assert np.all(plain[0] < 1e-12)
    assert np.all(np.diff(plain, axis=0) > 0)
    assert np.all(worth[1:] < plain[1:])
    assert np.all(worth[1:] > 0)
    np.testing.assert_allclose(model.view(fit, some).discounted(52.0, 0.0), model.view(fit, some).expected(52.0))
    np.testing.assert_allclose(
        model.view(fit, some).discounted(None, 0.003), model.view(fit, some).discounted(12_000.0, 0.003), rtol=1e-7
    )


@every_kind
def test_present_value_is_the_sum_of_its_days(model: Any, options: dict[str, int]) -> None:
    fit, some, rate = written(model, options), book([0, 1, 4, 30], [0, 3, 20, 39], [39, 30, 38, 39.5]), 0.004
    times = np.linspace(0, 104, 209)
    grown = np.array([model.view(fit, some).expected(t) for t in times])
    middle = np.exp(-rate * (times[1:] + times[:-1]) / 2)
    worth = model.view(fit, some).discounted(104.0, rate)
    np.testing.assert_allclose(worth, middle @ np.diff(grown, axis=0), rtol=1e-5)


@every_kind
def test_simulated_orders_are_as_many_as_expected(model: Any, options: dict[str, int]) -> None:
    start = model.view(written(model, options), NEW).expected(60.0)[0]
    assert start == pytest.approx(_simulated(model, written(model, options), 60.0), rel=0.03)


def _simulated(model: Any, fit: Fit, weeks: float, size: int = 200_000) -> float:
    """The mean number of orders in the weeks after the first, account by account and gap by gap."""
    chance = np.random.default_rng(5)
    rate = chance.gamma(fit["r"], 1 / fit["alpha"], size)
    k = int(fit.parameters.get("k", 1))
    end = np.full(size, weeks)
    if model is pareto_nbd:
        end = np.minimum(chance.exponential(1 / chance.gamma(fit["s"], 1 / fit["beta"], size)), weeks)
    stop = chance.beta(fit["a"], fit["b"], size) if "a" in fit.parameters else np.zeros(size)
    alive = chance.random(size) >= stop if model is mbg_nbd else np.ones(size, dtype=bool)
    now, x = np.zeros(size), np.zeros(size)
    while alive.any():
        now[alive] += chance.gamma(k, 1 / rate[alive])
        alive &= now <= end
        x += alive
        alive &= chance.random(size) >= stop
    return float(x.mean())


@every_kind
@given(seed=st.integers(0, 1000))
@settings(max_examples=5, deadline=None)
def test_order_of_accounts_is_irrelevant(model: Any, options: dict[str, int], seed: int) -> None:
    fit, some = written(model, options), without_dropout(40, seed)
    turn = np.random.default_rng(seed).permutation(len(some))
    turned = Orders(some.x[turn], some.t_x[turn], some.age[turn])
    np.testing.assert_allclose(
        model.view(fit, turned).expected(20.0), model.view(fit, some).expected(20.0)[turn], rtol=1e-10, atol=1e-300
    )
    np.testing.assert_array_equal(
        model.view(fit, turned).count_range(20.0, 0.8)[1], model.view(fit, some).count_range(20.0, 0.8)[1][turn]
    )


@every_kind
def test_unit_of_time_changes_the_unit_of_the_parameters_alone(model: Any, options: dict[str, int]) -> None:
    some = cdnow()
    assert some.log_gaps is not None
    longer = Orders(some.x, some.t_x * 7, some.age * 7, some.log_gaps + some.x * np.log(7))
    weeks, days = model.fit(some, **options), model.fit(longer, **options)
    for name, value in weeks.parameters.items():
        times = 7 if name in ("alpha", "beta") else 1
        assert days[name] == pytest.approx(times * value, rel=1e-4)
    np.testing.assert_allclose(
        model.view(days, longer).expected(7 * WEEKS), model.view(weeks, some).expected(WEEKS), rtol=1e-4, atol=1e-9
    )


def test_sample_first_leads_to_the_same_maximum() -> None:
    some = cdnow(SEEN, "CDNOW_master.txt")
    many = Orders(*(np.tile(column, 4) for column in (some.x, some.t_x, some.age)))
    for model in (bg_nbd, pareto_nbd):
        once, four = model.fit(some), model.fit(many)
        assert four.log_likelihood == pytest.approx(4 * once.log_likelihood, rel=1e-10)
        assert dict(four.parameters) == pytest.approx(dict(once.parameters), rel=1e-4)


def test_counts_of_the_holdout_fall_evenly_into_their_distribution() -> None:
    for name in ("bgnbd", "mbgnbd"):  # not Pareto/NBD: it expects too little of those who bought once
        model, fit = MODELS[name], fitted(name)
        chances = model.view(fit, cdnow()).count_probabilities(WEEKS, 200)
        below = np.concatenate([np.zeros((len(chances), 1)), chances.cumsum(axis=1)], axis=1)
        place, n = np.arange(len(chances)), later()
        spread = np.random.default_rng(0).random((50, len(chances)))
        pit = below[place, n] + spread * chances[place, n]
        shares = np.histogram(pit, bins=10, range=(0, 1))[0] / pit.size
        assert np.all((shares > 0.08) & (shares < 0.12)), (name, shares)


# Never senseless


AWKWARD = {
    "business accounts of which none stops": without_dropout(),
    "nobody came back": book([0] * 50, [0.0] * 50, [n / 7 for n in range(1, 51)]),
    "one account": book([3], [20.0], [30.0]),
    "one account that never came back": book([0], [0.0], [30.0]),
    "one account of today": book([0], [0.0], [0.0]),
    "a company of today": book([0] * 20, [0.0] * 20, [0.0] * 20),
    "a company of two days": book([1, 0, 0], [1 / 7, 0, 0], [1 / 7, 1 / 7, 0]),
    "all alike": book([4] * 30, [30.0] * 30, [39.0] * 30),
    "all gone": book([1] * 30, [1 / 7] * 30, [300.0] * 30),
    "an order each day": book([272] * 10, [272 / 7] * 10, [272 / 7] * 10),
    "thousands of orders": book([100_000, 50_000], [5000.0, 4999.0], [5000.0, 5000.0]),
    "nobody": book([], [], []),
}


@pytest.mark.parametrize("named", AWKWARD)
@every_kind
@pytest.mark.filterwarnings("error")
def test_nothing_senseless_is_said(model: Any, options: dict[str, int], named: str) -> None:
    some = AWKWARD[named]
    fit = model.fit(some, **options)
    _is_sensible(model, fit, some)
    assert fit.flags or named in ("business accounts of which none stops", "thousands of orders", "all gone")


def _is_sensible(model: Any, fit: Fit, some: Orders) -> None:
    assert set(fit.flags) <= set(FLAGS)
    assert tuple(fit.parameters) == tuple(WRITTEN[model])
    assert np.all(np.isfinite([*fit.parameters.values(), fit.log_likelihood]))
    view = model.view(fit, some)
    assert np.all((view.alive >= 0) & (view.alive <= 1))
    year, ever = view.expected(52.0), view.discounted(None, 0.002)
    for values in (year, ever, view.discounted(52.0, 0.002), view.count_probabilities(52.0, 4)):
        assert np.all(np.isfinite(values) & (values >= 0))
    low, high = view.count_range(52.0, 0.9)
    assert np.all((low >= 0) & (low <= high))
    assert 0 <= model.view(fit, NEW).expected(52.0)[0] < np.inf


def test_book_without_dropout_counts_everybody_as_still_buying() -> None:
    some = without_dropout()
    plain = nbd.fit(some)
    for model in (bg_nbd, mbg_nbd, pareto_nbd):
        fit = model.fit(some)
        assert "no_dropout" in fit.flags
        assert np.all(model.view(fit, some).alive > 0.999)
        year = nbd.view(plain, some).expected(52.0).sum()
        assert model.view(fit, some).expected(52.0).sum() == pytest.approx(year, rel=1e-3)
    chosen = choose_orders.compare(some)
    assert (chosen.fit.model, chosen.fit["k"]) == (nbd.NAME, 1)
    assert "no_dropout" in chosen.fit.flags
    assert "nobody can be seen to have stopped" in chosen.reason


@pytest.mark.parametrize("a", [1.0, 1 + 1e-9, 1 - 1e-9])
def test_expectation_is_smooth_where_the_textbook_form_is_nothing_over_nothing(a: float) -> None:
    some = book([2, 0, 9], [20, 0, 38], [39, 39, 39])
    for model in (bg_nbd, mbg_nbd):
        near = [with_parameters(model.NAME, **WRITTEN[model] | {"a": value}) for value in (a, 1 - 1e-5, 1 + 1e-5)]
        at, below, above = (model.view(fit, some).expected(52.0) for fit in near)
        np.testing.assert_allclose(at, (below + above) / 2, rtol=1e-8)


@pytest.mark.parametrize("b", [1e6, 1e10, 1e17])
def test_huge_parameters_keep_their_digits(b: float) -> None:
    some = book([2, 0, 9], [20, 0, 38], [39, 39, 39])
    tiny = with_parameters(bg_nbd.NAME, r=0.6, alpha=7.0, a=1e-6, b=b)
    none = with_parameters(nbd.NAME, k=1.0, r=0.6, alpha=7.0)
    np.testing.assert_allclose(bg_nbd.view(tiny, some).expected(52.0), nbd.view(none, some).expected(52.0), rtol=1e-5)


def test_value_for_ever_without_a_discount_is_refused() -> None:
    with pytest.raises(ValueError, match="rate above 0"):
        bg_nbd.view(written(bg_nbd, {}), cdnow()).discounted(None, 0.0)


# Automatic choice


@pytest.mark.parametrize(("name", "error"), [("CDNOW_sample.txt", 0.75452), ("CDNOW_master.txt", 0.79377)])
def test_chosen_model_is_off_by_what_the_page_of_backtests_says(name: str, error: float) -> None:
    past = choose_orders.past_of(references.log(name), free=True)
    chosen = choose_orders.compare(
        cdnow(SEEN, name), lambda: choose_orders.trials(references.seen(SEEN, name), SEEN, past)
    )
    found = choose_orders.MODELS[chosen.fit.model].view(chosen.fit, cdnow(SEEN, name)).expected(WEEKS)
    assert np.abs(found - later(name)).mean() == pytest.approx(error, abs=0.00005)
    assert chosen.fit.model in chosen.reason
    assert {candidate.model for candidate in chosen.candidates} == set(choose_orders.MODELS)


def test_without_a_past_the_likelihood_chooses() -> None:
    chosen = choose_orders.compare(cdnow())
    assert chosen.fit.model == mbg_nbd.NAME
    assert all(candidate.error is None for candidate in chosen.candidates)


@pytest.mark.skipif("BOOKSCORE_DATA" not in os.environ, reason="needs the folder of sample data")
def test_chosen_model_is_off_no_more_than_the_best_on_online_retail() -> None:
    path = Path(os.environ["BOOKSCORE_DATA"]) / "online_retail" / "online_retail.parquet"
    log = (
        pl.scan_parquet(path)
        .filter(pl.col("CustomerID").is_not_null())
        .select(
            account_id=pl.col("CustomerID"),
            dated_on=pl.col("InvoiceDate").cast(pl.Date),
            amount=pl.col("Quantity") * pl.col("UnitPrice"),
        )
        .collect()
    )
    until = date(2011, 9, 1)
    before, whole = summary(log, until), summary(log, until + timedelta(days=100))
    chosen = choose_orders.compare(
        orders(before), lambda: choose_orders.trials(before, until, choose_orders.past_of(log))
    ).fit
    assert (chosen.model, chosen["k"]) == (mbg_nbd.NAME, 2)
    both = before.join(whole, on="account_id", suffix="_all", maintain_order="left")
    came = (both["x_all"] - both["x"]).to_numpy()
    assert np.abs(mbg_nbd.view(chosen, orders(before)).expected(100 / 7) - came).mean() < 0.985


# The mathematics underneath


@given(z=st.floats(1e-3, 1e12), n=st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_rising_factorial_is_the_product_it_stands_for(z: float, n: int) -> None:
    assert float(log_rising(z, n)) == pytest.approx(float(np.log(z + np.arange(n)).sum()), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("a", [1e-6, 0.8, 1.0, 30.0])
def test_gauss_rules_give_the_moments_of_the_beta(a: float) -> None:
    c = np.array([0.3, 2.4, 50.0, 1e6])
    points, weights = beta_rules(a, c)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose((weights * points).sum(axis=1), a / (a + c), rtol=1e-9)
    np.testing.assert_allclose((weights * points**2).sum(axis=1), a * (a + 1) / (a + c) / (a + c + 1), rtol=1e-9)


def test_different_pairs_are_found_on_the_grid_of_days_and_off_it() -> None:
    first = np.array([1.0, 0.0, 1.0, 1.0])
    for second in (np.array([3, 0, 3, 4]) / 7, np.array([0.123, 0.5, 0.123, 0.7])):
        found = distinct(first, second)
        assert len(found.first) == 3
        np.testing.assert_array_equal(found.first[found.row], first)
        np.testing.assert_array_equal(found.second[found.row], second)
