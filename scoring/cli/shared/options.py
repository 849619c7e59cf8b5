"""What may be typed behind several commands?"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from scoring.calendar import spelled
from scoring.cli.shared.places import home
from scoring.cli.shared.threads import fitted

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="[FOLDER]",
        help="The folder with the exports and rules.yaml, or one file or zip archive in it.",
        show_default="here",
        callback=fitted,
    ),
]
Workspace = Annotated[
    Path,
    typer.Argument(
        metavar="[FOLDER]",
        help="The folder whose runs are meant, or the one file or zip archive in it that was run.",
        show_default="here",
        callback=home,
    ),
]
InFolder = Annotated[
    Path,
    typer.Option(
        "--folder",
        metavar="FOLDER",
        help="The folder whose runs are meant, or a file in it.",
        show_default="here",
        callback=home,
    ),
]


def named(place: Path, folder: Path) -> Path:
    """The folder of commands that take it as it is, and behind --folder as well. Raises BadParameter for two."""
    if Path() not in (place, folder) and place != folder:
        raise typer.BadParameter(f"two folders are named, {place} and {folder}; one will do", param_hint="--folder")
    return folder if place == Path() else place


def of_period(otherwise: str, said: str = "Of which period, as 2026-Q2.") -> Any:
    """The option that names one period; `otherwise` is which one is meant without it."""
    return typer.Option("--period", metavar="PERIOD", parser=spelled, help=said, show_default=otherwise)


Rules = Annotated[
    Path | None, typer.Option("--rules", metavar="FILE", help="Other rules than rules.yaml in the folder.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="What was known when this day was over, as 2026-06-30.",
        show_default="today",
    ),
]
OnePeriod = Annotated[str | None, of_period("the last", "The period, as 2026-Q2.")]
StoredPeriod = Annotated[str | None, of_period("the last run")]
OneRun = Annotated[
    str | None,
    typer.Option(
        "--run", metavar="RUN", help="A stored run: a period, or the beginning of an id.", show_default="the last"
    ),
]
SetAside = Annotated[bool, typer.Option("--set-aside", help="Score without the rows that have errors.")]
AsJson = Annotated[
    bool, typer.Option("--json", help='Print {"ok", "data", "problems"} as JSON on stdout, and nothing else there.')
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be written.")]
