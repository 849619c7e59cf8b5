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
from scoring.cli.digests import posted
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
    assert "no user" in done.out
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
    assert f"Hash of what was said: {sent['content_sha256']}" in shown.out
    assert "being sent" in shown.out
    assert sent["is_late"] is True
    refused = cli("deliveries", "retry", sent["delivery_id"][:12], "--folder", folder)
    assert (refused.code, "twice is worse than late" in refused.err) == (2, True)
    settled = cli("deliveries", "arrived", sent["delivery_id"][:12], "--folder", folder)
    assert (settled.code, "is asked only of unknown ones" in settled.err) == (2, True)
    assert cli("deliveries", "show", "ffff", "--folder", folder).code == 2


def test_only_one_digest_is_shown_and_who_is_meant_is_found_by_a_part_of_the_name(folder: Path) -> None:
    people = cli("send", "own_card", folder, *Q2, "--dry-run", "--json").json["data"]["recipients"]
    names = [one["name"] for one in people]
    own = next(one["name"] for one in people if one["address"])
    alone = cli("send", "own_card", folder, *Q2, "--show")  # one of them is a user
    assert (alone.code, alone.out.startswith("Your scorecard · 2026-Q2")) == (0, True)
    other = next(one["recipient"].removeprefix("manager:") for one in people if not one["address"])
    cli("users", "add", "new@example.com", "--name", "Newly There", "--role", "manager", "--manager", other,
        "--no-link", "--folder", folder)  # fmt: skip
    several = cli("send", "own_card", folder, *Q2, "--show")
    assert (several.code, several.out) == (2, "")
    assert "2 are meant: add --to" in several.err
    assert several.err.endswith(f"Next: bookscore send own_card {folder} --period 2026-Q2 --dry-run\n")
    assert len(cli("send", "own_card", folder, *Q2, "--show", "--json").json["data"]["recipients"]) == len(names)
    for typo in ("newli", "nwe@example.com"):
        near = cli("send", "own_card", folder, *Q2, "--show", "--to", typo)
        assert (near.code, near.err.splitlines()[0]) == (
            2,
            f'there is no recipient "{typo}"; did you mean "Newly There"?',
        )
    nobody = cli("send", "own_card", folder, *Q2, "--show", "--to", "xyz").err
    assert nobody.startswith('there is no recipient "xyz"; it is for ')
    assert own in names


def test_who_was_left_out_is_told_as_things_are_now_and_how_they_get_it(folder: Path) -> None:
    def left_out() -> str:
        return cli("send", "own_card", folder, *Q2).err

    people = cli("send", "own_card", folder, *Q2, "--dry-run", "--json").json["data"]["recipients"]
    without = sorted(one["name"] for one in people if not one["address"])
    cli("users", "disable", "manager@example.com", "--folder", folder)
    first = left_out()
    assert f"{len(without)} left out: no user; `bookscore users add`" in " ".join(first.split())
    assert "1 left out: disabled since" in first
    cli("users", "enable", "manager@example.com", "--folder", folder)
    row = next(r for r in cli("deliveries", folder, "--json").json["data"]["deliveries"] if r["address"])
    then = left_out()
    assert "1 left out: disabled" not in then
    assert f"{row['name']} <manager@example.com> was left out before (disabled since" in then
    assert f"Next: bookscore deliveries retry {row['delivery_id'][:12]} --folder {folder}" in then
    foreseen = cli("send", "own_card", folder, *Q2, "--dry-run").out
    assert f"`bookscore deliveries retry {row['delivery_id'][:12]}`" in " ".join(foreseen.split())
    cli("deliveries", "retry", row["delivery_id"], "--folder", folder)
    assert cli("send", "own_card", folder, *Q2).out == "own_card of 2026-Q2: sent to 1.\n"
    # who has become a user since gets it as one, and is not said to be none
    other = next(one for one in people if not one["address"])
    cli("users", "add", "new@example.com", "--name", other["name"], "--role", "manager", "--manager",
        other["recipient"].removeprefix("manager:"), "--no-link", "--folder", folder)  # fmt: skip
    added = cli("send", "own_card", folder, *Q2)
    assert added.out == "own_card of 2026-Q2: sent to 1, 1 had it already.\n"
    assert f"{len(without) - 1} left out: no user" in added.err


@pytest.mark.parametrize("columns", [80, 120])
def test_each_delivery_is_a_line_of_a_narrow_terminal_with_why_behind_or_below_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    (folder / "digests").write_text("a file where the folder should be")
    cli("send", "own_card", folder, *Q2)
    cli("send", "leaders_weekly", folder, "--period", "2026-W26")
    told = cli("deliveries", folder)
    lines = told.out.splitlines()
    assert max(map(len, lines)) <= columns
    assert "" not in lines
    assert lines[0].split() == ["To", "Stands", "At", "(UTC)", "Delivery"]
    assert lines[2] == "own_card of 2026-Q2 by files, due 2026-07-03 05:00 UTC"  # the newest first
    row = next(n for n, line in enumerate(lines) if "is tried again  20" in line)
    why = "nothing could be written into digests: File exists"
    assert lines[row].endswith(f"  {why}") if columns == 120 else lines[row + 1] == f"    {why}"
    assert "left out" not in told.out
    whole = cli("deliveries", folder, "--all").out
    many = whole.count(" left out  ")
    assert f"{many} left out; --all lists them, with the reasons." in told.err
    assert f"  {many} left out: no user" in whole
    assert whole.count("left out: no user") == 1  # the reason once, for all of them
    names = [line[2:].split("  ")[0] for line in whole.splitlines() if " left out  " in line]
    asked = cli("send", "own_card", folder, *Q2, "--dry-run", "--json").json["data"]["recipients"]
    assert names == [one["name"] for one in asked if not one["address"]]


def test_what_did_not_arrive_is_called_so_wherever_it_is_told(tmp_path: Path) -> None:
    key, told = trouble(tmp_path, Outcome(Verdict.REFUSED, "550 no such mailbox"))
    assert "did not arrive" in told.out
    shown = cli("deliveries", "show", key, "--folder", tmp_path)
    assert "Stands: did not arrive" in shown.out
    assert [line.split("  ")[1].strip() for line in shown.out.splitlines()[-2:]] == ["being sent", "did not arrive"]
    assert "worker-" not in shown.out
    assert shown.err.endswith(f"Next: bookscore deliveries retry {key} --folder {tmp_path}\n")
    assert cli("deliveries", tmp_path, "--state", "failed").out == ""
    assert key in cli("deliveries", tmp_path, "--state", "parked").out


@pytest.mark.parametrize("words", [("users",), ("users", "list"), ("deliveries",), ("deliveries", "list")])
def test_folder_may_stand_alone_or_behind_its_option(folder: Path, words: tuple[str, ...]) -> None:
    alone, behind = cli(*words, folder), cli(*words, "--folder", folder)
    assert (alone.code, behind.code) == (0, 0)
    assert alone == behind
    assert "two folders are named" in cli(*words, folder, "--folder", folder.parent).err


def test_what_waits_for_data_names_the_file_and_what_to_do(folder: Path) -> None:
    done = cli("send", "leaders_weekly", folder, "--period", "2026-W30")
    assert done.code == 3
    assert "leaders_weekly of 2026-W30 waits for data: the run of 2026-Q2 knows" in done.err
    assert done.err.endswith(f"Next: bookscore run {folder}\n")
    dry = cli("send", "leaders_weekly", folder, "--period", "2026-W30", "--dry-run")
    assert (dry.code, "It waits for data: the run of 2026-Q2" in dry.err) == (0, True)
    for words in ((), ("--dry-run",)):
        of_none = cli("send", "own_card", folder, "--period", "2025-Q3", *words).err
        assert "no run tells of 2025-Q3" in of_none
        assert of_none.endswith(f"Next: bookscore run {folder} --period 2025-Q3\n")


def test_what_waits_for_somebody_to_read_it_does_not_ask_for_data(folder: Path) -> None:
    with closing(sqlite3.connect(folder / ".bookscore/bookscore.db")) as store, store:
        store.execute("DELETE FROM userrow WHERE role = 'leader'")
    done = cli("send", "leaders_weekly", folder, "--period", "2026-W26")
    assert done.code == 3
    assert "leaders_weekly of 2026-W26 waits: there is nobody whom it is for: no user has the role" in done.err
    assert done.err.endswith(f"Next: bookscore users list {folder}\n")
    dry = cli("send", "leaders_weekly", folder, "--period", "2026-W26", "--dry-run")
    assert (dry.code, "It waits: there is nobody whom it is for" in dry.err) == (0, True)
    assert dry.err.endswith(f"Next: bookscore users list {folder}\n")


def test_unknown_schedules_periods_and_missing_secrets_are_told_with_a_remedy(folder: Path) -> None:
    typo = cli("send", "own_crad", folder)
    assert (typo.code, 'did you mean "own_card"?' in typo.err) == (2, True)
    assert typo.err.endswith(f"Next: bookscore schedule list {folder}\n")
    none = cli("send", "own_card", folder, "--period", "2099-Q1")
    assert (none.code, "2099-Q1 is none that is over" in none.err) == (2, True)
    assert cli("send", "own_card", folder, "--period", "June").code == 2
    for wrong in ("2026-26", "W26", "2026-06"):
        form = cli("send", "leaders_weekly", folder, "--period", wrong)
        assert form.code == 2
        assert re.search(rf"{wrong} is none that is over; write it like 20\d\d-W\d\d, which is the last\n", form.err)
    secret = cli("send", "sales_monthly", folder, "--period", "2026-05")
    assert (secret.code, "the variable BOOKSCORE_SLACK_SALES is not set" in secret.err) == (2, True)
    assert cli("deliveries", folder, "--json").json["data"]["deliveries"] == []
    shown = cli("send", "sales_monthly", folder, "--period", "2026-05", "--dry-run")
    assert (shown.code, "BOOKSCORE_SLACK_SALES" in shown.err) == (0, True)


def test_nothing_is_sent_with_links_that_lead_nowhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKSCORE_PUBLIC_URL", "scores.example.com")
    for command in (("send", "own_card", folder, *Q2), ("schedule", "tick", folder)):
        done = cli(*command)
        assert (done.code, done.err.split("\n")[0]) == (
            2,
            "BOOKSCORE_PUBLIC_URL must be a web address; write it like https://scores.example.com, not "
            "scores.example.com",
        )
    assert letters(folder) == []
    monkeypatch.setenv("BOOKSCORE_PUBLIC_URL", "https://scores.example.com/")
    shown = cli("send", "own_card", folder, *Q2, "--show", "--to", "manager@example.com").out
    assert "https://scores.example.com/periods/2026-Q2/" in shown


def test_list_shows_when_each_is_due_next_in_local_time_and_then_what_is_missing(folder: Path) -> None:
    done = cli("schedule", "list", folder)
    assert done.code == 0
    head, _, weekly, _, monthly = (re.split(r"  +", line) for line in done.out.splitlines())
    assert head == ["Schedule", "Next due", "Time zone", "Tells of", "For", "By"]
    assert (weekly[0], weekly[1][:4], weekly[2], weekly[4:]) == (
        "leaders_weekly", "Mon ", "Europe/Berlin", ["leaders", "files"],
    )  # fmt: skip
    assert monthly[4:] == ["channel", "sales"]
    assert done.err.startswith("Not ready: sales, for sales_monthly: the variable BOOKSCORE_SLACK_SALES is not set; ")
    alone = cli("schedule", "list", folder, "--schedule", "leaders_weekly").out.splitlines()[2:]
    assert [re.split(r"  +", line)[0] for line in alone] == ["leaders_weekly"] * 5
    weekly, _, monthly = cli("schedule", "list", folder, "--json").json["data"]
    assert len(weekly["next"]) == 5
    assert all(one["local"].startswith("Mon ") and one["local"].endswith(" 07:00") for one in weekly["next"])
    assert (weekly["missing"], "BOOKSCORE_SLACK_SALES" in monthly["missing"]) == (None, True)


@pytest.mark.parametrize("command", [["list"], ["run"], ["tick"], []])
def test_schedule_that_is_not_there_is_told_with_those_that_are(folder: Path, command: list[str]) -> None:
    typo = cli("schedule", *command, folder, "--schedule", "own_crad")
    assert (typo.code, typo.err) == (2, (
        'rules.yaml has no schedule "own_crad", but leaders_weekly, own_card, sales_monthly; did you mean "own_card"?\n'
        f"Next: bookscore schedule list {folder}\n"
    ))  # fmt: skip
    if command != ["list"]:
        one = cli("schedule", *command, folder, "--schedule", "own_card")
        assert (one.code, "all go out together; `bookscore send own_card` sends one" in one.err) == (2, True)


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
    assert broken.err.endswith(f"Next: bookscore check {folder}\n")
    assert cli("schedule", folder).err == cli("schedule", "list", folder).err == broken.err
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
    assert (done.code, ": is tried again at" in done.err) == (5, True)
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
        started, first = (json.loads(running.stderr.readline()) for _ in range(2))
        running.send_signal(signal.SIGTERM)
        _, rest = running.communicate(timeout=60)
    assert running.returncode == 0, rest
    assert (started["event"], started["workers"]) == ("started", 3)
    assert started["schedules"] == ["leaders_weekly", "own_card", "sales_monthly"]
    assert {"at", "event", "schedule", "period"} <= set(first)
    assert first["event"] in ("waiting", "not sent")
    told = [json.loads(line) for line in rest.splitlines()]
    assert [one["event"] for one in told if one["event"].startswith("stop")] == ["stopping", "stopped"]
    assert "what is being sent is finished first" in rest
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
