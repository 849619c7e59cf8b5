"""Who sends what is to be sent? Each delivery is claimed, written by the rights of now, sent, and settled."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256

from scoring.digest.audience import Recipient
from scoring.digest.due import Occasion
from scoring.digest.message import Line, Message, Outcome, Verdict
from scoring.digest.planning import Envelope, Plan, Post, Written, envelope, envelope_of, long, rows
from scoring.errors import BookscoreError
from scoring.rules.digests import Schedule
from scoring.store import delivering
from scoring.store.delivering import DeliveryRecord, DeliveryState, End, Ended
from scoring.store.refusals import UNREACHABLE

_LOOK_AGAIN, _LOOK_AT_LEAST = timedelta(minutes=5), timedelta(hours=2)
"""When it is looked again whether a channel can be used from here, say: soon, and then less and less often."""
_GONE = timedelta(days=7)
"""How long a delivery waits whose schedule is not in the rules: another machine's may have it, or the next edit."""
_ASK_AGAIN = (1, 5, 15, 60)
"""After how many seconds a database that is away is told again what became of a delivery."""
_EVERYTHING = 10**9


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
    worker, lines, only = delivering.new_worker(), _Lines(post), {"schedule": schedule, "period": period}
    try:
        row = None
        if not is_stopped():
            row = delivering.claim(post.store, worker, at=post.now(), **only)
        while row is not None:
            with _renewing(post, row, worker):
                ended = _deliver(post, lines, row, is_asked=period is not None)
            done, row = _settled(post, row, ended, is_stopped, **only)
            if done is not None:
                post.tell(done.state.value, facts_of(done))
    finally:
        lines.close()


def _settled(
    post: Post, row: DeliveryRecord, ended: Ended, is_stopped: Callable[[], bool], **only: str | None
) -> tuple[DeliveryRecord | None, DeliveryRecord | None]:
    """The delivery as it is noted, and the next one. What a server took must be noted, though the database be away."""
    key, worker = row.delivery_id, row.claimed_by or ""
    for seconds in _ASK_AGAIN:
        try:
            if is_stopped():
                return delivering.finish(post.store, key, worker, ended, at=post.now()), None
            return delivering.finish_and_claim(post.store, key, worker, ended, at=post.now(), **only)
        except UNREACHABLE:
            time.sleep(seconds)
    return delivering.finish(post.store, key, worker, ended, at=post.now()), None


def _deliver(post: Post, lines: "_Lines", row: DeliveryRecord, *, is_asked: bool) -> Ended:
    """What became of the delivery: looked up, written and sent, as things are now. `is_asked` if a person waits."""
    try:
        found = _to_send(post, row, is_asked=is_asked)
    except Exception as error:  # nothing was handed over: it is as good as not begun
        return Ended(end=End.UNTRIED, told=f"it could not be looked up: {_named(error)}", wait=_wait(post, row))
    if isinstance(found, Ended):
        return found
    outcome = _sent(lines, row.channel, found.message)
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
    if recipient.key != row.recipient:
        return Ended(end=End.SKIPPED, told=f"{schedule.name} is for a channel now, which gets its own")
    if recipient.why_not is not None:
        return Ended(end=End.SKIPPED, told=recipient.why_not)
    written = _written(post, schedule, occasion, recipient, envelope_of(row, row.changed_at))
    return Ended(end=End.REFUSED, told=written) if isinstance(written, str) else written


def _wait(post: Post, row: DeliveryRecord) -> timedelta:
    """How long nobody looks at the delivery: the longer it waits, the longer."""
    return min(max(_LOOK_AGAIN, (post.now() - row.made_at) / 4), _LOOK_AT_LEAST)


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


def _sent(lines: "_Lines", channel: str, message: Message) -> Outcome:
    """What the line says became of the message. A line that breaks may have sent it."""
    try:
        return lines.to(channel).send(message)
    except Exception as error:
        return Outcome(Verdict.UNKNOWN, f"the channel broke: {type(error).__name__}: {error}")


def sha256_of(message: Message) -> str:
    """The hash of all that is handed over."""
    told = {field.name: getattr(message, field.name) for field in fields(message)}
    told["dated"] = message.dated.isoformat()
    told["attachments"] = [(a.name, a.media_type, sha256(a.content).hexdigest()) for a in message.attachments]
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class _Lines:
    """The lines of one worker, opened when they are needed, and kept."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._open: dict[str, Line] = {}

    def to(self, name: str) -> Line:
        """The line to the channel of that name."""
        if name not in self._open:
            self._open[name] = self._post.ways.open(self._post.timetable.digests.channels[name])
        return self._open[name]

    def close(self) -> None:
        """Lets go of all of them."""
        for line in self._open.values():
            line.close()


@contextmanager
def _renewing(post: Post, row: DeliveryRecord, worker: str) -> Iterator[None]:
    """Keeps the claim on the delivery as long as it takes."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.wait(delivering.CLAIM_LASTS.total_seconds() / 3):
            with suppress(*UNREACHABLE):
                delivering.renew(post.store, row.delivery_id, worker, at=post.now())

    renewing = threading.Thread(target=renew, name="renewing", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        is_over.set()
        renewing.join()


def facts_of(row: DeliveryRecord) -> dict[str, str]:
    """What is told of a delivery: of whom by their key only."""
    found = {
        "delivery": row.delivery_id,
        "schedule": row.schedule,
        "period": row.period,
        "channel": row.channel,
        "recipient": row.recipient,
        "reason": row.reason,
    }
    if row.next_try_at is not None:
        found["next_try_at"] = row.next_try_at.isoformat(timespec="seconds")
    return found
