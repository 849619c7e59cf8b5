"""Is nothing sent twice, and nothing lost in silence, whoever is killed when? Real processes, a real mail server."""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path

import digest_processes
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from servers import Taken, proper

from scoring.store import delivering, open_store
from scoring.store.delivering import DeliveryState, OccasionState

KILLS = int(os.environ.get("BOOKSCORE_TEST_KILLS", "60"))
"""On each of the two databases, so twice as many in all; set more to look harder."""


class Counting(Taken):
    """A mail server's memory: Message-ID and recipient to how often it took the mail."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: Counter[tuple[str, str]] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  its name there
        """Takes the mail, and lets a moment pass before it says so, in which the sender may die."""
        assert isinstance(envelope.content, bytes)
        (recipient,) = envelope.rcpt_tos
        self.taken[message_from_bytes(envelope.content)["Message-ID"], recipient] += 1
        await asyncio.sleep(random.uniform(0, 0.005))
        return "250 taken"


@pytest.fixture
def server() -> Iterator[tuple[Counting, int]]:
    """A mail server on this machine, and its port."""
    counting = Counting()
    with proper(counting) as port:
        yield counting, port


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the store is: a folder, or a database of its own on a server."""
    if request.param == "sqlite":
        return str(tmp_path)
    made: Callable[[], str] = request.getfixturevalue("postgres")
    return made()


def test_workers_and_schedulers_killed_at_random_send_nothing_twice_and_lose_nothing_in_silence(
    place: str, tmp_path: Path, server: tuple[Counting, int]
) -> None:
    counting, port = server
    digest_processes.begin(place, tmp_path / "frames")
    arguments = [digest_processes.__file__, place, str(tmp_path / "frames"), str(port), str(KILLS), "7"]
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kills"] >= KILLS

    store = open_store(place, frames=tmp_path / "frames")
    rows = delivering.deliveries(store, most=10**6)
    occasions = delivering.occasions(store)
    store.close()
    assert {one.state for one in occasions} == {OccasionState.PREPARED}
    assert len(rows) == digest_processes.MAILS * len(occasions) == digest_processes.MAILS * told["rounds"]
    times = {row.delivery_id: counting.taken[row.message_id, row.address] for row in rows}
    assert sum(times.values()) == counting.taken.total()  # nothing went to anybody else
    assert max(times.values()) == 1
    assert {row.state for row in rows} <= {DeliveryState.SENT, DeliveryState.UNKNOWN}
    assert [row for row in rows if row.state is DeliveryState.SENT and times[row.delivery_id] != 1] == []
    unknown = [row for row in rows if row.state is DeliveryState.UNKNOWN]
    assert KILLS // 10 < len(unknown) <= told["kills"]  # the kills hit those who were sending
    assert all(row.reason for row in unknown)
