"""What happens to wrong input? One clear line for each fault, the right exit code, and nothing is written."""

import io
import json
import re
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from scoring.cli import main
from scoring.intake import RULES
from scoring.rules import default_text

DATA, WRONG_RULES = 3, 4
TABLES = {
    "accounts.csv": """
        account_id,name,segment
        A1,Alpha,Small
        A2,Beta,Large
        A3,Gamma,Small
        """,
    "managers.csv": """
        manager_id,name,team
        M1,Ada,East
        M2,Ben,East
        """,
    "ownership.csv": """
        account_id,manager_id,starts_on,ends_on,share
        A1,M1,2024-01-01,2026-05-01,
        A1,M2,2026-05-01,,
        A2,M2,2024-01-01,,
        A3,M1,2024-01-01,,0.5
        """,
    "contracts.csv": """
        line_id,account_id,product,amount,currency,every,starts_on,ends_on
        L1,A1,Entry Plan,100.00,EUR,month,2024-01-01,
        L2,A2,Premium Plan,2400.00,USD,year,2024-01-01,
        L3,A3,Entry Plan,50.00,EUR,month,2025-01-01,2026-05-10
        """,
    "rates.csv": """
        currency,dated_on,rate
        USD,2024-01-01,0.9
        """,
    "targets.csv": """
        manager_id,metric,period,value
        M1,closing,2026-Q2,150
        """,
}

Fault = Callable[[Path], object]


def replaced(name: str, old: str, new: str) -> Fault:
    """A fault in one place of a file."""

    def make(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return make


def holding(name: str, content: bytes) -> Fault:
    """A file that holds something else."""
    return lambda folder: (folder / name).write_bytes(content)


ROW_FAULTS = {
    "a wrong number": (
        replaced("contracts.csv", "100.00", "1OO.00"),
        'contracts.csv row 1, column amount: not a number: "1OO.00"; write plain digits',
    ),
    "a number with a comma": (
        replaced("contracts.csv", "100.00", '"100,00"'),
        'contracts.csv row 1, column amount: not a number with decimal sign ".": "100,00"; declare decimal',
    ),
    "a day that is not in the calendar": (
        replaced("contracts.csv", "2025-01-01,2026", "2025-02-30,2026"),
        'contracts.csv row 3, column starts_on: no such day or time in the calendar: "2025-02-30"; correct it',
    ),
    "a date in another format": (
        replaced("contracts.csv", "2025-01-01,2026", "01.02.2025,2026"),
        'contracts.csv row 3, column starts_on: not an ISO date (YYYY-MM-DD): "01.02.2025"; write all dates',
    ),
    "an end before the start": (
        replaced("contracts.csv", "2026-05-10", "2024-05-10"),
        'contracts.csv row 3, column ends_on: ends_on is before starts_on: "2024-05-10"; mend one of the two days',
    ),
    "an unknown account": (
        replaced("contracts.csv", "L3,A3", "L3,A9"),
        'contracts.csv row 3, column account_id: account_id is not among the accounts: "A9"; add it to accounts',
    ),
    "an unknown manager": (
        replaced("ownership.csv", "A2,M2", "A2,M7"),
        'ownership.csv row 3, column manager_id: manager_id is not among the managers: "M7"; add it to managers',
    ),
    "a repeated row": (
        replaced("contracts.csv", "L2,A2", "L1,A1,Entry Plan,100.00,EUR,month,2024-01-01,\nL2,A2"),
        'contracts.csv row 2, column line_id: the same row as contracts.csv row 1: "L1"; remove one of them',
    ),
    "a duplicate key": (
        replaced("contracts.csv", "L2,A2", "L1,A2"),
        'contracts.csv row 2, column line_id: the same key as contracts.csv row 1, with other values: "L1"; keep the',
    ),
    "an empty cell that must be filled": (
        replaced("contracts.csv", "2400.00", ""),
        "contracts.csv row 2, column amount: amount is empty; every row needs one",
    ),
    "an unknown word": (
        replaced("contracts.csv", "year", "yearly"),
        'contracts.csv row 2, column every: every is not understood: "yearly"; use month, quarter, year',
    ),
    "an unknown currency": (
        replaced("contracts.csv", "USD", "USX"),
        'contracts.csv row 2, column currency: currency is not known: "USX"; use the code of ISO 4217',
    ),
    "a currency without a rate": (
        replaced("contracts.csv", "USD", "GBP"),
        'contracts.csv row 2, column currency: currency has no rate to EUR on 2024-01-01: "GBP"; add the rate',
    ),
    "overlapping shares": (
        replaced("ownership.csv", ",,0.5", ",,0.5\nA3,M2,2025-01-01,,0.6"),
        "ownership.csv row 5, column share: the shares of the account add up to 1.1 on 2025-01-01 (ownership.csv row 4, "
        'ownership.csv row 5): "A3"; end the earlier row',
    ),
    "a target for an unknown metric": (
        replaced("targets.csv", "closing", "closng"),
        'targets.csv row 1, column metric: there is no such metric: "closng"; did you mean "closing"?',
    ),
    "a row that is too short": (
        replaced("contracts.csv", ",50.00,EUR,month,2025-01-01,2026-05-10", ""),
        "contracts.csv row 3: the row has 3 cells instead of 8; correct the row",
    ),
}  # fmt: skip

FILE_FAULTS = {
    "a missing column": (
        replaced("contracts.csv", "amount", "betrag"),
        "contracts.csv, column amount: there is no column amount: Net amount of the line for one `every`; add the column",
    ),
    "two columns of one name": (
        replaced("contracts.csv", "product", "amount"),
        'contracts.csv, column amount: duplicate header: columns "amount" and "amount" have the same name; rename',
    ),
    "an empty file": (holding("contracts.csv", b""), "contracts.csv: is empty: no header and no data rows; export it"),
    "a file with only a header": (
        holding("contracts.csv", b"line_id,account_id,amount,every,starts_on\n"),
        "contracts.csv: has a header but no data rows; export it again",
    ),
    "a broken encoding": (
        holding("accounts.csv", "account_id,name\nA1,Müller\nA2,B\nA3,C\n".encode("latin-1")),
        "accounts.csv: wrong encoding: byte 0xFC at offset 20 (line 2) is not UTF-8; save it as UTF-8, or declare",
    ),
    "something that is no text": (
        holding("accounts.csv", bytes(range(256)) * 4),
        "accounts.csv: wrong encoding: byte 0x80 at offset 128 (line 2) is not UTF-8; save it as UTF-8",
    ),
}  # fmt: skip

RULE_FAULTS = {
    "an unknown metric": (
        replaced(RULES, "metric: net_revenue_retention", "metric: nrr"),
        r'rules.yaml:\d+: rule grow_revenue: no metric "nrr"; did you mean "net_revenue_retention"\?',
    ),
    "an unknown setting": (
        replaced(RULES, "min_coverage:", "min_coverge:"),
        r'rules.yaml:\d+: no setting "min_coverge"; did you mean "min_coverage"\?',
    ),
    "a setting twice": (
        replaced(RULES, "currency: EUR ", "currency: EUR\ncurrency: USD "),
        r"rules.yaml:9: currency is a duplicate; line 8 has it too; keep one",
    ),
    "a list that does not end": (replaced(RULES, "calendar:", "calendar: ["), r"rules.yaml:\d+: this is not YAML: .+; close"),
    "no rules": (lambda folder: (folder / RULES).unlink(), r"rules.yaml: .*no such file"),
}  # fmt: skip


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
    assert bookscore("check", company)[:2] == (DATA, f"error: {error}\n{_warnings(company)}")


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


def test_many_faults_of_one_kind_are_listed_up_to_a_number_and_counted(company: Path) -> None:
    rows = "".join(
        f"X{n},A1,Entry Plan,1,EUR,month,2024-01-01,\nY{n},A{n + 10},Entry Plan,1,EUR,month,2024-01-01,\n"
        for n in range(60)
    )
    replaced("contracts.csv", "L3,", rows + "L3,")(company)
    _, _, told = bookscore("run", company)
    assert len(errors(told)) == 21
    assert "40 more rows: account_id is not among the accounts" in told


@pytest.mark.parametrize("fault", [fault for fault, _ in ROW_FAULTS.values()], ids=ROW_FAULTS)
def test_rows_can_be_set_aside_and_are_named(company: Path, fault: Fault) -> None:
    fault(company)
    code, out, told = bookscore("run", company, "--set-aside", "--json")
    assert (code, told) == (0, "")
    (error,) = (p for p in json.loads(out)["problems"] if p["severity"] == "error")
    made = json.loads((company / "scorecards/2026-Q2/run.json").read_text(encoding="utf-8"))
    assert error in made["problems"]
    assert sum(file["rows_set_aside"] for file in made["inputs"]) >= 1
    if error["table"] in ("contracts", "ownership"):
        cards = json.loads((company / "scorecards/2026-Q2/scorecards.json").read_text(encoding="utf-8"))
        assert cards
        assert "set aside" in json.dumps([made["company"], cards])


@pytest.mark.parametrize("fault", [fault for fault, _ in FILE_FAULTS.values()], ids=FILE_FAULTS)
def test_a_file_or_column_cannot_be_set_aside(company: Path, fault: Fault) -> None:
    fault(company)
    before = contents(company)
    code, _, told = bookscore("run", company, "--set-aside")
    assert code == DATA
    assert "a missing file or column cannot be set aside" in told
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


def _warnings(company: Path) -> str:
    told = bookscore("check", company)[1]
    return "".join(f"{line}\n" for line in told.splitlines() if not line.startswith("error: "))
