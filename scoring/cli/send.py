"""`bookscore send`: a digest to everybody it is for, now, or who would get what, and who nothing, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli import places, posted
from scoring.cli.answers import DELIVERIES, DONE, Answer, finish, next_command
from scoring.cli.options import AsJson, DryRun, Workspace
from scoring.cli.screen import Column, table, working
from scoring.cli.streams import note, say
from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.digest.planning import Plan, Post
    from scoring.digest.sending import Shown
    from scoring.store.delivering import DeliveryRecord

_WORKERS = 4
"""What sends at once: most of the time is spent waiting for servers."""


class WaitsForDataError(BookscoreError):
    """The data do not reach the end of what is to be told of."""

    def __init__(self, schedule: str, period: str, waits_for: str, folder: Path) -> None:
        super().__init__(f"{schedule} of {period} waits for data: {waits_for}")
        self.next = ("run", folder)


def send(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The schedule, as rules.yaml names it.")],
    folder: Workspace = Path(),
    *,
    dry_run: DryRun = False,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", metavar="PERIOD", help="Of which period, as 2026-W26.", show_default="the last that is over"
        ),
    ] = None,
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
    with places.stored(folder) as store:
        from scoring.digest.planning import plan

        post = posted.post_of(store, folder, posted.rules_of(folder))
        at = post.now()
        with posted.telling("schedule", "list", folder):
            schedule = post.timetable.schedule(name)
            wanted = period or post.timetable.latest(schedule, at).period.name
            occasion = post.timetable.of_period(schedule, wanted, at)
        missing = post.ways.missing(post.channel(schedule))
        if missing and not (show or dry_run):
            raise posted.NotReadyError(f"nothing can be sent by {schedule.channel} from here: {missing}")
        planned = plan(post, schedule, occasion, at)
        if planned.waits_for is not None and not dry_run:
            raise WaitsForDataError(schedule.name, occasion.period.name, planned.waits_for, folder)
        if show or dry_run:
            _tell_preview(post, planned, folder, missing=missing, to=to, is_shown=show, as_json=as_json)
        else:
            _send(post, planned, folder, as_json=as_json)


def _tell_preview(
    post: "Post", planned: "Plan", folder: Path, *, missing: str | None, to: str | None, is_shown: bool, as_json: bool
) -> None:
    """Says who would get what; nothing is written."""
    from scoring.digest.sending import preview

    chosen = planned if to is None else _only(planned, to)
    with working("Writing …"):
        found = list(preview(post, chosen))
    texts = [one.message.text for one in found if one.message is not None]
    data = _about(planned) | {
        "waits_for": planned.waits_for,
        "missing": missing,
        "recipients": [_told(one, is_shown=is_shown) for one in found],
    }

    def show() -> None:
        if is_shown and len(found) == 1 and texts:
            say(texts[0].rstrip())
            return
        note(_headline(planned))
        if missing:
            note(f"Nothing can be sent from here: {missing}.")
        if planned.waits_for is not None:
            note(f"It waits for data: {planned.waits_for}.")
            next_command("run", folder)
            return
        _preview_table(found)
        getting = sum(one.message is not None and _is_to_do(one) for one in found)
        note(f"{getting} would be sent. Nothing was written.")
        if is_shown:
            note("Name one of them with --to to see the whole text.")
        next_command("send", planned.schedule.name, folder, "--period", planned.occasion.period.name)

    finish(Answer(data), show, as_json=as_json)


def _only(planned: "Plan", who: str) -> "Plan":
    """The plan for one of its recipients. Raises UnknownNameError and AmbiguousNameError."""
    from dataclasses import replace

    from scoring.explain.names import chosen

    by_address = {one.address: one.key for one in planned.recipients if one.address}
    key = by_address.get(who.strip().lower()) or chosen(
        "recipient", who, {one.key: one.name for one in planned.recipients}
    )
    return replace(planned, recipients=tuple(one for one in planned.recipients if one.key == key))


def _send(post: "Post", planned: "Plan", folder: Path, *, as_json: bool) -> None:
    """Sends, and says what became of each delivery."""
    from scoring.digest.sending import prepared_rows, send_now

    before = {row.delivery_id for row in prepared_rows(post, planned.occasion) if row.state == "sent"}
    with posted.until_stopped() as stopped, working("Sending …"):
        rows = send_now(post, planned, is_stopped=stopped.is_set, workers=_WORKERS)
    sent_now = [row for row in rows if row.state == "sent" and row.delivery_id not in before]
    wrong = [row for row in rows if posted.is_trouble(row)]
    counts = Counter(row.state.value for row in rows)
    data = _about(planned) | {
        "sent_now": len(sent_now),
        "counts": dict(sorted(counts.items())),
        "deliveries": [posted.row_data(row) for row in rows],
    }

    def show() -> None:
        say(_done(planned, rows, len(sent_now), len(before)))
        for why, names in _skipped(rows).items():
            note(f"Nothing to {', '.join(names)}: {why}.")
        posted.trouble(wrong, folder)
        if any(row.next_try_at is not None for row in rows):
            note("What is to be tried again is tried by `bookscore schedule`, or by the next of these:")
            next_command("schedule", "tick", folder)
        else:
            next_command("deliveries", folder, "--schedule", planned.schedule.name)

    finish(Answer(data, code=DELIVERIES if wrong else DONE), show, as_json=as_json)


def _skipped(rows: "Sequence[DeliveryRecord]") -> Mapping[str, Sequence[str]]:
    """Reason to the names of those who got nothing for it."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.state == "skipped":
            found.setdefault(row.reason, []).append(row.name or row.recipient)
    return found


def _done(planned: "Plan", rows: "Sequence[DeliveryRecord]", sent_now: int, before: int) -> str:
    """What was done, in a sentence."""
    whose = f"{planned.schedule.name} of {planned.occasion.period}"
    if not sent_now and before and before == sum(row.state not in ("skipped",) for row in rows):
        return f"{whose} was sent already, to {before}; nobody is sent it twice."
    already = f", {before} had it already" if before else ""
    return f"{whose}: sent to {sent_now}{already}."


def _headline(planned: "Plan") -> str:
    """Which digest it is."""
    schedule, occasion = planned.schedule, planned.occasion
    return f"{schedule.name} of {occasion.period}, due {posted.minute(occasion.due_at)} UTC, by {schedule.channel}"


def _preview_table(found: "Sequence[Shown]") -> None:
    rows = [(one.recipient.name, one.recipient.address, *_what(one)) for one in found]
    table([Column("To"), Column("Address", is_extra=True), Column("Gets"), Column("Why not")], rows)


def _is_to_do(one: "Shown") -> bool:
    """Whether sending now would send it."""
    return one.row is None or one.row.state == "pending" or one.row.next_try_at is not None


def _what(one: "Shown") -> tuple[str, str]:
    """What they get, in words."""
    if one.message is None:
        return "nothing", one.why_not or ""
    if not _is_to_do(one) and one.row is not None:
        return posted.state_of(one.row), one.row.reason or f"since {posted.minute(one.row.changed_at)} UTC"
    return one.message.subject, ""


def _told(one: "Shown", *, is_shown: bool) -> Mapping[str, Any]:
    """One recipient for other programs."""
    from scoring.digest.sending import sha256_of

    found: dict[str, Any] = {
        "recipient": one.recipient.key,
        "name": one.recipient.name,
        "address": one.recipient.address,
        "why_not": one.why_not,
        "state": None if one.row is None else one.row.state.value,
        "would_be_sent": one.message is not None and _is_to_do(one),
    }
    if one.message is not None:
        found |= {
            "delivery_id": one.message.delivery_id,
            "subject": one.message.subject,
            "content_sha256": sha256_of(one.message),
        }
        if is_shown:
            found["text"] = one.message.text
    return found


def _about(planned: "Plan") -> dict[str, Any]:
    return {
        "schedule": planned.schedule.name,
        "period": planned.occasion.period.name,
        "due_at": planned.occasion.due_at.isoformat(),
        "channel": planned.schedule.channel,
    }
