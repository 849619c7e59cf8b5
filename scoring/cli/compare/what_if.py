"""`bookscore what-if`: who would stand elsewhere if the rules weighed otherwise, from a stored run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.compare import weighed
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish
from scoring.cli.shared.options import AsJson, OneRun, Workspace

if TYPE_CHECKING:
    from scoring.store import Store, StoredRun


def what_if(
    folder: Workspace = Path(),
    *,
    weight: Annotated[
        list[str],
        typer.Option("--weight", metavar="RULE=WEIGHT", help="Another weight of a rule; may be given several times."),
    ],
    run_id: OneRun = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Print the change of the rules as a patch, and nothing else on stdout.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Everybody, not only those who would stand elsewhere.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say who would have another score, label or group if rules had other weights.

    Made from the last stored run without reading its exports again, and the same to the last digit as a run with
    these weights. Rules that are not named keep their weight; 0 is shown and not scored. Nothing is saved. The patch
    changes the weights alone: `bookscore what-if --weight keep_revenue=60 --propose | patch -p0` within the folder.
    """
    weights = _weights(weight)
    from scoring.compare import what_if as asking

    with places.stored(folder) as store:
        run = places.chosen_run(store, folder, run_id)
        found = asking.basis(store.cards(run.run_id), _frames(store, run), json.loads(run.summary))
    cards = asking.reweighed(found, weights)
    view = weighed.View(
        run.run_id, run.period, found.weights, found.asked(weights), asking.changes(found.cards, cards), cards, folder,
        run_id, everything=everything,
    )  # fmt: skip
    made = _proposal(folder, run, weights) if propose else None
    finish(Answer(_data(view) | (made or {})), lambda: weighed.show(view, made), as_json=as_json)


def _weights(typed: Sequence[str]) -> dict[str, float]:
    """Rule to the weight that was typed. Raises BadParameter."""
    found: dict[str, float] = {}
    for text in typed:
        rule, _, number = text.rpartition("=")
        if not rule:
            raise typer.BadParameter(f'"{text}" is not RULE=WEIGHT, as keep_revenue=60', param_hint="--weight")
        if rule in found:
            raise typer.BadParameter(f"{rule} is given twice", param_hint="--weight")
        try:
            found[rule] = float(number)
        except ValueError:
            raise typer.BadParameter(f'"{number}" is no number', param_hint="--weight") from None
    return found


def _frames(store: "Store", run: "StoredRun") -> dict[str, Any]:
    import polars as pl

    from scoring.compare.what_if import FRAMES

    kept = store.frames_of(run.run_id)
    return {name: pl.read_parquet(kept[name]) for name in FRAMES if name in kept}


def _proposal(folder: Path, run: "StoredRun", weights: Mapping[str, float]) -> dict[str, Any]:
    """The change of the rules that are in force for the run's period, and whether the run was scored by them."""
    from scoring import rules
    from scoring.intake import RULES
    from scoring.metrics import CATALOGUE
    from scoring.rules.proposed import is_text_of, patch, proposed

    versions = rules.read_versions(folder / RULES, CATALOGUE)
    version, _ = rules.in_force(versions, lambda v: rules.calendar_of(v.rulebook).period(run.period))
    text = (folder / version.file).read_bytes().decode("utf-8")
    sha256 = json.loads(run.summary)["rules"]["sha256"]
    return {
        "file": version.file,
        "is_of_run": is_text_of(text, sha256),
        "patch": patch(text, proposed(text, weights, name=version.file), version.file),
    }


def _data(view: weighed.View) -> dict[str, Any]:
    moves = view.moves
    return {
        "run_id": view.run_id,
        "period": view.period,
        "weights": {"old": dict(view.old), "new": dict(view.new)},
        "sentence": moves.sentence,
        "of": moves.of,
        "scored": moves.scored,
        "other_group": moves.groups,
        "other_label": moves.labels,
        "mean_move": moves.mean_move,
        "largest_move": moves.largest_move,
        "managers": [
            {**asdict(m), "changes_group": m.changes_group, "changes_label": m.changes_label} for m in moves.managers
        ],
    }
