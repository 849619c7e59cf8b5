"""What does lifetime value of repeat orders cost, beside the packages lifetimes and clvkit, on the same logs?

Every tool reads the same Parquet file in a process of its own, in turn with the others. In the same run their
parameters, expected purchases and values are compared; where they disagree nothing is written.

    uv run --group bench python benchmarks/lifetime_value.py [--sizes cdnow 10000 100000 1000000] [--runs 3]
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from made_logs import CDNOW_UNTIL, MADE, UNTIL, as_tables, write_log
from side_by_side import Contender, Stages, bars, between_markers, in_turn, table

OURS, CHOSEN, LIFETIMES, CLVKIT = "bookscore", "bookscore, automatic choice", "lifetimes 0.11.3", "clvkit 0.2.1"
STAGES = ("summary", "fit", "spend", "predict", "value")
TOO_MANY = {CLVKIT: 2_000_000}
"""From so many customers on a tool is left out: clvkit's fit alone would take about 1,550 CPU s at ten million."""

WEEKS, A_YEAR, DISCOUNT = 52, 12, 0.10
WEEKS_OF_LIFETIMES = 4.345
"""A month, as lifetimes has it."""
FOUR_DIGITS, TOTALS = 5e-4, 1e-4
"""How far parameters, and totals of all customers, may be apart, as parts of themselves."""


# The tools


def ours(log: Path, until: date) -> dict[str, Any]:
    """The functions that the pipeline calls, one after the other, with BG/NBD given as the peers have it."""
    import numpy as np
    import polars as pl

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


# Whether they agree


def disagreements(said: Mapping[str, Mapping[str, Any]], conventions: Mapping[str, float]) -> Iterator[str]:
    """Sentences on what a peer says otherwise; `conventions` holds our total value by each peer's convention."""
    own = said[OURS]
    for peer in (name for name in (LIFETIMES, CLVKIT) if name in said):
        theirs = said[peer]
        pairs = {name: (own["parameters"][name], theirs["parameters"][name], FOUR_DIGITS) for name in MADE}
        pairs |= {name: (own[name], theirs[name], TOTALS) for name in ("alive", "expected")}
        pairs["value by its convention"] = (conventions[peer], theirs["value"], TOTALS)
        for name, (ours_, their_, most) in pairs.items():
            off = abs(their_ / ours_ - 1)
            if not off <= most:
                yield f"{peer}, {name}: {their_:.8g} against {ours_:.8g}, {off:.1e} apart, more than {most:.0e}"


# What is measured


def contenders(size: str, log: Path, without: Sequence[str]) -> dict[str, Contender]:
    """The tools that take part at a size."""
    many = 0 if size == "cdnow" else int(size)
    left_out = [name for name in TOOLS if any(name.startswith(word) for word in without)]
    taking = [name for name in TOOLS if many < TOO_MANY.get(name, many + 1) and name not in left_out]
    return {name: Contender(name, [__file__, "--tool", name, "--log", str(log), "--size", size]) for name in taking}


def measured(size: str, scratch: Path, runs: int, without: Sequence[str]) -> tuple[str, dict[str, Contender], str]:
    """The heading of a size, its contenders after all runs, and how far their values lie apart.

    Stops, and says what, where they do not agree.
    """
    log = scratch / f"{size}.parquet"
    writer = Contender("the log", [__file__, "--write", str(log), "--size", size])
    writer.run()
    tools = contenders(size, log, without)
    in_turn(tools.values(), runs)
    again = Contender("the conventions", [*tools[OURS].arguments, "--conventions"])
    again.run()
    said = {name: tool.said[0] for name, tool in tools.items()}
    conventions = again.said[0]["conventions"]
    if found := list(disagreements(said, conventions)):
        raise SystemExit("\n".join([f"{size}: the tools do not agree, so nothing is written.", *found]))
    made = writer.said[0]
    name = "CDNOW" if size == "cdnow" else "simulated"
    heading = f"{name}, {made['customers']:,} customers, {made['orders']:,} orders"
    return heading, tools, _apart(heading, said, conventions)


def _apart(heading: str, said: Mapping[str, Mapping[str, Any]], conventions: Mapping[str, float]) -> str:
    """A sentence on how closely the tools agree, and what their conventions make of the value."""
    own, words = said[OURS], []
    for peer in (name for name in (LIFETIMES, CLVKIT) if name in said):
        theirs = said[peer]
        far = max(abs(theirs["parameters"][name] / own["parameters"][name] - 1) for name in MADE)
        words.append(
            f"{peer}: parameters {far:.0e}, P(alive) {abs(theirs['alive'] / own['alive'] - 1):.0e}, expected purchases "
            f"{abs(theirs['expected'] / own['expected'] - 1):.0e}, total value by its own convention "
            f"{abs(theirs['value'] / conventions[peer] - 1):.0e}, by ours {theirs['value'] / own['value'] - 1:+.2%}"
        )
    return (
        f"- {heading}, parts by which they differ from bookscore. {'; '.join(words)}. Chosen: {said[CHOSEN]['model']}."
    )


def rows(heading: str, tools: Mapping[str, Contender]) -> Iterator[list[str]]:
    """The lines of the table for one size."""
    for number, tool in enumerate(tools.values()):
        by_stage = ["", "", "", "", ""] if tool.name == CHOSEN else [f"{tool.stage(name):.3f}" for name in STAGES]
        costs = f"{tool.total:.3f}", f"{_middle(tool.cpu):.2f}", f"{_middle(tool.wall):.2f}"
        yield [heading if number == 0 else "", tool.name, *by_stage, *costs, f"{_middle(tool.peak_mib):.0f}"]


def _middle(figures: Sequence[float]) -> float:
    return sorted(figures)[len(figures) // 2]


def main() -> None:
    """Measures all sizes, writes table and picture; or, as a child, runs one tool and prints what it said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["cdnow", "10000", "100000", "1000000"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without", nargs="+", default=[], choices=("lifetimes", "clvkit"), help="peers to leave out")
    parser.add_argument("--dry", action="store_true", help="print the table, and leave the README alone")
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    parser.add_argument("--conventions", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write_log(asked.size, asked.write)
    elif asked.tool:
        said = TOOLS[asked.tool](asked.log, CDNOW_UNTIL if asked.size == "cdnow" else UNTIL)
        told = said.pop("conventions", None)
        print(json.dumps(said | ({"conventions": told()} if asked.conventions else {})))
    else:
        report(asked.sizes, asked.runs, asked.without, dry=asked.dry)


def report(sizes: Sequence[str], runs: int, without: Sequence[str], *, dry: bool) -> None:
    """Measures every size and puts the table into the README and the picture beside it."""
    with tempfile.TemporaryDirectory() as scratch:
        found = [measured(size, Path(scratch), runs, without) for size in sizes]
    head = ("log", "tool", *STAGES, "total", "whole process", "wall", "peak MiB")
    text = table(head, [row for heading, tools, _ in found for row in rows(heading, tools)])
    text += "\n" + "\n".join(apart for *_, apart in found)
    print(text)
    if dry:
        return
    between_markers("lifetime value", text)
    totals = {heading: {tool.name: tool.total for tool in tools.values()} for heading, tools, _ in found}
    picture = bars("Lifetime value, log to table", totals, "CPU seconds")
    Path(__file__).with_name("lifetime_value.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
