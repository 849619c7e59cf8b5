"""`bookscore runs`: the runs that are stored."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, Workspace
from scoring.cli.shared.screen import SHORT, Column, minute, table


def runs(folder: Workspace = Path(), as_json: AsJson = False) -> None:
    """List the stored runs, those stored last first."""
    with places.stored(folder) as store:
        found, latest = store.runs(), store.latest()
        if not found:
            raise places.NoRunsError(folder)
        sealed = {seal.run_id: seal.sealed_by for seal in store.seals(is_holding=True)}
    shown = ("run_id", "period", "as_of", "rules_name", "rules_hash", "engine_version", "created_at")
    data = [
        {
            **{n: getattr(run, n) for n in shown},
            "is_latest": latest is not None and run.run_id == latest.run_id,
            "sealed_by": sealed.get(run.run_id),
        }
        for run in found
    ]

    def show() -> None:
        columns = ("Run", "Period", "As of", "Rules", "Stored at (UTC)", "")
        table(
            [Column(c) for c in columns],
            [
                (
                    d["run_id"][:SHORT],
                    d["period"],
                    d["as_of"],
                    d["rules_name"],
                    minute(d["created_at"]),
                    _state(d),
                )
                for d in data
            ],
        )
        next_command("explain", "NAME", "--run", data[0]["run_id"][:SHORT], folder=folder)

    finish(Answer(data), show, as_json=as_json)


def _state(run: Mapping[str, Any]) -> str:
    """What is special about a run."""
    sealed = f"sealed by {run['sealed_by']}" if run["sealed_by"] else ""
    return ", ".join(word for word in ("latest" if run["is_latest"] else "", sealed) if word)
