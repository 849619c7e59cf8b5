"""A ledger of deliveries in a store, and people to send to, for the tests of what it promises."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel
from test_store import run, save

from scoring.access import Role
from scoring.calendar import Calendar
from scoring.digest.due import Occasion
from scoring.store import Store, delivering, open_store, people
from scoring.store.database import writing
from scoring.store.delivering import DeliveryRecord, End, Ended, Planned

MONDAY = datetime(2026, 6, 29, 5, tzinfo=UTC)
"""Seven o'clock in Berlin."""
WEEK, DAY, HOUR, MINUTE, SECOND = (timedelta(**{name: 1}) for name in ("weeks", "days", "hours", "minutes", "seconds"))
MAIL = {"channel": "mail", "domain": "example.com"}
SENT, LATER, UNKNOWN = Ended(end=End.SENT), Ended(end=End.LATER, told="451 busy"), Ended(end=End.UNKNOWN)
W26 = Occasion("leaders", Calendar().period("2026-W26"), MONDAY)
W27 = Occasion("leaders", Calendar().period("2026-W27"), MONDAY + WEEK)
ME, OTHER = "worker-1", "worker-2"

_OURS = ("attemptrow", "deliveryrow", "occasionrow", "schedulerow", "tickrow", "leaserow", "muterow", "userrow",
         "auditentry", "audithead")  # fmt: skip


def opened_for(request: pytest.FixtureRequest, folder: Path) -> Store:
    """A store with one run: in a file of the folder, or on a server, as the fixture's parameter says."""
    url = f"sqlite:///{folder}/b.db" if request.param == "sqlite" else request.getfixturevalue("postgres")()
    opened = open_store(url, frames=folder / "frames")
    save(opened, run())
    return opened


def emptied(store: Store) -> Store:
    """The store with an empty ledger, no users and no audit log."""
    with writing(store.engine) as session:
        for name in _OURS:
            session.connection().execute(SQLModel.metadata.tables[name].delete())
    return store


def another(store: Store) -> Store:
    """The store as another process opens it."""
    return open_store(url_of(store), frames=store.frames)


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def to(*names: str, **more: Any) -> list[Planned]:
    """A digest for each of them, by mail."""
    return [
        Planned(**{**MAIL, "recipient": name, "address": f"{name}@example.com", "name": name.title(), **more})
        for name in names
    ]


def prepared(store: Store, *names: str, occasion: Occasion = W26, at: datetime | None = None) -> list[str]:
    """The ids of the deliveries to these people, once prepared."""
    delivering.prepare(store, occasion, to(*names), at=at or occasion.due_at)
    return [delivering.delivery_id(occasion.schedule, str(occasion.period), "mail", name) for name in names]


def claimed(store: Store, worker: str = ME, at: datetime = MONDAY, **only: str) -> DeliveryRecord:
    found = delivering.claim(store, worker, at=at, **only)
    assert found is not None
    return found


def lost(store: Store) -> DeliveryRecord:
    """A delivery whose worker did not come back."""
    prepared(store, "ann")
    claimed(store)
    (found,) = delivering.expire(store, at=MONDAY + 3 * MINUTE)
    return found


def history(store: Store, key: str) -> list[tuple[str, str]]:
    return [(each.state.value, each.by) for each in delivering.attempts(store, key)]


def state(store: Store, key: str) -> str:
    return delivering.delivery(store, key).state.value


def leader(store: Store, name: str = "ann") -> str:
    said = {"email": f"{name}@example.com", "name": name.title(), "role": Role.LEADER}
    return people.add_user(store, said, at=MONDAY).user_id
