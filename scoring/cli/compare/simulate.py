"""`bookscore simulate`: who would be scored differently under other rules, on past periods."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.calendar import spelled
from scoring.cli.compare import simulated
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, count, finish
from scoring.cli.shared.options import AsJson, AsOf, Folder, SetAside
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note

if TYPE_CHECKING:
    from scoring.compare import Simulation


def simulate(
    rules: Annotated[Path, typer.Argument(metavar="RULES", help="The new rules, a file like rules.yaml.")],
    folder: Folder = Path(),
    *,
    period: Annotated[
        list[str] | None,
        typer.Option(
            "--period", metavar="PERIOD", parser=spelled, help="A past period, as 2026-Q2; may be given several times."
        ),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option("--last", metavar="N", min=1, max=40, help="The last N periods instead.", show_default="4"),
    ] = None,
    as_of: AsOf = None,
    set_aside: SetAside = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Everybody, not only those whose score is another.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score past periods under the folder's rules and under new ones, and say who would have another label, and why.

    The folder's rules are those that were in force for each period; the new ones are taken for all of them, whatever
    they say of when they begin.

    What differs is switched one by one: groups of settings first, then the rules in the order of the new file, then
    those that are gone. The effects add up to the change of each score without rest. Nothing is saved. All periods
    are scored on what is known on the as-of day.
    """
    if period and last is not None:
        raise typer.BadParameter("name periods with --period, or say how many with --last", param_hint="--last")
    request = places.request(folder, None, as_of, set_aside=set_aside)
    if not rules.is_file():
        raise places.NoPlaceError("file", rules)
    from scoring.compare import simulating

    with working("Simulating …"):
        found, problems = simulating.of_folder(request, rules, period or (), last or simulating.LAST)
    view = simulated.View(found, rules, folder, request, everything=everything)

    def show() -> None:
        if problems:
            note(f"Exports and both rules: {count(problems)}; `bookscore check` lists them.")
        simulated.show(view)

    finish(Answer(_data(found), problems), show, as_json=as_json)


def _data(found: "Simulation") -> dict[str, Any]:
    return {
        "new": found.new,
        "as_of": found.as_of.isoformat(),
        **_under(found),
        "earlier": list(map(_under, found.earlier)),
    }


def _under(found: "Simulation") -> dict[str, Any]:
    """The periods for which the same old rules were in force."""
    from scoring.explain.model import plain

    return {
        "old": found.old,
        "old_version": found.version,
        "old_sha256": found.sha256,
        "settings": plain(found.settings),
        "switches": [{"name": s.name, "what": s.what, "is_rule": s.is_rule} for s in found.switches],
        "periods": [
            {
                "period": name,
                "scored": sum(1 for m in managers if m.change is not None),
                "other_label": sum(m.changes_label for m in managers),
                "managers": [
                    {**plain(m), "changes_label": m.changes_label, "residual": plain(m.residual)} for m in managers
                ],
            }
            for name in found.periods
            for managers in [[m for m in found.managers if m.period == name]]
        ],
    }
