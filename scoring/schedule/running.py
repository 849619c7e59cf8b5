"""Who wakes up when something is due? APScheduler rings; what is due, and what was sent, only the database knows."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from scoring.digest.planning import Post
from scoring.digest.sending import work
from scoring.schedule.tick import LEASE, next_due, tick
from scoring.store import delivering
from scoring.store.refusals import UNREACHABLE, trouble

EVERY = timedelta(seconds=30)
_REGULAR, _WHEN_DUE = "regular", "when due"


class Running:
    """What ticks and sends until it is stopped. Any number of processes may do so on one database.

    `opened` gives the post by the rules of the moment.
    """

    def __init__(self, opened: Callable[[], Post], stopped: threading.Event, *, workers: int) -> None:
        self._opened, self._stopped = opened, stopped
        self._holder = delivering.new_worker()
        self._ticking = threading.Lock()
        self._bells = [threading.Event() for _ in range(workers)]
        self._clock = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )

    def run(self) -> None:
        """Ticks and sends; once it is stopped, each delivery at hand comes to its end."""
        post = self._opened()
        names = [schedule.name for schedule in post.timetable.digests.schedules]
        post.tell("started", {"workers": len(self._bells), "schedules": names})
        sending = [threading.Thread(target=self._send, args=(bell,), name="sending") for bell in self._bells]
        for each in sending:
            each.start()
        regular = IntervalTrigger(seconds=EVERY.seconds)
        self._clock.add_job(self._tick, regular, id=_REGULAR, next_run_time=datetime.now(UTC))
        self._clock.start()
        try:
            while not self._stopped.wait(EVERY.seconds):
                self._set_right()
        finally:
            self._stopped.set()
            post.tell("stopping", {"reason": "what is being sent is finished first"})
            self._clock.shutdown(wait=False)  # it would wait with locks held that a tick in hand needs
            with self._ticking:
                self._ring()
            for each in sending:
                each.join()
            with suppress(*UNREACHABLE):  # it ends by itself
                delivering.leave_lease(post.store, LEASE, self._holder)
            post.tell("stopped", {})

    def _tick(self) -> None:
        """Notes and prepares what is due, has it sent, and sets the clock for what is due next."""
        with self._ticking:
            if self._stopped.is_set():
                return
            post = self._opened()
            try:
                tick(post, self._holder)
                due_at = next_due(post, post.now())
            except Exception as error:  # the database may be away for a while: the next tick looks again
                post.tell("not looked", {"reason": _why(error)})
                return
        self._ring()
        if due_at is not None:
            self._clock.add_job(self._tick, DateTrigger(due_at), id=_WHEN_DUE, replace_existing=True)

    def _send(self, bell: threading.Event) -> None:
        """Sends what there is to be sent, whenever the bell rings."""
        while not self._stopped.is_set():
            bell.wait()
            bell.clear()
            while not self._is_all_sent(self._opened()):
                pass

    def _is_all_sent(self, post: Post) -> bool:
        """Whether what there is was sent; not where the rules changed meanwhile, by which the others are sent."""

        def is_stopped() -> bool:
            return self._stopped.is_set() or self._opened() is not post

        try:
            work(post, is_stopped=is_stopped)
        except Exception as error:
            post.tell("not working", {"reason": _why(error)})
            return True
        return self._stopped.is_set() or not is_stopped()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    def _set_right(self) -> None:
        """Has the clock ring where the machine's was put back: APScheduler would wait until that time comes again."""
        job, now = self._clock.get_job(_REGULAR), datetime.now(UTC)
        if job is not None and job.next_run_time - now > 2 * EVERY:
            job.modify(next_run_time=now)


def _why(error: Exception) -> str:
    """What went wrong, in a line."""
    return trouble(error) or f"{type(error).__name__}: {' '.join(str(error).split())}"
