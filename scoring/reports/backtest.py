"""What does somebody see of a backtest? One page, and the same as JSON, in a folder of its own."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring.leftovers import remove
from scoring.numbers import error_money, fixed, percent, signed
from scoring.reports.charts.calibration import Tenth, calibration
from scoring.reports.dates import day
from scoring.reports.outputs import NotOursError
from scoring.reports.pages import page
from scoring.reports.swap import beside, swap, sync
from scoring.run import json_text

DATA, PAGE = "backtest.json", "backtest.html"
SUBJECTS = {"revenue": "Revenue", "orders": "Orders"}
MEASURES = {
    "mae": "MAE",
    "rmse": "RMSE",
    "bias": "Bias of total",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "gini": "Gini",
    "decile_mape": "Decile MAPE",
}
"""The measures of error as a table shows them."""


def write(record: Mapping[str, Any], out: Path) -> list[Path]:
    """The files, written into `out` in place of those of the backtest before; both are there, or neither.

    Raises NotOursError where the folder holds anything else.
    """
    refuse_foreign(out)
    place = out.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    made = beside(place)
    made.mkdir()
    try:
        for name, text in {DATA: json_text(dict(record)), PAGE: backtest_html(record)}.items():
            (made / name).write_bytes(text.encode())
            sync(made / name)
        swap(made, place)
    finally:
        remove(made)
    return [out / DATA, out / PAGE]


def refuse_foreign(out: Path) -> None:
    """Raises NotOursError unless the folder is absent, empty, or holds a backtest and nothing else."""
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise NotOursError(out, "is no folder")
    further = sorted({path.name for path in out.iterdir()} - {DATA, PAGE})
    if further:
        raise NotOursError(out, f"holds something that no backtest wrote ({further[0]})")


def backtest_html(record: Mapping[str, Any]) -> str:
    """The page, which needs no other file; `record` as `backtest.record`."""
    return page(
        "backtest.html.j2",
        record=record,
        days=[(day(one["on"]), day(one["until"])) for one in record["origins"]],
        measures=MEASURES,
        subjects=[_subject(record, name) for name in SUBJECTS if name in record],
        models=[(why, [day(one) for one in on]) for why, on in model_rows(record)],
        blind=without_signal(record),
        transform=transform_words(record),
        signals=signal_rows(record),
    )


def _subject(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    found, written = record[name], written_as(record, name)
    tenths = [Tenth(one["forecast"], one["actual"]) for one in found["tenths"]]
    return {
        "name": SUBJECTS[name],
        "sentences": found["sentences"],
        "errors": [(row[0], list(zip(MEASURES.values(), row[1:], strict=True))) for row in error_rows(record, name)],
        "picture": calibration(tenths, f"{SUBJECTS[name]} by tenth of accounts", written),
        "tenths": [(one["tenth"], written(one["forecast"]), written(one["actual"])) for one in found["tenths"]],
        "totals": total_rows(record, name),
    }


def written_as(record: Mapping[str, Any], subject: str) -> Callable[[float], str]:
    """How an amount of revenue, or a number of orders, is printed."""
    if subject == "revenue":
        return lambda value: error_money(value, record["currency"])
    return lambda value: fixed(value, 2 if value < 100 else 0)


def error_rows(record: Mapping[str, Any], subject: str) -> list[tuple[str, ...]]:
    """The name of each forecast with its measures of error, as printed."""
    errors, own = record[subject]["errors"], {"mae": 3, "rmse": 3} if subject == "orders" else {}

    def shown(measure: str, value: float | None) -> str:
        if value is None:
            return "n/a"
        if measure in ("mae", "rmse"):
            return fixed(value, own[measure]) if own else error_money(value, record["currency"])
        if measure == "bias":
            return f"{'+' if value > 0 else ''}{percent(value)}"
        return percent(value, 0) if measure == "decile_mape" else fixed(value, 3)

    return [(record["labels"][name], *(shown(m, measures[m]) for m in MEASURES)) for name, measures in errors.items()]


def total_rows(record: Mapping[str, Any], subject: str) -> list[tuple[str, ...]]:
    """Each origin with its total: day, forecast, likely range, what came, whether it holds, the factor."""
    written = written_as(record, subject)
    rows: list[tuple[str, ...]] = []
    for origin, one in zip(record["origins"], record[subject]["totals"], strict=True):
        low, high = one["low"], one["high"]
        likely = "n/a" if low is None else f"{written(low)} to {written(high)}"
        holds = {True: "within", False: "outside", None: "n/a"}[one["holds"]]
        factor = fixed(one["factor"], 3) if one["earlier"] else "n/a"
        rows.append((origin["on"], written(one["forecast"]), likely, written(one["actual"]), holds, factor))
    return rows


def signal_rows(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Each metric that looks ahead: label, against what, the correlation, its interval, accounts, the verdict."""
    return [
        (
            one["label"],
            one["outcome"],
            "n/a" if one["rho"] is None else signed(one["rho"], 2),
            "n/a" if one["rho"] is None else f"{fixed(one['low'], 2)} to {fixed(one['high'], 2)}",
            f"{one['accounts']:,}",
            one["words"],
        )
        for one in record["metrics"]
    ]


def transform_words(record: Mapping[str, Any]) -> str:
    """The tenths of the chances of counts, in a sentence; nothing where no model gives chances."""
    parts: Sequence[float] | None = record["transform"]
    if parts is None:
        return ""
    shares = ", ".join(fixed(100 * part, 1) for part in parts)
    return (
        f"If the chances of each number of orders were right, a tenth of the accounts would lie in each tenth of them; "
        f"there lie {shares} in a hundred, from far fewer orders than expected to far more."
    )


def without_signal(record: Mapping[str, Any]) -> list[str]:
    """The metrics that were measured and carry no signal of anything they were held against."""
    verdicts: dict[str, list[str]] = {}
    for one in record["metrics"]:
        verdicts.setdefault(one["label"], []).append(one["verdict"])
    return [label for label, said in verdicts.items() if "signal" not in said and {"none", "wrong"} & {*said}]


def model_rows(record: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Why each model was chosen, as said on the last day that chose it, with all the days that did."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for origin in record["origins"]:
        for model in origin["models"]:
            _, days = found.get((model["of"], model["model"]), ("", []))
            found[model["of"], model["model"]] = (model["why"], [*days, origin["on"]])
    return list(found.values())
