"""`bookscore restate`: a period as it was published, and as it is known today."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.calendar import spelled
from scoring.cli.compare import restated
from scoring.cli.shared import past, places
from scoring.cli.shared.answers import Answer, finish
from scoring.cli.shared.options import AsJson, AsOf, Folder, SetAside
from scoring.cli.shared.screen import working
from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.compare.restatement import Restated, Restatement
    from scoring.errors import Problem
    from scoring.intake import Request

EACH = 20
"""Rows that are told by themselves, unless asked otherwise."""


class UnreadError(BookscoreError):
    """The run was stored before runs kept what they read."""

    def __init__(self, period: str, run_id: str, folder: Path) -> None:
        super().__init__(
            f"run {run_id[:12]} of {period} was stored before runs kept what they read, so nothing can be said of what "
            "changed since; run the period again"
        )
        self.next = ("run", folder, "--period", period)


def restate(
    period: Annotated[str, typer.Argument(metavar="PERIOD", parser=spelled, help="The period, as 2026-Q1.")],
    folder: Folder = Path(),
    *,
    as_of: AsOf = None,
    each: Annotated[
        int, typer.Option("--each", metavar="N", min=0, help="Rows whose effect on scores is told one by one.")
    ] = EACH,
    who: Annotated[
        str | None,
        typer.Option("--who", metavar="WHO", help="Only this manager, exchange by exchange.", show_default="everybody"),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every row and everybody, not only the first.")] = False,
    set_aside: SetAside = False,
    as_json: AsJson = False,
) -> None:
    """Show a period as it was published and as it is known today, and every row that makes the difference.

    Published is the sealed run, else the last one that is stored; today's exports are read under the rules of that run.
    Rows are late where they say that they were recorded after it, and silent where an export changed the past without
    saying so. Rows are exchanged one after another in a fixed order (tables, then keys), the --each with the most money
    by themselves, so that their effects add up to the change of every score. Nothing is saved.
    """
    from scoring.explain.model import plain

    request = replace(places.request(folder, None, as_of), set_aside=set_aside)
    found, problems = _restated(request, period, each)
    only = None if who is None else _chosen(found, who)
    data: dict[str, Any] = plain(found if only is None else replace(found, managers=(only,)))
    asked = [*(["--each", str(each)] if each != EACH else []), *(["--all"] if everything else [])]
    view = restated.View(found, folder, request, everything=everything, asked=asked, only=only)
    finish(Answer(data, problems), lambda: restated.show(view), as_json=as_json)


def _restated(request: "Request", period: str, each: int) -> "tuple[Restatement, Sequence[Problem]]":
    from scoring.compare.restating import restate as restating
    from scoring.intake.folder import Reader
    from scoring.store.refusals import UnknownRunError

    with places.stored(request.folder) as store, working("Restating …"):
        run, seal = store.published(period), store.sealed(period)
        if run is None:
            stored = ", ".join(dict.fromkeys(r.period for r in store.runs()))
            raise UnknownRunError(period, f"runs of {stored}")
        if not store.read_by(run.run_id):
            raise UnreadError(period, run.run_id, request.folder)
        published = past.published(store, run, seal.sha256 if seal else "")
        if request.as_of < published.as_of:
            what = f"{period} was published as of {published.as_of}; name that day or a later one"
            raise typer.BadParameter(what, param_hint="--as-of")
        reader = Reader(request)
        read, cards = reader.read(published.rulebook), store.cards(run.run_id)
        found = restating(published, cards, read.rows, request.as_of, each=each, doubts=reader.doubts)
    return replace(found, sealed_by=seal.sealed_by if seal else None), read.exports.problems


def _chosen(found: "Restatement", who: str) -> "Restated":
    from scoring.explain.names import chosen

    by_id = {m.manager_id or "": m for m in found.managers}
    return by_id[chosen("manager", who, {i: m.name for i, m in by_id.items()})]
