"""`bookscore cohorts`: who stays, by the quarter in which they came."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, Folder, OneRun
from scoring.cli.shared.screen import Column, table, working
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    import polars as pl

COMPANY = "company"
_EACH = 8
"""Quarters after the first that are all shown; later ones are by the year."""


class Show(StrEnum):
    """What of a cohort is shown."""

    LOGO = "logo"
    GROSS = "gross"
    NET = "net"


_SAYS = {
    Show.LOGO: "Share of the accounts that pay",
    Show.GROSS: "Revenue that is kept, each account capped at its first",
    Show.NET: "Revenue that is there, with what accounts grew by",
}


def cohorts(
    folder: Folder = Path(),
    *,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="A", help="Each value of an attribute, as segment, apart.", show_default="the company"
        ),
    ] = None,
    show: Annotated[Show, typer.Option("--show", help="Accounts, or revenue with or without growth.")] = Show.LOGO,
    run_id: OneRun = None,
    as_json: AsJson = False,
) -> None:
    """Show who stays: accounts by the quarter of their first revenue, and what is left of them quarter by quarter.

    Blank is what a cohort is too young for. It comes from the stored run; where none is stored it is computed as of
    today, and nothing is written. Attributes are those that the rules name in breakdowns, but not the tier, which is
    known of today's customers alone. With --json there are all three figures, each a list whose place is the age in
    quarters, and amounts are decimal numbers as text.
    """
    frame = _frame(folder, run_id)
    grain = _grain(frame, by)
    data = list(_rows(frame, grain))
    finish(Answer(data), lambda: _show(data, grain, show, folder), as_json=as_json)


def _frame(folder: Path, run_id: str | None) -> "pl.DataFrame":
    """The cohorts of the stored run; computed where none is stored and none is asked for."""
    try:
        with places.stored(folder) as store:
            import polars as pl

            return pl.read_parquet(store.frame(places.chosen_run(store, folder, run_id).run_id, "cohorts"))
    except places.NoRunsError:
        if run_id:
            raise
    from scoring import pipeline

    request = places.request(folder)
    with working("Computing …"):
        return pipeline.run(request).cohorts


def _grain(frame: "pl.DataFrame", by: str | None) -> str:
    """The grain that is asked for. Raises UnknownNameError."""
    from scoring.explain.refusals import UnknownNameError

    known = sorted(set(frame["grain"]) - {COMPANY})
    if by is not None and by not in known:
        raise UnknownNameError("breakdown", by, known, f"there are {', '.join(known) or 'none'}")
    return by or COMPANY


def _rows(frame: "pl.DataFrame", grain: str) -> Iterator[dict[str, Any]]:
    """A row for each cohort, the figures of its ages as lists."""
    rows = frame.filter(frame["grain"] == grain).sort("id", "cohort", "age").iter_rows(named=True)
    for (name, cohort), found in groupby(rows, key=lambda r: (r["id"], r["cohort"])):
        ages = list(found)
        yield {
            "id": name,
            "cohort": cohort,
            "accounts": ages[0]["accounts"],
            "revenue": str(ages[0]["revenue"]),
            **{kind.value: [row[kind.value] for row in ages] for kind in Show},
        }


def _show(data: Sequence[dict[str, Any]], grain: str, show: Show, folder: Path) -> None:
    """Prints a table for each value of the grain."""
    if not data:
        note("No quarter with revenue is over yet, so there is no cohort.")
    for name, rows in groupby(data, key=lambda row: row["id"]):
        said = _SAYS[show] if grain == COMPANY else f"{name}: {_SAYS[show][0].lower()}{_SAYS[show][1:]}"
        say(f"{said}, by quarters since the first")
        _table(list(rows), show)
        say()
    next_command("explain", "NAME", folder=folder)


def _table(rows: Sequence[dict[str, Any]], show: Show) -> None:
    from scoring.numbers import percent

    ages = [age for age in range(len(rows[0][show])) if age <= _EACH or age % 4 == 0]
    columns = (
        Column("Cohort"),
        Column("Accounts", is_number=True),
        *(Column(f"{age}", is_number=True, is_extra=age > 4 and age % 4 != 0) for age in ages),
    )
    lines = [
        (
            row["cohort"],
            f"{row['accounts']:,}",
            *("" if row[show][age] is None else percent(row[show][age], 0) for age in ages),
        )
        for row in rows
    ]
    table(columns, lines)
