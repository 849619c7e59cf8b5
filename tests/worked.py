"""Reads the worked cases in `tests/cases/`, runs them through the line, and says where they differ.

A case has a title sentence, a period, small tables of text (as `tabled` reads them), settings that differ from
the defaults, and what is expected: for a metric's own file by grain and id, in `ledger/` by metric first. A
figure is exact to the digits written; a word instead is the reason why there is none. `ranges` are likely ranges, by
grain and id like the figures, as `30.6% to 86.3%`. `movements` is a table of all movements that must come out,
with the columns one wants to look at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from ruamel.yaml import YAML
from tabled import rows, tables

from scoring.calendar import Period
from scoring.ledger.parents import rolled_up
from scoring.measures import measured
from scoring.metrics import OVER_BOOK, REASONS
from scoring.metrics.reference import Case
from scoring.period.booking import booked
from scoring.rules import Rulebook
from scoring.rules.profiles import NAMES as PROFILES
from scoring.rules.profiles import with_profile
from scoring.rules.versions import calendar_of
from scoring.tables import TABLES

FOLDER = Path(__file__).parent / "cases"
KNOWN = {"title", "period", "as_of", "settings", "of", "expect", "ranges", "movements", *TABLES}

RULES = {
    "name": "Cases",
    "currency": "EUR",
    "method": "target_bands",
    "breakdowns": [],
    "rules": [{"name": "any", "metric": "closing", "weight": 1, "grade": {"floor": 0, "target": 1}}],
}

NAMES = (
    ("targets", "metric"), ("contracts", "status"), ("invoices", "kind"), ("activities", "kind"),
    ("milestones", "kind"),
)  # fmt: skip
"""Columns of names, in which `_` is no blank."""

Expected = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Metric to grain to id to the figure, or to the reason why there is none."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A case as it is written: what goes in, and what must come out."""

    place: str
    title: str
    period: str
    as_of: str | None
    settings: Mapping[str, Any]
    tables: Mapping[str, str]
    expected: Expected
    ranges: Expected
    movements: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came out of a case."""

    measures: pl.DataFrame
    movements: pl.DataFrame


@cache
def metric_cases() -> dict[str, list[Worked]]:
    """The cases of each metric that has a file."""
    return {path.stem: list(_read(path, path.stem)) for path in sorted(FOLDER.glob("*.yaml"))}


@cache
def ledger_cases() -> dict[str, list[Worked]]:
    """The cases that are about more than one metric, by file."""
    return {path.stem: list(_read(path, None)) for path in sorted((FOLDER / "ledger").glob("*.yaml"))}


@cache
def profile_cases() -> dict[str, list[Worked]]:
    """The cases of each profile; they need not name it."""
    return {name: list(_read(FOLDER / "profiles" / f"{name}.yaml", None, name)) for name in PROFILES}


def run(case: Worked) -> Outcome:
    """The case from its tables to measures and movements."""
    rulebook = rules_of(case)
    period = calendar_of(rulebook).period(case.period)
    frames = frames_of(case)
    if rulebook.grain == "parent":
        frames = rolled_up(frames)
    asked = {name.rpartition(".")[2] for name in case.expected}
    metrics = [m for m in OVER_BOOK if m.name in asked]
    made = booked(frames, rulebook, period, _as_of(case, period), metrics=metrics)
    return Outcome(measured(made.rows, rulebook, frames, period, metrics).rows, made.moves)


def rules_of(case: Worked) -> Rulebook:
    """The defaults with the settings of the case."""
    return Rulebook.model_validate(with_profile({**RULES, **case.settings}))


def frames_of(case: Worked) -> dict[str, pl.DataFrame]:
    """The tables of the case, and those it does not give, empty."""
    frames = tables(_completed(case.tables))
    for table, column in NAMES:
        frames[table] = frames[table].with_columns(pl.col(column).str.replace_all(" ", "_"))
    return frames


def differences(case: Worked) -> list[str]:
    """Where what comes out is not what is expected, in words."""
    outcome = run(case)
    found = {(r["metric"], r["grain"], r["id"]): r for r in outcome.measures.iter_rows(named=True)}
    said = [
        f"{metric} of {grain} {name} is {got}, not {want}"
        for metric, grains in case.expected.items()
        for grain, names in grains.items()
        for name, want in names.items()
        for got in [_shown(found.get((metric, grain, name)), want)]
        if got != want.replace(",", "")
    ]
    said += [
        f"the range of {metric} of {grain} {name} is {got}, not {want}"
        for metric, grains in case.ranges.items()
        for grain, names in grains.items()
        for name, want in names.items()
        for got in [_range(found.get((metric, grain, name)), want)]
        if got != want.replace(",", "")
    ]
    return [*said, *_other_movements(case, outcome.movements)]


def shown(case: Worked) -> Case:
    """The case as the page of metrics shows it."""
    return Case(
        title=case.title,
        period=case.period,
        settings=dict(_dotted(case.settings)),
        tables={name: _for_people(_cells(text), name) for name, text in case.tables.items()},
        expected=[
            (grain, name if grain != "company" else "", figure)
            for grains in case.expected.values()
            for grain, names in grains.items()
            for name, figure in names.items()
        ],
    )


def _read(path: Path, metric: str | None, profile: str | None = None) -> Iterator[Worked]:
    for case, with_types in zip(*_cases(path.read_text(encoding="utf-8")), strict=True):
        if unknown := set(case) - KNOWN:
            raise ValueError(f"{path.name}: {sorted(unknown)} in {case['title']!r}")
        expect = case.get("expect", {})
        yield Worked(
            place=path.stem,
            title=case["title"],
            period=case["period"],
            as_of=case.get("as_of"),
            settings=({"profile": profile} if profile else {}) | (with_types.get("settings") or {}),
            tables={name: case[name] for name in TABLES if name in case},
            expected=_expected({f"{metric}.{case['of']}" if "of" in case else metric: expect} if metric else expect),
            ranges=_expected({metric: case["ranges"]} if metric and "ranges" in case else case.get("ranges", {})),
            movements=case.get("movements"),
        )


def _cases(text: str) -> tuple[list[Any], list[Any]]:
    """The cases as they are written, and with types. What takes time, to read the text, is done once."""
    safe = YAML(typ="safe", pure=True)
    read = safe.compose(text)
    written, typed = (yaml.constructor.construct_document(read) for yaml in (YAML(typ="base", pure=True), safe))
    return written["cases"], typed["cases"]


def _expected(written: Mapping[str, Any]) -> Expected:
    """The company's figure may be written without its grain and name."""
    return {
        metric: {
            grain: names if isinstance(names, dict) else {grain: names}
            for grain, names in (grains if isinstance(grains, dict) else {"company": grains}).items()
        }
        for metric, grains in written.items()
    }


def _completed(texts: Mapping[str, str]) -> dict[str, str]:
    """The tables, with accounts and managers as other tables name them, where a case does not list them."""
    named = {table: rows(text) for table, text in texts.items()}
    accounts = _named(named.values(), "account_id")
    managers = _named(named.values(), "manager_id", "seller_id")
    made = {name: _with_defaults(name, text) for name, text in texts.items()}
    made.setdefault("accounts", "\n".join(["account_id", *accounts]))
    made.setdefault("managers", "\n".join(["manager_id", *managers]))
    return made


def _named(frames: Any, *columns: str) -> list[str]:
    return sorted({v.replace(" ", "_") for f in frames for c in columns if c in f.columns for v in f[c].drop_nulls()})


def _with_defaults(name: str, text: str) -> str:
    """Contracts are by the month where they do not say otherwise."""
    head, *body = text.strip().splitlines()
    if name != "contracts" or "every" in head.split():
        return text
    return "\n".join([f"{head} every", *(f"{line} month" for line in body)])


def _cells(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


def _for_people(cells: list[list[str]], table: str) -> list[list[str]]:
    """The cells with blanks for `.` and, except in names, for `_`."""
    head, *body = cells
    kept = {column for named, column in NAMES if named == table}
    return [
        [f"`{name}`" for name in head],
        *(
            ["" if c == "." else c if n in kept else c.replace("_", " ") for n, c in zip(head, line, strict=True)]
            for line in body
        ),
    ]


def _as_of(case: Worked, period: Period) -> date:
    return date.fromisoformat(case.as_of) if case.as_of else period.last_day


def _shown(row: Mapping[str, Any] | None, want: str) -> str:
    """The figure with as many digits as the one that is wanted, or the reason why there is none."""
    if row is None:
        return "not there"
    if row["value"] is None:
        return str(row["reason"])
    exact = row["amount"] if row["amount"] is not None else Decimal(repr(row["value"]))
    if want in REASONS:
        return str(exact)
    in_percent = want.endswith("%")
    digits = want.removesuffix("%").partition(".")[2]
    number = (exact * 100 if in_percent else exact).quantize(Decimal(1).scaleb(-len(digits)), rounding=ROUND_HALF_EVEN)
    return f"{number or abs(number)}{'%' if in_percent else ''}"


def _range(row: Mapping[str, Any] | None, want: str) -> str:
    """The likely range, each end with as many digits as the one that is wanted."""
    if row is None or row["low"] is None or row["high"] is None:
        return "not there"
    ends = zip(("low", "high"), want.split(" to ") if " to " in want else ("0", "0"), strict=True)
    return " to ".join(_shown({"value": row[end], "amount": None}, digits) for end, digits in ends)


def _other_movements(case: Worked, movements: pl.DataFrame) -> list[str]:
    if case.movements is None:
        return []
    head, *body = _cells(case.movements)
    amounts = pl.col("amount").round(2).cast(pl.Decimal(18, 2)).cast(pl.String)
    texts = movements.with_columns(amounts).select(pl.col(head).cast(pl.String).fill_null(".")).rows()
    want, got = sorted(tuple(c.replace(",", "").replace("_", " ") for c in line) for line in body), sorted(texts)
    return [f"movements are {got}, not {want}"] if want != got else []


def _dotted(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def everything() -> Sequence[Worked]:
    """All cases there are."""
    return [
        case
        for cases in (*metric_cases().values(), *ledger_cases().values(), *profile_cases().values())
        for case in cases
    ]
