"""Reads `tests/references/orders.yaml` and computes what its entries say from the models of repeat orders."""

import importlib.util
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from ruamel.yaml import YAML

from scoring.lifetime.fit import Fit
from scoring.lifetime.repeat import bg_nbd, dropout, mbg_nbd, nbd, pareto, pareto_nbd
from scoring.lifetime.repeat.orders import Orders, orders, summary
from scoring.lifetime.repeat.rows import merged

FILE = Path(__file__).parent / "references" / "orders.yaml"
MODELS = {"nbd": nbd, "bgnbd": bg_nbd, "mbgnbd": mbg_nbd, "pnbd": pareto_nbd}
SEEN, ALL = date(1997, 10, 1), date(1998, 7, 1)
WEEKS = 39.0
NEW = Orders(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1), np.zeros(1))
"""One account that has just bought for the first time."""
Inputs = Mapping[str, Any]


def entries() -> list[dict[str, Any]]:
    """The reference entries, in the order of the file."""
    return list(YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))["entries"])


def evaluated(entry: Mapping[str, Any]) -> np.ndarray:
    """What the models say where the entry says what is expected."""
    model, _, ask = entry["id"].partition(".")
    found = OF_DATA[entry["id"]]() if entry["id"] in OF_DATA else ASKED[ask](MODELS[model], entry["inputs"])
    return np.atleast_1d(np.asarray(found, dtype=float))


def with_parameters(model: str, **values: float) -> Fit:
    """A fit with parameters from elsewhere."""
    return Fit(model, values, 0.0, 0, 0)


@cache
def log(name: str = "CDNOW_sample.txt") -> pl.DataFrame:
    """A CDNOW log, as it is written; skips the test where it is not installed."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package lifetimes, which brings the CDNOW log, is not installed")
    text = (Path(found.submodule_search_locations[0]) / "datasets" / name).read_text(encoding="ascii")
    rows = [line.split()[-4:] for line in text.splitlines()]
    cells = [(row[0], row[1], row[3]) for row in rows if len(row) == 4 and row[1].isdigit()]
    raw = pl.DataFrame(cells, schema=["account_id", "dated_on", "amount"], orient="row")
    return raw.with_columns(pl.col("dated_on").str.to_date("%Y%m%d"), pl.col("amount").cast(pl.Float64))


@cache
def seen(until: date = SEEN, name: str = "CDNOW_sample.txt") -> pl.DataFrame:
    """The summary of the customers. Some of their orders cost nothing, and the papers count them."""
    return summary(log(name), until, free=True)


@cache
def cdnow(until: date = SEEN, name: str = "CDNOW_sample.txt") -> Orders:
    """The customers, as the models see them."""
    return orders(seen(until, name))


@cache
def later(name: str = "CDNOW_sample.txt") -> np.ndarray:
    """The orders of each customer in the holdout."""
    both = seen(SEEN, name).join(seen(ALL, name), on="account_id", suffix="_all", maintain_order="left")
    return (both["x_all"] - both["x"]).to_numpy()


@cache
def fitted(model: str, until: date = SEEN, name: str = "CDNOW_sample.txt") -> Fit:
    """A model of the customers."""
    return MODELS[model].fit(cdnow(until, name))


def _fit(model: Any, inputs: Inputs) -> Fit:
    if "parameters" in inputs:
        return with_parameters(model.NAME, **inputs["parameters"])
    return fitted(next(name for name, module in MODELS.items() if module is model))


def _orders(inputs: Inputs) -> Orders:
    return Orders(np.array(inputs["x"]), np.array(inputs["t_x"], dtype=float), np.array(inputs["age"], dtype=float))


def _parameters(model: Any, inputs: Inputs) -> list[float]:
    return [value for name, value in _fit(model, inputs).parameters.items() if name != "k"]


def _expected(model: Any, inputs: Inputs) -> np.ndarray:
    return model.view(_fit(model, inputs), _orders(inputs)).expected(inputs["weeks"])


def _from_start(model: Any, inputs: Inputs) -> list[float]:
    return [model.view(_fit(model, inputs), NEW).expected(weeks)[0] for weeks in inputs["weeks"]]


def _both(model: Any, inputs: Inputs) -> np.ndarray:
    return np.concatenate([_expected(model, inputs), model.view(_fit(model, inputs), _orders(inputs)).alive])


def _individual(_: Any, inputs: Inputs) -> list[float]:
    some, at = _orders(inputs), np.log(list(inputs["parameters"].values()))
    each = (Orders(some.x[[n]], some.t_x[[n]], some.age[[n]]) for n in range(len(some)))
    return [dropout.surface(dropout.Process(1, 0), merged(one))(at)[0] for one in each]


def _chances(model: Any, inputs: Inputs) -> list[float]:
    pairs = zip(inputs["weeks"], inputs["counts"], strict=True)
    return [model.view(_fit(model, inputs), NEW).count_probabilities(weeks, n)[0, n] for weeks, n in pairs]


def by_count(values: np.ndarray) -> list[float]:
    """The mean over customers with 0, 1, .. 6 and with 7 or more repeat orders."""
    x = np.minimum(cdnow().x, 7)
    return [float(values[x == n].mean()) for n in range(8)]


def _ahead(model: Any) -> np.ndarray:
    return model.view(_fit(model, {}), cdnow()).expected(WEEKS)


def _bins(model: Any, _: Inputs) -> list[float]:
    return by_count(_ahead(model))


def _correlated(model: Any, _: Inputs) -> list[float]:
    """With what came; and, for the Pareto/NBD, with what the BG/NBD expects."""
    found = [np.corrcoef(_ahead(model), later())[0, 1]]
    return found if model is bg_nbd else [*found, np.corrcoef(_ahead(model), _ahead(bg_nbd))[0, 1]]


def _total(model: Any, inputs: Inputs) -> float:
    """By how many per cent the orders of 78 weeks, expected from each first purchase on, miss those that came."""
    whole = cdnow(ALL)
    ages, sizes = np.unique(whole.age, return_counts=True)
    new = model.view(_fit(model, inputs), NEW)
    expected = sum(n * new.expected(age)[0] for age, n in zip(ages, sizes, strict=True))
    return 100 * (expected / whole.x.sum() - 1)


def _present(model: Any, inputs: Inputs) -> np.ndarray:
    rate = np.log1p(inputs["yearly"]) / inputs["weeks_a_year"]
    return model.view(_fit(model, inputs), NEW).discounted(None, rate)


def _stability() -> float:
    """The likelihood of 39 weeks under the parameters of 78."""
    return pareto.surface(merged(cdnow()))(np.log(list(fitted("pnbd", ALL).parameters.values())))[0]


ASKED: dict[str, Callable[[Any, Inputs], Any]] = {
    "cdnow.params": _parameters,
    "cdnow.loglik": lambda model, inputs: _fit(model, inputs).log_likelihood,
    "cdnow.loglik.ours": lambda model, inputs: _fit(model, inputs).log_likelihood,
    "cdnow.params.7dp": lambda model, inputs: [*_parameters(model, inputs), _fit(model, inputs).log_likelihood],
    "ll.individual": _individual,
    "cond.0001": _expected,
    "expected": _from_start,
    "expected.52": _from_start,
    "1516": _both,
    "increasing_frequency": _expected,
    "pmf": _chances,
    "cdnow.holdout.bins": _bins,
    "cdnow.holdout.corr": _correlated,
    "cdnow.holdout.total": _total,
    "alive.zero": lambda model, inputs: model.view(_fit(model, inputs), _orders(inputs)).alive,
    "det.10pct": _present,
}
OF_DATA: dict[str, Callable[[], Any]] = {
    "cdnow.sample.summary": lambda: [
        len(cdnow()),
        (cdnow().x > 0).sum(),
        (cdnow().x == 0).sum(),
        cdnow().x.sum(),
    ],
    "cdnow.full.summary": lambda: [len(cdnow(ALL, "CDNOW_master.txt")), log("CDNOW_master.txt").height],
    "cdnow.holdout.actual.bins": lambda: by_count(later()),
    "cdnow.78w.stability": _stability,
}
