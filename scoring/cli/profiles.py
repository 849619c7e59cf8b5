"""`bookscore profiles`: the definitions of others, and why the same company has two numbers under two of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, AsOf, Folder, of_period
from scoring.cli.shared.screen import Column, table, working
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.compare import Bridge, Comparison
    from scoring.rules.profiles import Profile

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def profiles(context: typer.Context, as_json: AsJson = False) -> None:
    """List the profiles: the definitions that other tools publish, as policies, and where they differ from ours.

    They are like the tools', not the tools' own. Start from one with `profile: NAME` in rules.yaml; what is written
    there wins. Where a tool says nothing our default holds. Sources: docs/profiles.md.
    """
    if context.invoked_subcommand is not None:
        return
    from scoring.rules.definitions import defaults
    from scoring.rules.profiles import profiles as known

    usual = defaults()
    data = [_facts(profile, usual) for profile in known()]

    def show() -> None:
        for facts in data:
            say(f"{facts['name']}: {facts['words']}")
            rows = [(d["setting"], written(d["default"]), written(d["value"]), d["says"]) for d in facts["differs"]]
            table([Column("Setting"), Column("Default"), Column("Here"), Column("As it is published")], rows)
            say()
        next_command("profiles", "compare", "default", data[0]["name"])

    finish(Answer(data), show, as_json=as_json)


@app.command("compare")
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A profile, `default`, or `rules`, the folder's own.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    folder: Folder = Path(),
    *,
    period: Annotated[str | None, of_period("the last one", "Which period, as 2026-Q2.")] = None,
    metric: Annotated[
        str | None,
        typer.Option("--metric", metavar="M", help="Only this metric.", show_default="all that differ"),
    ] = None,
    as_of: AsOf = None,
    set_aside: Annotated[bool, typer.Option("--set-aside", help="Leave out the rows that have errors.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say why the same company has two numbers: the value under A, the effect of each policy, the value under B.

    The policies are switched one by one, in the same order every time, and the effects add up to the difference to
    the last digit. Beside each stand the accounts that moved most. Nothing is written.
    """

    from scoring.compare import of_folder
    from scoring.explain.refusals import UnknownNameError
    from scoring.metrics import OVER_BOOK
    from scoring.rules.definitions import KNOWN

    for name in (a, b):
        if name not in KNOWN:
            raise UnknownNameError("profile", name, KNOWN, "`bookscore profiles` lists them")
    measured = [m.name for m in OVER_BOOK]
    if metric is not None and metric not in measured:
        raise UnknownNameError("metric", metric, measured, "`bookscore metrics` lists them")
    request = places.request(folder, None, as_of, period=period, set_aside=set_aside)
    with working("Comparing …"):
        found = of_folder(request, a, b, metric)
    shown = [bridge for bridge in found.bridges if metric or bridge.differs]

    def show() -> None:
        _show(found, shown)
        next_command("profiles", "compare", a, b, folder, "--metric", "net_revenue_retention", like=request)

    finish(Answer(_data(found, shown), found.problems), show, as_json=as_json)


def written(value: object) -> str:
    """A setting's value as rules.yaml has it."""
    return "(empty)" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _facts(profile: "Profile", usual: dict[str, Any]) -> dict[str, Any]:
    stated = {p.setting: p for p in profile.policies}
    return {
        "name": profile.name,
        "words": profile.words,
        "differs": [
            {
                "setting": setting,
                "default": usual[setting],
                "value": value,
                "says": stated[setting].says,
                "source": stated[setting].source,
            }
            for setting, value in profile.values.items()
        ],
        "same": [s.model_dump() for s in profile.same],
        "not_said": list(profile.silent),
        "apart": " ".join(profile.apart.split()),
        "sources": list(profile.sources),
    }


def _data(found: "Comparison", shown: "Sequence[Bridge]") -> dict[str, Any]:
    return {
        "a": found.a,
        "b": found.b,
        "period": found.period,
        "currency": found.currency,
        "metrics": [
            {
                "metric": bridge.metric,
                "unit": bridge.unit,
                "a": _text(bridge.a),
                "b": _text(bridge.b),
                "reason_a": bridge.reason_a,
                "reason_b": bridge.reason_b,
                "residual": _text(bridge.residual),
                "steps": [
                    {
                        "setting": step.setting,
                        "from": step.old,
                        "to": step.new,
                        "value": _text(step.value),
                        "effect": _text(step.effect),
                        "accounts": [
                            {"account_id": m.account_id, "name": m.name, "amount": _text(m.amount)}
                            for m in step.accounts
                        ],
                    }
                    for step in bridge.steps
                ],
            }
            for bridge in shown
        ],
    }


def _text(value: Any) -> str | None:
    return None if value is None else f"{value:f}"


def _show(found: "Comparison", shown: "Sequence[Bridge]") -> None:
    say(f"{found.period}: {found.a} and {found.b}")
    say()
    for bridge in shown:
        say(f"{bridge.label} ({bridge.metric})")
        table(
            [Column("Policy"), Column("Effect", is_number=True), Column("Accounts that moved most", is_extra=True)],
            _rows(bridge, found),
        )
        say()
    if not shown:
        note("No figure differs.")


def _rows(bridge: "Bridge", found: "Comparison") -> list[tuple[str, str, str]]:
    """The value under A, a line per policy, and the value under B; as printed the effects add up to the difference."""
    from scoring.numbers import in_parts, rounded

    places = _places(bridge, found.currency)
    written_as = (bridge.unit, found.currency, places)
    effects = [step.effect for step in bridge.steps if step.effect is not None]
    if bridge.a is not None and bridge.b is not None:
        effects = list(in_parts(effects, rounded(bridge.b, places) - rounded(bridge.a, places), places))
    printed = iter(effects)
    steps = [
        (
            f"{step.setting}: {written(step.old)} → {written(step.new)}",
            _change(None if step.effect is None else next(printed), *written_as),
            "; ".join(f"{m.name} {_change(m.amount, *written_as)}" for m in step.accounts),
        )
        for step in bridge.steps
    ]
    first = (found.a, _value(bridge.a, *written_as), bridge.reason_a or "")
    return [first, *steps, (found.b, _value(bridge.b, *written_as), bridge.reason_b or "")]


def _places(bridge: "Bridge", currency: str) -> int:
    """The decimals of what is printed, of a ratio as it is before it is written in percent; none for whole counts."""
    from scoring.numbers import decimals

    told = (bridge.a, bridge.b, *(step.effect for step in bridge.steps))
    if bridge.unit == "count" and all(value is None or value == int(value) for value in told):
        return 0
    return decimals(currency) if bridge.unit == "money" else 4 if bridge.unit == "ratio" else 2


def _value(value: Any, unit: str, currency: str, places: int) -> str:
    from scoring.numbers import fixed, money, percent

    if unit == "money":
        return money(value, currency)
    return percent(value, places - 2) if unit == "ratio" else fixed(value, places)


def _change(value: Any, unit: str, currency: str, places: int) -> str:
    from scoring.numbers import percentage_points

    if unit == "ratio":
        return percentage_points(value, places - 2)
    text = _value(value, unit, currency, places)
    return f"+{text}" if value is not None and value > 0 else text
