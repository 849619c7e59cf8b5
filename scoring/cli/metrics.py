"""`bookscore metrics`: what every metric means."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson
from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import say

if TYPE_CHECKING:
    from scoring.metrics import Metric


def metrics(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One metric, by its name.", show_default="all")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the metrics that rules can name, or say of one who counts, when it is empty, and its source."""
    from scoring.metrics import CATALOGUE

    if name is not None and name not in CATALOGUE:
        from scoring.explain.refusals import UnknownNameError

        raise UnknownNameError("metric", name, list(CATALOGUE), "`bookscore metrics` lists them")
    themes = _themes()
    data = [_facts(CATALOGUE[n], themes[n]) for n in themes if name in (None, n)]
    finish(Answer(data), lambda: _all(data) if name is None else _one(data[0]), as_json=as_json)


def _themes() -> dict[str, str]:
    """Metric to its theme, in the order of the catalogue."""
    from scoring.metrics import CATALOGUE, THEMES

    found = {m.name: theme for theme, group in THEMES.items() for m in group}
    return {name: found.get(name, "Targets") for name in (*found, *CATALOGUE)}


def _facts(metric: "Metric", theme: str) -> dict[str, Any]:
    from scoring.metrics import REASONS

    return {
        "name": metric.name,
        "label": metric.label,
        "theme": theme,
        "definition": metric.definition,
        "unit": str(metric.unit),
        "better": str(metric.better),
        "who_counts": metric.base.words,
        "empty_when": REASONS[metric.undefined],
        "basis": metric.needs or "contracts and invoices",
        "adds_up": metric.parts is not None,
        "source": metric.source,
    }


def _all(data: list[dict[str, Any]]) -> None:
    for theme in dict.fromkeys(d["theme"] for d in data):
        say(theme)
        columns = [Column("Name"), Column("Label"), Column("Unit"), Column("Better", is_extra=True)]
        table(columns, [(d["name"], d["label"], d["unit"], d["better"]) for d in data if d["theme"] == theme])
        say()
    next_command("metrics", "net_revenue_retention")


def _one(facts: dict[str, Any]) -> None:
    from scoring.metrics import OVER_BOOK

    say(f"{facts['label']} ({facts['name']})")
    say(facts["definition"])
    say()
    words = {
        "unit": facts["unit"],
        "better": facts["better"],
        "who counts": facts["who_counts"],
        "empty when": facts["empty_when"],
        "basis": facts["basis"],
        "explained": "account by account, parts that add up to it"
        if facts["adds_up"]
        else "by what went in; it is no sum",
        "source": facts["source"],
    }
    for word, said in words.items():
        say(f"  {word:<11} {said}")
    is_of_accounts = facts["name"] in {m.name for m in OVER_BOOK}  # others are explained by the rule that scores them
    next_command("explain", "NAME", *(("--metric", facts["name"]) if is_of_accounts else ()))
