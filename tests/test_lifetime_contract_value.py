"""Is a contract worth what its months, renewals and discount say?"""

from functools import partial

import numpy as np
import polars as pl
import pytest
from contract_references import renewal_chance
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import hyperu

from scoring.lifetime.contracts import bdw, exponential_gamma, sbg
from scoring.lifetime.contracts.contract_value import LOG_SURVIVAL, TIMINGS, value
from scoring.lifetime.contracts.residual import before_renewal
from scoring.lifetime.fit import Fit

parameter = st.floats(-12, 12).map(np.exp)
positions = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 36), st.sampled_from([1, 3, 12, 36])), min_size=1, max_size=12
)
AMOUNTS = ("value", "value_total", "low", "high", "expected_months", "alive_at_end")


def _fit(model: str = "sbg", **values: float) -> Fit:
    return Fit(model, values or {"alpha": 1.0, "beta": 4.0}, 0.0, 0, 0)


def _terms(rows: list[tuple[int, int, int]], monthly: float = 100.0) -> pl.DataFrame:
    made, ahead, term = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "account_id": [f"a{n:04}" for n in range(len(rows))],
            "kind": "term",
            "renewals_made": made,
            "months_to_renewal": ahead,
            "term_months": term,
            "age_months": 1.0,
            "monthly": monthly,
            "is_paying": True,
        }
    )


def _evergreen(ages: list[float]) -> pl.DataFrame:
    base = _terms([(0, 0, 1)] * len(ages)).with_columns(pl.Series("age_months", ages))
    return base.with_columns(pl.lit("evergreen").alias("kind"), pl.lit(None, pl.Int64).alias("months_to_renewal"))


def _value(fit: Fit, frame: pl.DataFrame, **options: float) -> pl.DataFrame:
    terms = {"margin": 1.0, "annual_discount": 0.10, "horizon_months": 60, **options}
    return value(fit, frame, **terms)  # type: ignore[arg-type]


def test_value_is_what_is_certain_and_then_what_renewals_bring() -> None:
    """Worked by hand: 3 months of 100 are certain, then a year with 4/5, then a year with 4/5 of 5/6, to month 27."""
    got = _value(_fit(), _terms([(0, 3, 12)]), annual_discount=0.0, horizon_months=27).row(0, named=True)
    assert got["value"] == pytest.approx(100 * (3 + 12 * 4 / 5 + 12 * 4 / 6))
    assert got["expected_months"] == pytest.approx(3 + 12 * 4 / 5 + 12 * 4 / 6)
    assert got["alive_at_end"] == pytest.approx(4 / 6)
    assert TIMINGS[got["timing"]].startswith("revenue is paid at the start of each month, the first now")


def test_months_are_discounted_at_the_twelfth_root() -> None:
    got = _value(_fit(), _terms([(0, 24, 12)]), horizon_months=24)["value"][0]
    assert got == pytest.approx(100 * sum(1.1 ** (-k / 12) for k in range(24)))


def test_margin_is_taken_of_every_amount() -> None:
    whole, part = (_value(_fit(), _terms([(1, 5, 12)]), margin=m) for m in (1.0, 0.8))
    for name in ("value", "value_total", "low", "high"):
        assert part[name][0] == pytest.approx(0.8 * whole[name][0])


def test_value_without_end_is_the_residual_lifetime_of_the_papers() -> None:
    """With a renewal due now and one payment a year it is DERL, just before the renewal, of twelve payments."""
    got = _value(_fit(alpha=0.668, beta=3.806), _terms([(7, 0, 12)]))["value_total"][0]
    year = sum(1.1 ** (-k / 12) for k in range(12))
    residual = before_renewal(partial(sbg.log_survival, _fit(alpha=0.668, beta=3.806)), np.array([7]), 0.1)[0]
    assert got == pytest.approx(100 * year * residual)
    assert residual == pytest.approx(7.53, abs=0.005)


def test_without_a_discount_there_is_no_value_for_ever_and_it_says_so() -> None:
    got = _value(_fit(), _terms([(0, 3, 12)]), annual_discount=0.0).row(0, named=True)
    assert (got["value_total"], got["reason"]) == (None, "no_discount")
    assert got["value"] > 0
    assert _value(_fit(), _terms([(0, 3, 12)]))["reason"].to_list() == [None]


def test_range_is_the_one_of_the_number_of_renewals() -> None:
    """Survival .8, .667, .571, .5, .444: with 10 % nothing is renewed; with 90 % the horizon is reached."""
    got = _value(_fit(), _terms([(0, 12, 12)]), annual_discount=0.0).row(0, named=True)
    assert (got["low"], got["high"]) == (1200, 6000)
    middle = _value(_fit(), _terms([(0, 12, 12)]), annual_discount=0.0, level=0.1).row(0, named=True)
    assert (middle["low"], middle["high"]) == (4800, 6000)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_range_holds_as_many_accounts_as_it_claims(level: float) -> None:
    rng, fit = np.random.default_rng(8), _fit(alpha=1.2, beta=5.0)
    renewed = rng.geometric(rng.beta(1.2, 5.0, 40_000)) - 1
    paid = 100.0 * np.minimum(1 + renewed, 60)
    row = _value(fit, _terms([(0, 1, 1)]), annual_discount=0.0, level=level).row(0, named=True)
    below, above = np.mean(paid < row["low"]), np.mean(paid > row["high"])
    assert below <= (1 - level) / 2 + 0.01
    assert above <= (1 - level) / 2 + 0.01
    assert np.mean(paid <= row["low"]) >= (1 - level) / 2 - 0.01


@given(parameter, parameter, st.floats(-2, 2).map(np.exp), positions, st.sampled_from([0.0, 1e-4, 0.1, 0.9]))
@settings(max_examples=25)
def test_every_value_is_a_number_and_lies_in_its_range(
    a: float, b: float, c: float, rows: list[tuple[int, int, int]], discount: float
) -> None:
    fits = (
        (_fit(alpha=a, beta=b), _terms(rows)),
        (_fit("bdw", gamma=a, delta=b, c=c), _terms(rows)),
        (_fit("dw", theta=min(a / (a + b), 1 - 1e-12), c=c), _terms(rows)),
        (_fit("exponential_gamma", s=a, beta=b), _evergreen([float(r[0]) for r in rows])),
    )
    for fit, frame in fits:
        got = _value(fit, frame, annual_discount=discount)
        for name in AMOUNTS:
            column = got[name].drop_nulls()
            assert column.is_finite().all(), (fit.model, name)
            assert (column >= 0).all()
        assert (got["low"] <= got["high"]).all()
        assert (got["value"] <= got["expected_months"] * 100 * (1 + 1e-9)).all()
        assert (got["value_total"].fill_null(np.inf) >= got["value"] * (1 - 1e-9)).all()


@given(parameter, parameter, st.integers(0, 20), st.integers(1, 24), st.integers(1, 40))
@settings(max_examples=25)
def test_values_add_up_over_the_horizon(a: float, b: float, made: int, certain: int, further: int) -> None:
    """What comes until the renewal, and what comes after it if it is made, is all within the horizon."""
    fit, term = _fit(alpha=a, beta=b), 12
    whole = _value(fit, _terms([(made, certain, term)]), horizon_months=certain + further)["value"][0]
    now = _value(fit, _terms([(made, certain, term)]), horizon_months=certain)["value"][0]
    renewed = _value(fit, _terms([(made + 1, term, term)]), horizon_months=further)["value"][0]
    chance = renewal_chance(fit, np.array([float(made)]))[0]
    assert whole == pytest.approx(now + chance * renewed * 1.1 ** (-certain / 12), rel=1e-9)


def test_long_horizon_comes_to_the_value_without_one() -> None:
    for fit, frame in (
        (_fit(), _terms([(0, 3, 12), (9, 0, 1), (2, 36, 36)])),
        (_fit("bdw", gamma=0.26, delta=1.72, c=1.58), _terms([(0, 3, 12), (9, 0, 1), (2, 36, 36)])),
        (_fit("exponential_gamma", s=0.8, beta=9.0), _evergreen([0.0, 30.0])),
    ):
        got = _value(fit, frame, horizon_months=6000)
        assert got["value"].to_numpy() == pytest.approx(got["value_total"].to_numpy(), rel=1e-9)


def test_evergreen_months_come_close_to_the_flow_of_the_model() -> None:
    """Paid at the start of the month instead of through it: half a month more, for everybody.

    Without an end the flow is (beta + t)^s d^(s-1) U(s, s, (beta + t) d), U of Tricomi.
    """
    s, beta, rate = 0.8, 39.0, np.log(1.1) / 12

    def kept(months: float) -> float:
        return (1 + months / beta) ** -s * np.exp(-rate * months)

    for_ever = beta**s * rate ** (s - 1) * hyperu(s, s, beta * rate)
    got = _value(_fit("exponential_gamma", s=s, beta=9.0), _evergreen([30.0])).row(0, named=True)
    assert got["value"] / 100 == pytest.approx(quad(kept, 0, 60)[0] + 0.5 * (1 - kept(60)), rel=1e-3)
    assert got["value_total"] / 100 == pytest.approx(for_ever + 0.5, rel=1e-3)


def test_only_paying_accounts_of_the_models_kind_are_valued_each_once() -> None:
    frame = pl.concat(
        [
            _terms([(0, 3, 12), (0, 3, 12), (1, 2, 12)]).with_columns(is_paying=pl.Series([True, False, True])),
            _evergreen([5.0]).with_columns(pl.lit("open").alias("account_id")),
        ],
        how="vertical_relaxed",
    )
    assert _value(_fit(), frame)["account_id"].to_list() == ["a0000", "a0002"]
    assert _value(_fit("exponential_gamma", s=1.0, beta=9.0), frame)["account_id"].to_list() == ["open"]
    assert _value(_fit(), frame.clear()).is_empty()


def test_order_of_accounts_changes_nothing() -> None:
    frame = _terms([(n % 7, n % 13, 12) for n in range(200)])
    assert _value(_fit(), frame.sample(fraction=1.0, shuffle=True, seed=1)).equals(_value(_fit(), frame))


def test_loyal_account_is_worth_more_than_a_new_one() -> None:
    got = _value(_fit(), _terms([(n, 6, 12) for n in range(30)]))
    assert (got["value"].diff().drop_nulls() > 0).all()


def test_every_model_of_contracts_can_be_valued() -> None:
    assert set(LOG_SURVIVAL) == {sbg.NAME, bdw.NAME, bdw.ALIKE_NAME, exponential_gamma.NAME}
