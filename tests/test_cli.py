"""Does the command line keep its promises? Data on stdout, the rest on stderr, exit codes, and nothing half done."""

import io
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from remembered import remember

from scoring import demo, pipeline
from scoring.cli import init, main
from scoring.cli.app import built
from scoring.cli.run import run
from scoring.cli.shared import places, streams, threads
from scoring.cli.shared.screen import Column, table
from scoring.errors import in_order
from scoring.intake import RULES, SOURCES, Request, examine
from scoring.letters import bare, by_letters
from scoring.metrics import CATALOGUE
from scoring.rules import default_text
from scoring.store.address import FOLDER

COMMANDS = (
    "init", "check", "run", "explain", "cohorts", "diff", "simulate", "sensitivity", "diagnose", "gap", "audit",
    "metrics", "open", "rules", "runs", "seal", "seals", "verify", "restate", "profiles",
    "serve", "users", "what-if", "send", "history",
)  # fmt: skip
AS_OF = demo.AS_OF.isoformat()
NEXT = "Next: bookscore "
CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
"""A name that programs use and nobody says."""
BARE_FIGURE = re.compile(r"(?<![\w-])-\d|\d ?%")
"""A minus that is a hyphen, or a percentage without its narrow blank."""
RULES_NAMED = re.compile(r"- name: (\w+)")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        assert set(found) == {"ok", "data", "problems"}
        assert found["ok"] == (self.code == 0)
        return found


def cli(*arguments: str | Path) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(a) for a in arguments])
    for line in err.getvalue().splitlines():
        if line.startswith(NEXT):
            can_be_typed(shlex.split(line.removeprefix(NEXT)))
    return Done(code, out.getvalue(), err.getvalue())


def can_be_typed(words: list[str]) -> None:
    """Fails where the command line does not take the command."""
    command, rest = built(), words
    while (commands := getattr(command, "commands", None)) and rest and rest[0] in commands:
        command, rest = commands[rest[0]], rest[1:]
    if "--help" not in words:
        command.make_context(words[0], [*rest])  # type: ignore[attr-defined]


def below(command: Any) -> list[Any]:
    """The commands that the command has, and theirs; the command itself where it has none."""
    commands = getattr(command, "commands", None)
    return [command] if commands is None else [c for each in commands.values() for c in below(each)]


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def company(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of the made company, to be changed."""
    return Path(shutil.copytree(small_folder, tmp_path / "company"))


@dataclass(frozen=True)
class Scored:
    """A made company that was run, what the run said, and its cards, the largest book first."""

    folder: Path
    done: Done
    cards: list[dict[str, Any]]

    @property
    def who(self) -> str:
        """The name of a manager with many accounts."""
        return str(self.cards[0]["name"])


@pytest.fixture(scope="module")
def scored(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    folder = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("scored") / "demo"))
    with pytest.MonkeyPatch.context() as patch:
        remember(patch, pipeline, "run")
        done = cli("run", folder, "--set-aside", "--as-of", AS_OF)
    cards = json.loads((folder / "scorecards/2026-Q2/scorecards.json").read_text(encoding="utf-8"))
    return Scored(folder, done, sorted(cards, key=lambda c: -c["accounts"]))


# ---- help and usage ----


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_for_itself_and_its_options(command: str) -> None:
    done = cli(command, "--help")
    assert done.code == 0
    assert "--json" in done.out
    assert len(done.out.split("Options:")[0].split(".")) > 1


def test_help_names_every_command_and_the_exit_codes() -> None:
    done = cli("--help")
    assert all(f"\n  {command} " in done.out for command in COMMANDS)
    assert "Exit codes: 0 done" in done.out


def test_the_version_is_told() -> None:
    assert cli("--version") == Done(0, "bookscore 0.1.0\n", "")


@pytest.mark.parametrize(
    "arguments",
    [("chek",), ("run", "--perod", "x"), ("run", "nowhere"), ("check", "--as-of", "yesterday"), ("metrics", "nrr"),
     ("explain", "x"), ("runs", "nowhere"), ("init", "--demo", "--accounts", "3")],
)  # fmt: skip
def test_wrong_usage_is_one_sentence_and_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    sentence, following = done.err.splitlines()
    assert len(sentence) > 10
    assert following.startswith("Next: bookscore ")
    told = cli(*arguments, "--json")
    assert told.json["problems"][0]["what"] == sentence
    assert (told.code, told.err) == (2, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("group", [(), ("users",), ("review",), ("deliveries",), ("schedule",)])
def test_help_lists_commands_with_all_of_a_sentence(group: tuple[str, ...]) -> None:
    listed = cli(*group, "--help").out.split("Commands:\n")[1]
    assert "..." not in listed
    entries = re.split(r"\n  (?=\S)", listed.rstrip())
    assert all(entry.endswith(".") for entry in entries), entries


def test_a_period_is_taken_in_small_letters_wherever_one_is_asked_for() -> None:
    asked = [(typer.Context(command), p) for command in below(built()) for p in command.params if p.name == "period"]
    assert len(asked) > 20
    for context, option in asked:
        many = getattr(option, "multiple", False)
        taken = option.process_value(context, ["2026-q2"] if many else "2026-q2")
        assert taken == (["2026-Q2"] if many else "2026-Q2"), context.command.name


def test_without_a_command_help_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    for group in ((), ("review",)):
        helping = cli(*group, "--help")
        bare = cli(*group)
        assert (bare.code, bare.out, bare.err) == (2, "", helping.out)
        assert len(bare.err.splitlines()) > 5


@pytest.mark.parametrize("folder", ["company", "."])
@pytest.mark.parametrize(
    ("words", "following"),
    [
        (("runs", "FOLDER"), "explain NAME --run RUN --folder FOLDER"),
        (("open", "FOLDER"), "explain NAME --folder FOLDER"),
        (("cohorts", "FOLDER"), "explain NAME --folder FOLDER"),
        (("diff", "nope", "last", "FOLDER"), "runs FOLDER"),
        (("explain", "x", "--run", "nope", "--folder", "FOLDER"), "runs FOLDER"),
        (("seal", "2030-Q1", "FOLDER", "--by", "Fay"), "runs FOLDER"),
        (("reopen", "2026-Q2", "FOLDER", "--by", "Fay", "--reason", "x"), "seals FOLDER"),
        (("users", "enable", "nobody@example.com", "--folder", "FOLDER"),
         "users add YOU@EXAMPLE.COM --name 'YOUR NAME' --role leader --folder FOLDER"),
        (("simulate", "new.yaml", "FOLDER"), "simulate new.yaml FOLDER --set-aside"),
        (("sensitivity", "FOLDER", "--rules", "new.yaml"), "sensitivity FOLDER --rules new.yaml --set-aside"),
        (("simulate", "new.yaml", "FOLDER", "--set-aside", "--as-of", AS_OF),
         f"run FOLDER --rules new.yaml --as-of {AS_OF} --set-aside"),
        (("run", "FOLDER", "--rules", "new.yaml", "--period", "2026-Q1"),
         "run FOLDER --set-aside --rules new.yaml --period 2026-Q1"),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)  # fmt: skip
def test_what_comes_next_is_in_the_same_folder_and_asks_for_the_same(
    scored: Scored, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], following: str, folder: str
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    named = scored.folder.name if folder == "company" else "."
    monkeypatch.chdir(scored.folder.parent if folder == "company" else scored.folder)
    text = (scored.folder / RULES).read_text(encoding="utf-8")
    Path("new.yaml").write_text(text.replace("weight: 30", "weight: 20"), encoding="utf-8")
    (stored,) = cli("runs", scored.folder, "--json").json["data"]
    told = following.replace("RUN", stored["run_id"][:12])
    told = re.sub(r" (--folder )?FOLDER", "", told) if named == "." else told.replace("FOLDER", named)
    done = cli(*(word.replace("FOLDER", named) for word in words))
    Path("new.yaml").unlink()
    assert done.err.splitlines()[-1] == f"{NEXT}{told}"


def test_a_change_is_the_difference_of_what_is_printed_beside_it(
    scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    text = (scored.folder / RULES).read_text(encoding="utf-8")
    other = tmp_path / "new.yaml"
    other.write_text(text.replace("weight: 30", "weight: 11"), encoding="utf-8")
    for words in (
        ("what-if", scored.folder, "--weight", "keep_revenue=11", "--all"),
        ("simulate", other, scored.folder, "--set-aside", "--as-of", AS_OF, "--all"),
    ):
        out = cli(*words).out.replace("−", "-")
        rows = [re.findall(r"  (-?\d+\.\d)  +(-?\d+\.\d)  +([+-]?\d+\.\d) ", line) for line in out.splitlines()]
        found = [[Decimal(figure) for figure in row[0]] for row in rows if row]
        assert len(found) > 5
        assert all(now - then == change for then, now, change in found)


def test_a_period_that_has_not_begun_is_wrong_usage(scored: Scored) -> None:
    done = cli("run", scored.folder, "--set-aside", "--as-of", AS_OF, "--period", "2030-Q1")
    assert (done.code, "name a period that has begun" in done.err) == (2, True)


def test_a_team_is_not_held_against_itself(scored: Scored) -> None:
    done = cli("gap", "Iberia", "IBERIA", scored.folder)
    assert (done.code, "name two teams" in done.err) == (2, True)


@pytest.mark.parametrize("width", ["80", "100"])
def test_no_two_columns_of_other_weights_are_called_alike(
    scored: Scored, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = cli("what-if", scored.folder, "--weight", "keep_revenue=11").out
    rules = re.split(r"  +", out.split("\n\n")[1].splitlines()[0])
    assert rules == ["Rule", "Weight", "Would be", *(["Share", "Share would be"] if width == "100" else [])]


@pytest.mark.parametrize(
    ("words", "told", "help_of"),
    [
        (("review", "nothing"), "No such command 'nothing'.", "review"),
        (("nothing",), "No such command 'nothing'.", ""),
        (
            ("review", "comment", "Ann", "--by", "Bo", "--text", "Good"),
            "Missing option '--as'. Choose from: reviewer, manager",
            "review comment",
        ),
        (("history", "--periods", "0"), "Invalid value for '--periods': it must be 1 or more", "history"),
        (("history", "--periods", "x"), "Invalid value for '--periods': it is no whole number", "history"),
        (("explain", "Ann", "--to", "x"), "Invalid value for '--to': it is no number", "explain"),
        (
            ("history", "--by", "sun"),
            "Invalid value for '--by': 'sun' is not one of 'company', 'team', 'manager'.",
            "history",
        ),
    ],
)
def test_what_was_typed_wrong_is_one_line_with_the_help_of_that_command(
    words: tuple[str, ...], told: str, help_of: str
) -> None:
    done = cli(*words)
    helping = " ".join(("bookscore", help_of, "--help")).replace("  ", " ")
    assert (done.code, done.err) == (2, f"{told}\nNext: {helping}\n")


def test_a_mistake_of_ours_is_one_sentence_and_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "existing", lambda _: 1 / 0)
    done = cli("runs", tmp_path)
    assert done.code == 1
    assert "ZeroDivisionError" in done.err
    assert "BOOKSCORE_DEBUG=1" in done.err
    assert "Traceback" not in done.err
    monkeypatch.setenv("BOOKSCORE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli("runs", tmp_path)


# ---- init ----


def test_init_makes_a_company_that_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli("init", "--demo", "--accounts", "100", "--seed", "3")
    assert done.code == 0
    assert done.err.endswith("Next: bookscore run demo --set-aside\n")
    assert (tmp_path / "demo/rules.yaml").read_text(encoding="utf-8") == default_text()
    assert {line.split()[0] for line in done.out.splitlines()} == {"wrote"}
    assert {tmp_path / line.split()[1] for line in done.out.splitlines()} == {
        p for p in (tmp_path / "demo").rglob("*") if p.is_file()
    }


def test_init_overwrites_nothing_and_says_so(company: Path) -> None:
    (company / "rules.yaml").write_text("name: mine\n", encoding="utf-8")
    before = contents(company)
    done = cli("init", company, "--demo")
    assert done.code == 0
    assert f"kept  {company / 'rules.yaml'}" in done.out
    assert f"wrote  {company / 'rules.schema.json'}" in done.out
    after = contents(company)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"rules.schema.json"}


def test_init_drafts_a_map_and_names_what_it_could_not_place(tmp_path: Path) -> None:
    (tmp_path / "Customers.csv").write_text("CustomerID,CompanyName\nA,Ada Ltd\n")
    (tmp_path / "moon.csv").write_text("phase,tide\nfull,high\n")
    done = cli("init", tmp_path)
    assert done.code == 0
    assert "recognised     Customers.csv: taken for accounts" in done.out
    assert "not recognised moon.csv" in done.out
    assert "guessed        rules.yaml: time_zone: Europe/Berlin, as no export says where a day begins" in done.out
    assert "table: accounts" in (tmp_path / "sources.yaml").read_text(encoding="utf-8")
    assert f"Next: bookscore check {tmp_path}" in done.err


def test_init_says_how_few_lines_name_the_currency_that_it_takes(tmp_path: Path) -> None:
    lines = "1,A,2026-01-01,5,USD\n2,A,2026-01-02,5,\n3,A,2026-01-03,5,\n"
    (tmp_path / "Invoices.csv").write_text(f"Invoice No,Customer,Date,Amount,Currency\n{lines}")
    said = "currency: USD, as most lines that name one are in it; 2 lines do not"
    assert said in cli("init", tmp_path).out


def test_init_without_exports_says_what_to_do(tmp_path: Path) -> None:
    done = cli("init", tmp_path / "new")
    assert done.code == 0
    assert "put them there" in done.err
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["rules.schema.json", "rules.yaml"]


@pytest.mark.parametrize("name", ["subscriptions.xls", "all.ZIP", "deals.csv.gz"])
def test_init_makes_no_folder_that_is_named_like_an_export(name: str, tmp_path: Path) -> None:
    done = cli("init", tmp_path / name)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert f"there is no file {tmp_path / name}" in done.err


def test_init_does_not_take_results_for_exports(scored: Scored, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(scored.folder, tmp_path / "again"))
    (folder / "sources.yaml").unlink()
    found = cli("init", folder, "--json").json["data"]["findings"]
    assert {f["file"].split("/")[0] for f in found} == {"exports", "rules.yaml"}


@pytest.mark.parametrize("arguments", [("init", "new"), ("init", "--demo")])
def test_init_can_be_tried_without_writing(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli(*arguments, "--dry-run")
    assert done.code == 0
    assert "would write" in done.out
    assert list(tmp_path.iterdir()) == []


# ---- check ----


def test_check_prints_every_problem_in_one_line_as_it_is(small_folder: Path) -> None:
    done = cli("check", small_folder, "--as-of", AS_OF)
    examined = examine(Request(small_folder, demo.AS_OF))
    expected = [f"{p.severity}: {p}" for p in in_order((*examined.rules, *examined.exports))]
    assert done.out.splitlines() == expected
    assert sum(line.startswith("error: exports/") for line in expected) == 3
    assert done.code == 3
    assert done.err.splitlines()[-1].startswith("Next: bookscore run")
    assert "--set-aside" in done.err.splitlines()[-1]


def test_check_finds_the_planted_faults(small_folder: Path) -> None:
    found = {(p["file"], p["row"]) for p in cli("check", small_folder, "--json").json["problems"] if p["row"]}
    assert found >= {(planted.file, planted.row) for planted in demo.planted_faults()}


def test_check_says_of_no_row_that_it_was_set_aside_as_none_is_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    done = cli("check", _world(tmp_path, **_edited("contracts.csv", "10.00", "1O.00")), "--as-of", AS_OF)
    assert "1 of 2 rows (50.0\u202f%) cannot be used: all scores are withheld" in done.out
    assert "were set aside" not in done.out
    assert "Unusable" in done.err


def test_check_tells_wrong_rules_and_wrong_exports_at_once(company: Path) -> None:
    rules = company / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("net_revenue_retention", "nrr"), encoding="utf-8")
    done = cli("check", company)
    assert done.code == 4
    assert "error: rules.yaml:" in done.out
    assert 'did you mean "net_revenue_retention"?' in done.out
    assert "error: exports/billing/subscriptions.csv row 12" in done.out


def test_check_of_a_folder_without_rules_says_so(company: Path) -> None:
    (company / "rules.yaml").unlink()
    done = cli("check", company)
    assert done.code == 4
    assert "rules.yaml: the file cannot be read" in done.out


def test_check_of_clean_exports_is_0(company: Path) -> None:
    _without_faults(company)
    done = cli("check", company, "--as-of", AS_OF)
    assert done.code == 0, done.out
    assert not any(line.startswith("error") for line in done.out.splitlines())
    assert done.err.endswith(f"Next: bookscore run {company} --as-of {AS_OF}\n")


# ---- run ----


def test_run_tells_groups_on_stdout_and_the_work_on_stderr(scored: Scored) -> None:
    folder, done = scored.folder, scored.done
    assert done.code == 0, done.err
    assert "2026-Q2, as of 2026-06-30" in done.out
    assert "In line with the peers (" in done.out
    assert scored.who in done.out
    assert "Read with care:" in done.err
    assert "set aside: exports/billing/subscriptions.csv row 12" in done.err
    assert done.err.splitlines()[-1].startswith("Next: bookscore explain ")
    assert (folder / "scorecards/2026-Q2/league.html").is_file()


def test_run_names_nobody_by_rank_but_by_name(scored: Scored) -> None:
    within = scored.done.out.split("In line with the peers (")[1].split("\n\n")[0]
    names = [line.split("  ")[0] for line in within.splitlines()[3:]]
    assert names == sorted(names, key=by_letters)


def test_run_leaves_results_that_are_the_same_when_run_again(scored: Scored, tmp_path: Path) -> None:
    folder = scored.folder
    done = cli("run", folder, "--set-aside", "--as-of", AS_OF, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert contents(tmp_path / "out") == contents(folder / "scorecards/2026-Q2")
    assert len(cli("runs", folder, "--json").json["data"]) == 1


def test_another_map_of_the_same_exports_is_another_run(scored: Scored, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(scored.folder, tmp_path / "again"))
    mapped = folder / "sources.yaml"
    text = mapped.read_text(encoding="utf-8")
    assert "      segment: Segment\n" in text
    mapped.write_text(text.replace("      segment: Segment\n", "      segment: Industry\n"), encoding="utf-8")
    assert cli("run", folder, "--set-aside", "--as-of", AS_OF).code == 0
    ids = [run["run_id"] for run in cli("runs", folder, "--json").json["data"]]
    assert len(ids) == len(set(ids)) == 2


def test_run_in_json_says_all_and_nothing_else(scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(monkeypatch, pipeline, "run")
    done = cli("run", scored.folder, "--set-aside", "--as-of", AS_OF, "--dry-run", "--out", tmp_path / "out", "--json")
    data = done.json["data"]
    assert done.err == ""
    assert data["period"] == "2026-Q2"
    assert data["written"] == []
    assert not (tmp_path / "out").exists()
    assert {i["file"] for i in data["inputs"]} >= {"exports/crm/Account.csv"}
    assert next(i for i in data["inputs"] if i["file"].endswith("subscriptions.csv"))["rows_set_aside"] == 1
    assert all(c["group"] in ("above", "within", "below", "not_scored") for c in data["scorecards"])


def test_run_with_errors_says_what_check_says_and_writes_nothing(company: Path) -> None:
    before = contents(company)
    done, checked = cli("run", company, "--as-of", AS_OF), cli("check", company, "--as-of", AS_OF)
    assert (done.code, done.out) == (3, "")
    assert [line for line in done.err.splitlines() if line in checked.out.splitlines()] == checked.out.splitlines()
    assert "--set-aside" in done.err
    assert contents(company) == before
    told = cli("run", company, "--as-of", AS_OF, "--json")
    assert (told.code, told.json["data"]) == (3, None)
    assert contents(company) == before


def test_run_into_a_folder_of_others_is_refused_before_anything_is_worked_out(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: 1 / 0)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    done = cli("run", company, "--set-aside", "--as-of", AS_OF, "--out", tmp_path / "mine")
    assert done.code == 2
    assert "nothing was written" in done.err
    assert not (company / ".bookscore").exists()


def test_run_into_a_folder_of_others_is_refused_before_anything_is_stored(
    scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(monkeypatch, pipeline, "run")
    monkeypatch.setattr(run, "_store", lambda *_: 1 / 0)
    letter = scored.folder / "scorecards/2026-Q2/letter.txt"
    letter.write_text("dear")
    before = contents(scored.folder)
    done = cli("run", scored.folder, "--set-aside", "--as-of", AS_OF)
    after = contents(scored.folder)
    letter.unlink()
    assert done.code == 2
    assert "nothing was written" in done.err
    assert after == before


def test_run_takes_today_for_the_day_nobody_named(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "today", lambda: date(2026, 4, 2))
    assert places.request(company, None, None).as_of == date(2026, 4, 2)


def test_run_takes_other_rules(company: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(default_text().replace("name: Keep and grow", "name: Other", 1), encoding="utf-8")
    done = cli("run", company, "--set-aside", "--as-of", AS_OF, "--rules", other, "--dry-run")
    assert done.out.startswith("Other: 2026-Q2")
    other.write_text("name: x\n", encoding="utf-8")
    assert cli("run", company, "--rules", other).code == 4
    assert cli("run", company, "--rules", tmp_path / "none.yaml").code == 2


def test_a_period_that_is_none_is_2(company: Path) -> None:
    done = cli("run", company, "--set-aside", "--period", "2026-Q9")
    assert done.code == 2
    assert '"2026-Q9" is not a period' in done.err


@pytest.mark.parametrize("day", ["2026-02-30", "30.6.2026"])
def test_what_is_no_day_is_told_in_plain_words(day: str) -> None:
    done = cli("check", "--as-of", day)
    assert done.code == 2
    assert f"'--as-of': \"{day}\" is no day; write one as 2026-06-30\n" in done.err


def test_run_stops_with_1_where_it_cannot_write(scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(monkeypatch, pipeline, "run")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "results")

    monkeypatch.setattr(run, "_store", full)
    done = cli("run", scored.folder, "--set-aside", "--as-of", AS_OF)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[0] == "results: no space left on device"


# ---- bad input: one clear line each, nothing written ----

GOOD = {
    "accounts.csv": "account_id,name\nA,Ada\nB,Bob\n",
    "managers.csv": "manager_id,name\nM,Mia\nN,Noa\n",
    "ownership.csv": "account_id,manager_id,starts_on,ends_on,share\nA,M,,,\nB,N,,,\n",
    "contracts.csv": "line_id,account_id,amount,currency,every,starts_on,ends_on\n"
    "1,A,10.00,EUR,month,2025-01-01,\n2,B,5.00,EUR,month,2025-01-01,\n",
    "targets.csv": "manager_id,metric,period,value\nM,closing,2026-Q2,20\n",
}  # fmt: skip


def _world(folder: Path, **changed: str | bytes) -> Path:
    files: dict[str, str | bytes] = {
        **GOOD,
        "rules.yaml": default_text(),
        **{k.replace("_", "."): v for k, v in changed.items()},
    }
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def _edited(name: str, old: str, new: str) -> dict[str, str]:
    assert old in GOOD[name]
    return {name.replace(".", "_"): GOOD[name].replace(old, new, 1)}


BAD: Mapping[str, tuple[dict[str, Any], int, str]] = {
    "a wrong number": (
        _edited("contracts.csv", "10.00", "1O.00"), 3, 'contracts.csv row 1, column amount: not a number: "1O.00"'
    ),
    "a wrong date": (
        _edited("contracts.csv", "2025-01-01", "2025-02-30"), 3, "contracts.csv row 1, column starts_on: no such day"
    ),
    "an unknown account": (
        _edited("contracts.csv", "2,B", "2,Z"), 3, 'contracts.csv row 2, column account_id: account_id is not among'
    ),
    "a duplicate key": (_edited("accounts.csv", "B,Bob", "A,Bob"), 3, "accounts.csv row 2"),
    "a missing column": (_edited("contracts.csv", "amount", "betrag"), 3, "there is no column amount"),
    "an empty file": ({"contracts_csv": ""}, 3, "contracts.csv: is empty"),
    "a broken encoding": ({"accounts_csv": b"account_id,name\nA,M\xfcller\nB,Bob\n"}, 3, "accounts.csv"),
    "an unknown currency": (_edited("contracts.csv", "EUR", "EUX"), 3, 'currency is not known: "EUX"'),
    "overlapping shares": (_edited("ownership.csv", "A,M,,,", "A,M,,,\nA,N,,,"), 3, "ownership.csv row 1"),
    "an unknown metric in targets": (
        _edited("targets.csv", "closing", "closings"), 3, 'no such metric: "closings"; did you mean "closing"?'
    ),
    "an unknown metric in rules": (
        {"rules_yaml": default_text().replace("metric: like_for_like_growth", "metric: like_for_like_grwth")}, 4,
        'mean "like_for_like_growth"?',
    ),
    "an unknown key": ({"rules_yaml": default_text().replace("basis:", "basics:", 1)}, 4, 'did you mean "basis"?'),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    changed, code, expected = BAD[name]
    folder = _world(tmp_path, **changed)
    before = contents(folder)
    checked, done = cli("check", folder, "--as-of", AS_OF), cli("run", folder, "--as-of", AS_OF)
    assert (checked.code, done.code) == (code, code), checked.out
    told = [line for line in checked.out.splitlines() if expected in line and line.startswith("error: ")]
    assert len(told) == 1, checked.out
    assert told[0] in done.err.splitlines()
    assert contents(folder) == before


def test_a_file_with_only_a_header_is_told(tmp_path: Path) -> None:
    folder = _world(tmp_path, contracts_csv=GOOD["contracts.csv"].splitlines()[0] + "\n")
    done = cli("check", folder, "--as-of", AS_OF)
    assert any("contracts.csv" in line for line in done.out.splitlines()), done.out


def test_many_wrong_rows_can_be_set_aside(tmp_path: Path) -> None:
    lines = "".join(f"x{n},A,1O,EUR,month,2025-01-01,\n" for n in range(50))
    folder = _world(tmp_path, contracts_csv=GOOD["contracts.csv"] + lines)
    done = cli("run", folder, "--as-of", AS_OF, "--set-aside", "--json")
    assert done.code == 0, done.out
    assert next(i for i in done.json["data"]["inputs"] if i["file"] == "contracts.csv")["rows_set_aside"] == 50


TWO_TABLES = """\
files:
  - {file: crm.csv, table: accounts, columns: {account_id: id, name: name}}
  - {file: crm.csv, table: ownership, columns: {account_id: id, manager_id: owner}, where: {owner: {filled: true}}}
  - {file: contracts.csv, table: contracts, columns: {line_id: line_id, account_id: account_id, amount: amount,
     currency: currency, every: every, starts_on: starts_on}}
"""


def test_a_file_that_fills_two_tables_is_one_line_of_the_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    folder = _world(tmp_path, crm_csv="id,name,owner\nA,Ada,M\nB,Bob,\n", sources_yaml=TWO_TABLES)
    done = cli("check", folder, "--as-of", AS_OF)
    (line,) = [line for line in done.err.splitlines() if line.startswith("crm.csv ")]
    assert line.split() == ["crm.csv", "accounts,", "ownership", "2", "1", "note"]
    told = cli("check", folder, "--as-of", AS_OF, "--json").json["data"]["inputs"]
    filtered = {i["table"]: i["rows_filtered"] for i in told if i["file"] == "crm.csv"}
    assert filtered == {"accounts": 0, "ownership": 1}


def test_a_missing_column_cannot_be_set_aside(tmp_path: Path) -> None:
    folder = _world(tmp_path, **_edited("contracts.csv", "amount", "betrag"))
    done = cli("run", folder, "--as-of", AS_OF, "--set-aside")
    assert done.code == 3
    assert "cannot be set aside" in done.err


# ---- explain ----


def test_explain_goes_from_points_to_rows(scored: Scored) -> None:
    folder = scored.folder
    whole = cli("explain", scored.who, "--folder", folder)
    assert whole.code == 0
    assert "grow_revenue" in whole.out
    metric = cli("explain", scored.who, "--folder", folder, "--metric", "keep_revenue", "--all")
    assert "Gross revenue retention" in metric.out
    data = cli("explain", scored.who, "--folder", folder, "--json").json["data"]
    moved = next(a for a in data["accounts"] if any(m["kind"] == "expansion" for m in a["movements"]))
    one = cli("explain", scored.who, "--folder", folder, "--account", moved["account_id"])
    assert "exports/billing/subscriptions.csv:" in one.out
    for done in (whole, metric, one):
        assert done.err.splitlines()[-1].startswith("Next: bookscore explain ")


def test_printed_rows_add_up_to_the_printed_account(scored: Scored) -> None:
    data = cli("explain", scored.who, "--folder", scored.folder, "--json").json["data"]
    for account in data["accounts"][:5]:
        words = ("explain", scored.who, "--folder", scored.folder, "--account", account["account_id"])
        body = cli(*words).out.split("After EUR\n")[1].split("the whole account")
        rows = [re.findall(r"€([\d,.]+)", line) for line in body[0].splitlines() if ".csv:" in line]
        assert rows
        sums = [sum(Decimal(r[end].replace(",", "")) for r in rows) for end in (0, 1)]
        assert sums == [Decimal(c.replace(",", "")) for c in re.findall(r"€([\d,.]+)", body[1])[:2]]
        (told,) = cli(*words, "--json").json["data"]["accounts"]
        assert len(told["whole"]["rows"]) == len(rows)


def test_printed_contributions_add_up_to_the_printed_score(scored: Scored) -> None:
    for card in (card for card in scored.cards if card["score"] is not None):
        out = cli("explain", card["manager_id"], "--folder", scored.folder).out
        body = out.split("Adds\n")[1].split("\n\n")[0].splitlines()
        rows = [line.split()[-1] for line in body if not line.startswith("─")]
        *adds, score = [Decimal(r.replace("−", "-")) for r in rows if r != "n/a"]
        assert sum(adds) == score


def test_printed_parts_add_up_to_the_printed_value(scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for further in ((), ("--all",)):
        out = cli("explain", scored.who, "--folder", scored.folder, "--metric", "net_revenue_retention", *further).out
        *parts, whole = [Decimal(found) for found in re.findall(r" (\d+\.\d\d)\u202f%", out)]
        assert len(parts) > 10
        assert sum(parts) == whole


def test_explain_takes_the_run_that_is_named(scored: Scored) -> None:
    (stored,) = cli("runs", scored.folder, "--json").json["data"]
    done = cli("explain", scored.who, "--folder", scored.folder, "--run", stored["run_id"][:12], "--json")
    assert done.json["data"]["run_id"] == stored["run_id"]
    assert cli("explain", scored.who, "--folder", scored.folder, "--run", "ffff").code == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("a",), "several managers"),
        (("WHO", "--metric", "nrr"), 'did you mean "net_revenue_retention"?'),
        (("WHO", "--account", "zzzzz"), "there is no account"),
        (("zzzzz",), "there is no manager"),
    ],
)
def test_explain_asks_back_where_it_is_not_clear_who_or_what(
    scored: Scored, words: tuple[str, ...], expected: str
) -> None:
    done = cli("explain", *(scored.who if w == "WHO" else w for w in words), "--folder", scored.folder)
    assert done.code == 2
    assert expected in done.err


def test_explain_says_whose_an_account_is_that_is_named_instead_of_a_manager(scored: Scored) -> None:
    said = cli("explain", scored.who, "--folder", scored.folder, "--json").json["data"]
    account = said["accounts"][0]["name"]
    done = cli("explain", account, "--folder", scored.folder)
    assert done.code == 2
    assert f'there is no manager "{account}", but an account of ' in done.err
    assert said["name"] in done.err


# ---- metrics, open, runs ----


def test_metrics_lists_the_catalogue_and_tells_one() -> None:
    data = cli("metrics", "--json").json["data"]
    assert {"net_revenue_retention", "target_attainment"} <= {d["name"] for d in data}
    done = cli("metrics", "net_revenue_retention")
    for word in ("who counts", "empty when", "source", "accounts paying at the start"):
        assert word in done.out
    everything = cli("metrics").out
    assert all(d["name"] in everything for d in data)


def test_what_to_type_next_explains_whichever_metric_was_told(scored: Scored) -> None:
    rules = set(RULES_NAMED.findall((scored.folder / RULES).read_text(encoding="utf-8")))
    for metric in CATALOGUE:
        (following,) = cli("metrics", metric).err.splitlines()
        words = [scored.who if word == "NAME" else word for word in shlex.split(following.removeprefix(NEXT))]
        done = cli(*words, "--folder", scored.folder)
        assert (done.code, words[:2]) == (0, ["explain", scored.who]), (metric, done.err)
        assert set(CODE.findall(done.out)) <= rules, metric
        assert not BARE_FIGURE.findall(done.out), metric


def test_open_opens_the_page_of_the_last_run(scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda uri: opened.append(uri) or True)
    page = scored.folder / "scorecards/2026-Q2/league.html"
    assert cli("open", scored.folder).out == f"{page}\n"
    assert cli("open", scored.folder / "scorecards/2026-Q2").out == f"{page}\n"
    assert cli("open", scored.folder / "sources.yaml", "--period", "2026-Q2").out == f"{page}\n"
    assert opened == [page.resolve().as_uri()] * 3
    assert cli("open", scored.folder, "--period", "2020-Q1").code == 1


def test_cohorts_are_blank_where_they_are_too_young_and_come_from_the_stored_run(scored: Scored) -> None:
    done = cli("cohorts", scored.folder)
    assert done.code == 0
    assert done.out.splitlines()[0] == "Share of the accounts that pay, by quarters since the first"
    first, *_, last = [line.split() for line in done.out.splitlines() if re.match(r"\d{4}-Q\d ", line)]
    assert first[2] == last[2] == "100"
    assert len(first) > len(last) == 4


def test_cohorts_of_each_segment_say_revenue_and_are_json_with_nulls(scored: Scored) -> None:
    assert cli("cohorts", scored.folder, "--run", "2026-Q2").out == cli("cohorts", scored.folder).out
    told = cli("cohorts", scored.folder, "--by", "segment", "--show", "net").out
    data = cli("cohorts", scored.folder, "--by", "segment", "--json").json["data"]
    assert all(f"{row['id']}: revenue that is there" in told for row in data)
    assert {len(row["net"]) for row in data if row["id"] == data[0]["id"]} == {len(data[0]["logo"])}
    assert data[0]["gross"][0] == 1.0
    assert None in max(data, key=lambda row: row["cohort"])["logo"]


def test_cohorts_by_what_no_account_has_are_refused_with_what_there_is(scored: Scored) -> None:
    done = cli("cohorts", scored.folder, "--by", "segmnt")
    assert done.code == 2
    assert 'did you mean "segment"' in done.err


def test_cohorts_are_computed_where_no_run_is_stored_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(default_text(), encoding="utf-8")
    (tmp_path / "accounts.csv").write_text("account_id\na1\n", encoding="utf-8")
    lines = "line_id,account_id,amount,every,starts_on\nl1,a1,100,month,2025-01-15\n"
    (tmp_path / "contracts.csv").write_text(lines, encoding="utf-8")
    before = contents(tmp_path)
    data = cli("cohorts", tmp_path, "--json").json["data"]
    assert (data[0]["cohort"], data[0]["accounts"], data[0]["revenue"]) == ("2025-Q1", 1, "100.0000")
    assert contents(tmp_path) == before


def test_commands_about_runs_make_no_store(tmp_path: Path) -> None:
    for arguments in (("runs", tmp_path), ("open", tmp_path), ("explain", "x", "--folder", tmp_path)):
        done = cli(*arguments)
        assert done.code == 2
        assert "no run is stored" in done.err
        assert done.err.splitlines()[-1].startswith("Next: bookscore run")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_the_folder_means_the_folder_in_what_comes_next(scored: Scored) -> None:
    for arguments in (("runs", scored.folder / "sources.yaml"), ("verify", scored.folder / "sources.yaml")):
        assert f"{scored.folder} " in f"{cli(*arguments).err.splitlines()[-1]} "


def test_an_archive_that_was_run_means_the_folder_that_it_lies_in(tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    archive.write_bytes(b"PK")
    for arguments in (
        ("runs", archive), ("open", archive), ("explain", "x", "--folder", archive), ("seals", archive),
        ("seal", "2026-Q2", archive, "--by", "Ann"), ("verify", archive), ("diff", "last", "previous", archive),
        ("restate", "2026-Q2", archive),
    ):  # fmt: skip
        done = cli(*arguments)
        assert (done.code, f"no run is stored in {tmp_path} yet" in done.err) == (2, True), arguments


# ---- streams and terminals ----


def test_a_terminal_without_umlauts_gets_plain_letters(scored: Scored) -> None:
    who = next(card for card in scored.cards if not card["name"].isascii())
    told = []
    for further in ((), ("--json",)):
        terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        with redirect_stdout(terminal):
            assert main(["explain", who["manager_id"], "--folder", str(scored.folder), *further]) == 0
        terminal.seek(0)
        told.append(terminal.read())
    assert bare(who["name"]) in told[0].casefold()
    assert json.loads(told[1])["data"]["name"] == who["name"]


def test_a_pipe_that_is_closed_is_no_traceback(tmp_path: Path) -> None:
    code = "import sys; from scoring.cli import main; sys.exit(main())"
    command = f"{sys.executable} -c '{code}' metrics | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout == "Revenue and its movements\n"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("width", ["80", "120"])
def test_tables_fit_the_width(scored: Scored, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    remember(monkeypatch, pipeline, "run")
    monkeypatch.setenv("COLUMNS", width)
    arguments: list[tuple[str | Path, ...]] = [
        ("explain", scored.who, "--folder", scored.folder, "--metric", m) for m in ("keep_revenue", "clv_margin_growth")
    ]
    for each in (
        *arguments,
        ("run", scored.folder, "--set-aside", "--as-of", AS_OF, "--dry-run"),
        ("runs", scored.folder),
    ):
        done = cli(*each)
        ruled = [line for line in (done.out + done.err).splitlines() if line.startswith("──")]
        assert ruled
        assert max(map(len, ruled)) <= int(width)


def test_a_table_of_numbers_too_wide_for_the_terminal_loses_no_digit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = ["2026-Q2", *(f"{n},283,783,094" for n in range(1, 5)), "93.8", "what can be left out"]
    columns = [Column("Period"), *(Column(f"Sum {n}", is_number=True) for n in range(5)), Column("More", is_extra=True)]
    table(columns, [row])
    assert capsys.readouterr().out.splitlines()[-1].split() == row[:-1]


def test_sentences_are_broken_between_words_on_a_terminal_alone_and_commands_never(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = "error: contracts.csv row 1, column amount: not a number"
    lines = (problem, "Monthly recurring revenue under contract", "  note: 84 of 4,041 lines bring none", "short")
    command = "Next: bookscore explain 'Aino Kärkkälä' --metric keep_revenue"
    monkeypatch.setenv("COLUMNS", "32")
    for shown in (False, True):
        monkeypatch.setattr(streams, "is_terminal", lambda stream, shown=shown: shown)
        streams.say("\n".join(lines))
        streams.note(command)
        streams.say_whole(problem)
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        *lines, problem,
        "error: contracts.csv row 1,", "  column amount: not a number",
        "Monthly recurring revenue under", "contract",
        "  note: 84 of 4,041 lines bring", "    none",
        "short", problem,
    ]  # fmt: skip
    assert err == f"{command}\n{command}\n"


def test_a_name_is_whole_where_something_that_can_be_missed_would_break_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    columns = (Column("Input"), Column("Fills", is_extra=True), Column("Set aside", is_number=True), Column("Problems"))
    name = f"exports/{'long' * 14}.csv"
    table(columns, [(name, "contracts", "23", "23 errors, 1 warning, 1 note")])
    assert capsys.readouterr().out.splitlines()[-2].split()[:2] == [name, "23"]


@pytest.mark.parametrize("width", range(20, 121, 4))
def test_text_is_broken_at_its_words_rather_than_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    row = [
        "1b6002bab13f",
        "1,234.50",
        "Keep and grow",
        "2026-11-27 14:31",
        "latest, sealed by Fay Finance",
        "Dana Director",
    ]
    names = ["Run", "Owed to us", "Rules", "Stored at (UTC)", "", "Reviewed by"]
    table([Column(name, is_number=name == "Owed to us") for name in names], [row])
    lines = capsys.readouterr().out.splitlines()
    printed = [word for line in lines for word in line.split() if not word.startswith("──")]
    assert sorted(printed) == sorted(word for text in (*names, *row) for word in text.split())
    assert max(map(len, lines)) <= max(width, 61)


def test_names_cannot_move_the_cursor(tmp_path: Path) -> None:
    folder = _world(tmp_path, managers_csv="manager_id,name\nM,\x1b[2JMia [bold]\nN,Noa\n")
    done = cli("run", folder, "--as-of", AS_OF, "--dry-run")
    assert "\x1b" not in done.out + done.err
    assert "[bold]" in done.out


HEAVY = (
    "alembic", "babel", "fastapi", "httpcore", "jinja2", "polars", "pydantic", "rich", "ruamel", "scipy",
    "scipy.special", "sqlmodel", "typst", "xlsxwriter",
)  # fmt: skip
"""What takes long to load. NumPy is not among them, as Polars loads it for a single decimal number."""
LOADED: Mapping[tuple[str, ...], set[str]] = {
    ("--help",): set(),
    ("check", "--help"): {"pydantic"},
    ("check",): {"babel", "polars", "pydantic", "rich", "ruamel"},
    ("metrics", "net_revenue_retention"): {"polars", "pydantic"},
    ("runs",): {"polars", "pydantic", "rich", "sqlmodel"},
}


@pytest.mark.parametrize("command", LOADED, ids=" ".join)
def test_a_command_loads_what_it_uses(command: tuple[str, ...], tmp_path: Path) -> None:
    _world(tmp_path)
    if command == ("runs",):
        cli("run", tmp_path, "--as-of", AS_OF)
    heavy = f"print(*sorted({set(HEAVY)!r} & set(sys.modules)))"
    code = f"import sys; from scoring.cli import main; main({list(command)!r}); {heavy}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert set(done.stdout.splitlines()[-1].split()) == LOADED[command]


MANY_ROWS = b"product,note\n" + b"Seat,x\n" * 400_000
"""More than few: no table of ours, so no command reads on."""


@pytest.mark.parametrize(
    ("file", "content", "told", "expected"),
    [
        ("notes.txt", b"", None, "1"),
        ("notes.csv", MANY_ROWS, None, None),
        ("more/notes.csv", MANY_ROWS, None, None),
        ("notes.csv.gz", bytes(random.Random(1).randbytes(400_000)), None, None),
        ("scorecards/2026-Q2/lines.csv", MANY_ROWS, None, "1"),
        (".bookscore/lines.csv", MANY_ROWS, None, "1"),
        ("notes.txt", b"", "3", "3"),
    ],
    ids=["few", "many", "many below", "many, packed", "of a run", "of the store", "told"],
)
def test_few_rows_get_one_thread_before_polars_is_loaded(
    file: str, content: bytes, told: str | None, expected: str | None, tmp_path: Path
) -> None:
    _world(tmp_path)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_bytes(content)
    environment = {name: value for name, value in os.environ.items() if name != threads.THREADS}
    environment |= {threads.THREADS: told} if told else {}
    code = (
        "import os; from scoring.cli import main; main(['check']); import polars; "
        f"print(os.environ.get({threads.THREADS!r}), polars.thread_pool_size())"
    )
    asked = [sys.executable, "-c", code]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    asked_for, taken = done.stdout.splitlines()[-1].split()
    assert asked_for == str(expected)
    assert expected in (None, taken)  # it was said before Polars was loaded


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment that says nothing of threads, while Polars is not loaded."""
    variables: dict[str, str] = {}
    monkeypatch.setattr(threads.os, "environ", variables)
    monkeypatch.delitem(sys.modules, "polars")
    return variables


def test_a_single_file_is_measured_alone(tmp_path: Path, outside: dict[str, str]) -> None:
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    few.write_bytes(b"product\n")
    many.write_bytes(MANY_ROWS)
    assert threads.fitted(many) == many
    assert threads.THREADS not in outside
    assert threads.fitted(few) == few
    assert outside[threads.THREADS] == "1"


def test_what_cannot_be_looked_at_is_left_to_whoever_reads_it(tmp_path: Path, outside: dict[str, str]) -> None:
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    assert threads.fitted(tmp_path) == tmp_path
    assert threads.fitted(tmp_path / "nowhere") == tmp_path / "nowhere"
    assert outside[threads.THREADS] == "1"


def _without_faults(folder: Path) -> None:
    """Takes the planted rows out of the exports."""
    for planted in demo.planted_faults():
        path = folder / planted.file
        lines = path.read_bytes().splitlines(keepends=True)
        kept: Callable[[bytes], bool] = lambda line: planted.value.encode() not in line  # noqa: B023, E731
        path.write_bytes(b"".join(line for line in lines if kept(line)))


def test_everybody_knows_the_folder_by_the_same_names() -> None:
    assert (init.RULES, init.SOURCES) == (RULES, SOURCES)
    assert places.STORE == FOLDER


# ---- profiles ----


def test_profiles_are_listed_with_what_differs_and_where_it_is_published() -> None:
    done = cli("profiles")
    assert done.code == 0
    assert "chartmogul_like: " in done.out
    assert done.err == "Next: bookscore profiles compare default baremetrics_like\n"
    found = {p["name"]: p for p in cli("profiles", "--json").json["data"]}
    assert {"setting", "default", "value", "says", "source"} == set(found["stripe_like"]["differs"][0])
    assert found["mrr_playbook"]["not_said"]


def test_a_comparison_says_each_effect_and_leaves_nothing_over(small_folder: Path) -> None:
    words = ("profiles", "compare", "rules", "profitwell_like", small_folder, "--set-aside", "--as-of", AS_OF)
    data = cli(*words, "--json").json["data"]
    assert (data["a"], data["b"], data["period"]) == ("rules", "profitwell_like", "2026-Q2")
    assert data["metrics"]
    for metric in data["metrics"]:
        assert Decimal(metric["residual"]) == 0
        effects = [Decimal(s["effect"]) for s in metric["steps"]]
        assert Decimal(metric["a"]) + sum(effects) == Decimal(metric["b"])
    done = cli(*words, "--metric", "net_revenue_retention")
    assert done.code == 0
    assert "policies.fx: constant → at_start" in done.out
    assert not (small_folder / ".bookscore").exists()


@pytest.mark.parametrize("words", [("chartmogul", "default"), ("default", "rules", "--metric", "nrrr")])
def test_a_comparison_of_what_is_not_there_is_one_sentence_and_2(words: tuple[str, ...], small_folder: Path) -> None:
    done = cli("profiles", "compare", words[0], words[1], small_folder, *words[2:])
    assert (done.code, done.out) == (2, "")
    assert "there is no " in done.err
