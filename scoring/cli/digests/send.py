"""`bookscore send`: a digest to everybody it is for, now, or who would get what, and who nothing, and why."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.cli.digests import delivered, foreseen, posted
from scoring.cli.shared import places
from scoring.cli.shared.answers import DELIVERIES, DONE, Answer, else_next, finish, next_command
from scoring.cli.shared.options import AsJson, DryRun, InFolder, Workspace, named, of_period
from scoring.cli.shared.screen import working
from scoring.cli.shared.streams import note, say
from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.digest.planning import Plan, Post
    from scoring.store.delivering import DeliveryRecord

_WORKERS = 4
"""What sends at once: most of the time is spent waiting for servers."""
_MOST_AGAIN = 5
"""So many are named who would get now what they did not get before."""


class WaitsError(BookscoreError):
    """The data do not reach the end of what is to be told of, or there is nobody to be told."""

    def __init__(self, planned: "Plan", folder: Path) -> None:
        of = f"{planned.schedule.name} of {planned.occasion.period.name}"
        super().__init__(f"{of} waits{'' if planned.lacks_readers else ' for data'}: {planned.waits_for}")
        self.next = ("users", "list", folder) if planned.lacks_readers else ("run", folder, *planned.run)


def send(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The schedule, as rules.yaml names it.")],
    place: Workspace = Path(),
    folder: InFolder = Path(),
    *,
    dry_run: DryRun = False,
    period: Annotated[str | None, of_period("the last that is over", "Of which period, as 2026-W26.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print what one recipient would get; send nothing.")] = False,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="WHO", help="With --show or --dry-run: whose, by name or address.", show_default="all"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a digest now to everybody its schedule is for; who was sent it already gets nothing.

    It is what the schedule would send: the same recipients, by the same rights, the same letters. With --dry-run it is
    said who would get what and why others get nothing. Exit code 5: some did not arrive, or nobody knows.
    """
    if to is not None and not (show or dry_run):
        raise typer.BadParameter("nothing is sent to some alone: add --show or --dry-run", param_hint="--to")
    folder = named(place, folder)
    with places.stored(folder) as store:
        from scoring.digest.network.hosts import NotReadyError
        from scoring.digest.planning import plan

        post = posted.post_of(store, folder, posted.rules_of(folder))
        at = post.now()
        with else_next("schedule", "list", folder):
            schedule = post.timetable.schedule(name)
            wanted = period or post.timetable.latest(schedule, at).period.name
            occasion = post.timetable.of_period(schedule, wanted, at)
        missing = post.ways.missing(post.channel(schedule))
        if missing and not (show or dry_run):
            raise NotReadyError(f"nothing can be sent by {schedule.channel} from here: {missing}")
        planned = plan(post, schedule, occasion, at)
        if planned.waits_for is not None and not dry_run:
            raise WaitsError(planned, folder)
        if show or dry_run:
            planned = planned if to is None else foreseen.only(planned, to, folder)
            if show and not as_json:
                foreseen.check_one(planned, folder)
            foreseen.preview_told(post, planned, folder, missing=missing, is_shown=show, as_json=as_json)
        else:
            _send(post, planned, folder, as_json=as_json)


def _send(post: "Post", planned: "Plan", folder: Path, *, as_json: bool) -> None:
    """Sends, and says what became of each delivery."""
    from scoring.digest.sending import prepared_rows, send_now

    before = {row.delivery_id for row in prepared_rows(post, planned.occasion) if row.state == "sent"}
    with posted.until_stopped() as stopped, working("Sending …"):
        rows = send_now(post, planned, is_stopped=stopped.is_set, workers=_WORKERS)
    sent_now = [row for row in rows if row.state == "sent" and row.delivery_id not in before]
    wrong = [row for row in rows if posted.is_trouble(row)]
    counts = Counter(row.state.value for row in rows)
    data = foreseen.about(planned) | {
        "sent_now": len(sent_now),
        "counts": dict(sorted(counts.items())),
        "deliveries": [posted.row_data(row) for row in rows],
    }

    def show() -> None:
        say(_done(planned, rows, len(sent_now), len(before)))
        _tell_left_out(planned, rows, folder)
        delivered.trouble_told(wrong, folder)
        if any(row.next_try_at is not None for row in rows):
            note("What is to be tried again is tried by `bookscore schedule`, or by the next of these:")
            next_command("schedule", "tick", folder)
        else:
            next_command("deliveries", folder, "--schedule", planned.schedule.name)

    finish(Answer(data, code=DELIVERIES if wrong else DONE), show, as_json=as_json)


def _tell_left_out(planned: "Plan", rows: "Sequence[DeliveryRecord]", folder: Path) -> None:
    """Says who got nothing, and why as things are now; whom nothing stands against any more is sent it by `retry`."""
    from scoring.digest.audience import is_no_user

    now = {one.key: one.why_not for one in planned.recipients}
    left = [row for row in rows if row.state == "skipped"]
    still: dict[str, list[str]] = {}
    for row in left:
        why = now.get(row.recipient, "" if is_no_user(row.recipient) else row.reason)
        if why:  # who is a user by now has a delivery of their own
            still.setdefault(why, []).append(row.name or row.recipient)
    for why, names in still.items():
        note("\n".join(delivered.wrapped(f"{len(names)} left out: {why}: {delivered.some(names)}.")))
    again = [row for row in left if row.recipient in now and now[row.recipient] is None]
    for row in again[:_MOST_AGAIN]:
        note(f"{delivered.whom(row)} was left out before ({row.reason}) and would get it now:")
        delivered.decisions(row, folder)
    if len(again) > _MOST_AGAIN:
        note(f"So would {len(again) - _MOST_AGAIN} more, whom `bookscore deliveries --state skipped` lists.")


def _done(planned: "Plan", rows: "Sequence[DeliveryRecord]", sent_now: int, before: int) -> str:
    """What was done, in a sentence."""
    whose = f"{planned.schedule.name} of {planned.occasion.period}"
    if not sent_now and before and before == sum(row.state not in ("skipped",) for row in rows):
        return f"{whose} was sent already, to {before}; nobody is sent it twice."
    already = f", {before} had it already" if before else ""
    return f"{whose}: sent to {sent_now}{already}."
