"""What does `send` say before it sends? Who would get what, who nothing and why, and one digest whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.cli.digests import delivered
from scoring.cli.shared.answers import Answer, else_next, finish, next_command
from scoring.cli.shared.screen import SHORT, Column, table, working
from scoring.cli.shared.streams import note, say
from scoring.errors import BookscoreError

if TYPE_CHECKING:
    from scoring.digest.audience import Recipient
    from scoring.digest.planning import Plan, Post
    from scoring.digest.sending import Shown


class SeveralError(BookscoreError):
    """One digest is to be shown, and several people get one."""

    def __init__(self, names: Sequence[str], lists_them: Sequence[str | Path]) -> None:
        super().__init__(
            f'--show prints one digest, and {len(names)} are meant: add --to "{names[0]}", or another name'
        )
        self.next = lists_them


def preview_told(
    post: "Post", planned: "Plan", folder: Path, *, missing: str | None, is_shown: bool, as_json: bool
) -> None:
    """Says who would get what; nothing is written."""
    from scoring.digest.sending import preview

    with working("Writing …"):
        found = list(preview(post, planned))
    texts = [one.message.text for one in found if one.message is not None]
    data = about(planned) | {
        "waits_for": planned.waits_for,
        "missing": missing,
        "recipients": [_told(one, is_shown=is_shown) for one in found],
    }

    def show() -> None:
        if is_shown and texts:
            say(texts[0].rstrip())
            return
        note(_headline(post, planned))
        if missing:
            note(f"Nothing can be sent from here: {missing}.")
        if planned.waits_for is not None:
            note(f"It waits{'' if planned.lacks_readers else ' for data'}: {planned.waits_for}.")
            if planned.lacks_readers:
                next_command("users", "list", folder)
            else:
                next_command("run", folder, *planned.run)
            return
        _preview_table(found)
        getting = sum(one.message is not None and _is_to_do(one) for one in found)
        note(f"{getting} would be sent. Nothing was written.")
        next_command("send", planned.schedule.name, folder, "--period", planned.occasion.period.name)

    finish(Answer(data), show, as_json=as_json)


def only(planned: "Plan", who: str, folder: Path) -> "Plan":
    """The plan for one of its recipients. Raises UnknownNameError, with the nearest, and AmbiguousNameError."""
    from scoring.explain.names import chosen
    from scoring.explain.refusals import UnknownNameError

    if planned.waits_for is not None:
        return planned
    by_address = {one.address: one.key for one in planned.recipients if one.address}
    with else_next(*_all(planned, folder)):
        try:
            key = by_address.get(who.strip().lower()) or chosen(
                "recipient", who, {one.key: one.name for one in planned.recipients}
            )
        except UnknownNameError:
            raise UnknownNameError("recipient", who, (), _near(who, planned.recipients)) from None
    return replace(planned, recipients=tuple(one for one in planned.recipients if one.key == key))


def check_one(planned: "Plan", folder: Path) -> None:
    """Sees to it that there is one digest to be shown. Raises SeveralError."""
    getting = [one.name for one in planned.recipients if one.why_not is None]
    if len(getting) > 1:
        raise SeveralError(getting, _all(planned, folder))


def about(planned: "Plan") -> dict[str, Any]:
    """Which digest it is, for other programs."""
    return {
        "schedule": planned.schedule.name,
        "period": planned.occasion.period.name,
        "due_at": planned.occasion.due_at.isoformat(),
        "channel": planned.schedule.channel,
    }


def _headline(post: "Post", planned: "Plan") -> str:
    """Which digest it is."""
    schedule, occasion, times = planned.schedule, planned.occasion, post.timetable
    due = f"{times.local(schedule, occasion.due_at):%Y-%m-%d %H:%M} {times.zone_of(schedule)}"
    return f"{schedule.name} of {occasion.period}, due {due}, by {schedule.channel}"


def _preview_table(found: "Sequence[Shown]") -> None:
    """Prints who gets something, and below it who gets nothing, by the reason."""
    getting = [(one.recipient.name, one.recipient.address, _what(one)) for one in found if one.message is not None]
    if getting:
        table([Column("To"), Column("Address", is_extra=True), Column("Gets")], getting)
    without: dict[str, list[str]] = {}
    for one in found:
        if one.message is None:
            without.setdefault(one.why_not or "", []).append(one.recipient.name)
    if getting and without:
        say()
    for why, names in without.items():
        say("\n".join([*delivered.wrapped(f"Nothing to {len(names)}: {why}."), *_names(names)]))


def _names(names: Sequence[str]) -> Sequence[str]:
    return delivered.wrapped(", ".join(names), "  ")


def _is_to_do(one: "Shown") -> bool:
    """Whether sending now would send it."""
    return one.row is None or one.row.state == "pending" or one.row.next_try_at is not None


def _what(one: "Shown") -> str:
    """What they get, in words."""
    row = one.row
    if one.message is None or row is None or _is_to_do(one):
        return "" if one.message is None else one.message.subject
    if row.state == "skipped":
        return f"left out before ({row.reason}); `bookscore deliveries retry {row.delivery_id[:SHORT]}`"
    return f"{delivered.stands(row)}, {delivered.minute(row.sent_at or row.changed_at)} UTC" + (
        f": {row.reason}" if row.reason else ""
    )


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


def _near(who: str, recipients: "Sequence[Recipient]") -> str:
    """Who may be meant, by a part of the name or address, however it is written; else some of them."""
    from scoring.document.nearest import nearest
    from scoring.letters import bare

    ways = {bare(way): one.name for one in recipients for way in (one.address, *one.name.split(), one.name)}
    near = nearest(bare(who), ways)
    known = delivered.some([one.name for one in recipients]) or "nobody"
    return f"it is for {known}" if near is None else f'did you mean "{ways[near]}"?'


def _all(planned: "Plan", folder: Path) -> tuple[str | Path, ...]:
    """The command that lists all recipients."""
    return ("send", planned.schedule.name, folder, "--period", planned.occasion.period.name, "--dry-run")
