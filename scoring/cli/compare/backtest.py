"""`bookscore backtest`: would past forecasts have been right?"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.check import refuse
from scoring.cli.compare import backtested
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, AsOf, DryRun, Folder, Rules
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note
from scoring.errors import ProblemsFoundError

if TYPE_CHECKING:
    from scoring.backtest import Asked, Backtest
    from scoring.intake import Request

RESULTS = "backtest"
"""The folder within FOLDER that holds the page."""

_Day = {"metavar": "DATE", "formats": ["%Y-%m-%d"]}


def backtest(  # noqa: PLR0913 - a command has as many options as it has
    folder: Folder = Path(),
    *,
    ahead: Annotated[
        str | None,
        typer.Option(
            "--ahead",
            metavar="TIME",
            help="How far to look ahead: 12m, 39w or 100d; a number alone is months.",
            show_default="12m, or the longest of 6m, 3m and 1m that the data carry",
        ),
    ] = None,
    origins: Annotated[
        int, typer.Option("--origins", metavar="N", min=1, max=24, help="From how many days at most, 3 months apart.")
    ] = 4,
    split: Annotated[
        datetime | None,
        typer.Option("--split", **_Day, help="From this day alone.", show_default="the days that the data carry"),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            **_Day,
            help="With --split: up to this day, not including it.",
            show_default="as far as the data reach",
        ),
    ] = None,
    calibrate: Annotated[
        str | None,
        typer.Option(
            "--calibrate",
            metavar="TIME|DATE",
            help="How much of the past the models see: so long before each day, as 24m, or from a day on.",
            show_default="all",
        ),
    ] = None,
    as_of: AsOf = None,
    rules: Rules = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where the results go.", show_default="FOLDER/backtest"),
    ] = None,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Look back without the rows that have errors.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Hold past forecasts against what came, beside forecasts that need no model.

    On days in the past the models are fitted on what was known then; the time after it is forecast account by account
    and held against what came. Says how far off accounts and totals were, whether likely ranges hold, and which of the
    metrics that claim to look ahead do. Writes backtest.json and backtest.html.
    """
    request = places.request(folder, rules, as_of, set_aside=set_aside)
    asked = _asked(ahead, origins, (split, until), calibrate)
    place = out or request.folder / RESULTS
    from scoring import backtest as engine
    from scoring.reports import backtest as pages

    pages.refuse_foreign(place)
    made = _computed(request, asked, as_json=as_json)
    record = engine.record(made)
    written = [] if dry_run else pages.write(record, place)
    data = {**record, "out": str(place), "written": [str(path) for path in written]}
    finish(Answer(data, made.problems), lambda: _show(record, folder, place, request, dry_run=dry_run), as_json=as_json)


def _asked(
    ahead: str | None, origins: int, days: tuple[datetime | None, datetime | None], calibrate: str | None
) -> "Asked":
    """What was typed. Raises UnknownStretchError and WrongOptionsError."""
    from scoring.backtest import Asked, stretch

    split, until = (None if day is None else day.date() for day in days)
    if until is not None and (split is None or ahead is not None):
        raise typer.BadParameter("it goes with --split, and takes the place of --ahead", param_hint="--until")
    if until is not None and split is not None and until <= split:
        raise typer.BadParameter("it must be later than --split", param_hint="--until")
    since: Any = None
    if calibrate is not None:
        try:
            since = date.fromisoformat(calibrate)
        except ValueError:
            since = stretch(calibrate)
    return Asked(None if ahead is None else stretch(ahead), origins, split, until, since)


def _computed(request: "Request", asked: "Asked", *, as_json: bool) -> "Backtest":
    """The backtest. Where there are errors, all of them are told, and the command ends."""
    from scoring.backtest import of_folder

    try:
        with working("Looking back …"):
            return of_folder(request, asked)
    except ProblemsFoundError as error:
        refuse(error, request, as_json=as_json)


def _show(record: Mapping[str, Any], folder: Path, place: Path, request: "Request", *, dry_run: bool) -> None:
    backtested.show(record)
    if dry_run:
        note(f"Nothing was written (--dry-run); it would go into {place}.")
    else:
        note(f"Wrote backtest.json and backtest.html into {place}.")
    next_command("run", folder, like=request)
