"""Over two years of clock changes, outages and clocks gone wrong: is each period told of once, when it is due?"""

import io
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from digests_made import Clock, Events, Ways, digests, post
from sqlalchemy.exc import OperationalError

from scoring.calendar import Calendar
from scoring.cli.digests.logged import teller, words
from scoring.digest.due import Occasion, occasions
from scoring.digest.planning import Post
from scoring.digest.sending import work
from scoring.errors import ProblemsFoundError
from scoring.rules import Rulebook, default_text
from scoring.rules.digests import Digests
from scoring.schedule.once import once
from scoring.schedule.running import Running
from scoring.schedule.tick import LEASE, next_due, tick
from scoring.schedule.watched import Watched
from scoring.store import Store, delivering, open_store
from scoring.store.delivering import DeliveryState, OccasionState

BEGIN = datetime(2027, 7, 1, 12, tzinfo=UTC)
END = datetime(2029, 7, 1, 12, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
FISCAL = Calendar(fiscal_year_starts=7)
LONG = {"max_lateness": "4w"}
ZONES = digests(
    {"name": "berlin", "time_zone": "Europe/Berlin", "on": "Sunday", "at": "02:30", "catch_up": "all", **LONG},
    {
        "name": "pacific",
        "every": "month",
        "working_day": -1,
        "time_zone": "US/Pacific",
        "at": "00:00",
        "catch_up": "all",
        **LONG,
    },
    {
        "name": "howe",
        "every": "quarter",
        "working_day": 3,
        "time_zone": "Australia/Lord_Howe",
        "catch_up": "all",
        **LONG,
    },
    {"name": "kolkata", "time_zone": "Asia/Kolkata", "on": "Friday", "at": "23:45", "catch_up": "latest", **LONG},
)
"""Four zones, three of them with both clock changes; the leap day of 2028 lies between."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def due(found: Digests, name: str, after: datetime = BEGIN, until: datetime = END) -> tuple[Occasion, ...]:
    schedule = found.schedule(name)
    assert schedule is not None
    return occasions(schedule, found, FISCAL, "UTC", after=after, until=until)


def sent(ways: Ways) -> Counter[tuple[str, str, str]]:
    return Counter((each.schedule, each.period, each.address) for each in ways.sent)


def steps(chance: random.Random) -> Iterator[datetime]:
    """Instants of two years, some hours apart, with an outage of a week now and then."""
    at = BEGIN
    while at < END:
        yield at
        at += WEEK if chance.random() < 0.01 else timedelta(minutes=chance.randint(120, 3_600))
    yield END


def test_two_years_in_four_zones_with_outages_and_clocks_gone_wrong_give_each_period_once(store: Store) -> None:
    chance, clock = random.Random(11), Clock(BEGIN)
    made, _, ways, _ = post(store, clock, ZONES, people=("ann",), calendar=FISCAL)
    holders, looked = [delivering.new_worker(), delivering.new_worker()], []
    for n, at in enumerate(steps(chance)):
        clock.at = at
        if n % 200 == 100:  # the clock is a month ahead for a moment, then right again, then a day behind
            for wrong in (at + 30 * DAY, at, at - DAY):
                clock.at = wrong
                tick(made, chance.choice(holders))
            clock.at = at
        tick(made, holders[n % 2])
        delivering.leave_lease(store, LEASE, holders[n % 2])
        if n % 3 == 0 or at == END:
            work(made)
        looked.append(at)

    rows = {(row.schedule, row.period): row for row in delivering.deliveries(store, most=10**6)}
    assert set(sent(ways).values()) == {1}
    assert {row.state for row in rows.values()} == {DeliveryState.SENT}
    noted = {(one.schedule, one.period): one for one in delivering.occasions(store, most=10**6)}
    wanted = {(one.schedule, one.period.name): one for each in ZONES.schedules for one in due(ZONES, each.name)}
    assert set(noted) == set(wanted)
    assert [len(due(ZONES, each.name)) for each in ZONES.schedules] == [105, 24, 8, 105]
    assert {"2028-01", "2028-02"} <= {period for name, period in rows if name == "pacific"}
    assert {name for name, _ in set(wanted) - set(rows)} <= {"kolkata"}  # the only one that catches up on the latest
    assert {noted[key].state for key in set(wanted) - set(rows)} <= {OccasionState.SKIPPED}
    for key, row in rows.items():
        assert row.due_at == wanted[key].due_at
        first = next(at for at in looked if at >= row.due_at)
        assert (row.made_at, row.is_late) == (first, first - row.due_at > HOUR)


def run(store: Store, found: Digests, looks: list[datetime], **letters: object) -> tuple[dict[str, str], Ways, Clock]:
    """What became of each occasion after somebody looked at those instants: its state, and why."""
    clock = Clock(looks[0])
    made, _, ways, _ = post(store, clock, found, people=("ann",), **letters)
    for at in looks:
        clock.at = at
        once(made)
    noted = delivering.occasions(store)
    return {one.period: f"{one.state.value} {one.reason}".strip() for one in noted}, ways, clock


MONDAY = datetime(2026, 7, 6, 7, tzinfo=UTC)
"""When 2026-W27 is due."""


def test_after_three_weeks_away_the_latest_is_sent_and_the_earlier_say_why_not(store: Store) -> None:
    told, ways, _ = run(store, digests({"max_lateness": "4w"}), [MONDAY - DAY, MONDAY + 2 * WEEK + HOUR])
    assert told == {
        "2026-W29": "prepared",
        "2026-W28": "skipped 2026-W29 was due as well, and only the latest is sent",
        "2026-W27": "skipped 2026-W29 was due as well, and only the latest is sent",
    }
    assert [each.period for each in ways.sent] == ["2026-W29"]


def test_who_catches_up_on_all_sends_each_once_and_late_ones_are_marked(store: Store) -> None:
    found = digests({"max_lateness": "4w", "catch_up": "all"})
    _, ways, _ = run(store, found, [MONDAY - DAY, MONDAY + 2 * WEEK + HOUR, MONDAY + 2 * WEEK + 2 * HOUR])
    assert sorted(each.period for each in ways.sent) == ["2026-W27", "2026-W28", "2026-W29"]
    late = {row.period: row.is_late for row in delivering.deliveries(store)}
    assert late == {"2026-W27": True, "2026-W28": True, "2026-W29": False}


@pytest.mark.parametrize(("away", "is_sent"), [(HOUR, True), (HOUR + timedelta(seconds=1), False)])
def test_who_catches_up_on_nothing_sends_what_was_noticed_within_an_hour(
    store: Store, away: timedelta, is_sent: bool
) -> None:
    told, ways, _ = run(store, digests({"catch_up": "none"}), [MONDAY - DAY, MONDAY + away])
    assert [each.period for each in ways.sent] == (["2026-W27"] if is_sent else [])
    assert told["2026-W27"] == (
        "prepared"
        if is_sent
        else "skipped nobody was awake within an hour of when it was due, and weekly catches up on nothing"
    )


def test_what_waits_for_data_is_sent_once_they_are_there_and_says_that_it_is_late(store: Store) -> None:
    missing = "subscriptions.csv ends on 2 July 2026; export it again and run bookscore run"
    lacking = {"2026-W27"}
    found = digests({"max_lateness": "3d"})
    looks = [MONDAY - DAY, MONDAY, MONDAY + DAY]
    told, ways, clock = run(store, found, looks, waiting=lambda one: missing if one.period.name in lacking else None)
    assert (told, ways.sent) == ({"2026-W27": f"waiting {missing}"}, [])
    lacking.clear()
    clock.at = MONDAY + 2 * DAY
    made, _, ways, _ = post(store, clock, found, people=("ann",))
    once(made)
    assert [each.period for each in ways.sent] == ["2026-W27"]
    (row,) = delivering.deliveries(store)
    assert row.is_late


def test_what_waits_for_too_long_is_not_sent_and_says_for_what_it_waited(store: Store) -> None:
    looks = [MONDAY - DAY, MONDAY, MONDAY + 3 * DAY + HOUR]
    told, ways, _ = run(store, digests({"max_lateness": "3d"}), looks, waiting=lambda _: "invoices.csv ends early")
    assert told == {"2026-W27": "skipped too late, by more than 3 days; it waited: invoices.csv ends early"}
    assert ways.sent == []


def test_what_was_due_before_the_schedule_was_known_is_not_made(store: Store) -> None:
    assert run(store, digests({}), [MONDAY, MONDAY + HOUR])[0] == {}
    assert set(run(store, digests({}), [MONDAY + WEEK])[0]) == {"2026-W28"}


def test_schedule_that_is_moved_to_an_earlier_hour_that_is_over_by_then_is_told_of_late(store: Store) -> None:
    run(store, digests({"at": "09:00"}), [MONDAY - DAY, MONDAY])
    told, ways, _ = run(store, digests({"at": "06:00"}), [MONDAY + HOUR / 2])
    assert (told, len(ways.sent)) == ({"2026-W27": "prepared"}, 1)
    told, ways, _ = run(store, digests({"at": "08:00"}), [MONDAY + HOUR])
    assert (told, ways.sent) == ({"2026-W27": "prepared"}, [])


def test_who_ticks_by_older_rules_takes_no_digest_from_who_knows_the_newer_ones(store: Store) -> None:
    both = digests({}, {"name": "fresh"})
    run(store, both, [MONDAY - DAY])
    run(store, digests({}), [MONDAY + HOUR])
    _, ways, _ = run(store, both, [MONDAY + 2 * HOUR])
    assert [each.schedule for each in ways.sent] == ["fresh"]


def test_schedule_that_is_taken_out_of_the_rules_waits_no_more(store: Store) -> None:
    run(store, digests({}), [MONDAY - DAY, MONDAY], waiting=lambda _: "data")
    told, _, _ = run(store, digests({"name": "other"}), [MONDAY + HOUR])
    assert told == {"2026-W27": "skipped rules.yaml has no such schedule any more"}


def test_one_schedule_that_cannot_be_planned_holds_up_no_other(store: Store) -> None:
    def break_one(one: Occasion) -> None:
        if one.schedule == "bad":
            raise KeyError("manager_id")

    clock = Clock(MONDAY - DAY)
    made, _, ways, _ = post(store, clock, digests({"name": "bad"}, {"name": "good"}), waiting=break_one)
    once(made)
    clock.at = MONDAY
    once(made)
    assert {each.schedule for each in ways.sent} == {"good"}
    (held,) = delivering.occasions(store, states=(OccasionState.WAITING,))
    assert (held.schedule, held.reason) == ("bad", "it cannot be planned: KeyError: 'manager_id'")


def test_only_one_of_two_schedulers_plans_until_its_lease_is_over(store: Store) -> None:
    clock = Clock(MONDAY - DAY)
    made, _, _, _ = post(store, clock, digests({}))
    assert [tick(made, "one"), tick(made, "two"), tick(made, "one")] == [True, False, True]
    clock.at = MONDAY
    assert tick(made, "two")
    assert len(delivering.occasions(store)) == 1


def test_alarm_is_raised_for_a_delivery_whose_worker_died_and_it_is_not_sent_again(store: Store) -> None:
    clock = Clock(MONDAY - DAY)
    made, _, ways, events = post(store, clock, digests({}), people=("ann",))
    once(made)
    clock.at = MONDAY
    tick(made, "one")
    assert delivering.claim(store, "worker-that-dies", at=clock.at) is not None
    clock.at = MONDAY + timedelta(minutes=3)
    once(made)
    (alarm,) = events.named("unknown")
    assert (alarm["recipient"], ways.sent) == ("ann", [])
    assert {row.state for row in delivering.deliveries(store)} == {DeliveryState.UNKNOWN}


def test_person_the_ledger_cannot_keep_holds_up_no_other_schedule(store: Store) -> None:
    clock = Clock(MONDAY - DAY)
    made, _, _, _ = post(store, clock, digests({}), people=("x" * 201,))
    once(made)
    clock.at = MONDAY
    once(made)
    (held,) = delivering.occasions(store)
    assert held.reason.startswith("it cannot be planned: ValidationError")


def test_rules_are_read_again_when_they_change_and_broken_ones_are_told_and_left(tmp_path: Path, store: Store) -> None:
    path, events, reads = tmp_path / "rules.yaml", Events(), list[Rulebook]()
    text = default_text()

    def opened(rulebook: Rulebook) -> Post:
        reads.append(rulebook)
        return post(store, Clock(MONDAY), digests({"name": f"n{len(reads)}"}))[0]

    watched = Watched(path, opened, events)
    with pytest.raises(ProblemsFoundError):
        watched.post()
    path.write_text(text, encoding="utf-8")
    first = watched.post()
    assert watched.post() is first
    path.write_text(text + "digets: {}\n", encoding="utf-8")
    assert (watched.post() is first, watched.post() is first) == (True, True)
    (told,) = events.named("rules not read")
    assert "rules.yaml:" in told["reason"]
    path.write_text(text + "# other\n", encoding="utf-8")
    assert watched.post() is not first
    assert (len(events.named("rules read")), len(reads)) == (1, 2)


def test_clock_is_set_for_what_is_due_next_of_all_schedules(store: Store) -> None:
    made, _, _, _ = post(store, Clock(MONDAY), digests({}, {"name": "soon", "on": "Tuesday"}))
    assert next_due(made, MONDAY) == MONDAY + DAY


# ---- how it is told ----


def test_what_is_being_sent_is_finished_before_a_scheduler_that_is_stopped_says_its_last_word(store: Store) -> None:
    clock, stopped = Clock(MONDAY - DAY), threading.Event()
    made, _, ways, events = post(store, clock, digests({}))
    once(made)
    clock.at = MONDAY
    ways.before = lambda _: stopped.set()
    Running(lambda: made, stopped, workers=1).run()
    told = [event for event, _ in events.told]
    assert (told[0], told[-1], told.count("stopping")) == ("started", "stopped", 1)
    assert sorted(row.state.value for row in delivering.deliveries(store)) == ["pending", "sent"]
    assert "sent" in told


def test_scheduler_whose_database_is_away_says_so_in_a_line_and_stops_in_peace(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def away(*_: Any, **__: Any) -> Any:
        stopped.set()
        raise OperationalError("SELECT", {}, Exception("connection failed\n\tIs the server running?"))

    made, _, _, events = post(store, Clock(MONDAY), digests({}))
    for name in ("take_lease", "leave_lease"):
        monkeypatch.setattr(delivering, name, away)
    Running(lambda: made, stopped, workers=1).run()
    assert [facts["reason"] for event, facts in events.told if event == "not looked"] == [
        "the server of the store's database does not answer, or broke off; see that it runs, and try again"
    ]
    assert events.told[-1] == ("stopped", {})


def test_what_a_channel_lacks_is_told_once_and_nothing_is_prepared_before_it_is_there(store: Store) -> None:
    clock = Clock(MONDAY - DAY)
    made, _, ways, events = post(store, clock, digests({}))
    ways.lacks = "the variable BOOKSCORE_SLACK_SALES is not set"
    for hours in (0, 24, 25, 26):
        clock.at = MONDAY - DAY + hours * HOUR
        once(made)
    (told,) = events.named("waiting")
    assert told["reason"] == "its channel mail cannot be used: the variable BOOKSCORE_SLACK_SALES is not set"
    assert delivering.deliveries(store) == ()
    ways.lacks = None
    once(made)
    assert len(ways.sent) == 2


def test_what_waits_for_the_same_as_before_is_told_once(store: Store) -> None:
    clock = Clock(MONDAY - DAY)
    made, _, ways, events = post(store, clock, digests({}), people=("ann",))
    once(made)
    clock.at = MONDAY
    tick(made, "one")
    ways.lacks = "no secret"
    for minutes in (1, 10, 30):
        clock.at = MONDAY + timedelta(minutes=minutes)
        work(made)
    assert [told["reason"] for told in events.named("pending")] == ["no secret"]
    assert len(delivering.attempts(store, delivering.deliveries(store)[0].delivery_id)) == 6


@pytest.mark.parametrize(
    ("event", "facts", "line"),
    [
        (
            "failed",
            {"schedule": "own", "period": "2026-Q2", "recipient": "u1", "name": "Ann Weiß", "reason": "451 busy",
             "next_try_at": "2026-07-06T09:05:00+02:00"},
            "is tried again: own, 2026-Q2, Ann Weiß, at 2026-07-06 07:05 UTC: 451 busy",
        ),
        (
            "failed", {"schedule": "own", "recipient": "u1", "reason": "550 no"}, "did not arrive: own, u1: 550 no",
        ),
        ("not sent", {"schedule": "own", "period": "2026-Q2", "reason": "late"}, "left out: own, 2026-Q2: late"),
        (
            "rules not read",
            {"file": "rules.yaml", "reason": 'rules.yaml:9: no setting "digets"'},
            'rules not read: rules.yaml:9: no setting "digets"',
        ),
        ("rules read", {"file": "rules.yaml"}, "rules read: rules.yaml"),
        ("started", {"workers": 1, "schedules": ["own", "all"]}, "started: 1 worker, schedules own, all"),
        ("stopped", {}, "stopped"),
    ],
)  # fmt: skip
def test_each_event_is_a_line_with_names_and_zones(event: str, facts: dict[str, Any], line: str) -> None:
    assert words(event, facts) == line


def test_who_reads_the_log_may_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    teller(as_json=True)("stopped", {})
