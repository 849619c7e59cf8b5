"""Whatever happens in whatever order: is there no sealed review that two named people do not stand behind?"""

import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from reviewed import FAY, GUS, OTHER, PERIOD, ZOE, computed, printed
from test_seals import NOON

from scoring.review import (
    Commented,
    Decided,
    Declined,
    Disputed,
    Outcome,
    Part,
    Rebased,
    Reopened,
    Review,
    Shared,
    Signed,
    State,
    What,
)
from scoring.review.people import is_same
from scoring.review.refusals import ChangedSinceError, NoReviewError, RefusedMoveError
from scoring.store import Store, open_store, verify
from scoring.store.refusals import NotSealableError, SealedPeriodError
from scoring.store.reviewing import Reviews
from scoring.store.reviewing import reviews as module

PEOPLE = st.sampled_from([FAY, GUS, ZOE])
MOVES: st.SearchStrategy[What] = st.sampled_from([
    Shared(answer_by=date(2026, 7, 2)), Shared(answer_by=date(2026, 7, 31)), Commented(text="A word"),
    Disputed(text="Not mine", accounts=("B",)),
    Decided(dispute=1, outcome=Outcome.UPHELD, reason="Yes", will_do="A new run"),
    Decided(dispute=2, outcome=Outcome.REJECTED, reason="No"),
    Signed(), Signed(), Signed(), Declined(reason="No answer", witness="Will"), Reopened(reason="Again"), Rebased(),
])  # fmt: skip
SEALED = (State.SEALED, State.SEALED_WITHOUT_MANAGER)
_MADE: list["tempfile.TemporaryDirectory[str]"] = []


class Machine(RuleBasedStateMachine):
    """One manager's review, and all that can happen around it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="reviews"))
        shutil.copytree(_made(), self.folder, dirs_exist_ok=True)
        self.store = open_store(self.folder)
        self.at: datetime = NOON
        self.runs = 1
        self.sealed: dict[int, tuple[Any, bytes | None]] = {}
        self.heads: list[str] = []

    @initialize()
    def begins(self) -> None:
        Reviews(self.store).begin(PERIOD, "M2", FAY, at=self.at)

    # ---- what people do ----

    @rule(what=MOVES, who=PEOPLE, is_late=st.booleans(), behind=st.sampled_from([0, 0, 0, 1]))
    def does(self, what: What, who: Any, is_late: bool, behind: int) -> None:
        self.at += timedelta(days=3 if is_late else 0, minutes=1)
        before = self.review
        try:
            made = self._follow(what, who, before.last_step - behind)
        except ChangedSinceError:
            assert behind
            made = before
        except RefusedMoveError:
            made = before
        else:
            assert not behind
            assert made.events[: before.last_step] == before.events
        assert self.review == made
        self._remember()

    @precondition(lambda self: self.review.state is not State.DRAFT)
    @rule()
    def all_sign(self) -> None:
        """The usual end, so that sealed reviews are often met."""
        for dispute in self.review.current.open_disputes:
            self.does(Decided(dispute=dispute.number, outcome=Outcome.NOTED, reason="Seen"), FAY, False, 0)
        for who in (ZOE, FAY):
            self.does(Signed(), who, False, 0)

    @rule(what=MOVES, who=PEOPLE)
    def is_killed(self, what: What, who: Any) -> None:
        """The process dies before the commit, and another one opens the store."""
        before, append = self.review, module.append

        def dies(*parts: Any) -> None:
            append(*parts)
            raise KeyboardInterrupt

        with patch.object(module, "append", dies), suppress(KeyboardInterrupt, RefusedMoveError):
            self._follow(what, who, before.last_step)
        self.restarts()
        assert self.review == before

    @rule()
    def restarts(self) -> None:
        self.store.close()
        self.store = open_store(self.folder)

    # ---- what happens around it ----

    @precondition(lambda self: self.runs < 10)
    @rule(score=st.sampled_from([50.0, 60.0]), period=st.sampled_from([PERIOD, OTHER]))
    def runs_again(self, score: float, period: str) -> None:
        """The period, or another one, is scored again: with what is known of it now, its card may be another one."""
        try:
            computed(self.store, f"{self.runs:x}", period, score)
            self.runs += 1
        except SealedPeriodError:
            assert self.store.sealed(period) is not None

    @rule()
    def period_is_sealed(self) -> None:
        latest = self.store.latest(PERIOD)
        assert latest is not None
        with suppress(SealedPeriodError, NotSealableError):
            self.store.seal(latest.run_id, by="Fay", at=self.at)

    @rule(data=st.data())
    def somebody_tampers(self, data: st.DataObject) -> None:
        """Any cell of what is stored of reviews and of the card is changed: it is found, and put right again."""
        self.store.close()
        with closing(sqlite3.connect(self.folder / ".bookscore/bookscore.db")) as raw:
            table = data.draw(st.sampled_from(["reviewevent", "reviewevent", "reviewhead", "reviewdocument", "card"]))
            rows = raw.execute(f"select rowid, * from {table}").fetchall()
            if rows:
                columns = [each[1] for each in raw.execute(f"pragma table_info({table})")]
                row, *values = data.draw(st.sampled_from(rows))
                column, old = data.draw(st.sampled_from(list(zip(columns, values, strict=True))))
                new = old + 1000 if isinstance(old, int | float) else f"{old or ''}x"
                key = f'update {table} set "{column}" = ? where rowid = ?'
                raw.execute(key, (new, row))
                raw.commit()
                assert self._verified().broken, (table, column)
                self.store.close()
                where = row + 1000 if column == "number" else row
                raw.execute(key, (old, where))
                raw.commit()
        self.restarts()

    # ---- what always holds ----

    @invariant()
    def chain_verifies_and_holds_what_was_written_down(self) -> None:
        assert verify(self.store, review=self.heads[0] if self.heads else None).broken == ()

    @invariant()
    def sealed_is_what_two_people_stand_behind(self) -> None:
        for version in self._versions():
            if version.state not in SEALED:
                continue
            reviewer, manager = version.signature(Part.REVIEWER), version.signature(Part.MANAGER)
            assert reviewer is not None
            assert not version.open_disputes
            if version.state is State.SEALED:
                assert manager is not None
                assert not is_same(reviewer.who, manager.who)
                assert manager.who.name == "Zoë"
            else:
                assert manager is None
                assert version.declined is not None
                assert isinstance(version.declined.what, Declined)
                assert version.declined.what.witness not in (version.declined.who.name, "Zoë")

    @invariant()
    def sealed_version_never_changes_by_a_byte(self) -> None:
        assert {n: self._bytes(n) for n in self.sealed} == self.sealed

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    # ---- helpers ----

    @property
    def review(self) -> Review:
        return Reviews(self.store).of(PERIOD, "M2")

    def _versions(self) -> Any:
        try:
            return self.review.versions
        except NoReviewError:
            return ()

    def _follow(self, what: What, who: Any, after: int) -> Review:
        return Reviews(self.store).follow(PERIOD, "M2", what, who, at=self.at, after=after, make=printed)

    def _bytes(self, number: int) -> tuple[Any, bytes | None]:
        version = self.review.version(number)
        return [event.model_dump_json() for event in version.events], Reviews(self.store).signed(version)

    def _remember(self) -> None:
        for version in self.review.versions:
            if version.state in SEALED and version.number not in self.sealed:
                self.sealed[version.number] = self._bytes(version.number)
                made = printed(Reviews(self.store).card(self.review, version), self.review.as_signed(version.number))
                assert made.content == self.sealed[version.number][1]
                self.heads.append(str(Reviews(self.store).head()))

    def _verified(self) -> Any:
        store = Store(open_store(self.folder).engine, self.folder / ".bookscore/frames")
        try:
            return verify(store)
        finally:
            store.close()


def _made() -> Path:
    """A store with one run, made once."""
    if not _MADE:
        _MADE.append(tempfile.TemporaryDirectory(prefix="reviews"))
        store = open_store(Path(_MADE[0].name))
        computed(store, "a")
        store.close()
    return Path(_MADE[0].name)


TestReviews = Machine.TestCase
TestReviews.settings = settings(
    max_examples=8,
    stateful_step_count=15,
    phases=(Phase.generate,),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
