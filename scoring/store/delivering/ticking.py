"""Since when is a schedule known, and until when is everything noted that was due?"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, select

from scoring.store.database import reading, writing
from scoring.store.delivering.tables import ScheduleRow, TickRow
from scoring.store.records import instant
from scoring.store.store import Store


def first_seen(store: Store, schedules: Iterable[str], *, at: datetime) -> dict[str, datetime]:
    """Schedule to since when it is known; those that are new are known from now on."""
    wanted = sorted(set(schedules))
    with writing(store.engine) as session:
        known = {row.schedule: row.first_seen_at for row in session.exec(select(ScheduleRow))}
        session.add_all(ScheduleRow(schedule=name, first_seen_at=instant(at)) for name in wanted if name not in known)
    return {name: datetime.fromisoformat(known.get(name, instant(at))) for name in wanted}


def last_tick(store: Store) -> datetime | None:
    """Until when everything is noted that was due; None where nobody has looked yet."""
    with reading(store.engine) as session:
        row = session.exec(select(TickRow)).one_or_none()
        return None if row is None else datetime.fromisoformat(row.at)


def note_tick(store: Store, *, at: datetime) -> None:
    """Notes that all that was due until then is noted. It only moves on; `took_back` moves it back."""
    with writing(store.engine) as session:
        row = session.exec(select(TickRow)).one_or_none() or TickRow(number=1, at="")
        row.at = max(row.at, instant(at))
        session.add(row)


def put_back(session: Session, now: datetime) -> None:
    """Lets no schedule be known only after now, and nothing be noted after now."""
    for seen in session.exec(select(ScheduleRow).where(ScheduleRow.first_seen_at > instant(now))):
        seen.first_seen_at = instant(now)
    for tick in session.exec(select(TickRow).where(TickRow.at > instant(now))):
        tick.at = instant(now)
