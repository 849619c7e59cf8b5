"""`bookscore explain`: from points to metrics, accounts, movements and rows."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.cli.explain import explained
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish
from scoring.cli.shared.options import AsJson, InFolder, OneRun

if TYPE_CHECKING:
    from scoring.explain import Evidence
    from scoring.store import Store

NEEDED = ("book", "movements", "lines", "compared")
FRAMES = (*NEEDED, "expectations", "account_kinds")
"""The stored frames that an explanation is made from; runs of former versions have only those that are needed."""


def explain(
    who: Annotated[
        str, typer.Argument(metavar="WHO", help="A manager: id, name, or a part of the name that only one has.")
    ],
    *,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            metavar="M",
            help="Account by account: a metric, or a rule by its name.",
            show_default="all rules",
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", metavar="A", help="Only this account: id, name, or a part of the name.", show_default="all"
        ),
    ] = None,
    to: Annotated[
        float | None,
        typer.Option(
            "--to", metavar="SCORE", help="What would have made the score this, 0 to 100.", show_default="not asked"
        ),
    ] = None,
    folder: InFolder = Path(),
    run_id: OneRun = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every account and row, not only those that matter most.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show where a score comes from: points, metrics, accounts, movements, and the rows they were read from.

    Everything adds up exactly to what stands above it, and comes from the stored run; nothing is read again. With
    --json all amounts and parts are decimal numbers as text. --to says what each rule alone would have needed for
    another score, and which accounts took most.
    """
    _check(to, metric, account)
    from scoring import explain as explaining
    from scoring.explain.names import word_for

    with places.stored(folder) as store:
        evidence = _evidence(store, folder, run_id)
        found = explaining.explain(evidence, who, metric=metric, account=account)
        reach = None if to is None else explaining.reach(found, to, evidence.rulebook)
    data = explaining.plain(found) | ({} if reach is None else {"to": explaining.plain(reach)})
    word = word_for(found.manager_id, {card["manager_id"]: card["name"] for card in evidence.cards})
    view = explained.View(found, folder, run_id, word, everything=everything, reach=reach)
    finish(Answer(data), lambda: explained.show(view), as_json=as_json)


def _check(to: float | None, metric: str | None, account: str | None) -> None:
    """Raises BadParameter where no such score can be asked for."""
    if to is None:
        return
    if not 0 <= to <= 100:
        raise typer.BadParameter(f"scores lie between 0 and 100, {to:g} does not", param_hint="--to")
    if metric is not None or account is not None:
        raise typer.BadParameter("it is about the whole score: leave out --metric and --account", param_hint="--to")


def _evidence(store: "Store", folder: Path, run_id: str | None) -> "Evidence":
    import polars as pl

    from scoring.explain import of_stored

    found = places.chosen_run(store, folder, run_id)
    kept = store.frames_of(found.run_id)
    wanted = [name for name in FRAMES if name in kept or name in NEEDED]
    frames = {name: pl.scan_parquet(store.frame(found.run_id, name)) for name in wanted}
    return of_stored(json.loads(found.summary), store.cards(found.run_id), frames)
