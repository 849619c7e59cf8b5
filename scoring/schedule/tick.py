"""What is due now? Occasions are noted, held until their data are there, prepared once, or skipped with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scoring.digest.due import Occasion
from scoring.digest.planning import CHANNEL_LACKS, NOT_PLANNED, Plan, Post, long, plan, rows
from scoring.digest.sending import facts_of, prepare
from scoring.rules.digests import Schedule
from scoring.store import delivering
from scoring.store.delivering import OccasionRecord, OccasionState
from scoring.store.refusals import BusyError

LEASE = "digests"
LEASE_LASTS = timedelta(minutes=2)
AWAKE = timedelta(hours=1)
"""Who looks within so long of the instant at which a digest is due was awake."""
_ALL = 10**6


def tick(post: Post, holder: str) -> bool:
    """Whether this one had the lease, and so noted and prepared what is due; `work` sends it.

    Whoever ticks, those deliveries become unknown whose worker did not come back.
    """
    at, store = post.now(), post.store
    has_lease = delivering.take_lease(store, LEASE, holder, at=at, until=at + LEASE_LASTS)
    if has_lease:
        for one in delivering.took_back(store, now=at):
            _tell(post, "taken back", one, reason="the clock was put back")
    for row in delivering.expire(store, at=at):
        post.tell("unknown", facts_of(row))
    if has_lease:
        _look_at_all(post, at)
        delivering.note_tick(store, at=at)
    return has_lease


def next_due(post: Post, at: datetime) -> datetime | None:
    """When something is due next; None where there is no schedule."""
    schedules = post.timetable.digests.schedules
    return min((post.timetable.upcoming(one, after=at, count=1)[0].due_at for one in schedules), default=None)


@dataclass(frozen=True, slots=True)
class _Open:
    """An occasion that is due and not settled; `held` says since when, and what it waits for, where it does."""

    occasion: Occasion
    held: OccasionRecord | None


def _look_at_all(post: Post, at: datetime) -> None:
    schedules = post.timetable.digests.schedules
    first = delivering.first_seen(post.store, [one.name for one in schedules], at=at)
    last = delivering.last_tick(post.store)
    held = delivering.occasions(post.store, states=(OccasionState.WAITING,), most=_ALL)
    for schedule in schedules:
        since = first[schedule.name]
        if last is not None:  # by other rules, perhaps: who knew of another hour noted nothing of this one
            since = max(since, min(last, at - schedule.max_lateness))
        _look(post, schedule, [one for one in held if one.schedule == schedule.name], since, at)
    names = {schedule.name for schedule in schedules}
    for one in held:
        if one.schedule not in names:
            _skip(post, _occasion(post, one), "rules.yaml has no such schedule any more", at)


def _look(post: Post, schedule: Schedule, held: Iterable[OccasionRecord], since: datetime, at: datetime) -> None:
    """Prepares, holds or skips the occasions of a schedule; the latest first, as it may make the others needless."""
    found = [_Open(_occasion(post, one), one) for one in held]
    for due in post.timetable.due(schedule, after=since, until=at):
        if delivering.occasion(post.store, schedule.name, due.period.name) is None:
            found.append(_Open(due, None))
    if not found:
        return
    prepared = delivering.occasions(post.store, schedule=schedule.name, states=(OccasionState.PREPARED,), most=1)
    latest = _occasion(post, prepared[0]) if prepared else None
    for one in sorted(found, key=lambda one: one.occasion.due_at, reverse=True):
        if why := _why_never(schedule, one, latest, at):
            _skip(post, one.occasion, why, at)
        elif _is_prepared(post, schedule, one, at) and (latest is None or latest.due_at < one.occasion.due_at):
            latest = one.occasion


def _why_never(schedule: Schedule, one: _Open, latest: Occasion | None, at: datetime) -> str | None:
    """Why the occasion is not told of, whatever the data; None where it is."""
    late = at - one.occasion.due_at
    if one.held is None and schedule.catch_up == "none" and late > AWAKE:
        return f"nobody was awake within an hour of when it was due, and {schedule.name} catches up on nothing"
    if late > schedule.max_lateness:
        waited = f"; it waited: {one.held.reason}" if one.held else ""
        return f"too late, by more than {long(schedule.max_lateness)}{waited}"
    if schedule.catch_up != "all" and latest is not None and one.occasion.due_at < latest.due_at:
        return f"{latest.period} was due as well, and only the latest is sent"
    return None


def _is_prepared(post: Post, schedule: Schedule, one: _Open, at: datetime) -> bool:
    """Whether the occasion is prepared now; else it is held, and it is noted what it waits for."""
    planned = _plan(post, schedule, one.occasion, at)
    if planned.waits_for is None:
        if prepare(post, planned):
            skipped = sum(each.why_not is not None for each in planned.recipients)
            _tell(post, "prepared", one.occasion, recipients=len(planned.recipients) - skipped, skipped=skipped)
        return True
    if one.held is None or one.held.reason != planned.waits_for:
        noted = delivering.note_occasion(post.store, one.occasion, OccasionState.WAITING, planned.waits_for, at=at)
        _tell(post, "waiting", one.occasion, reason=noted.reason)
    return False


def _plan(post: Post, schedule: Schedule, occasion: Occasion, at: datetime) -> Plan:
    """The plan; where it cannot be made, the occasion waits, and others are not held up."""
    try:
        if missing := post.ways.missing(post.channel(schedule)):
            return Plan(schedule, occasion, f"{CHANNEL_LACKS} {schedule.channel} cannot be used: {missing}")
        planned = plan(post, schedule, occasion, at)
        rows(post, planned)  # what the ledger would not take is found here, too
        return planned
    except BusyError:
        raise
    except Exception as error:
        return Plan(schedule, occasion, f"{NOT_PLANNED}: {type(error).__name__}: {error}")


def _skip(post: Post, occasion: Occasion, why: str, at: datetime) -> None:
    delivering.note_occasion(post.store, occasion, OccasionState.SKIPPED, why, at=at)
    _tell(post, "not sent", occasion, reason=why)


def _tell(post: Post, event: str, one: Occasion | OccasionRecord, **facts: object) -> None:
    about = {"schedule": one.schedule, "period": str(one.period), "due_at": one.due_at.isoformat(timespec="seconds")}
    post.tell(event, about | facts)


def _occasion(post: Post, record: OccasionRecord) -> Occasion:
    return Occasion(record.schedule, post.timetable.calendar.period(record.period), record.due_at)
