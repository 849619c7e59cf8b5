"""Do scores find the managers' true effects? The peers' engine and the naive ways, in worlds where these are known.

Prints the table and the gates of `benchmarks/README.md`; with `--write` puts them there. Every world runs in a
process of its own, one after the other; with `--keep` its figures are kept in that file and not worked out again.

With `--line` worlds are written as exports, and the product runs from those to cards, by every method of rules.yaml.

    uv run python benchmarks/fairness.py [--quick] [--seeds 1000 1001 1002 1003 1004] [--keep FILE] [--write]
    uv run python benchmarks/fairness.py --line [--managers 500] [--seeds 1000 1001] [--keep FILE] [--write]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from statistics import fmean
from typing import Any

import fair_line
import fair_methods
from fair_methods import METHODS, RECOMMENDED
from fair_worlds import Plan, made
from side_by_side import ROOT, between_markers, table

SEEDS = (1000, 1001, 1002, 1003, 1004)
TABLED = ("neutral", "favoured", "rescue", "hidden")
TRUST = ("dumping", "equal")
QUICK = 60
"""Managers of the one small world of each kind that `--quick` makes."""

Figures = dict[str, Any]
Found = dict[str, list[Figures]]
"""The figures of the worlds of each kind."""


def of_world(plan: Plan) -> Figures:
    """The figures of one world."""
    world = made(plan)
    company = fair_methods.Read.of(world)
    found: Figures = {"managers": plan.managers}
    if plan.kind in TABLED:
        found |= fair_methods.year(company)
        found |= fair_methods.quarter(company, found["k"])
    if plan.kind == "dumping":
        found |= fair_methods.gaming(company)
    if plan.kind == "equal":
        found |= fair_methods.equals(company)
    return found


def mean(worlds: Found, kinds: Iterable[str], *path: str) -> float:
    """The mean of a figure over all worlds of some kinds."""
    return fmean(reduce(getitem, path, figures) for kind in kinds for figures in worlds[kind])


def gates(worlds: Found) -> list[tuple[str, float, str, bool]]:
    """What a score must do: what it is, what it came to, the limit, and whether it passes."""
    best = ("year", RECOMMENDED)
    made: list[tuple[str, float, str, bool]] = []

    def gate(name: str, value: float, low: float | None, high: float | None, digits: int = 3) -> None:
        told = " to ".join(f"{limit:g}" for limit in (low, high) if limit is not None)
        limit = told if low is not None and high is not None else f"at {'least' if high is None else 'most'} {told}"
        fits = (low is None or value >= low) and (high is None or value <= high)
        made.append((name, round(value, digits), limit, fits))

    gate("rank correlation, neutral", mean(worlds, ["neutral"], *best, "rho"), 0.58, None)
    gate("rank correlation, rescue", mean(worlds, ["rescue"], *best, "rho"), 0.56, None)
    gate("unjust flags, neutral", mean(worlds, ["neutral"], *best, "unjust"), None, 0.12)
    gate("unjust flags, rescue", mean(worlds, ["rescue"], *best, "unjust"), None, 0.16)
    honest = ("neutral", "favoured", "rescue")
    for kind in honest:
        gate(f"luck with the book, {kind}", mean(worlds, [kind], *best, "luck"), -0.08, 0.08)
        gate(f"coverage of a year, {kind}", mean(worlds, [kind], *best, "cover"), 0.89, 0.97)
        gate(f"coverage of a quarter, {kind}", mean(worlds, [kind], "quarter", RECOMMENDED, "cover"), 0.89, 0.97)
    for step in ("quarters", "half-years"):
        gate(f"false alarms of change between {step}", mean(worlds, honest, "alarms", step), None, 0.06)
    gate("dumpers' gain over their true percentile", mean(worlds, ["dumping"], "window", "gain"), None, 2.5, 2)
    gate("dumpers' gain over honest twins", mean(worlds, ["dumping"], "window", "twin"), -2.5, 2.5, 2)
    gate("receivers' change against honest twins", mean(worlds, ["dumping"], "window", "receivers"), -2.5, 2.5, 2)
    gate("equal managers whose O-E interval leaves out 0", mean(worlds, ["equal"], "outside"), 0.03, 0.07)
    gate("equal managers labelled, with the usual k", mean(worlds, ["equal"], "labelled"), None, 0.2)
    return made


HEAD = (
    "method",
    "rho N",
    "F",
    "R",
    "H",
    "RMSE pp",
    "wrong N",
    "unjust N",
    "R",
    "luck N",
    "F",
    "R",
    "H",
    "95 % cover",
    "s",
)


def main_table(worlds: Found, span: str = "year") -> str:
    """The table of methods over a span of time: N(eutral), F(avoured), R(escue), H(idden)."""

    def cells(name: str, figure: str, kinds: Sequence[str], form: str = ".2f") -> list[str]:
        told = [[w[span][name][figure] for w in worlds[kind]] for kind in kinds]
        return ["-" if v[0] is None else format(fmean(v), form) for v in told]

    rows = [
        [
            name,
            *cells(name, "rho", TABLED),
            *cells(name, "rmse", ["neutral"], ".1f"),
            *cells(name, "wrong", ["neutral"]),
            *cells(name, "unjust", ["neutral", "rescue"]),
            *cells(name, "luck", TABLED),
            *cells(name, "cover", ["neutral"]),
            *cells(name, "seconds", ["neutral"], ".1f"),
        ]
        for name in METHODS
    ]
    return table(HEAD, rows)


def further(worlds: Found) -> str:
    """What else was measured, as sentences."""
    neutral = ["neutral"]
    world = {name: mean(worlds, neutral, "marks", name) for name in worlds["neutral"][0]["marks"]}
    lines = [
        f"{world['accounts']:,.0f} accounts, {world['units']:,.0f} account-quarters of the year that pay; true effects "
        f"on a common book have a standard deviation of {100 * world['effects']:.1f} points, the expected retention of "
        f"books one of {100 * world['books']:.1f}; k is {mean(worlds, neutral, 'k'):.0f} account-quarters.",
        f"Rank correlation with the effect on a common book instead: {mean(worlds, neutral, 'common'):.2f} (N).",
        f"Coverage of a quarter with a k of its own: {mean(worlds, neutral, 'quarter', 'own k', 'cover'):.2f}.",
        f"Labelled: {mean(worlds, neutral, 'labels', 'share'):.0%} of managers; of those `below`, "
        f"{mean(worlds, neutral, 'labels', 'below'):.1%} are truly above average, of those `above`, "
        f"{mean(worlds, neutral, 'labels', 'above'):.1%} below. Z of at least 0.3: "
        f"{mean(worlds, neutral, 'labels', 'published'):.0%}.",
    ]
    for name in worlds["dumping"][0]:
        if name != "managers":
            gain, twin, cost = (mean(worlds, ["dumping"], name, f) for f in ("gain", "twin", "receivers"))
            lines.append(
                f"Dumping, {fair_methods.GAMED[name][0]}: dumpers gain {gain:+.1f} percentile points over their truth, "
                f"{twin:+.1f} over honest twins; receivers {cost:+.1f}."
            )
    return "\n".join(f"- {line}" for line in lines)


def found(plans: Sequence[Plan], keep: Path | None, *, by_line: bool = False) -> Found:
    """The figures of the worlds, each made in a process of its own."""
    kept = json.loads(keep.read_text(encoding="utf-8")) if keep and keep.exists() else {}
    worlds: Found = {}
    for plan in plans:
        key = f"{plan.kind} {plan.seed} {plan.managers}{' line' if by_line else ''}"
        if key not in kept:
            command = [sys.executable, __file__, "--world", *key.split()]
            said = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True).stdout
            kept[key] = json.loads(said.splitlines()[-1])
            if keep:
                keep.write_text(json.dumps(kept), encoding="utf-8")
        worlds.setdefault(plan.kind, []).append(kept[key])
    return worlds


def by_line(seeds: Sequence[int], size: int, keep: Path | None, *, is_written: bool) -> None:
    """Runs the product over worlds of each kind and prints what came of it."""
    plans = [Plan(kind=k, seed=s, managers=size) for s in seeds for k in (*TABLED, *TRUST)]
    worlds = found(plans, keep, by_line=True)
    text = f"{len(seeds)} worlds of {size} managers of each kind:\n\n{fair_line.told(worlds, size)}"
    print(text)
    if is_written:
        between_markers("fairness by the line", text)


def main() -> None:
    """Runs the worlds and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--quick", action="store_true", help="one small world of each kind, too small for the limits")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--line", action="store_true", help="from exports to cards instead of the bare engine")
    parser.add_argument("--managers", type=int, default=Plan().managers)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--world", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.world:
        kind, seed, managers, *line = asked.world
        figures_of = fair_line.of_world if line else of_world
        print(json.dumps(figures_of(Plan(kind=kind, seed=int(seed), managers=int(managers)))))
        return
    if asked.quick and asked.write:
        parser.error("--quick is too small to be written")
    seeds, size = (asked.seeds[:1], QUICK) if asked.quick else (asked.seeds, asked.managers)
    if asked.line:
        by_line(seeds, size, asked.keep, is_written=asked.write)
        return
    worlds = found([Plan(kind=k, seed=s, managers=size) for s in seeds for k in (*TABLED, *TRUST)], asked.keep)
    passed = gates(worlds)
    lines = [(name, f"{value:g}", limit, "pass" if fits else "**fail**") for name, value, limit, fits in passed]
    text = "\n".join((
        f"A year, {len(seeds)} worlds of {size} managers of each kind:\n", main_table(worlds),
        "One quarter only, with k from the year:\n", main_table(worlds, "quarter_methods"),
        further(worlds), "\nGates:\n", table(("gate", "value", "limit", ""), lines),
    ))  # fmt: skip
    print(text)
    if asked.write:
        between_markers("fairness", text)
    if not asked.quick and not all(fits for *_, fits in passed):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
