"""Can somebody at a terminal see what would be sent, send it, see what became of it, and decide what is open?"""

import json
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from digests_made import Clock, digests, post
from test_cli import Done, cli, contents
from web_world import World

from scoring.calendar import Calendar
from scoring.cli import posted
from scoring.digest.due import Occasion
from scoring.digest.message import Outcome, Verdict
from scoring.digest.planning import plan
from scoring.digest.sending import send_now
from scoring.digest.timetable import Timetable
from scoring.store import delivering, open_store

RULES = """
digests:
  channels:
    files: {kind: file, folder: digests}
    sales: {kind: slack, url_in: BOOKSCORE_SLACK_SALES}
  schedules:
    - {name: leaders_weekly, every: week, on: Monday, at: "07:00", audience: leaders, channel: files}
    - {name: own_card, every: quarter, working_day: 3, audience: managers, channel: files}
    - {name: sales_monthly, every: month, working_day: 3, audience: channel, channel: sales}
"""
MONDAY = datetime(2026, 7, 6, 7, tzinfo=UTC)
Q2 = ("--period", "2026-Q2")


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """As wide as where nobody looks, whatever the terminal that the tests are started from."""
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture(scope="module")
def scored(web_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company with two stored quarters, its users, and schedules of digests. Only to be read."""
    folder = Path(shutil.copytree(web_world.folder, tmp_path_factory.mktemp("digests") / "demo"))
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").split("digests:")[0].rstrip("# ") + RULES, encoding="utf-8")
    store = open_store(folder)
    store.close()
    with closing(sqlite3.connect(folder / ".bookscore/bookscore.db")) as ledger, ledger:
        for table in ("attemptrow", "deliveryrow", "occasionrow", "schedulerow", "tickrow", "leaserow", "muterow"):
            ledger.execute(f"DELETE FROM {table}")
    return folder


@pytest.fixture
def folder(scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to be changed."""
    monkeypatch.delenv("BOOKSCORE_SLACK_SALES", raising=False)
    return Path(shutil.copytree(scored, tmp_path / "demo"))


def letters(folder: Path) -> list[Path]:
    return sorted((folder / "digests").glob("*"))


@pytest.mark.parametrize(
    ("group", "commands"),
    [("schedule", ("run", "tick", "list")), ("deliveries", ("list", "show", "retry", "arrived"))],
)
def test_every_command_has_help_for_itself_and_its_options(group: str, commands: tuple[str, ...]) -> None:
    assert all(f"\n  {command} " in cli(group, "--help").out for command in commands)
    assert all("--json" in cli(group, command, "--help").out for command in commands)


def test_dry_run_says_who_would_get_what_and_who_nothing_and_writes_nothing(folder: Path) -> None:
    before = contents(folder)
    done = cli("send", "own_card", folder, *Q2, "--dry-run")
    assert done.code == 0
    assert "manager@example.com" in done.out
    assert "Your scorecard, 2026-Q2" in done.out
    assert "is no user" in done.out
    assert "would be sent. Nothing was written." in done.err
    data = cli("send", "own_card", folder, *Q2, "--dry-run", "--json").json["data"]
    assert (data["schedule"], data["period"], data["waits_for"]) == ("own_card", "2026-Q2", None)
    getting = [one for one in data["recipients"] if one["would_be_sent"]]
    assert [one["address"] for one in getting] == ["manager@example.com"]
    assert all(one["why_not"] for one in data["recipients"] if not one["would_be_sent"])
    assert contents(folder) == before


def test_what_one_recipient_would_get_is_shown_whole(folder: Path) -> None:
    shown = cli("send", "own_card", folder, *Q2, "--show", "--to", "manager@example.com")
    assert (shown.code, shown.out.startswith("Your scorecard · 2026-Q2")) == (0, True)
    assert letters(folder) == []
    assert cli("send", "own_card", folder, *Q2, "--show", "--to", "nobody of this name").code == 2
    alone = cli("send", "own_card", folder, *Q2, "--to", "manager@example.com")
    assert (alone.code, "add --show or --dry-run" in alone.err) == (2, True)


def test_digest_is_sent_into_files_once_and_what_became_of_it_can_be_looked_up(folder: Path) -> None:
    foreseen = cli("send", "own_card", folder, *Q2, "--show", "--to", "manager@example.com").out
    done = cli("send", "own_card", folder, *Q2)
    assert (done.code, done.out) == (0, "own_card of 2026-Q2: sent to 1.\n")
    (letter,) = letters(folder)
    body = message_from_bytes(letter.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == foreseen.splitlines()
    again = cli("send", "own_card", folder, *Q2)
    assert (again.code, again.out) == (0, "own_card of 2026-Q2 was sent already, to 1; nobody is sent it twice.\n")
    assert letters(folder) == [letter]

    (sent,) = cli("deliveries", folder, "--state", "sent", "--json").json["data"]["deliveries"]
    assert (sent["delivery_id"], sent["address"]) == (letter.stem, "manager@example.com")
    assert sent["delivery_id"][:12] in cli("deliveries", folder, "--schedule", "own_card", *Q2).out
    assert cli("deliveries", folder, "--schedule", "other", "--json").json["data"]["deliveries"] == []
    shown = cli("deliveries", "show", sent["delivery_id"][:8], "--folder", folder)
    assert f"Hash of what was sent: {sent['content_sha256']}" in shown.out
    assert "sending" in shown.out
    refused = cli("deliveries", "retry", sent["delivery_id"][:12], "--folder", folder)
    assert (refused.code, "twice is worse than late" in refused.err) == (2, True)
    settled = cli("deliveries", "arrived", sent["delivery_id"][:12], "--folder", folder)
    assert (settled.code, "is asked only of unknown ones" in settled.err) == (2, True)
    assert cli("deliveries", "show", "ffff", "--folder", folder).code == 2


def test_what_waits_for_data_names_the_file_and_what_to_do(folder: Path) -> None:
    done = cli("send", "leaders_weekly", folder, "--period", "2026-W30")
    assert done.code == 3
    assert "leaders_weekly of 2026-W30 waits for data: the run of 2026-Q2 knows" in done.err
    assert done.err.endswith(f"Next: bookscore run {folder}\n")
    dry = cli("send", "leaders_weekly", folder, "--period", "2026-W30", "--dry-run")
    assert (dry.code, "It waits for data: the run of 2026-Q2" in dry.err) == (0, True)


def test_unknown_schedules_periods_and_missing_secrets_are_told_with_a_remedy(folder: Path) -> None:
    typo = cli("send", "own_crad", folder)
    assert (typo.code, 'did you mean "own_card"?' in typo.err) == (2, True)
    assert typo.err.endswith(f"Next: bookscore schedule list {folder}\n")
    none = cli("send", "own_card", folder, "--period", "2099-Q1")
    assert (none.code, "2099-Q1 is none that is over" in none.err) == (2, True)
    assert cli("send", "own_card", folder, "--period", "June").code == 2
    secret = cli("send", "sales_monthly", folder, "--period", "2026-05")
    assert (secret.code, "BOOKSCORE_SLACK_SALES" in secret.err) == (2, True)
    shown = cli("send", "sales_monthly", folder, "--period", "2026-05", "--dry-run")
    assert (shown.code, "BOOKSCORE_SLACK_SALES" in shown.err) == (0, True)


def test_list_shows_the_next_five_times_in_local_time_and_what_is_missing(folder: Path) -> None:
    done = cli("schedule", "list", folder)
    assert done.code == 0
    assert "leaders_weekly: every week, for leaders, by files" in done.out
    assert "BOOKSCORE_SLACK_SALES" in done.err
    weekly, _, monthly = cli("schedule", "list", folder, "--json").json["data"]
    assert len(weekly["next"]) == 5
    assert all(one["local"].startswith("Mon ") and one["local"].endswith(" 07:00") for one in weekly["next"])
    assert (weekly["missing"], "BOOKSCORE_SLACK_SALES" in monthly["missing"]) == (None, True)


def test_tick_notes_what_is_due_and_ends(folder: Path) -> None:
    first = cli("schedule", "tick", folder, "--json")
    assert (first.code, first.json["data"]) == (0, {"has_planned": True, "events": []})
    assert "Nothing is due" in cli("schedule", "tick", folder).err


def test_rules_without_digests_and_broken_rules_are_told(folder: Path) -> None:
    rules = folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("audience: leaders", "audience: readers"), encoding="utf-8")
    broken = cli("schedule", "tick", folder)
    assert (broken.code, "rules.yaml:" in broken.err) == (4, True)
    rules.write_text(text.split("digests:")[0], encoding="utf-8")
    assert "no schedule of digests" in cli("schedule", "list", folder).err
    assert cli("send", "own_card", folder).code == 2


def trouble(folder: Path, outcome: Outcome) -> tuple[str, Done]:
    """The id of a delivery with that outcome, and what `deliveries` says of it."""
    store = open_store(folder)
    due = Occasion("weekly", Calendar().period("2026-W27"), MONDAY)
    made, _, ways, _ = post(store, Clock(due.due_at), digests({}), people=("ann",))
    ways.outcomes.append(outcome)
    (row,) = send_now(made, plan(made, made.timetable.schedule("weekly"), due, due.due_at))
    store.close()
    return row.delivery_id[:12], cli("deliveries", folder)


def test_what_is_unknown_waits_until_somebody_says_what_became_of_it(tmp_path: Path) -> None:
    key, told = trouble(tmp_path, Outcome(Verdict.UNKNOWN, "the answer was lost"))
    assert "unknown" in told.out
    inside = ("--folder", tmp_path)
    assert cli("deliveries", "arrived", key, "--by", "bo@example.com", *inside).code == 2
    cli("users", "add", "bo@example.com", "--name", "Bo", "--role", "leader", *inside)
    lost = cli("deliveries", "arrived", key, "--no", "--by", "bo@example.com", *inside, "--json").json["data"]
    assert (lost["state"], lost["is_parked"]) == ("failed", True)
    again = cli("deliveries", "retry", key, "--by", "bo@example.com", *inside, "--json").json["data"]
    assert again["state"] == "pending"
    assert {"claimed_by", "claimed_until"}.isdisjoint(again)
    log = cli("verify", tmp_path, "--json").json["data"]
    assert log["broken"] == []


def test_what_did_not_arrive_ends_with_code_5_and_the_next_command(folder: Path) -> None:
    (folder / "digests").write_text("a file where the folder should be")
    done = cli("send", "own_card", folder, *Q2)
    assert (done.code, "failed, tried again at" in done.err) == (5, True)
    assert f"Next: bookscore schedule tick {folder}" in done.err
    assert not cli("send", "own_card", folder, *Q2, "--json").json["ok"]


def test_schedule_runs_until_it_is_stopped_and_tells_each_event_on_a_line(folder: Path) -> None:
    store = open_store(folder)
    last = _latest_due(folder)
    delivering.first_seen(store, ["leaders_weekly", "own_card", "sales_monthly"], at=last - timedelta(seconds=1))
    delivering.note_tick(store, at=last - timedelta(seconds=1))
    store.close()
    arguments = [sys.executable, "-m", "scoring.cli", "schedule", str(folder), "--json"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        first = json.loads(running.stderr.readline())
        running.send_signal(signal.SIGTERM)
        _, rest = running.communicate(timeout=60)
    assert running.returncode == 0, rest
    assert {"at", "event", "schedule", "period"} <= set(first)
    assert first["event"] in ("waiting", "not sent")
    assert "Traceback" not in rest
    opened = open_store(folder)
    assert delivering.take_lease(opened, "digests", "another", at=last, until=last + timedelta(minutes=2))
    opened.close()


def _latest_due(folder: Path) -> datetime:
    """When the weekly digest was due last, by the clock of this machine."""
    timetable = Timetable.of(posted.rules_of(folder))
    schedule = timetable.schedule("leaders_weekly")
    now = datetime.now(UTC)
    return timetable.due(schedule, after=now - timedelta(days=8), until=now)[-1].due_at


# ---- what docs/digests.md says ----

PAGE = (Path(__file__).parent.parent / "docs" / "digests.md").read_text(encoding="utf-8")


def test_every_command_of_the_page_works_in_its_order(folder: Path) -> None:
    rules = folder / "rules.yaml"
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    rules.write_text(rules.read_text(encoding="utf-8").split("digests:")[0] + block, encoding="utf-8")
    cli("users", "add", "ann@example.com", "--name", "Ann", "--role", "leader", "--folder", folder)
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    lines = [shlex.split(line) for text in blocks for line in text.splitlines()]
    assert len(lines) >= 8
    for words in lines:
        told = [str(folder) if word == "demo" else word for word in words]
        if told[1:] == ["schedule", str(folder)]:  # it runs on; another test starts and stops it
            continue
        if "ID" in told:
            (sent,) = cli("deliveries", folder, "--state", "sent", "--json").json["data"]["deliveries"]
            told[told.index("ID")] = sent["delivery_id"]
        done = cli(*told[1:])
        is_refused = told[2] in ("retry", "arrived")  # it arrived, and that is known
        assert done.code == (2 if is_refused else 0), (told, done.err)
        assert not is_refused or "Usage" not in done.err
        assert not is_refused or re.search("twice is worse than late|is asked only of unknown ones", done.err)


def test_every_link_of_the_page_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert links
    assert [link for link in links if not (Path(__file__).parent.parent / "docs" / link).is_file()] == []
