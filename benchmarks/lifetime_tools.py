"""The tools whose lifetime value is measured: each from the same log to the same figures, with CPU seconds by stage."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from made_logs import MADE, as_tables
from side_by_side import Stages

OURS, CHOSEN, LIFETIMES, CLVKIT = "bookscore", "bookscore, automatic choice", "lifetimes 0.11.3", "clvkit 0.2.1"
STAGES = ("summary", "fit", "spend", "predict", "value")
WEEKS, A_YEAR, DISCOUNT = 52, 12, 0.10
WEEKS_OF_LIFETIMES = 4.345
"""A month, as lifetimes has it."""


def ours(log: Path, until: date) -> dict[str, Any]:
    """The functions that the pipeline calls, one after the other, with BG/NBD given as the peers have it."""
    import numpy as np
    import polars as pl
    import scipy.sparse  # else the first summary loads it
    import scipy.special  # noqa: F401  else the first fit loads it

    from scoring.lifetime.repeat import bg_nbd
    from scoring.lifetime.repeat.orders import orders, summary
    from scoring.lifetime.spend import gamma_gamma
    from scoring.lifetime.spend.gamma_gamma import Spend

    assumed, stage = _assumed(), Stages()
    with stage("summary"):
        read = pl.read_parquet(log).rename({"customer_id": "account_id", "date": "dated_on"})
        seen = summary(read, until, free=True)
        accounts = orders(seen)
    with stage("fit"):
        fit = bg_nbd.fit(accounts)
    with stage("spend"):
        means = seen["spend"].fill_null(0.0).to_numpy()
        spend = gamma_gamma.fit(Spend(accounts.x, means))
    with stage("predict"):
        ahead = bg_nbd.view(fit, accounts)
        alive, expected = ahead.alive, ahead.expected(WEEKS)
    with stage("value"):
        size = gamma_gamma.mean(spend, accounts.x, means)
        worth = ahead.discounted(assumed.weeks, assumed.weekly_rate) * size
        made = pl.DataFrame({"account_id": seen["account_id"], "alive": alive, "expected": expected, "value": worth})

    def in_steps(steps: int, weeks: float, rate: float) -> float:
        """The value by the peers' convention: what comes in a step is paid at its end."""
        so_far = [np.zeros(len(accounts))] + [ahead.expected(n * weeks) for n in range(1, steps + 1)]
        later = zip(so_far[1:], so_far[:-1], strict=True)
        return float(sum(((b - a) * size).sum() / (1 + rate) ** n for n, (b, a) in enumerate(later, 1)))

    def conventions() -> dict[str, float]:
        return {
            LIFETIMES: in_steps(A_YEAR, WEEKS_OF_LIFETIMES, _monthly()),
            CLVKIT: in_steps(WEEKS, 1.0, float(np.expm1(assumed.weekly_rate))),
        }

    parameters = {**fit.parameters, **{name: spend[name] for name in ("p", "q", "gamma")}}
    totals = {name: float(made[name].sum()) for name in ("alive", "expected", "value")}
    return _said(stage, parameters, totals) | {"conventions": conventions}


def chosen(log: Path, until: date) -> dict[str, Any]:
    """All that the product does: models tried on the past, the best fitted, every account valued with its range."""
    import polars as pl
    import scipy.sparse  # else the first summary loads it
    import scipy.special  # noqa: F401  else the first fit loads it

    from scoring.lifetime import valuation

    stage = Stages()
    with stage("all"):
        lines = pl.read_parquet(as_tables(log)).lazy()
        made, choices = valuation.forecast(lines, "invoices", until, _assumed())
    totals = {"alive": made["chance_active"].sum(), "expected": made["expected"].sum(), "value": made["value"].sum()}
    return _said(stage, dict(choices[0].fit.parameters), totals) | {"model": choices[0].fit.model}


def by_lifetimes(log: Path, until: date) -> dict[str, Any]:
    """The documented way with lifetimes: a summary by day, told in weeks."""
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    stage = Stages()
    with stage("summary"):
        read = _in_pandas(log)
        seen = summary_data_from_transaction_data(
            read, "customer_id", "date", "amount", observation_period_end=until - timedelta(days=1), freq="D"
        )
        x, t_x, age = seen["frequency"], seen["recency"] / 7, seen["T"] / 7
    with stage("fit"):
        model = BetaGeoFitter().fit(x, t_x, age)
    with stage("spend"):
        again = seen[(seen["frequency"] > 0) & (seen["monetary_value"] > 0)]
        spend = GammaGammaFitter().fit(again["frequency"], again["monetary_value"])
    with stage("predict"):
        alive = model.conditional_probability_alive(x, t_x, age)
        expected = model.conditional_expected_number_of_purchases_up_to_time(WEEKS, x, t_x, age)
    with stage("value"):
        worth = spend.customer_lifetime_value(
            model, x, t_x, age, seen["monetary_value"], time=A_YEAR, discount_rate=_monthly(), freq="W"
        )
    fitted = {**model.params_, **spend.params_}
    parameters = {name: float(fitted["v" if name == "gamma" else name]) for name in MADE}
    return _said(stage, parameters, {"alive": alive.sum(), "expected": expected.sum(), "value": worth.sum()})


def _in_pandas(log: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(log)


class _Fitted:
    """A model of clvkit that is fitted already, so that the stages can be told apart."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, _: Any) -> "_Fitted":
        return self

    def predict(self, *given: Any, **named: Any) -> Any:
        return self.model.predict(*given, **named)


def by_clvkit(log: Path, until: date) -> dict[str, Any]:
    """The documented way with clvkit, but for its models being fitted one by one."""
    import numpy as np
    from clvkit import BGNBD, CLV, CustomerBase, GammaGamma

    rate, stage = float(np.expm1(_assumed().weekly_rate)), Stages()
    with stage("summary"):
        seen = CustomerBase.from_transactions(
            _in_pandas(log), time_unit="W", collapse="D", on_negative="drop",
            observation_period_end=until - timedelta(days=1),
        )  # fmt: skip
    with stage("fit"):
        model = BGNBD().fit(seen)
    with stage("spend"):
        spend = GammaGamma().fit(seen)
    with stage("predict"):
        alive, expected = model.probability_alive(), model.predict(WEEKS)
    with stage("value"):
        worth = CLV(_Fitted(model), _Fitted(spend)).fit(seen).predict(horizon=WEEKS, discount_rate=rate)
        clv = worth.to_pandas()["clv"]
    fitted = {**model.params_, **spend.params_}
    totals = {"alive": alive.to_pandas().sum(), "expected": expected.to_pandas().sum(), "value": clv.sum()}
    return _said(stage, {name: float(fitted[name]) for name in MADE}, totals)


TOOLS: dict[str, Callable[[Path, date], dict[str, Any]]] = {
    OURS: ours,
    CHOSEN: chosen,
    LIFETIMES: by_lifetimes,
    CLVKIT: by_clvkit,
}


def _assumed() -> Any:
    """A year of 52 weeks at 10 %, in revenue."""
    from scoring.lifetime.assumptions import Assumptions

    return Assumptions(margin=1.0, discount=DISCOUNT, horizon_months=A_YEAR, days=7 * WEEKS)


def _monthly() -> float:
    return (1 + DISCOUNT) ** (1 / 12) - 1


def _said(stage: Stages, parameters: Mapping[str, float], totals: Mapping[str, Any]) -> dict[str, Any]:
    """What a tool prints: CPU seconds by stage, parameters, and the sums over all customers."""
    plain = {name: float(total.iloc[0] if hasattr(total, "iloc") else total) for name, total in totals.items()}
    return {"stages": stage.seconds, "parameters": dict(parameters), **plain}
