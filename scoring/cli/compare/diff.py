"""`bookscore diff`: what differs between two stored runs, and why scores moved."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.compare import differing
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish
from scoring.cli.shared.options import AsJson, Workspace
from scoring.cli.shared.screen import working

if TYPE_CHECKING:
    from scoring.compare import Difference, Side
    from scoring.compare.differences import ManagerChange
    from scoring.store import Store

_Run = "A stored run: last, previous (the one before), a period as 2026-Q1, or the beginning of an id."


def diff(
    then: Annotated[str, typer.Argument(metavar="RUN", help=_Run)],
    now: Annotated[str, typer.Argument(metavar="RUN", help="The run it is held against; the later one as a rule.")],
    folder: Workspace = Path(),
    *,
    who: Annotated[
        str | None,
        typer.Option("--who", metavar="WHO", help="Only this manager, rule by rule.", show_default="everybody"),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Everybody and every rule, not only who and what changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two stored runs: inputs, rules, and who was scored differently, by what.

    For each manager the score, likely range, label and group then and now, the rule that moved the score most, and
    the accounts that moved its value most. What the rules add makes up the change of the score exactly. With --json
    there is everything, and what did not change as well.
    """
    from scoring import compare
    from scoring.explain.model import plain

    with places.stored(folder) as store, working("Comparing …"):
        found = compare.diff(_side(store, then), _side(store, now))
    only = None if who is None else _chosen(found, who)
    view = differing.View(found, folder, only, everything=everything)
    data: dict[str, Any] = plain(found)
    data["is_same_run"] = found.is_same_run
    data["managers"] = [
        {**told, "is_changed": manager.is_changed, "most": manager.most.rule if manager.most else None}
        for told, manager in zip(data["managers"], found.managers, strict=True)
        if only is None or manager is only
    ]
    finish(Answer(data), lambda: differing.show(view), as_json=as_json)


def _side(store: "Store", word: str) -> "Side":
    """The run, as it is stored. Raises UnknownRunError, AmbiguousRunError and MissingFrameError."""
    import polars as pl

    from scoring.compare import Side
    from scoring.store import named

    run = named(store, word)
    book = pl.read_parquet(store.frame(run.run_id, "book"))
    return Side(json.loads(run.summary), store.cards(run.run_id), book)


def _chosen(found: "Difference", who: str) -> "ManagerChange":
    from scoring.explain.names import chosen

    by_id = {m.manager_id: m for m in found.managers}
    return by_id[chosen("manager", who, {i: m.name for i, m in by_id.items()})]
