"""The measures a backtest speaks in, each by hand."""

from datetime import date
from decimal import Decimal
from math import exp, log, sqrt, tanh

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.backtest import errors as measures
from scoring.backtest import pit, sentences
from scoring.backtest.level import Level, total
from scoring.backtest.signal import Pair, pooled, signal
from scoring.lifetime.rolling import HELD_OUT, Error, Origin, error

FORECAST = np.array([1.0, 2.0, 3.0, 4.0])
CAME = np.array([0.0, 4.0, 2.0, 6.0])
"""Off by 1, -2, 1 and -2: 10 forecast, 12 came."""
AMOUNTS = st.integers(0, 10**10).map(lambda n: n / 10_000)


def test_the_errors_of_four_accounts_by_hand() -> None:
    found = measures.errors(FORECAST, CAME)
    assert (found.accounts, found.forecast, found.actual) == (4, 10.0, 12.0)
    assert found.mae == pytest.approx((1 + 2 + 1 + 2) / 4)
    assert found.rmse == pytest.approx(sqrt((1 + 4 + 1 + 4) / 4))
    assert found.bias == pytest.approx(-2 / 12)
    # deviations -1.5 -0.5 0.5 1.5 and -3 1 -1 3: 4.5 - 0.5 - 0.5 + 4.5 over the root of 5 times 20
    assert found.pearson == pytest.approx(8 / 10)
    # ranks 1 2 3 4 and 1 3 2 4: 1 - 6 * 2 / (4 * 15)
    assert found.spearman == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("model", "naive", "verdict"),
    [(80.0, 100.0, "the model is 20\u202f% better"), (120.0, 100.0, "the model is 20\u202f% worse"),
     (100.2, 100.0, "neither is better"), (21.0, 0.0, "the model is worse"), (0.002, 0.0, "neither is better"),
     (0.2, 0.0, "the model is worse")],
)  # fmt: skip
def test_the_model_is_held_against_the_best_forecast_that_needs_none(model: float, naive: float, verdict: str) -> None:
    came = np.array([1000.0])
    found = {name: measures.errors(came + off, came) for name, off in (("model", model), ("own_rate", naive))}
    said = sentences.on_accounts(found, {"own_rate": "own"}, sentences.written_as("revenue", "EUR"))
    assert said.endswith(f": {verdict}.")


def test_the_gini_is_how_well_the_forecast_sorts_what_came() -> None:
    # ranks less their mean, -1.5 -0.5 0.5 1.5, times what came: 0 - 2 + 1 + 9; sorted by itself: 0 - 1 + 2 + 9
    assert measures.errors(FORECAST, CAME).gini == pytest.approx(8 / 10)
    assert measures.errors(CAME * 100, CAME).gini == pytest.approx(1)
    assert measures.errors(-CAME, CAME).gini == pytest.approx(-1)
    assert measures.errors(np.ones(4), CAME).gini == pytest.approx(0)


def test_what_cannot_be_said_is_not_said() -> None:
    nothing = measures.errors(FORECAST, np.zeros(4))
    assert (nothing.bias, nothing.pearson, nothing.spearman, nothing.gini, nothing.decile_mape) == (None,) * 5
    nobody = measures.errors(np.zeros(0), np.zeros(0))
    assert (nobody.mae, nobody.rmse, nobody.bias) == (None, None, None)


def test_tenths_are_sorted_by_forecast_and_lose_nobody() -> None:
    forecast = np.arange(25.0)[::-1]
    found = measures.tenths(forecast, forecast * 2)
    assert found["accounts"].to_list() == [3] * 5 + [2] * 5
    assert found["forecast"].to_list()[:2] == [1.0, 4.0]
    assert found["actual"].to_list() == [2 * value for value in found["forecast"]]
    assert measures.errors(forecast, forecast * 2).decile_mape == pytest.approx(0.5)


def test_the_decile_mape_by_hand() -> None:
    # four groups of one account: nothing came of the first; the others are off by 2 of 4, 1 of 2 and 2 of 6
    assert measures.errors(FORECAST, CAME).decile_mape == pytest.approx((0.5 + 0.5 + 1 / 3) / 3)


def test_ranges_hold_what_lies_in_them_with_their_ends() -> None:
    low, high = np.array([0.0, 5.0, 2.0, np.nan]), np.array([1.0, 6.0, 2.0, np.nan])
    assert measures.covered(low, high, CAME) == pytest.approx(2 / 3)
    assert measures.covered(low[3:], high[3:], CAME[3:]) is None


def test_the_transform_of_right_chances_is_level() -> None:
    # one of two in each of two places: half the accounts got 0, half got 1
    chances = np.tile([0.5, 0.5], (10, 1))
    level = pit.deciles(chances, np.array([0, 1] * 5))
    np.testing.assert_allclose(level, 0.1)
    always_more = pit.deciles(chances, np.ones(10, dtype=np.int64))
    np.testing.assert_allclose(always_more, [0.0] * 5 + [0.2] * 5, atol=1e-12)
    beyond = pit.deciles(np.array([[0.5, 0.2]]), np.array([7]))
    np.testing.assert_allclose(beyond, [0.0] * 7 + [1 / 3] * 3, atol=1e-12)


def test_the_range_of_a_total_is_its_usual_miss_and_the_chance_in_each_account() -> None:
    frame = pl.DataFrame({"forecast": [60.0, 40.0], "low": [30.0, 20.0], "high": [90.0, 60.0], "actual": [70.0, 50.0]})
    made = total(frame, Level(Error(spread=0.2, factor=1.1)), 0.9)
    width = sqrt((100 * 0.2 * 1.6448536) ** 2 + 30**2 + 20**2)
    assert (made.low, made.high) == pytest.approx((100 - width, 100 + width), rel=1e-6)
    assert made.holds is True
    unknown = total(frame, Level(Error()), 0.9)
    assert (unknown.low, unknown.high, unknown.holds) == (None, None, None)


def pair(figure: list[float], outcome: list[float]) -> Pair:
    ids = [f"a{n}" for n in range(len(figure))]
    return Pair(ids, np.array(figure), np.array(outcome))


def test_the_interval_of_a_rank_correlation_by_hand() -> None:
    figure, outcome = [float(n) for n in range(40)], [float(n ^ 1) for n in range(40)]
    rho = 1 - 6 * 40 / (40 * (40**2 - 1))
    z, reach = 0.5 * log((1 + rho) / (1 - rho)), 1.959964 * sqrt((1 + rho * rho / 2) / 37)
    found = pooled([pair(figure, outcome)])
    assert found[:3] == pytest.approx((rho, tanh(z - reach), tanh(z + reach)), rel=1e-6)
    assert found[3:] == (40, 1)


def test_origins_are_averaged_and_an_account_counts_once() -> None:
    up, mixed = [float(n) for n in range(40)], [float(n * 7 % 40) for n in range(40)]
    once, twice = pooled([pair(up, mixed)]), pooled([pair(up, mixed), pair(up, mixed)])
    assert once[:4] == pytest.approx(twice[:4])
    assert twice[4] == 2
    both = pooled([pair(up, mixed), pair(up, up[::-1])])[0]
    assert both is not None
    assert both < once[0]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("outcome", "less_is_better", "verdict"),
    [
        ([float(n) for n in range(40)], False, "signal"),
        ([float(n) for n in range(40)], True, "wrong"),
        ([-float(n) for n in range(40)], False, "wrong"),
        ([-float(n) for n in range(40)], True, "signal"),
        ([float(n % 2) for n in range(40)], False, "none"),
        ([1.0] * 40, False, "alike"),
        ([float(n) for n in range(29)], False, "few"),
        ([], False, "unsaid"),
    ],
)
def test_verdicts(outcome: list[float], less_is_better: bool, verdict: str) -> None:
    figure = [float(n) for n in range(len(outcome))]
    found = signal(("nps", "Net promoter score"), "what came", [pair(figure, outcome)], less_is_better=less_is_better)
    assert found.verdict == verdict
    assert found.sentence.startswith("Net promoter score: ")


def test_noise_is_taken_for_a_signal_no_more_often_than_one_time_in_twenty() -> None:
    """Figures and outcomes that stay much the same from origin to origin, and have nothing to do with each other."""
    lot, wrong = np.random.default_rng(7), 0
    for _ in range(300):
        figure, outcome = lot.normal(size=50), np.round(lot.exponential(size=50), 0)
        origins = [pair(list(figure + lot.normal(size=50) * 0.2), list(outcome)) for _ in range(3)]
        _, low, high, *_ = pooled(origins)
        assert low is not None
        assert high is not None
        wrong += not low <= 0 <= high
    assert wrong / 300 < 0.08


@given(
    st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=40),
)
def test_every_measure_is_a_number_or_not_said(values: list[tuple[float, float]]) -> None:
    forecast, actual = (np.array(column) for column in zip(*values, strict=True))
    found = measures.errors(forecast, actual)
    assert all(value is None or np.isfinite(value) for value in found.plain.values())
    assert found.mae is not None
    assert found.rmse is not None
    assert found.mae <= found.rmse * (1 + 1e-9) + 1e-300
    for rank in (found.pearson, found.spearman, found.gini):
        assert rank is None or -1.0000001 <= rank <= 1.0000001
    assert measures.tenths(forecast, actual)["accounts"].sum() == len(values)


def origin(forecast: float, actual: str) -> Origin:
    row = {"account_id": "a", "forecast": forecast, "low": 0.0, "high": 0.0, "actual": Decimal(actual)}
    return Origin(date(2025, 1, 1), pl.DataFrame([row], schema=HELD_OUT), ())


def test_of_a_forecast_of_which_hardly_anything_came_a_twentieth_is_taken_to_have_come() -> None:
    found = error([origin(100, "0"), origin(100, "-5"), origin(100, "5"), origin(100, "1")])
    assert found.factor == pytest.approx(exp(4 * log(0.05) / 5))
    assert found.spread == pytest.approx(sqrt((4 * log(0.05) ** 2 + 0.1**2) / 5))


def test_the_level_is_moved_by_what_two_forecasts_missed_pulled_to_nothing_by_one_more() -> None:
    found = error([origin(100, "110"), origin(100, "120")])
    assert found.factor == pytest.approx((1.1 * 1.2) ** (1 / 3))
    assert found.spread == pytest.approx(sqrt((log(1.1) ** 2 + log(1.2) ** 2 + 0.1**2) / 3))
