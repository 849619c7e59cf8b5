"""What happens to wrong input? One clear line for each fault, the right exit code, and nothing is written."""

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from wrong_input import FILE_FAULTS, ROW_FAULTS, RULE_FAULTS, TABLES, Fault, replaced

from scoring.cli import main
from scoring.intake import RULES
from scoring.rules import default_text

DATA, WRONG_RULES = 3, 4


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A company without a fault, to be broken."""
    for name, text in TABLES.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / RULES).write_text(default_text(), encoding="utf-8")
    return tmp_path


def test_the_company_is_scored_while_nothing_is_wrong(company: Path) -> None:
    code, _, told = bookscore("run", company)
    assert code == 0
    assert errors(told) == []


@pytest.mark.parametrize(
    ("fault", "line"), [*ROW_FAULTS.values(), *FILE_FAULTS.values()], ids=[*ROW_FAULTS, *FILE_FAULTS]
)
def test_wrong_exports_are_told_in_one_line_and_nothing_is_written(company: Path, fault: Fault, line: str) -> None:
    fault(company)
    before = contents(company)
    code, out, told = bookscore("run", company)
    assert (code, out) == (DATA, "")
    (error,) = errors(told)
    assert error.startswith(line)
    assert re.search("; .", error), "no remedy"
    assert "Nothing was written." in told
    assert contents(company) == before
    code, out, _ = bookscore("check", company)
    assert (code, errors(out)) == (DATA, [error])


@pytest.mark.parametrize(("fault", "line"), RULE_FAULTS.values(), ids=RULE_FAULTS)
def test_wrong_rules_are_told_in_one_line_and_nothing_is_written(company: Path, fault: Fault, line: str) -> None:
    fault(company)
    before = contents(company)
    code, out, told = bookscore("run", company, "--set-aside")
    assert (code, out) == (WRONG_RULES, "")
    (error,) = errors(told)
    assert re.match(line, error)
    assert contents(company) == before


def test_all_faults_are_told_at_once(company: Path) -> None:
    together = ("a wrong number", "an unknown manager", "a currency without a rate", "a target for an unknown metric")
    for name in together:
        ROW_FAULTS[name][0](company)
    RULE_FAULTS["an unknown setting"][0](company)
    before = contents(company)
    code, _, told = bookscore("run", company)
    assert code == WRONG_RULES
    found = errors(told)
    assert len(found) == 5
    assert all(any(e.startswith(ROW_FAULTS[name][1]) for e in found) for name in together)
    assert re.match(RULE_FAULTS["an unknown setting"][1], next(e for e in found if e.startswith(RULES)))
    assert contents(company) == before


def test_a_blank_id_is_told_in_one_line_beside_the_rows_that_miss_it(company: Path) -> None:
    replaced("accounts.csv", "A2,Beta", ",Beta")(company)
    before = contents(company)
    code, out, told = bookscore("run", company)
    assert (code, out) == (DATA, "")
    missed = 'column account_id: account_id is not among the accounts: "A2"; add it to accounts or mend the id'
    assert errors(told) == [
        "accounts.csv row 2, column account_id: account_id is empty; every row needs one",
        f"contracts.csv row 2, {missed}",
        f"ownership.csv row 3, {missed}",
    ]
    assert contents(company) == before


def test_a_row_is_named_with_its_line_where_a_cell_above_it_has_several(company: Path) -> None:
    """Found while the file was read (a number), and found in its rows (an id)."""
    replaced("accounts.csv", "A1,Alpha", 'A1,"Alpha\nand\nsons"')(company)
    replaced("accounts.csv", "A2,Beta", ",Beta")(company)
    replaced("contracts.csv", "A1,Entry Plan", 'A1,"Entry\nPlan"')(company)
    replaced("contracts.csv", "L2,A2", "L2,A9")(company)
    _, _, told = bookscore("run", company)
    places = [error.split(":")[0] for error in errors(told)]
    assert "accounts.csv row 2 (line 5), column account_id" in places
    assert "contracts.csv row 2 (line 4), column account_id" in places


def test_many_faults_of_one_kind_are_listed_up_to_a_number_and_counted(company: Path) -> None:
    rows = "".join(
        f"X{n},A1,Entry Plan,1,EUR,month,2024-01-01,\nY{n},A{n + 10},Entry Plan,1,EUR,month,2024-01-01,\n"
        for n in range(60)
    )
    replaced("contracts.csv", "L3,", rows + "L3,")(company)
    _, _, told = bookscore("run", company)
    assert len(errors(told)) == 21
    assert "40 more rows: account_id is not among the accounts" in told


@pytest.mark.parametrize(
    "fault",
    ["a wrong number", "an unknown account", "a duplicate key", "overlapping shares", "a row that is too short"],
)
def test_rows_can_be_set_aside_and_are_named(company: Path, fault: str) -> None:
    ROW_FAULTS[fault][0](company)
    code, out, told = bookscore("run", company, "--set-aside", "--json")
    assert (code, told) == (0, "")
    (error,) = (p for p in json.loads(out)["problems"] if p["severity"] == "error")
    made = json.loads((company / "scorecards/2026-Q2/run.json").read_text(encoding="utf-8"))
    assert error in made["problems"]
    assert sum(file["rows_set_aside"] for file in made["inputs"]) >= 1
    if error["table"] in ("contracts", "ownership") and error["column"]:
        cards = json.loads((company / "scorecards/2026-Q2/scorecards.json").read_text(encoding="utf-8"))
        assert cards
        assert "set aside" in json.dumps([made["company"], cards])


@pytest.mark.parametrize("fault", [fault for fault, _ in FILE_FAULTS.values()], ids=FILE_FAULTS)
def test_a_file_or_column_cannot_be_set_aside(company: Path, fault: Fault) -> None:
    fault(company)
    before = contents(company)
    code, _, told = bookscore("run", company, "--set-aside")
    assert code == DATA
    assert "a missing file or column, and a file that cannot be read, cannot be set aside" in told
    assert contents(company) == before


def test_a_failing_run_leaves_the_run_before_as_it_was(company: Path) -> None:
    bookscore("run", company)
    before = contents(company)
    ROW_FAULTS["a wrong number"][0](company)
    assert bookscore("run", company)[0] == DATA
    assert {n: c for n, c in contents(company).items() if n != "contracts.csv"} == {
        n: c for n, c in before.items() if n != "contracts.csv"
    }


def bookscore(command: str, folder: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, what went to stdout, and what to stderr."""
    out, err = io.StringIO(), io.StringIO()
    period = ("--period", "2026-Q2") if command == "run" else ()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([command, str(folder), "--as-of", "2026-07-05", *period, *options])
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return code, out.getvalue(), err.getvalue()


def errors(told: str) -> list[str]:
    """The errors that were told, without the word."""
    return [line.removeprefix("error: ") for line in told.splitlines() if line.startswith("error: ")]


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_file_that_cannot_be_read_is_not_scored_without(company: Path) -> None:
    path = company / "contracts.csv"
    head, first, *rest = path.read_text("utf-8").split("\n")
    path.write_text("\n".join([head, first.replace(",", ',"', 1), *rest]), "utf-8")
    before = contents(company)
    code, _, told = bookscore("run", company, "--set-aside")
    assert code == DATA
    assert all("rules.yaml" not in line for line in errors(told))
    assert "a file that cannot be read, cannot be set aside" in told
    assert contents(company) == before


def test_a_value_that_cannot_be_read_is_one_error_where_nobody_delivered_accounts(company: Path) -> None:
    for name in ("accounts.csv", "managers.csv", "ownership.csv", "targets.csv"):
        (company / name).unlink()
    replaced("contracts.csv", "100.00", "1OO.00")(company)
    _, told, _ = bookscore("check", company)
    assert [error.partition(":")[0] for error in errors(told)] == ["contracts.csv row 1, column amount"]
    assert "is not among" not in told
    code, out, _ = bookscore("run", company, "--set-aside", "--json")
    assert code == 0
    assert "is not among" not in out
