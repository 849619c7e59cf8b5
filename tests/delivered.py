"""Deliveries in every state, in the ledger of a store whose people look at them: for the tests of pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from scoring.access import User
from scoring.digest import sending
from scoring.digest.message import Line, Message, Outcome, Verdict
from scoring.digest.planning import Plan, Post
from scoring.digest.timetable import Timetable
from scoring.digest.writing import FromStore
from scoring.metrics import CATALOGUE
from scoring.rules import read_versions
from scoring.rules.digests import Channel
from scoring.store import Store, delivering
from scoring.store.delivering import OccasionState

DIGESTS = """
digests:
  channels:
    mail: {kind: mail, host: smtp.example.com, from: "bookscore <scores@example.com>"}
    sales: {kind: slack, url_in: BOOKSCORE_SLACK_SALES}
  schedules:
    - {name: leaders_weekly, every: week, on: Monday, time_zone: Europe/Berlin, audience: leaders, channel: mail}
    - {name: teams_monthly, every: month, working_day: 3, audience: directors, channel: mail}
    - {name: own_card, every: quarter, working_day: 10, audience: managers, channel: mail}
    - {name: sales_channel, every: week, on: Friday, at: "16:30", audience: channel, channel: sales}
"""
"""What is added to the rules of the company."""
OUTCOMES = {
    "leaders_weekly": Outcome(Verdict.UNKNOWN, "the line broke before the server answered"),
    "teams_monthly": Outcome(Verdict.REFUSED, "550 no such mailbox here"),
    "sales_channel": Outcome(Verdict.LATER, "the server answers 503"),
}
MISSING = "subscriptions.csv ends on 18 Jun 2026, 12 days before 2026-06 does; export it again and run bookscore run"
LATE = "was due more than 7 days before its data were there"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Channels that need nothing, and say what the tests want to hear."""

    sent: list[Message] = field(default_factory=list)

    def missing(self, channel: Channel) -> None:
        """Nothing."""

    def open(self, channel: Channel) -> Line:
        return self

    def domain(self, channel: Channel) -> str:
        return "example.com"

    def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return OUTCOMES.get(message.schedule, Outcome(Verdict.SENT))

    def close(self) -> None:
        """Nothing to let go of."""


def fill(store: Store, folder: Path, now: datetime) -> None:
    """Adds schedules to the rules in the folder, and to the ledger what became of them until now."""
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text("utf-8") + DIGESTS, encoding="utf-8")
    for name, period, is_worked in (("teams_monthly", "2026-05", True), ("own_card", "2026-Q2", True),
                                    ("leaders_weekly", "2026-W28", True), ("sales_channel", "2026-W28", True),
                                    ("leaders_weekly", "2026-W29", False)):  # fmt: skip
        prepared(store, folder, name, period, now, is_worked=is_worked)
    post = posted(store, folder, lambda: now)
    for name, period, state, why in (("teams_monthly", "2026-06", OccasionState.WAITING, MISSING),
                                     ("sales_channel", "2026-W20", OccasionState.SKIPPED, LATE)):  # fmt: skip
        due = post.timetable.of_period(post.timetable.schedule(name), period, now)
        delivering.note_occasion(store, due, state, why, at=due.due_at)


def prepared(store: Store, folder: Path, name: str, period: str, now: datetime, *, is_worked: bool) -> None:
    """Prepares the deliveries of an occasion five minutes after it was due, and sends them if that is asked."""
    timetable = posted(store, folder, lambda: now).timetable
    schedule = timetable.schedule(name)
    due = timetable.of_period(schedule, period, now)
    post = posted(store, folder, lambda: due.due_at + timedelta(minutes=5))
    assert sending.prepare(post, Plan(schedule, due, None, post.writer.meant(schedule, due, post.now())))
    if is_worked:
        sending.work(post, schedule=name, period=period)


def posted(store: Store, folder: Path, now: Callable[[], datetime]) -> Post:
    """The post of the folder, by made-up channels."""
    timetable = Timetable.of(read_versions(folder / "rules.yaml", CATALOGUE)[0].rulebook)
    return Post(store, timetable, FromStore(store, timetable), MadeUp(), now)


def own(store: Store, user: User) -> str:
    """The id of the last mail to the user that was worked on; of the last one to anybody where there is none."""
    worked = [each for each in delivering.deliveries(store, channel="mail") if each.attempts]
    return next((each for each in worked if each.recipient == user.user_id), worked[0]).delivery_id


def foreign(store: Store, user: User) -> str:
    """The id of a delivery to somebody else."""
    return next(e for e in delivering.deliveries(store) if e.recipient != user.user_id and e.attempts).delivery_id
