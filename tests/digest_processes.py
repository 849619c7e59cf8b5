"""Workers and schedulers in processes of their own, killed at random points until enough were: for the kill tests.

    python digest_processes.py STORE FRAMES PORT KILLS SEED

They are forked from one warm parent, which opens nothing itself. Their clock runs some hundred times as fast, so that
claims and leases of the dead run out. Prints what was done as JSON.
"""

import json
import math
import os
import random
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scoring.calendar import Calendar
from scoring.digest.audience import Recipient
from scoring.digest.channels import domain_of, open_line
from scoring.digest.due import Occasion
from scoring.digest.message import Line, Message, Outcome
from scoring.digest.planning import Envelope, Post, Written
from scoring.digest.sending import work
from scoring.digest.timetable import Timetable
from scoring.rules.digests import Channel, Digests, Schedule
from scoring.schedule.once import once
from scoring.schedule.tick import tick
from scoring.store import delivering, open_store

Job = Callable[[Post, str, Callable[[], object]], None]
"""What a process does with a post, of which period; it says when it is in the midst of it."""
MAILS = 100
NAME = "weekly"
FIRST_DUE = datetime(2026, 7, 6, 7, tzinfo=UTC)
_WEEK = timedelta(weeks=1)
_FASTER = 400
_WORKERS, _SCHEDULERS = 3, 2
_LONGEST_LIFE, _LONGEST_OF_SCHEDULERS = 0.12, 0.5
"""Seconds that a process lives at most once it has begun: some mails long, or some ticks."""
_ALL_SENT = 7


def digests(port: int) -> Digests:
    """A weekly digest by mail, to a server on this machine."""
    mail = {"kind": "mail", "host": "127.0.0.1", "port": port, "security": "none", "from": "b@scores.example.com"}
    weekly = {"name": NAME, "every": "week", "on": "Monday", "at": "07:00", "audience": "leaders", "channel": "mail"}
    return Digests.model_validate({"channels": {"mail": mail}, "schedules": [weekly | {"catch_up": "all"}]})


class Letters:
    """Writes the same few words to a hundred people."""

    def waits_for(self, schedule: Schedule, occasion: Occasion) -> str | None:
        return None

    def meant(self, schedule: Schedule, occasion: Occasion, at: datetime) -> tuple[Recipient, ...]:
        return tuple(self.recipient(schedule, occasion, f"u{n:03}", at) for n in range(MAILS))

    def spoken_of(self, occasion: Occasion) -> tuple[None, None]:
        return None, None

    def recipient(self, schedule: Schedule, occasion: Occasion, key: str, at: datetime) -> Recipient:
        return Recipient(key, key.upper(), f"{key}@example.com")

    def write(self, schedule: Schedule, occasion: Occasion, recipient: Recipient, envelope: Envelope) -> Written:
        message = Message(
            delivery_id=envelope.delivery_id,
            message_id=envelope.message_id,
            schedule=schedule.name,
            period=occasion.period.name,
            dated=envelope.dated,
            address=recipient.address,
            name=recipient.name,
            subject=f"What moved in {occasion.period}",
            text="Nothing moved.\n",
        )
        return Written(message, None, None)


@dataclass(frozen=True)
class Telling:
    """A line that says whenever something is sent by it."""

    line: Line
    sending: Callable[[], object]

    def send(self, message: Message) -> Outcome:
        self.sending()
        return self.line.send(message)

    def close(self) -> None:
        self.line.close()


@dataclass(frozen=True)
class Ways:
    """Mail to this machine, that says whenever it is sent."""

    sending: Callable[[], object] = lambda: None

    def missing(self, channel: Channel) -> str | None:
        return None

    def open(self, channel: Channel) -> Line:
        return Telling(open_line(channel, {"BOOKSCORE_PRIVATE_HOSTS": "127.0.0.1"}, Path()), self.sending)

    def domain(self, channel: Channel) -> str:
        return domain_of(channel)


@dataclass(frozen=True)
class Place:
    """Where the processes work: the store, its frames, and the port of the mail server."""

    store: str
    frames: Path
    port: int

    def post(self, now: Callable[[], datetime]) -> Post:
        """What a process sends with, on connections of its own."""
        timetable = Timetable(digests(self.port), Calendar(), "UTC")
        return Post(open_store(self.store, frames=self.frames), timetable, Letters(), Ways(), now)


def begin(store: str, frames: Path) -> None:
    """Makes the store, in which somebody has looked before anything was due."""
    with closing(open_store(store, frames=frames)) as made:
        before = FIRST_DUE - timedelta(days=1)
        delivering.first_seen(made, [NAME], at=before)
        delivering.note_tick(made, at=before)


def clock(begins: datetime) -> Callable[[], datetime]:
    """A clock that shows that instant now and runs fast, in all processes that are forked from here alike."""
    started = time.monotonic()
    return lambda: begins + timedelta(seconds=_FASTER * (time.monotonic() - started))


def _work_on(post: Post, period: str, begun: Callable[[], object]) -> None:
    """A worker: sends, until everything of the period is settled; it has begun with the first that it sends."""
    post = replace(post, ways=Ways(begun))
    while True:
        work(post)
        tally = delivering.tally(post.store, schedule=NAME, period=period)
        if sum(tally.model_dump().values()) == MAILS and not (tally.pending or tally.sending or tally.failed):
            os._exit(_ALL_SENT)
        threading.Event().wait(0.02)


def _tick_on(post: Post, period: str, begun: Callable[[], object]) -> None:
    """A scheduler that runs on."""
    begun()
    holder = delivering.new_worker()
    while True:
        tick(post, holder)
        threading.Event().wait(0.05)


def _tick_anew(post: Post, period: str, begun: Callable[[], object]) -> None:
    """A scheduler that cron starts again and again."""
    begun()
    while True:
        once(post)
        threading.Event().wait(0.05)


JOBS: tuple[Job, ...] = (*[_work_on] * _WORKERS, _tick_on, _tick_anew)


def _longest(job: Job) -> float:
    return _LONGEST_LIFE if job is _work_on else _LONGEST_OF_SCHEDULERS


@dataclass
class Child:
    """A process: its job, where it says that it has begun, and when it is killed."""

    job: Job
    begun: int
    dies_at: float
    has_begun: bool = False


class Nursery:
    """Forks processes, kills them at random points, and forks others in their place."""

    def __init__(self, place: Place, kills: int, seed: int) -> None:
        self._place, self._kills, self._chance = place, kills, random.Random(seed)
        self._running: dict[int, Child] = {}
        self.rounds, self.killed, self._struck = 0, 0, 0

    def run(self) -> None:
        """One digest after the other, until there were as many kills as wanted; the last one goes out in peace."""
        while self._goes_on:
            self._send(FIRST_DUE + self.rounds * _WEEK)
            self.rounds += 1

    @property
    def _goes_on(self) -> bool:
        """Whether there are to be more kills: fewer than wanted were, or on a busy machine hardly any of senders."""
        return self.killed < self._kills or self._struck < self._kills // 3

    def _send(self, due_at: datetime) -> None:
        """One digest: processes are killed and replaced until everything of it is settled."""
        calendar = Calendar()
        period = calendar.previous(calendar.week_containing(due_at.date())).name
        now = clock(due_at - timedelta(seconds=5))
        self._running = {}
        for job in JOBS:
            self._fork(job, period, now)
        try:
            while not self._is_settled():
                soonest = min(child.dies_at for child in self._running.values())
                idle = [child.begun for child in self._running.values() if not child.has_begun]
                ready, _, _ = select.select(idle, (), (), min(max(soonest - time.monotonic(), 0), 0.05))
                for pid, child in list(self._running.items()):
                    if child.begun in ready:
                        child.has_begun, child.dies_at = True, min(child.dies_at, self._death(child.job))
                    if child.dies_at <= time.monotonic():
                        self._kill(pid)
                        self.killed += 1
                        self._struck += child.job is _work_on and child.has_begun
                        self._fork(child.job, period, now)
        finally:
            for pid in list(self._running):
                self._kill(pid)

    def _is_settled(self) -> bool:
        """Whether a process ended as everything is settled; it is forgotten."""
        for pid in self._running:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._forget(pid)
                if os.waitstatus_to_exitcode(status) != _ALL_SENT:
                    raise SystemExit("a process broke")
                return True
        return False

    def _kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self._forget(pid)

    def _forget(self, pid: int) -> None:
        os.close(self._running.pop(pid).begun)

    def _death(self, job: Job) -> float:
        """When a process that does the job is killed, while there are to be more kills; at the end of senders alone."""
        is_killed = self._goes_on if job is _work_on else self.killed < self._kills
        return time.monotonic() + self._chance.uniform(0, _longest(job)) if is_killed else math.inf

    def _fork(self, job: Job, period: str, now: Callable[[], datetime]) -> None:
        """Starts a process that does the job; one in five may die before it has begun."""
        begun, tells = os.pipe()
        if pid := os.fork():
            os.close(tells)
            dies_at = self._death(job) if self._chance.random() < 0.2 else math.inf
            self._running[pid] = Child(job, begun, dies_at)
            return
        try:
            job(self._place.post(now), period, lambda: os.write(tells, b"."))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)


def main() -> None:
    """Kills as often as wanted, and tells of it."""
    store, frames, port, kills, seed = sys.argv[1:]
    nursery = Nursery(Place(store, Path(frames), int(port)), int(kills), int(seed))
    began = time.process_time()
    nursery.run()
    print(json.dumps({"kills": nursery.killed, "rounds": nursery.rounds, "cpu": time.process_time() - began}))


if __name__ == "__main__":
    main()
