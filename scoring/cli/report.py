"""`bookscore report`: a stored run as files to hand out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish
from scoring.cli.shared.options import AsJson, StoredPeriod, Workspace
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.reports.handouts import Material

RESULTS = "reports"
"""The folder within FOLDER that holds a folder for each period."""


def report(
    folder: Workspace = Path(),
    *,
    pdf: Annotated[bool, typer.Option("--pdf", help="The book of the period and a card for each manager.")] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="A workbook.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Pages.")] = False,
    period: StoredPeriod = None,
    manager: Annotated[
        str | None,
        typer.Option(
            "--manager",
            metavar="WHO",
            help="Of one manager alone: id, name, or a part of the name.",
            show_default="all",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where the files go.", show_default="FOLDER/reports/PERIOD"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a stored run as files to hand out: PDF, a workbook, pages.

    Without --pdf, --xlsx or --html it is all three. Of a sealed period it is the sealed run. With --manager a file of
    each kind holds that manager's card and nothing of the others. The same run gives the same bytes.
    """
    from scoring.reports import handouts

    asked = {"pdf": pdf, "xlsx": xlsx, "html": html}
    kinds = [kind for kind in handouts.KINDS if asked[kind]] or list(handouts.KINDS)
    with places.stored(folder) as store:
        run = places.chosen_run(store, folder, period)
        place = out or folder / RESULTS / run.period
        material = handouts.Material(store.cards(run.run_id), json.loads(run.summary), store.frames_of(run.run_id))
        chosen = None if manager is None else _chosen(material, manager)
        with working("Writing …"):
            written = handouts.write(material, kinds, place, manager_id=chosen)
    data = {"run_id": run.run_id, "period": run.period, "written": [str(path) for path in written]}

    def show() -> None:
        for path in written:
            say(str(path))
        note(f"Written of run {run.run_id[:12]}, {run.period}. What lies there is confidential.")

    finish(Answer(data), show, as_json=as_json)


def _chosen(material: "Material", who: str) -> str:
    """The id of the manager that is meant. Raises UnknownNameError and AmbiguousNameError."""
    from scoring.explain.names import chosen

    return chosen("manager", who, {card["manager_id"]: card["name"] for card in material.cards})
