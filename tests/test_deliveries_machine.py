"""Whatever happens in whatever order: is each digest sent once, and once more only if a person said so?

The machine knows what really arrived, which the ledger can only be told.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger import DAY, HOUR, MINUTE, MONDAY, W26, W27, emptied, opened_for, to

from scoring.digest.due import Occasion
from scoring.store import Store, delivering
from scoring.store.delivering import AttemptRecord, DeliveryRecord, DeliveryState, End, Ended
from scoring.store.delivering.ending import TOO_LATE
from scoring.store.delivering.refusals import NotRetryableError
from scoring.store.delivering.taking_back import TAKEN_BACK

NAMES = ("ann", "bo", "cy")
PICK = st.integers(0, 11)
WORKERS = 3
ARROWS = {
    "pending": {"sending", "sent"},  # sent: who had it before a person wanted it sent again says that it arrived
    "sending": {"sent", "failed", "unknown", "skipped", "pending"},
    "unknown": {"sent", "failed", "unknown", "skipped", "pending"},
    "failed": {"sending", "pending"},
    "skipped": {"pending"},
    "sent": set(),
}
TRUE_ENDS = {True: [End.SENT, End.UNKNOWN], False: [End.LATER, End.REFUSED, End.UNKNOWN, End.SKIPPED, End.UNTRIED]}
"""What a worker may say, by whether it handed the digest over."""


class Machine(RuleBasedStateMachine):
    """Two occasions, three recipients, three workers, a person, and a clock that is not always right."""

    opened: ClassVar[Store]

    def __init__(self) -> None:
        super().__init__()
        self.store = emptied(self.opened)
        self.now: datetime = W27.due_at + MINUTE
        self.held: dict[str, DeliveryRecord] = {}
        self.handed: dict[str, bool] = {}
        self.dead: set[str] = set()
        self.arrived: Counter[str] = Counter()
        self.allowed: Counter[str] = Counter()
        self.planned: set[str] = set()

    # ---- the schedule ----

    @initialize()
    def begins(self) -> None:
        self.prepares(W26, is_asked=False)
        for _ in range(WORKERS):
            self.claims()

    @rule(occasion=st.sampled_from([W26, W27]), is_asked=st.booleans())
    def prepares(self, occasion: Occasion, is_asked: bool) -> None:
        if occasion.due_at <= self.now:
            delivering.prepare(self.store, occasion, to(*NAMES), at=self.now, is_asked=is_asked)
            self.planned.add(occasion.period.name)
            delivering.note_tick(self.store, at=self.now)

    @rule(passes=st.sampled_from([MINUTE, 3 * MINUTE, 3 * HOUR, 2 * DAY]))
    def expires(self, passes: timedelta) -> None:
        self.now += passes
        for row in delivering.expire(self.store, at=self.now):
            assert row.state is DeliveryState.UNKNOWN

    @rule(back=st.sampled_from([MINUTE, HOUR, 2 * DAY]))
    def clock_is_put_back(self, back: timedelta) -> None:
        self.now = max(self.now - back, MONDAY)
        for occasion in delivering.took_back(self.store, now=self.now):
            self.planned.discard(occasion.period)

    # ---- the workers ----

    @precondition(lambda self: len(self.held) < WORKERS)
    @rule()
    def claims(self) -> None:
        worker = next(name for name in map("w{}".format, count(1)) if name not in self.held.keys() | self.dead)
        if row := delivering.claim(self.store, worker, at=self.now):
            self._takes(worker, row)

    @precondition(lambda self: not all(self.handed[worker] for worker in self.held))
    @rule(pick=PICK)
    def hands_over(self, pick: int) -> None:
        worker = sorted(self.held)[pick % len(self.held)]
        if not self.handed[worker]:
            self.handed[worker] = True
            self.arrived[self.held[worker].delivery_id] += 1

    @precondition(lambda self: self.held)
    @rule(who=PICK, pick=PICK, goes_on=st.booleans(), is_lost=st.booleans())
    def says(self, who: int, pick: int, goes_on: bool, is_lost: bool) -> None:
        """Where the answer is lost, it is asked for again."""
        worker = sorted(self.held)[who % len(self.held)]
        ends = TRUE_ENDS[self.handed[worker]]
        key, ended = self.held.pop(worker).delivery_id, Ended(end=ends[pick % len(ends)])
        if goes_on:
            if is_lost:
                delivering.finish_and_claim(self.store, key, worker, ended, at=self.now)
            _, row = delivering.finish_and_claim(self.store, key, worker, ended, at=self.now, is_again=is_lost)
            if row is not None:
                self._takes(worker, row)
        else:
            delivering.finish(self.store, key, worker, ended, at=self.now)

    @precondition(lambda self: self.held)
    @rule(pick=PICK, dies=st.booleans())
    def is_silent_or_renews(self, pick: int, dies: bool) -> None:
        worker = sorted(self.held)[pick % len(self.held)]
        if dies:
            del self.held[worker]
            self.dead.add(worker)  # names are drawn by chance, and nobody has that of a dead one
        else:
            delivering.renew(self.store, self.held[worker].delivery_id, worker, at=self.now)

    # ---- a person ----

    @rule(pick=PICK)
    def is_sent_again(self, pick: int) -> None:
        known = delivering.deliveries(self.store)
        if rows := [row for row in known if row.state not in (DeliveryState.PENDING, DeliveryState.SENDING)]:
            row = rows[pick % len(rows)]
            try:
                delivering.retry(self.store, row.delivery_id, at=self.now, by="")
            except NotRetryableError:
                assert row.state is DeliveryState.SENT
            else:
                self.allowed[row.delivery_id] += self._is_doubtful(row)

    @rule(pick=PICK, has_arrived=st.booleans())
    def is_settled(self, pick: int, has_arrived: bool) -> None:
        if rows := delivering.deliveries(self.store, states=[DeliveryState.UNKNOWN]):
            key = rows[pick % len(rows)].delivery_id
            delivering.settle(self.store, key, at=self.now, by="", has_arrived=has_arrived)

    # ---- what always holds ----

    @invariant()
    def it_holds(self) -> None:
        rows = delivering.deliveries(self.store)
        self._each_that_was_planned_has_one_row(rows)
        for row in rows:
            tried = delivering.attempts(self.store, row.delivery_id)
            self._nothing_arrives_twice_unless_a_person_sent_again_what_nobody_knew_of(row, tried)
            self._states_are_reached_only_from_those_before_them(row, tried)
            self._who_tries_and_when_is_there_only_as_long_as_somebody_does(row)

    def _each_that_was_planned_has_one_row(self, rows: Sequence[DeliveryRecord]) -> None:
        found = Counter((row.period, row.recipient) for row in rows)
        assert found == Counter((period, name) for period in self.planned for name in NAMES)

    def _nothing_arrives_twice_unless_a_person_sent_again_what_nobody_knew_of(
        self, row: DeliveryRecord, tried: Sequence[AttemptRecord]
    ) -> None:
        assert self.arrived[row.delivery_id] <= 1 + self.allowed[row.delivery_id], tried

    def _states_are_reached_only_from_those_before_them(
        self, row: DeliveryRecord, tried: Sequence[AttemptRecord]
    ) -> None:
        was = "pending"
        for each in tried:
            was = self._after(was, each)
        assert was == row.state.value

    def _who_tries_and_when_is_there_only_as_long_as_somebody_does(self, row: DeliveryRecord) -> None:
        is_waiting = row.state is DeliveryState.PENDING or (row.state is DeliveryState.FAILED and not row.is_parked)
        assert (row.next_try_at is not None) == is_waiting
        assert (row.claimed_until is not None) == (row.state is DeliveryState.SENDING)
        assert row.claimed_by is None or row.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN)
        assert (row.sent_at is not None) == (row.state is DeliveryState.SENT)

    def _takes(self, worker: str, row: DeliveryRecord) -> None:
        assert row.state is DeliveryState.SENDING
        self.held[worker], self.handed[worker] = row, False

    def _is_doubtful(self, row: DeliveryRecord) -> bool:
        """Whether it may have arrived, though nobody knows: also where a person said that it had not."""
        states = [each.state.value for each in delivering.attempts(self.store, row.delivery_id)]
        return row.state is DeliveryState.UNKNOWN or (row.is_parked and states[-2:] == ["unknown", "failed"])

    def _after(self, was: str, each: AttemptRecord) -> str:
        if each.told.startswith(TOO_LATE):
            return was
        if each.told == TAKEN_BACK:
            return "pending"
        assert each.state.value in ARROWS[was], (was, each)
        return each.state.value


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = opened_for(request, tmp_path_factory.mktemp("ledger"))
    yield opened
    opened.close()


def test_each_digest_is_sent_once_whatever_happens(store: Store) -> None:
    class Here(Machine):
        opened = store

    examples = 12 if store.engine.dialect.name == "sqlite" else 3
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
