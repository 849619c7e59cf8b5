"""`bookscore deliveries`: what became of every digest, and what a person decides about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scoring.cli.digests import delivered, posted
from scoring.cli.groups import WithFolder
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, InFolder, Workspace, named, of_period
from scoring.cli.shared.screen import SHORT, Column, table
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.store.delivering import DeliveryRecord

app = typer.Typer(
    cls=WithFolder,
    add_completion=False,
    rich_markup_mode=None,
    help="What became of every digest: sent, left out with the reason, or unknown, which waits for a person.",
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The delivery: its id, or how it begins.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="EMAIL", help="The user who decides this.", show_default="whoever may write to the database"
    ),
]
State = Literal["pending", "sending", "sent", "failed", "parked", "skipped", "unknown"]


@app.command("list")
def list_deliveries(
    place: Workspace = Path(),
    folder: InFolder = Path(),
    *,
    schedule: Annotated[
        str | None, typer.Option("--schedule", metavar="NAME", help="Of one schedule.", show_default="all")
    ] = None,
    period: Annotated[str | None, of_period("all", "Of one period, as 2026-W26.")] = None,
    state: Annotated[
        State | None,
        typer.Option(
            "--state", help="In one state; failed are tried again, parked did not arrive.", show_default="all"
        ),
    ] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Also who was left out, and why.")] = False,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List deliveries, what was due last first, and what is due and still waits. `bookscore deliveries` does this."""
    folder = named(place, folder)
    with posted.ledger(folder) as store:
        from scoring.store import delivering
        from scoring.store.delivering import DeliveryState, OccasionState, Tally

        told = [name for name in Tally.model_fields if name != DeliveryState.SKIPPED]
        states = [state] if state else [] if is_all or as_json else told
        rows = delivering.deliveries(store, schedule=schedule, period=period, states=states, most=most)
        counted = delivering.tally(store, schedule=schedule, period=period)
        of_nothing = (OccasionState.WAITING, *([OccasionState.SKIPPED] if is_all else []))
        without = delivering.occasions(store, schedule=schedule, states=of_nothing)

    def show() -> None:
        if rows:
            delivered.rows_told(rows)
        else:
            note("There are no such deliveries.")
        for one in without:
            since = f"waits since {delivered.minute(one.noted_at)} UTC" if one.state == "waiting" else "left out"
            note(f"{one.schedule} of {one.period}: {since}: {one.reason}")
        if counted.skipped and states == told:
            note(f"{counted.skipped:,} left out; --all lists them, with the reasons.")
        if rows:
            first = next((row for row in rows if posted.is_trouble(row)), rows[0])
            next_command("deliveries", "show", first.delivery_id[:SHORT], folder=folder)

    data = {
        "deliveries": [posted.row_data(row) for row in rows],
        "waiting": [one.model_dump(mode="json") for one in without if one.state == "waiting"],
    }
    finish(Answer(data), show, as_json=as_json)


@app.command("show")
def show_one(delivery: Id, folder: InFolder = Path(), as_json: AsJson = False) -> None:
    """Show one delivery with everything that happened to it."""
    with posted.ledger(folder) as store:
        from scoring.store import delivering, people

        row = delivering.delivery(store, delivery)
        names = {user.user_id: user.name for user in people.users(store)}
        attempts = delivering.attempts(store, row.delivery_id)

    def show() -> None:
        to = (
            f"the channel {row.channel}" if row.recipient == row.channel else f"{delivered.whom(row)}, by {row.channel}"
        )
        facts = (
            ("Delivery", row.delivery_id),
            ("Digest", f"{row.schedule} of {row.period}"),
            ("To", to),
            ("Stands", delivered.stands(row)),
            ("Why", row.reason),
            ("Due, prepared (UTC)", f"{delivered.minute(row.due_at)}, {delivered.minute(row.made_at)}"),
            ("Tells of run", f"{row.run_id[:SHORT]}, as of {row.as_of}" if row.run_id else ""),
            ("Message-ID", row.message_id),
            ("Hash of what was said", row.content_sha256 or ""),
        )
        for name, value in facts:
            if value:
                say(f"{name}: {value}")
        if attempts:
            say()
            table(
                [Column(name) for name in ("At (UTC)", "Became", "By", "What was told")],
                delivered.history(attempts, row, names),
            )
        delivered.decisions(row, folder)

    data = {"delivery": posted.row_data(row), "attempts": [one.model_dump(mode="json") for one in attempts]}
    finish(Answer(data), show, as_json=as_json)


@app.command("retry")
def retry(delivery: Id, folder: InFolder = Path(), *, by: By = None, as_json: AsJson = False) -> None:
    """Have a delivery sent again that did not arrive, was left out or is unknown.

    One that is unknown may have arrived: then it comes twice, with the same Message-ID.
    """
    row = _decided(folder, delivery, by, "retry")

    def show() -> None:
        whom, what = row.name or row.recipient, f"{row.schedule} of {row.period}"
        note(f"{whom} gets {what} from whoever sends next, unless something is against it then.")
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
        note(f"{row.schedule} of {row.period} to {row.name or row.recipient}: {delivered.stands(row)}.")
        words = ("retry", row.delivery_id[:SHORT]) if no else ()
        next_command("deliveries", *words, folder=folder)

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
