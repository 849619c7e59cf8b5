"""Who sends what is to be sent? Each delivery is claimed, written by the rights of now, sent, and settled."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypedDict, Unpack

from scoring.digest.audience import Recipient, is_no_user
from scoring.digest.due import Occasion
from scoring.digest.keeping import Claims, Lines
from scoring.digest.message import Message, Outcome, Verdict
from scoring.digest.planning import Envelope, Plan, Post, Written, envelope, envelope_of, long, rows
from scoring.errors import BookscoreError
from scoring.rules.digests import Schedule
from scoring.store import delivering
from scoring.store.database import at_once
from scoring.store.delivering import DeliveryRecord, DeliveryState, End, Ended
from scoring.store.refusals import UNREACHABLE

_LOOK_AGAIN, _LOOK_AT_LEAST = timedelta(minutes=5), timedelta(hours=2)
"""When it is looked again whether a channel can be used from here, say: soon, and then less and less often."""
_GONE = timedelta(days=7)
"""How long a delivery waits whose schedule is not in the rules: another machine's may have it, or the next edit."""
_ASK_AGAIN = (1, 5, 15, 60)
"""After how many seconds a database that is away is told again what became of a delivery."""
_EVERYTHING = 10**9


class _Only(TypedDict):
    """Whose deliveries are sent: those of a schedule, of a period, of both, or all."""

    schedule: str | None
    period: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody would get: the message, or the reason why there is none. `row` is there if it was prepared."""

    recipient: Recipient
    message: Message | None
    why_not: str | None
    row: DeliveryRecord | None


def preview(post: Post, planned: Plan) -> Iterator[Shown]:
    """What everybody of the plan gets, or would get if it was prepared now. Nothing is written."""
    at, schedule, occasion = post.now(), planned.schedule, planned.occasion
    prepared = {row.recipient: row for row in prepared_rows(post, occasion) if row.channel == schedule.channel}
    for one in planned.recipients:
        row = prepared.get(one.key)
        cover = envelope_of(row, row.sent_at or at) if row else envelope(post, schedule, occasion, one, at)
        found = one.why_not or _written(post, schedule, occasion, one, cover)
        if isinstance(found, str):
            yield Shown(one, None, found, row)
        else:
            yield Shown(one, found.message, None, row)


def prepared_rows(post: Post, occasion: Occasion) -> tuple[DeliveryRecord, ...]:
    """All deliveries of the occasion that were prepared."""
    return delivering.deliveries(post.store, schedule=occasion.schedule, period=occasion.period.name, most=_EVERYTHING)


def prepare(post: Post, planned: Plan, *, is_asked: bool = False) -> bool:
    """Whether the deliveries of the plan were prepared just now; those that there are stay as they are."""
    at, made = post.now(), rows(post, planned)
    return delivering.prepare(post.store, planned.occasion, made, at=at, is_asked=is_asked) is not None


def send_now(
    post: Post, planned: Plan, *, is_stopped: Callable[[], bool] = lambda: False, workers: int = 1
) -> tuple[DeliveryRecord, ...]:
    """The deliveries of the plan's occasion, once each that waits was tried."""
    name, period = planned.occasion.schedule, planned.occasion.period.name
    prepare(post, planned, is_asked=True)
    work(post, is_stopped=is_stopped, workers=workers, schedule=name, period=period)
    return prepared_rows(post, planned.occasion)


def work(
    post: Post,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    workers: int = 1,
    schedule: str | None = None,
    period: str | None = None,
) -> None:
    """Sends what waits to be sent, of one occasion or of all, until nothing is left that can be tried now."""

    def one(_: int) -> None:
        _work(post, is_stopped, schedule, period)

    if workers == 1:
        one(0)
    else:
        with ThreadPoolExecutor(workers, "sending") as pool:
            list(pool.map(one, range(workers)))


def _work(post: Post, is_stopped: Callable[[], bool], schedule: str | None, period: str | None) -> None:
    """What one worker does. When it is stopped, the delivery at hand comes to its end."""
    worker, only = delivering.new_worker(), _Only(schedule=schedule, period=period)
    lines, claims = Lines(post), Claims(post, worker)
    try:
        row = None
        if not is_stopped():
            row = _first(post, worker, **only)
        while row is not None:
            with claims.kept(row):
                ended = _deliver(post, lines, row, is_asked=period is not None)
            worked = row
            done, row = _settled(post, row, ended, is_stopped, **only)
            if done is not None and not _is_told(worked, done):
                post.tell(done.state.value, facts_of(done))
    finally:
        claims.close()
        lines.close()


def _is_told(before: DeliveryRecord, now: DeliveryRecord) -> bool:
    """Whether it waits for what it waited for before."""
    return now.state is DeliveryState.PENDING and now.reason == before.reason


def _first(post: Post, worker: str, **only: Unpack[_Only]) -> DeliveryRecord | None:
    """The first delivery of the worker, asked for once more where no answer came, so that none stays claimed."""
    try:
        return delivering.claim(post.store, worker, at=post.now(), **only)
    except UNREACHABLE:
        time.sleep(_ASK_AGAIN[0])
        return delivering.claim(post.store, worker, at=post.now(), is_again=True, **only)


def _settled(
    post: Post, row: DeliveryRecord, ended: Ended, is_stopped: Callable[[], bool], **only: Unpack[_Only]
) -> tuple[DeliveryRecord | None, DeliveryRecord | None]:
    """The delivery as it is noted, and the next one. What a server took must be noted, though the database be away."""
    said = (post.store, row.delivery_id, row.claimed_by or "", ended)
    for count, seconds in enumerate(_ASK_AGAIN):
        try:
            if is_stopped():
                return delivering.finish(*said, at=post.now(), is_again=count > 0), None
            return delivering.finish_and_claim(*said, at=post.now(), is_again=count > 0, **only)
        except UNREACHABLE:
            time.sleep(seconds)
    return delivering.finish(*said, at=post.now(), is_again=True), None


def _deliver(post: Post, lines: Lines, row: DeliveryRecord, *, is_asked: bool) -> Ended:
    """What became of the delivery: looked up, written and sent, as things are now. `is_asked` if a person waits."""
    try:
        with at_once(post.store.engine):
            found = _to_send(post, row, is_asked=is_asked)
        if isinstance(found, Written) and not _is_known(post, row, found):
            return Ended(end=End.UNTRIED, told="somebody else has decided about it meanwhile", wait=_wait(post, row))
    except Exception as error:  # nothing was handed over: it is as good as not begun
        return Ended(end=End.UNTRIED, told=f"it could not be looked up: {_named(error)}", wait=_wait(post, row))
    if isinstance(found, Ended):
        return found
    outcome = _sent(lines, row.channel, found.message)
    if outcome.verdict is Verdict.UNTRIED:
        return Ended(end=End.UNTRIED, told=outcome.told, wait=_rest(post, lines, row, outcome))
    lines.note(row.channel, outcome)
    return Ended(
        end=End(outcome.verdict),
        told=outcome.told,
        wait=outcome.wait,
        run_id=found.run_id,
        as_of=found.as_of,
        content_sha256=sha256_of(found.message),
        address=found.message.address,
    )


def _to_send(post: Post, row: DeliveryRecord, *, is_asked: bool) -> Written | Ended:
    """What is to be handed over for the delivery, or why nothing is."""
    at, schedule = post.now(), post.timetable.digests.schedule(row.schedule)
    if schedule is None or schedule.channel != row.channel:
        is_over = at - row.made_at > _GONE
        told = f"rules.yaml has no schedule {row.schedule} by {row.channel}{' any more' if is_over else ' now'}"
        return Ended(end=End.SKIPPED if is_over else End.UNTRIED, told=told, wait=_wait(post, row))
    if not is_asked and _is_too_late(post, schedule, row, at):
        return Ended(end=End.SKIPPED, told=f"too late, by more than {long(schedule.max_lateness)}")
    occasion = Occasion(row.schedule, post.timetable.calendar.period(row.period), row.due_at)
    if missing := post.ways.missing(post.channel(schedule)) or post.writer.waits_for(schedule, occasion):
        return Ended(end=End.UNTRIED, told=missing, wait=_wait(post, row))
    recipient = post.writer.recipient(schedule, occasion, row.recipient, at)
    if recipient.why_not is not None:
        return Ended(end=End.SKIPPED, told=recipient.why_not)
    if recipient.key != row.recipient:
        return _instead(post, schedule, occasion, row, recipient)
    written = _written(post, schedule, occasion, recipient, envelope_of(row, row.changed_at))
    return Ended(end=End.REFUSED, told=written) if isinstance(written, str) else written


def _instead(post: Post, schedule: Schedule, occasion: Occasion, row: DeliveryRecord, recipient: Recipient) -> Ended:
    """Why it is not the delivery of the recipient. Who became a user since it was made gets one of their own, once."""
    if not is_no_user(row.recipient):
        return Ended(end=End.SKIPPED, told=f"{schedule.name} is for a channel now, which gets its own")
    prepare(post, Plan(schedule, occasion, None, (recipient,)), is_asked=True)
    told = f"{recipient.name} is a user now, and gets a delivery of their own to {recipient.address}"
    return Ended(end=End.SKIPPED, told=told)


def _is_known(post: Post, row: DeliveryRecord, written: Written) -> bool:
    """Whether the ledger says which run the delivery speaks of, should nobody hear what became of it.

    It does since the delivery was prepared, unless another run was published. Not where the delivery is another's now.
    """
    if (row.run_id, row.as_of) == (written.run_id, written.as_of):
        return True
    worker, of = row.claimed_by or "", {"run_id": written.run_id, "as_of": written.as_of}
    return delivering.renew(post.store, row.delivery_id, worker, at=post.now(), **of) is not None


def _wait(post: Post, row: DeliveryRecord) -> timedelta:
    """How long nobody looks at the delivery: the longer it waits, the longer."""
    return min(max(_LOOK_AGAIN, (post.now() - row.made_at) / 4), _LOOK_AT_LEAST)


def _rest(post: Post, lines: Lines, row: DeliveryRecord, outcome: Outcome) -> timedelta:
    """How long nobody looks at a delivery that nobody was asked to take.

    As long as the server wants to be left alone, where it takes others in between; else longer and longer.
    """
    asked = outcome.wait or timedelta()
    return asked if lines.has_taken(row.channel) else max(asked, _wait(post, row))


def _is_too_late(post: Post, schedule: Schedule, row: DeliveryRecord, at: datetime) -> bool:
    """Whether the delivery waited too long, and no person wanted it sent since: what one prepared late, one wants."""
    longest = schedule.max_lateness
    if at - row.due_at <= longest or (row.made_at - row.due_at > longest and at - row.made_at <= longest):
        return False
    tries = delivering.attempts(post.store, row.delivery_id)
    wanted = (one.at for one in tries if one.state is DeliveryState.PENDING and one.told == delivering.AGAIN)
    return all(at - when > longest for when in wanted)


def _written(
    post: Post, schedule: Schedule, occasion: Occasion, recipient: Recipient, cover: Envelope
) -> Written | str:
    """What the recipient gets, or why it cannot be written: one such digest must not hold up the others."""
    try:
        return post.writer.write(schedule, occasion, recipient, cover)
    except UNREACHABLE:
        raise
    except Exception as error:
        return f"it cannot be written: {_named(error)}"


def _named(error: Exception) -> str:
    """What went wrong, as recipients may read it: our own sentences, and of other errors their kind alone."""
    return str(error) if isinstance(error, BookscoreError) else type(error).__name__


def _sent(lines: Lines, channel: str, message: Message) -> Outcome:
    """What the line says became of the message. A line that breaks may have sent it; one that never was has not."""
    try:
        line = lines.to(channel)
    except Exception as error:
        return Outcome(Verdict.LATER, f"the channel could not be opened: {_named(error)}")
    try:
        return line.send(message)
    except Exception as error:
        return Outcome(Verdict.UNKNOWN, f"the channel broke: {_named(error)}")


def sha256_of(message: Message) -> str:
    """The hash of all that is handed over."""
    told = {field.name: getattr(message, field.name) for field in fields(message)}
    told["dated"] = message.dated.isoformat()
    told["attachments"] = [(a.name, a.media_type, sha256(a.content).hexdigest()) for a in message.attachments]
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def facts_of(row: DeliveryRecord) -> dict[str, str]:
    """What is told of a delivery, with its recipient's key and name."""
    found = {
        "delivery": row.delivery_id,
        "schedule": row.schedule,
        "period": row.period,
        "channel": row.channel,
        "recipient": row.recipient,
        "name": row.name or row.recipient,
        "reason": row.reason,
    }
    if row.next_try_at is not None:
        found["next_try_at"] = row.next_try_at.isoformat(timespec="seconds")
    return found
