"""Reads `tests/references/contracts.yaml` and computes what its entries say from the models."""

import importlib.util
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy
from ruamel.yaml import YAML

from scoring.lifetime.contracts import bdw, sbg
from scoring.lifetime.contracts.renewals import Renewals
from scoring.lifetime.contracts.residual import LogSurvival, after_renewal, annuity, before_renewal
from scoring.lifetime.fit import Fit
from scoring.lifetime.repeat import bg_bb
from scoring.lifetime.repeat.bg_bb import Occasions
from scoring.lifetime.spend import gamma_gamma
from scoring.lifetime.spend.gamma_gamma import Spend

FILE = Path(__file__).parent / "references" / "contracts.yaml"
Inputs = Mapping[str, Any]


def entries() -> list[dict[str, Any]]:
    """The reference entries, in the order of the file."""
    return list(YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))["entries"])


def evaluated(entry: Mapping[str, Any]) -> np.ndarray:
    """What the models say where the entry says what is expected."""
    return np.atleast_1d(np.asarray(EVALUATE[entry["id"]](entry["inputs"]), dtype=float))


def of_survivors(alive: np.ndarray) -> Renewals:
    """The renewals of one cohort, from how many there were at the start and after each renewal since."""
    made = np.arange(alive.size)
    return Renewals(made=made, is_lost=made < alive.size - 1, weight=np.append(-np.diff(alive), alive[-1]))


def fit_alike(renewals: Renewals) -> Fit:
    """The discrete Weibull of these renewals."""
    return bdw.alike_of_table(renewals.life_table(), renewals.accounts)


def renewal_chance(fit: Fit, made: np.ndarray) -> np.ndarray:
    """The chance that a customer of the shifted beta-geometric with so many renewals makes the next."""
    return np.exp(sbg.log_survival(fit, made + 1.0) - sbg.log_survival(fit, made))


def fitted(alive: list[int], model: Callable[[Renewals], Fit] = sbg.fit) -> Fit:
    """A model of one cohort."""
    return model(of_survivors(np.array(alive, dtype=float)))


def survivors_of(fit: Fit, renewals: list[int]) -> np.ndarray:
    """The share of a cohort that makes so many renewals."""
    log_survival = {"sbg": sbg.log_survival, "bdw": bdw.log_survival, "dw": bdw.log_survival_alike}[fit.model]
    return np.exp(log_survival(fit, np.array(renewals, dtype=float)))


def with_parameters(model: str, **values: float) -> Fit:
    """A fit with parameters from elsewhere."""
    return Fit(model, values, 0.0, 0, 0)


@cache
def cdnow_log(name: str = "CDNOW_sample.txt") -> pl.DataFrame:
    """A CDNOW log: customer, day and dollars of each day's purchases; skips the test where it is not installed."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package lifetimes, which brings the CDNOW log, is not installed")
    text = (Path(found.submodule_search_locations[0]) / "datasets" / name).read_text(encoding="ascii")
    rows = [line.split() for line in text.splitlines() if line.strip()]
    cells = [(r[-4], r[-3], r[-1]) for r in rows if r[-3].isdigit()]
    log = pl.DataFrame(cells, schema=["customer", "day", "spend"], orient="row")
    typed = log.with_columns(pl.col("day").str.to_date("%Y%m%d"), pl.col("spend").cast(pl.Float64))
    return typed.group_by("customer", "day").agg(pl.col("spend").sum()).sort("customer", "day")


def repeat_spend(until: date) -> pl.DataFrame:
    """One row per CDNOW customer: the purchases after the first, and their mean amount (null for none)."""
    later = pl.col("spend").slice(1)
    log = cdnow_log().filter(pl.col("day") <= until)
    return log.group_by("customer").agg((pl.len() - 1).alias("x"), later.mean().alias("z")).sort("customer")


@cache
def _spend() -> tuple[Spend, Spend, Fit]:
    """Everybody, those who came back, and their model."""
    table = repeat_spend(date(1997, 9, 30))
    everybody = Spend(table["x"].cast(pl.Int64).to_numpy(), table["z"].fill_null(0.0).to_numpy())
    back = everybody.orders > 0
    return everybody, Spend(everybody.orders[back], everybody.mean[back]), gamma_gamma.fit(everybody)


def _of_spend(name: str) -> Callable[[Inputs], Any]:
    def evaluate(_: Inputs) -> Any:
        everybody, back, fit = _spend()
        z = back.mean
        return {
            "params": lambda: [fit["p"], fit["q"], fit["gamma"]],
            "loglik": lambda: fit.log_likelihood,
            "zbar": lambda: [*np.quantile(z, [0, 0.25, 0.5, 0.75, 1]), z.mean(), z.std(ddof=1)],
            "cond": lambda: gamma_gamma.mean(fit, everybody.orders, everybody.mean)[:10],
        }[name]()

    return evaluate


def _occasions(inputs: Inputs) -> tuple[Occasions, Fit]:
    cells = np.array(inputs["x_tx_count"])
    seen = Occasions(cells[:, 0], cells[:, 1], np.full(len(cells), inputs["n"]), cells[:, 2].astype(float))
    if "parameters" in inputs:
        return seen, with_parameters("bg_bb", **dict(zip(bg_bb.PARAMETERS, inputs["parameters"], strict=True)))
    return seen, bg_bb.fit(seen)


def _of_occasions(evaluate: Callable[[Occasions, Fit, Inputs], Any]) -> Callable[[Inputs], Any]:
    return lambda inputs: evaluate(*_occasions(inputs), inputs)


def _history(inputs: Inputs) -> Occasions:
    at = np.array(inputs["at"])
    return Occasions(at[:, 0], at[:, 1], np.full(len(at), inputs["n"]))


def _by_x(seen: Occasions, values: np.ndarray) -> list[float]:
    assert seen.weight is not None
    return [np.average(values[seen.x == x], weights=seen.weight[seen.x == x]) for x in range(int(seen.x.max()) + 1)]


def _parameters(model: Callable[[Renewals], Fit], *names: str) -> Callable[[Inputs], Any]:
    def evaluate(inputs: Inputs) -> Any:
        fit = fitted(inputs["alive"], model)
        return [*(fit[name] for name in names), fit.log_likelihood]

    return evaluate


def _year_12(inputs: Inputs) -> float:
    start = inputs["alive"][0]
    return (survivors_of(fitted(inputs["alive"]), [12])[0] * start / inputs["later"][-1] - 1) * 100


def _lifetimes(inputs: Inputs) -> list[float]:
    """Of a customer just acquired, whose first payment is due now, and just before the next renewal of one it has."""
    out = []
    for model in (sbg, bdw):
        survival = partial(model.log_survival, fitted(inputs["alive"], model.fit))
        out.append(1.0 + after_renewal(survival, np.array([0]), inputs["discount"])[0])
        out.append(before_renewal(survival, np.array([inputs["made"]]), inputs["discount"])[0])
    return out


def _residual_sbg(alpha: float, beta: float, made: int | list[int], discount: float) -> np.ndarray:
    fit = with_parameters("sbg", alpha=alpha, beta=beta)
    return before_renewal(partial(sbg.log_survival, fit), np.atleast_1d(made), discount)


def survival_alike(retention: float) -> LogSurvival:
    """The survival of customers who all leave at the same rate: the discrete Weibull in which time changes nothing."""
    return partial(bdw.log_survival_alike, with_parameters("dw", theta=1 - retention, c=1.0))


def _residual_alike(retention: float, discount: float) -> float:
    return before_renewal(survival_alike(retention), np.array([0]), discount)[0]


def _factors(inputs: Inputs) -> np.ndarray:
    return _residual_sbg(inputs["alpha"], inputs["beta"], inputs["made"], inputs["discount"])


def _base_value(inputs: Inputs) -> list[float]:
    """By the model, and with last year's retention for everybody."""
    active, made = np.array(inputs["active"], dtype=float), np.array(inputs["made"])
    fit = with_parameters("sbg", alpha=inputs["alpha"], beta=inputs["beta"])
    had = made > 0
    overall = active[had].sum() / (active[had] / renewal_chance(fit, made[had] - 1.0)).sum()
    naive = _residual_alike(overall, inputs["discount"])
    return [active @ _factors(inputs), active.sum() * naive]


def _handbook(inputs: Inputs) -> list[float]:
    fixed = _residual_alike(inputs["retention"], inputs["discount"])
    return [inputs["payment"] * factor for factor in (fixed, *_factors(inputs))]


def _of_kinds(inputs: Inputs, made: int) -> tuple[np.ndarray, np.ndarray]:
    """What a customer of each kind is worth, and the chance that one with so many renewals is of it."""
    alone = np.array([inputs["payment"] * _residual_alike(r, inputs["discount"]) for r in inputs["retention"]])
    weight = np.array(inputs["share"]) * np.array(inputs["retention"]) ** made
    return alone, weight / weight.sum()


def _kinds(inputs: Inputs) -> list[float]:
    alone, share = _of_kinds(inputs, inputs["made"])
    return [*alone, share[0], share @ alone]


def _kinds_base(inputs: Inputs) -> list[float]:
    values = [np.dot(*_of_kinds(inputs, made)) for made in inputs["made"]]
    naive = inputs["payment"] * _residual_alike(inputs["overall"], inputs["discount"])
    return [np.dot(inputs["active"], values), sum(inputs["active"]) * naive]


def _cohorts(inputs: Inputs) -> list[float]:
    """Each cohort was seen for a renewal less than the one before it."""
    alive = np.array(inputs["alive"], dtype=float)
    each = [of_survivors(alive[: k + 1]) for k in range(1, inputs["cohorts"] + 1)]
    made, lost, weight = (np.concatenate([getattr(r, n) for r in each]) for n in ("made", "is_lost", "weight"))
    fit = sbg.fit(Renewals(made=made, is_lost=lost, weight=weight))
    return [fit["alpha"], fit["beta"], fit.log_likelihood]


def _sizes(inputs: Inputs) -> list[float]:
    """The most likely model of cohorts of which only the first and the last size are known."""
    due, left = np.array(inputs["due"], dtype=float), np.array(inputs["left"], dtype=float)

    def unlikely(logs: np.ndarray) -> float:
        kept = sbg.log_survival(with_parameters("sbg", alpha=np.exp(logs[0]), beta=np.exp(logs[1])), due)
        return -float(left @ kept + (inputs["began"] - left) @ np.log(-np.expm1(kept)))

    best = scipy.optimize.minimize(unlikely, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    return [*np.exp(best.x), -best.fun]


def _discounted(inputs: Inputs) -> list[float]:
    """The first payment now, in a period, and the next so many."""
    retention, discount = inputs["retention"], inputs["discount"]
    later = after_renewal(survival_alike(retention), np.array([0]), discount)[0]
    return [inputs["payment"] * factor for factor in (1 + later, later, _next(inputs, retention))]


def _next(inputs: Inputs, retention: float) -> float:
    return float(annuity((1 + inputs["discount"]) / retention - 1, np.array([float(inputs["number"])]))[0])


def _three_payments(inputs: Inputs) -> list[float]:
    fit = with_parameters("sbg", alpha=inputs["alpha"], beta=inputs["beta"])
    kept = survivors_of(fit, list(range(inputs["number"])))
    paid = inputs["payment"] * kept @ (1 + inputs["discount"]) ** -np.arange(float(inputs["number"]))
    same = inputs["payment"] * _next(inputs, 1 - inputs["churn"])
    return [*survivors_of(fit, [1, 2, 3, 4]), paid, same]


def _residual(inputs: Inputs) -> float:
    fit = fitted(inputs["alive"])
    return _residual_sbg(fit["alpha"], fit["beta"], inputs["made"], inputs["discount"])[0]


def _curves(inputs: Inputs) -> np.ndarray:
    names = ("regular", "highend")
    return np.concatenate([survivors_of(fitted(inputs[name]), inputs["renewals"]) for name in names])


_BOTH = {
    "params": lambda i: _parameters(sbg.fit, "alpha", "beta")(i)[:2],
    "loglik": lambda i: fitted(i["alive"]).log_likelihood,
    "year12": _year_12,
}
EVALUATE: dict[str, Callable[[Inputs], Any]] = {
    **{f"sbg.{who}.{name}": call for who in ("regular", "highend") for name, call in _BOTH.items()},
    **{f"sbg5.{who}": _parameters(sbg.fit, "alpha", "beta") for who in ("regular", "highend")},
    **{f"dw5.{who}": _parameters(fit_alike, "c") for who in ("regular", "highend")},
    **{f"bdw{n}.{who}": _parameters(bdw.fit, "gamma", "delta", "c") for n in (5, 13) for who in ("regular", "highend")},
    **{f"del_derl5.{who}": _lifetimes for who in ("regular", "highend")},
    **{f"derl.case{n}": _factors for n in (1, 2)},
    **{f"derl.case{n}.base_value": _base_value for n in (1, 2)},
    "sbg.highend.forecast": lambda i: survivors_of(fitted(i["alive"]), i["renewals"]),
    "sbg.survival.fitted": _curves,
    "rlv.handbook": _handbook,
    "twoseg.rlv": _kinds,
    "twoseg.base_value": _kinds_base,
    "sbg.multicohort": _cohorts,
    "sbg.multicohort.case1": _sizes,
    "bgbb.donations.params": _of_occasions(lambda seen, fit, _: [fit[name] for name in bg_bb.PARAMETERS]),
    "bgbb.donations.loglik": _of_occasions(lambda seen, fit, _: fit.log_likelihood),
    "bgbb.donations.alive": _of_occasions(lambda seen, fit, i: bg_bb.alive(fit, _history(i))),
    "bgbb.donations.total5": _of_occasions(lambda seen, fit, i: seen.weight @ bg_bb.expected(fit, seen, i["ahead"])),
    "bgbb.donations.cond10": _of_occasions(lambda seen, fit, i: bg_bb.expected(fit, _history(i), i["ahead"])),
    "bgbb.donations.bins": _of_occasions(lambda seen, fit, i: _by_x(seen, bg_bb.expected(fit, seen, i["ahead"]))),
    "bgbb.donations.actual": _of_occasions(lambda seen, fit, i: _by_x(seen, np.array(i["actual"]) / seen.weight)),
    "bgbb.cruise.loglik": _of_occasions(lambda seen, fit, i: bg_bb._surface(np.array(i["parameters"]), seen)[0]),
    "bgbb.cruise.alive": _of_occasions(lambda seen, fit, _: bg_bb.alive(fit, seen)),
    "bgbb.cruise.expected4": _of_occasions(lambda seen, fit, i: bg_bb.expected(fit, seen, i["ahead"])),
    "bgbb.cruise.dert": _of_occasions(lambda seen, fit, i: bg_bb.value(fit, seen, i["discount"])),
    "gg.cdnow.params": _of_spend("params"),
    "gg.cdnow.loglik": _of_spend("loglik"),
    "gg.cdnow.zbar": _of_spend("zbar"),
    "gg.cond.10": _of_spend("cond"),
    "constant.discounted": _discounted,
    "sbg.three_payments": _three_payments,
    "sbg.highend.residual": _residual,
}
