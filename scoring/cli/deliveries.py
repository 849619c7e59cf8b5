"""`bookscore deliveries`: what became of every digest, and what a person decides about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scoring.cli import posted
from scoring.cli.answers import Answer, finish, next_command
from scoring.cli.groups import WithFolder
from scoring.cli.options import AsJson, InFolder, Workspace
from scoring.cli.screen import Column, table
from scoring.cli.streams import note, say

if TYPE_CHECKING:
    from scoring.store.delivering import DeliveryRecord

app = typer.Typer(
    cls=WithFolder,
    add_completion=False,
    rich_markup_mode=None,
    help="What became of every digest: sent, failed, skipped with the reason, or unknown, which waits for a person.",
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The delivery: its id, or how it begins.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="EMAIL", help="The user who decides this.", show_default="whoever may write to the database"
    ),
]
State = Literal["pending", "sending", "sent", "failed", "skipped", "unknown"]


@app.command("list")
def list_deliveries(
    folder: Workspace = Path(),
    *,
    schedule: Annotated[
        str | None, typer.Option("--schedule", metavar="NAME", help="Of one schedule.", show_default="all")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", metavar="PERIOD", help="Of one period, as 2026-W26.", show_default="all")
    ] = None,
    state: Annotated[State | None, typer.Option("--state", help="In one state.", show_default="all")] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List deliveries, what was due last first, and what is due and still waits. `bookscore deliveries` does this."""
    with posted.ledger(folder) as store:
        from scoring.store import delivering
        from scoring.store.delivering import DeliveryState, OccasionState

        states = () if state is None else (DeliveryState(state),)
        rows = delivering.deliveries(store, schedule=schedule, period=period, states=states, most=most)
        waiting = delivering.occasions(store, schedule=schedule, states=(OccasionState.WAITING,))

    def show() -> None:
        if rows:
            posted.rows_table(rows)
        else:
            note("There are no such deliveries.")
        for one in waiting:
            note(f"{one.schedule}, {one.period}: waits since {posted.minute(one.noted_at)} UTC: {one.reason}")
        if rows:
            next_command("deliveries", "show", rows[0].delivery_id[: posted.SHORT], *posted.in_folder(folder))

    data = {
        "deliveries": [posted.row_data(row) for row in rows],
        "waiting": [one.model_dump(mode="json") for one in waiting],
    }
    finish(Answer(data), show, as_json=as_json)


@app.command("show")
def show_one(delivery: Id, folder: InFolder = Path(), as_json: AsJson = False) -> None:
    """Show one delivery with everything that happened to it."""
    with posted.ledger(folder) as store:
        from scoring.store import delivering

        row = delivering.delivery(store, delivery)
        attempts = delivering.attempts(store, row.delivery_id)

    def show() -> None:
        facts = (
            ("Delivery", row.delivery_id),
            ("Schedule, period", f"{row.schedule}, {row.period}"),
            ("To", f"{row.name} <{row.address}>, by {row.channel}"),
            ("State", posted.state_of(row)),
            ("Why", row.reason),
            ("Due, prepared (UTC)", f"{posted.minute(row.due_at)}, {posted.minute(row.made_at)}"),
            ("Tells of run", f"{row.run_id[: posted.SHORT]}, as of {row.as_of}" if row.run_id else ""),
            ("Message-ID", row.message_id),
            ("Hash of what was sent", row.content_sha256 or ""),
        )
        for name, value in facts:
            if value:
                say(f"{name}: {value}")
        if attempts:
            say()
            table(
                [Column(name) for name in ("At (UTC)", "State", "By", "What was told")],
                [(posted.minute(one.at), one.state.value, one.by or "command line", one.told) for one in attempts],
            )

    data = {"delivery": posted.row_data(row), "attempts": [one.model_dump(mode="json") for one in attempts]}
    finish(Answer(data), show, as_json=as_json)


@app.command("retry")
def retry(delivery: Id, folder: InFolder = Path(), *, by: By = None, as_json: AsJson = False) -> None:
    """Have a delivery sent again that failed, was skipped or is unknown.

    One that is unknown may have arrived: then it comes twice, with the same Message-ID.
    """
    row = _decided(folder, delivery, by, "retry")

    def show() -> None:
        note(f"{row.name or row.recipient} is sent {row.schedule} of {row.period} again, by whoever sends next.")
        next_command("schedule", "tick", folder)

    finish(Answer(posted.row_data(row)), show, as_json=as_json)


@app.command("arrived")
def arrived(
    delivery: Id,
    folder: InFolder = Path(),
    *,
    by: By = None,
    no: Annotated[bool, typer.Option("--no", help="Say that it did not arrive; `retry` sends it again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say of an unknown delivery that it arrived."""
    row = _decided(folder, delivery, by, "lost" if no else "arrived")

    def show() -> None:
        note(f"{row.schedule} of {row.period} to {row.name or row.recipient}: {posted.state_of(row)}.")
        words = ("retry", row.delivery_id[: posted.SHORT]) if no else ()
        next_command("deliveries", *words, *(posted.in_folder(folder) if no else (folder,)))

    finish(Answer(posted.row_data(row)), show, as_json=as_json)


def _decided(
    folder: Path, delivery: str, by: str | None, what: Literal["retry", "arrived", "lost"]
) -> "DeliveryRecord":
    """The delivery after the decision. Raises what the ledger refuses."""
    with posted.ledger(folder) as store:
        from scoring.store import delivering

        key, at, who = delivering.delivery(store, delivery).delivery_id, posted.now(), posted.by_whom(store, by)
        if what == "retry":
            return delivering.retry(store, key, at=at, by=who)
        return delivering.settle(store, key, at=at, by=who, has_arrived=what == "arrived")
