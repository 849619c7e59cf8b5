"""`bookscore audit`: do groups of people come out alike?"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.compare import audited
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish
from scoring.cli.shared.options import AsJson, Folder
from scoring.cli.shared.screen import working

if TYPE_CHECKING:
    from scoring.grouped import Grouped


def audit(
    groups: Annotated[
        Path, typer.Argument(metavar="GROUPS", help="A file with manager_id, name or email, and columns of groups.")
    ],
    folder: Folder = Path(),
    *,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="Only this column of groups.", show_default="all"),
    ] = None,
    run_id: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="RUN", help="A stored run: an id, a period, last or previous.", show_default="the last"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold rates of groups of people against each other: above the peers, not below them, and of the best grade.

    For each column of groups: rates of those with a score, the ratio to the best group's, flagged under four fifths,
    and Fisher's exact p. Groups with fewer than 10 scored managers are not shown; only target_bands gives grades. The
    file is read in memory only: neither it nor what comes out is stored, and no run knows of it.
    """
    if not groups.is_file():
        raise places.NoPlaceError("file", groups)
    from scoring import audit as engine
    from scoring.explain.model import plain
    from scoring.store import named

    with places.stored(folder) as store, working("Auditing …"):
        run = named(store, run_id or "last")
        summary, cards = json.loads(run.summary), store.cards(run.run_id)
    found = _grouped(groups, folder, {c["manager_id"]: c["name"] for c in cards}, by or [])
    settings = summary["rules"]["settings"]
    is_graded = settings["method"] == "target_bands"
    best = max(settings["grades"], key=lambda g: g["from"])["label"] if is_graded else None
    made = engine.audit(cards, found.columns, best)
    data: dict[str, Any] = {
        "run_id": run.run_id,
        "period": run.period,
        "best_grade": best,
        "least": engine.LEAST,
        "columns": plain(made),
        "unmatched": [{"row": row, "value": word} for row, word in found.unmatched],
        "absent": list(found.absent),
        "says": engine.SAYS,
    }
    view = audited.View(run.run_id, run.period, best, folder)
    finish(Answer(data), lambda: audited.show(view, made, found), as_json=as_json)


def _grouped(file: Path, folder: Path, names: Mapping[str, str], by: list[str]) -> "Grouped":
    """Who is in which group. Raises ProblemsFoundError with what is wrong with the file."""
    from scoring import intake
    from scoring.grouped import People, grouped, key_of

    rows = intake.text_of(file)
    _, kind = key_of(rows, file.name)
    mails = _mails(folder) if kind == "mail" else {}
    return grouped(rows, People(names, mails), file.name, by)


def _mails(folder: Path) -> dict[str, str]:
    """E-mail to manager_id, from the folder's exports, as runs do not hold addresses."""
    from scoring import intake

    asked = places.request(folder)
    managers = intake.take_in(asked.folder, None, asked.as_of, only=asked.only).checked.tables["managers"]
    known = managers.filter(managers["email"].is_not_null())
    return {mail.strip().casefold(): manager for manager, mail in known.select("manager_id", "email").iter_rows()}
