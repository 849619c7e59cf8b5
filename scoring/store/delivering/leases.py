"""Who does what only one may do at a time? Whoever holds the lease, for as long as it lasts."""

from datetime import datetime

from sqlmodel import col, delete

from scoring.store.database import writing
from scoring.store.delivering.tables import LeaseRow
from scoring.store.records import instant
from scoring.store.store import Store


def take_lease(store: Store, name: str, holder: str, *, at: datetime, until: datetime) -> bool:
    """Whether the holder has the lease now, until then: nobody had it, it was over, or it was theirs.

    One that would last more than twice as long was taken by a clock that ran ahead, and is as good as over.
    """
    with writing(store.engine) as session:
        held = session.get(LeaseRow, name) or LeaseRow(name=name, holder=holder, until="")
        if held.holder != holder and instant(at) < held.until <= instant(at + 2 * (until - at)):
            return False
        held.holder, held.until = holder, instant(until)
        session.add(held)
        return True


def leave_lease(store: Store, name: str, holder: str) -> None:
    """Gives the lease back, if it is the holder's."""
    with writing(store.engine) as session:
        session.exec(delete(LeaseRow).where(col(LeaseRow.name) == name, col(LeaseRow.holder) == holder))
