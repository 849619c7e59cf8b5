"""`bookscore seal`, `reopen`, `seals` and `verify`: which run is the published truth of a period, and is it still?"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.calendar import spelled
from scoring.cli.runs import SHORT
from scoring.cli.shared import past, places
from scoring.cli.shared.answers import DONE, FAILED, Answer, finish, many, next_command
from scoring.cli.shared.options import AsJson, DryRun, Workspace
from scoring.cli.shared.screen import Column, table, working
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.store import SealRecord, Verified

Period = Annotated[str, typer.Argument(metavar="PERIOD", parser=spelled, help="The period, as 2026-Q2.")]

_SEALS = tuple(Column(c) for c in ("Period", "Version", "Run", "Sealed by", "Sealed at (UTC)", "Seal", ""))


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
    """Seal a stored run as the published truth of its period. Its run never changes again.

    What is learned later becomes dated lines of the next period, and `bookscore restate` shows what difference it
    makes. Write down the seal that is printed: with `bookscore verify --head` it proves that nothing was exchanged.
    """
    if not by.strip():
        raise typer.BadParameter("somebody must answer for it", param_hint="--by")
    with places.stored(folder) as store:
        from scoring.store.refusals import NotSealableError, UnknownRunError

        if store.latest() is None:
            raise places.NoRunsError(folder)
        found = store.run(run) if run else store.published(period)
        if found is None:
            stored = ", ".join(dict.fromkeys(r.period for r in store.runs()))
            raise UnknownRunError(period, f"runs of {stored}")
        if found.period != period:
            raise NotSealableError(period, found.run_id, f"it is of {found.period}")
        made = store.seal(found.run_id, by=by.strip(), at=datetime.now(UTC))
    is_shown, last = past.is_shown(folder, made), json.loads(found.summary)["period"]["to"]

    def show() -> None:
        say(f"{period} is sealed by {made.sealed_by}: run {made.run_id[:SHORT]}, as of {found.as_of}.")
        say(f"Seal {made.number}: {made.sha256}")
        if found.as_of < last:
            note(f"It was run before {period} was over on {last}; what came since becomes lines of the next period.")
        if is_shown is False:
            note(f"The pages in {folder / places.RESULTS / period} are of another run; `bookscore open` mends that.")
        next_command("verify", folder, "--head", made.sha256[:SHORT])

    finish(Answer(made.model_dump()), show, as_json=as_json)


def reopen(
    period: Period,
    folder: Workspace = Path(),
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who answers for it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Open a sealed period again, so that it can be run and sealed as its next version.

    The seal stays, and so does its run: `seals` lists it, and `explain --run` and `diff` read it by its id. A period is
    opened again only if no later one is sealed, as that looked at it.
    """
    if not by.strip() or not reason.strip():
        raise typer.BadParameter("somebody must answer for it, and say why", param_hint="--by and --reason")
    with places.stored(folder) as store:
        made, seal = store.reopen(period, by=by.strip(), reason=reason.strip(), at=datetime.now(UTC), is_dry=dry_run)

    def show() -> None:
        say(f"{period} is open again, by {made.reopened_by}: {made.reason}")
        say(f"Version {seal.version} was run {seal.run_id[:SHORT]}, sealed by {seal.sealed_by}; it stays readable.")
        if dry_run:
            note("Nothing was written (--dry-run).")
        next_command("run", folder, "--period", period)

    finish(Answer({**made.model_dump(), "seal": seal.model_dump(), "is_written": not dry_run}), show, as_json=as_json)


def seals(folder: Workspace = Path(), as_json: AsJson = False) -> None:
    """List the seals, in the order in which they were made, and which of them hold no more."""
    with places.stored(folder) as store:
        found, opened = store.seals(), {each.seal: each for each in store.reopenings()}

    def state(seal: "SealRecord") -> str:
        each = opened.get(seal.number)
        return f"opened again by {each.reopened_by}, {each.reopened_at[:10]}: {each.reason}" if each else ""

    def show() -> None:
        if not found:
            say("No period is sealed.")
            next_command("runs", folder)
            return
        table(
            _SEALS,
            [
                (
                    s.period,
                    str(s.version),
                    s.run_id[:SHORT],
                    s.sealed_by,
                    s.sealed_at[:16].replace("T", " "),
                    s.sha256[:SHORT],
                    state(s),
                )
                for s in found
            ],
        )
        next_command("verify", folder)

    told = [
        {**s.model_dump(), "reopened": opened[s.number].model_dump() if s.number in opened else None} for s in found
    ]
    finish(Answer(told), show, as_json=as_json)


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
    entry: Annotated[
        str | None,
        typer.Option(
            "--entry",
            metavar="ENTRY",
            help="An entry of the audit log, or its beginning, as it was written down.",
            show_default="not held against anything",
        ),
    ] = None,
    review: Annotated[
        str | None,
        typer.Option(
            "--review",
            metavar="EVENT",
            help="An event of a review, or its beginning, as it was written down when it was signed.",
            show_default="not held against anything",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that everything that is stored is as it was stored, and name the first thing that is not.

    Walks the chains of seals and of the audit log, and hashes every stored run and every frame again. The exit code is
    1 where anything was changed, removed or put into another order.
    """
    from scoring.store import verify as verified

    with places.stored(folder) as store, working("Verifying …"):
        found = verified(store, head, entry, review)
    code = FAILED if found.broken else DONE
    is_asked = (head, entry, review) != (None, None, None)
    finish(Answer(_data(found), code=code), lambda: _show(found, folder, is_asked=is_asked), as_json=as_json)


def _data(found: "Verified") -> dict[str, Any]:
    from scoring.explain.model import plain

    told: dict[str, Any] = plain(found)
    return told


def _show(found: "Verified", folder: Path, *, is_asked: bool) -> None:
    """Prints what was found; `is_asked`: a hash that was written down is looked for."""
    looked = f"{many(found.runs, 'run')}, {many(found.seals, 'seal')} and {many(found.frames, 'frame')}"
    if not found.broken:
        say(f"All is as it was stored: {looked}." if found.runs else "There is nothing to verify: no run is stored.")
        if found.unentered:
            note(
                f"Not yet kept for {many(found.unentered, 'run')} of an earlier bookscore: which frames they have and "
                "in which order they were computed, unless a seal tells. The next new run keeps it for all."
            )
        if found.head:
            say(f"Last seal: {found.head}")
        if found.log_head:
            say(f"Audit log, entry {found.entries:,}: {found.log_head}")
        if found.review_head:
            say(f"Reviews, event {found.events:,}: {found.review_head}")
        next_command("seals" if found.seals else "runs", folder)
        return
    first, *more = found.broken
    where = f" at seal {first.seal} ({first.period})" if first.seal else f" at {first.period}" if first.period else ""
    if first.event:
        where = f" at event {first.event} of the reviews ({first.period})"
    say(f"Broken{where}: {first.what}.")
    if more:
        say(f"{many(len(more), 'more thing')} not as stored; --json lists all. Looked at {looked}.")
    doubt = "Read the hash again that was typed; where it is right, restore" if is_asked else "Restore"
    note(f"{doubt} the store from a backup from before it was changed.")
    next_command("verify", folder, "--json")
