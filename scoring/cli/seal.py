"""`bookscore seal`, `seals` and `verify`: which run is the published truth of a period, and whether it still is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli import past, places
from scoring.cli.answers import DONE, FAILED, Answer, finish, many, next_command
from scoring.cli.options import AsJson, Workspace
from scoring.cli.runs import SHORT
from scoring.cli.screen import Column, table, working
from scoring.cli.streams import note, say

if TYPE_CHECKING:
    from scoring.store import Verified

Period = Annotated[str, typer.Argument(metavar="PERIOD", help="The period, as 2026-Q2.")]

_SEALS = tuple(Column(c) for c in ("Period", "Run", "Sealed by", "Sealed at (UTC)", "Seal"))


def seal(
    period: Period,
    folder: Workspace = Path(),
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who answers for it.")],
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help="Which stored run, by the beginning of its id.",
            show_default="the last of the period",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Seal a stored run as the published truth of its period. It never changes again.

    What is learned later becomes dated lines of the next period, and `bookscore restate` shows what difference it
    makes. Write down the seal that is printed: with `bookscore verify --head` it proves that nothing was exchanged.
    """
    if not by.strip():
        raise typer.BadParameter("somebody must answer for it", param_hint="--by")
    with places.stored(folder) as store:
        from scoring.store.refusals import NotSealableError, UnknownRunError

        found = store.run(run) if run else store.published(period)
        if found is None:
            stored = ", ".join(dict.fromkeys(r.period for r in store.runs()))
            raise UnknownRunError(period, f"runs of {stored}")
        if found.period != period:
            raise NotSealableError(period, found.run_id, f"it is of {found.period}")
        made = store.seal(found.run_id, by=by.strip(), at=datetime.now(UTC))
    is_shown = past.is_shown(folder, made)

    def show() -> None:
        say(f"{period} is sealed by {made.sealed_by}: run {made.run_id[:SHORT]}, as of {found.as_of}.")
        say(f"Seal {made.number}: {made.sha256}")
        if is_shown is False:
            note(f"The pages in {folder / places.RESULTS / period} are of another run; `bookscore open` mends that.")
        next_command("verify", folder, "--head", made.sha256[:SHORT])

    finish(Answer(made.model_dump()), show, as_json=as_json)


def seals(folder: Workspace = Path(), as_json: AsJson = False) -> None:
    """List the seals, in the order in which they were made."""
    with places.stored(folder) as store:
        found = store.seals()

    def show() -> None:
        if not found:
            say("No period is sealed.")
            next_command("runs", folder)
            return
        table(
            _SEALS,
            [
                (s.period, s.run_id[:SHORT], s.sealed_by, s.sealed_at[:16].replace("T", " "), s.sha256[:SHORT])
                for s in found
            ],
        )
        next_command("verify", folder)

    finish(Answer([s.model_dump() for s in found]), show, as_json=as_json)


def verify(
    folder: Workspace = Path(),
    *,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="SEAL",
            help="The last seal, or its beginning, as it was written down.",
            show_default="not held against anything",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that everything that is stored is as it was stored, and name the first thing that is not.

    Walks the chain of seals and hashes every stored run and every frame again. The exit code is 1 where anything was
    changed, removed or put into another order.
    """
    from scoring.store import verify as verified

    with places.stored(folder) as store, working("Verifying …"):
        found = verified(store, head)
    code = FAILED if found.broken else DONE
    finish(Answer(_data(found), code=code), lambda: _show(found, folder), as_json=as_json)


def _data(found: "Verified") -> dict[str, Any]:
    from scoring.explain.model import plain

    told: dict[str, Any] = plain(found)
    return told


def _show(found: "Verified", folder: Path) -> None:
    looked = f"{many(found.runs, 'run')}, {many(found.seals, 'seal')} and {many(found.frames, 'frame')}"
    if not found.broken:
        say(f"All is as it was stored: {looked}.")
        if found.head:
            say(f"Last seal: {found.head}")
        next_command("seals" if found.seals else "runs", folder)
        return
    first, *more = found.broken
    where = f"seal {first.seal} ({first.period}): " if first.seal else f"{first.period}: " if first.period else ""
    say(f"Broken at {where}{first.what}.")
    if more:
        say(f"{many(len(more), 'more thing')} not as stored; --json lists all. Looked at {looked}.")
    note("Restore the store from a backup from before it was changed.")
    next_command("verify", folder, "--json")
