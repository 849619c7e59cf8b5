"""Can somebody who looks after the page add people, let them in and keep them out, and serve it, from the terminal?"""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from test_cli import Done, cli

from scoring.store import open_store, people


def users(folder: Path, *arguments: str) -> Done:
    return cli("users", *arguments, "--folder", folder)


def add(folder: Path, *further: str, email: str = "ann@example.com") -> Done:
    return users(folder, "add", email, "--name", "Ann Adams", *(further or ("--role", "leader")))


def test_user_is_added_and_the_link_is_the_only_thing_on_stdout(tmp_path: Path) -> None:
    done = add(tmp_path)
    assert (done.code, bool(re.fullmatch(r"http://127\.0\.0\.1:8000/sign-in/link\?token=[\w-]{43}\n", done.out))) == (
        0,
        True,
    )
    assert "works once, for 72 hours" in done.err
    assert done.err.endswith(f"Next: bookscore serve {tmp_path}\n")
    (ann,) = users(tmp_path, "list", "--json").json["data"]
    assert (ann["email"], ann["role"], ann["has_password"]) == ("ann@example.com", "leader", False)
    assert "password_hash" not in ann


def test_link_leads_to_where_people_reach_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKSCORE_PUBLIC_URL", "https://scores.example.com")
    assert add(tmp_path).out.startswith("https://scores.example.com/sign-in/link?token=")
    told = users(tmp_path, "link", "ann@example.com", "--public-url", "https://other.example.com", "--json").json
    assert told["data"]["link"].startswith("https://other.example.com/sign-in/link?token=")


def test_who_signs_in_elsewhere_needs_no_link(tmp_path: Path) -> None:
    done = add(tmp_path, "--role", "auditor", "--no-link")
    assert (done.code, done.out) == (0, "")


def test_where_there_are_no_users_the_command_that_adds_the_first_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    for arguments in (("disable", "ann@example.com"), ("link", "ann@example.com"), (), ("list",)):
        done = users(tmp_path, *arguments)
        asks_for_somebody = len(arguments) > 1
        said = (2, "") if asks_for_somebody else (0, "Nobody may sign in yet.\n")
        assert (done.code, done.out) == said
        assert (
            f"Next: bookscore users add YOU@EXAMPLE.COM --name 'YOUR NAME' --role leader --folder {tmp_path}"
            in done.err
        )
    assert users(tmp_path, "list", "--json").json["data"] == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--role", "director"), "name at least one with --team"),
        (("--role", "manager"), "say which with --manager"),
        (("--role", "leader", "--team", "North"), "take --team away"),
        (("--role", "owner"), "owner"),
    ],
)
def test_rights_that_do_not_fit_are_refused_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    done = add(tmp_path, *arguments)
    assert (done.code, why in done.err) == (2, True)


def test_rights_are_changed_and_somebody_is_kept_out_and_let_in_again(tmp_path: Path) -> None:
    add(tmp_path, "--role", "director", "--team", "North", "--team", "South")
    assert "director of North, South" in users(tmp_path, "change", "ann@example.com", "--name", "Anna").err
    changed = users(tmp_path, "change", "ann@example.com", "--role", "manager", "--manager", "M1", "--json").json[
        "data"
    ]
    assert (changed["name"], changed["role"], changed["teams"], changed["manager_id"]) == ("Anna", "manager", [], "M1")
    assert "say which with --manager" in users(tmp_path, "change", "ann@example.com", "--manager", "").err
    assert users(tmp_path, "disable", "ann@example.com").code == 0
    refused = users(tmp_path, "link", "ann@example.com")
    assert (refused.code, "Next: bookscore users enable ann@example.com" in refused.err) == (2, True)
    assert "disabled since" in users(tmp_path, "list").out
    let_in = users(tmp_path, "enable", "ann@example.com")
    assert (let_in.code, "Next: bookscore users link ann@example.com" in let_in.err) == (0, True)
    assert users(tmp_path, "link", "ann@example.com").out.startswith("http://127.0.0.1:8000/sign-in/link?token=")
    unknown = users(tmp_path, "disable", "bo@example.com")
    assert (unknown.code, 'there is no user "bo@example.com"' in unknown.err) == (2, True)


def test_whose_card_somebody_has_is_said_by_name(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    folder = tmp_path / "company"
    shutil.copytree(small_folder, folder)
    assert cli("run", folder, "--set-aside", "--as-of", "2026-07-15").code == 0
    card = json.loads((folder / "scorecards" / "2026-Q2" / "scorecards.json").read_text(encoding="utf-8"))[0]
    added = add(folder, "--role", "manager", "--manager", card["manager_id"])
    assert f"manager, with the card of {card['name']}, no password yet" in added.err
    assert card["name"] in users(folder, "list").out
    assert users(folder, "list", "--json").json["data"][0]["manager_id"] == card["manager_id"]


def test_what_was_done_at_the_terminal_is_in_the_log_that_verify_walks(tmp_path: Path) -> None:
    add(tmp_path)
    users(tmp_path, "disable", "ann@example.com")
    told = cli("verify", tmp_path, "--json").json["data"]
    assert (told["entries"], told["broken"]) == (3, [])
    assert f"Audit log, entry 3: {told['log_head']}" in cli("verify", tmp_path).out
    assert cli("verify", tmp_path, "--entry", told["log_head"][:12]).code == 0
    unknown = cli("verify", tmp_path, "--entry", "0123456789ab")
    assert (unknown.code, unknown.out) == (1, "Broken: the audit log has no entry 0123456789ab.\n")
    assert unknown.err.startswith("Read the hash again that was typed; where it is right, restore the store")


def test_users_are_no_runs(tmp_path: Path) -> None:
    add(tmp_path)
    for words in (("runs", tmp_path), ("seal", "2026-Q1", tmp_path, "--by", "Fay")):
        done = cli(*words)
        assert (done.code, done.out) == (2, "")
        assert "no run is stored" in done.err
        assert done.err.endswith(f"Next: bookscore run {tmp_path}\n")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--host", "0.0.0.0"), "say under which address with --public-url"),  # noqa: S104  it is refused
        (("--public-url", "http://scores.example.com"), "is not https"),
    ],
)
def test_page_is_not_served_where_passwords_could_be_read(tmp_path: Path, arguments: tuple[str, ...], why: str) -> None:
    done = cli("serve", tmp_path, "--port", "0", *arguments)
    assert (done.code, why in done.err) == (2, True)


def test_page_is_served_until_it_is_stopped_and_notes_a_line_for_each_request(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "scoring.cli", "serve", str(tmp_path), "--port", "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        assert httpx.get(f"{url}/sign-in/link?token=secret").status_code == 410
        taken = cli("serve", tmp_path, "--port", url.rpartition(":")[2])
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=60)
    assert (taken.code, "cannot be listened on" in taken.err) == (2, True)
    assert server.returncode == 0
    assert "Next: bookscore users add YOU@EXAMPLE.COM" in told
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    (request,) = (line for line in lines if line["event"] == "request")
    assert (request["method"], request["path"], request["status"]) == ("GET", "/sign-in/link", 410)
    assert "secret" not in told
    store = open_store(tmp_path)
    assert people.users(store) == ()
    store.close()
