"""What does every metric mean? The catalogue as a page, with worked cases: what goes in, and what comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.metrics import REASONS, THEMES
from scoring.metrics.metric import Better, Metric
from scoring.metrics.targets import TARGET_ATTAINMENT

_INTRODUCTION = """# The metrics

<!-- Made by docs/build.py from the catalogue in scoring/metrics and the cases in tests/cases; change it there. -->

Every metric is one object with two parts: who counts, and what is computed over them. The same object gives
the figure of an account, a manager, a branch (a manager with everybody below), a team, any kind of account and
the company; a figure of many is made from sums, never from the average of other figures.

A figure that cannot be said is empty and gives its reason; it is never 0, 100 % or infinite. Under each metric
stand worked cases. They are the tests of the metric, run on every change: the tables go in, and the figures
must come out, exact to the digits shown.

How the days are read: a contract counts from its first day to the day before its end. What an account pays at
the start of a period is what the day before it leaves behind, so a contract that starts on the first day of a
quarter is that quarter's movement. Unless a case says otherwise it has the default settings (see
[rules.md](rules.md)), with EUR as the currency, and runs on the last day of its period.
"""

_UNITS = {
    "ratio": "a ratio, shown in percent",
    "money": "an amount in the reporting currency",
    "count": "a number",
    "steps": "tiers of the ladder",
    "multiple": "a multiple, such as 0.85",
    "points": "points",
    "days": "days",
    "months": "months",
}
_BETTER = {
    Better.HIGHER: "more",
    Better.LOWER: "less",
    Better.NEITHER: "neither: it is information and is not scored",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case as people read it.

    `settings` are those that differ from the defaults, by their dotted names. `tables` are rows of cells by
    the table's name, the first row the columns. `expected` are grain, id, and the figure or why there is none.
    """

    title: str
    period: str
    settings: Mapping[str, str]
    tables: Mapping[str, Sequence[Sequence[str]]]
    expected: Sequence[tuple[str, str, str]]


def docs_text(cases: Mapping[str, Sequence[Case]]) -> str:
    """The page of all metrics as Markdown, with the worked cases of each by its name."""
    themes = {**THEMES, "Targets": (TARGET_ATTAINMENT,)}
    parts = [_INTRODUCTION, _contents(themes)]
    for theme, metrics in themes.items():
        parts.append(f"\n## {theme}\n")
        parts += [_metric(m, cases.get(m.name, ())) for m in metrics]
    return "".join(parts)


def _contents(themes: Mapping[str, Sequence[Metric]]) -> str:
    lines = [
        f"- {theme}: {', '.join(f'[{m.label}](#{m.name})' for m in metrics)}\n" for theme, metrics in themes.items()
    ]
    return "\n" + "".join(lines)


def _metric(metric: Metric, cases: Sequence[Case]) -> str:
    facts = {
        "name in rules": f"`{metric.name}`",
        "unit": _UNITS[metric.unit],
        "better": _BETTER[metric.better],
        "who counts": metric.base.words,
        "empty when": f"{REASONS[metric.undefined]} (`{metric.undefined}`)",
        "basis": f"{metric.needs} only" if metric.needs else "contracts and invoices",
        **({"looks ahead": "yes: `bookscore backtest` holds it against what came"} if metric.looks_ahead else {}),
        "source": metric.source,
    }
    rows = "".join(f"| {name} | {value} |\n" for name, value in facts.items())
    head = f'\n### <a id="{metric.name}"></a>{metric.label}\n\n{metric.definition}\n\n| | |\n|---|---|\n{rows}'
    return head + "".join(_case(case) for case in cases)


def _case(case: Case) -> str:
    """One case, folded up until somebody opens it."""
    settings = "; ".join(f"`{name}: {value}`" for name, value in case.settings.items())
    text = f"\n<details><summary>{case.title}</summary>\n\nPeriod {case.period}"
    text += f", with {settings}.\n" if settings else ".\n"
    for name, rows in case.tables.items():
        text += f"\n**{name}**\n\n{_table(rows)}"
    said = [("of", "", "figure"), *((g, i, REASONS.get(v, v)) for g, i, v in case.expected)]
    return f"{text}\n**must give**\n\n{_table(said)}\n</details>\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
