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


def test_columns_are_named_as_the_files_name_them(company: Path) -> None:
    """Found while the file was read (a number), found in its rows (an id), and where either of two may be meant."""
    columns = "line_id: ID, account_id: Customer, amount: Net, starts_on: {first: [Begin, Signed]}, every: every"
    (company / "sources.yaml").write_text(
        f"files:\n  - {{file: accounts.csv, table: accounts, columns: {{account_id: account_id}}}}\n"
        f"  - {{file: contracts.csv, table: contracts, columns: {{{columns}}}}}\n",
        encoding="utf-8",
    )
    (company / "contracts.csv").write_text(
        "ID,Customer,Net,Begin,Signed,every\nL1,A9,5,2025-01-01,,month\nL2,A1,x,2025-01-01,,month\nL3,A1,5,,,month\n",
        encoding="utf-8",
    )
    _, told, _ = bookscore("check", company)
    assert [error.partition(";")[0] for error in errors(told)] == [
        'contracts.csv row 1, column Customer: account_id is not among the accounts: "A9"',
        'contracts.csv row 2, column Net: not a number: "x"',
        "contracts.csv row 3, column Begin or Signed: starts_on is empty",
    ]


def test_what_has_not_happened_yet_is_told(company: Path) -> None:
    (company / "answers.csv").write_text(
        "account_id,answered_on,kind,score\nA1,2026-06-30,nps,9\nA1,2094-12-10,nps,9\nA2,2094-12-11,nps,9\n",
        encoding="utf-8",
    )
    code, told, _ = bookscore("check", company, "--as-of", "2026-06-30")
    assert code == 0
    assert (
        "warning: answers.csv row 2, column answered_on: 2 rows are dated after the as-of day 2026-06-30, the first: "
        '"2094-12-10"; correct the day, or leave out what has not happened yet\n'
    ) in told


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


_WRONG_SETTINGS = [
    ('dates: "%d/%m/%Y %H"', 'dates is no pattern that a date can be read by: "%d/%m/%Y %H"'),
    ('dates: "%d/%m/%Y %I:%M"', "dates is no pattern that a date can be read by"),
    ('dates: "%d/%m/%Q%Y"', "dates is no pattern that a date can be read by"),
    ('dates: "%d/%m/%Y %"', "dates is no pattern that a date can be read by"),
    ('dates: "%d/%d/%m/%Y"', "dates is no pattern that a date can be read by"),
    ('dates: "%Y-%m-%d %H:%M:%S.%f"', "dates is no pattern that a date can be read by"),
    ('delimiter: "→"', 'delimiter must be one plain sign and no quote: "→"'),
    ("delimiter: '\"'", "delimiter must be one plain sign and no quote"),
    ('delimiter: "\\n"', "delimiter must be one plain sign and no quote"),
    ("encoding: idna", "encoding is not a known encoding"),
    ("where: {every: []}", "where.every needs 1 or more entries"),
    ("minor_digits: {jpy: 0}", 'minor_digits.jpy is not the code of a currency: "jpy"; write three capitals'),
    ("unpivot: {columns: amount, name: m, value: m}", 'unpivot: name and value are both "m"'),
    ("unpivot: {columns: amount, name: ' row', value: m}", 'is no name that a column can be given: " row"'),
    ("attributes: {origin_file: every}", "attributes.origin_file is no name that a column can be given"),
    ("attributes: {' kept': every}", "attributes. kept is no name that a column can be given"),
    ("lookups: [{file: accounts.csv, on: {account_id: account_id}, take: [name], delimiter: é}]", "must be one plain"),
    (f"lookups: [{{file: {'x' * 256}, on: {{account_id: account_id}}, take: [name]}}]", "is longer than the name"),
    ("months: {columns: '(?x)a #', value: v}", "months.columns is no pattern"),
    ("months: {columns: '2026-01', value: '*'}", 'is no name that a column can be given: "*"'),
    ("header_rows: 1.5", "header_rows must be a whole number: \"1.5\"; write digits, such as 30"),
]  # fmt: skip
_MAPPED = """\
files:
  - file: contracts.csv
    table: contracts
    SETTING
    columns: {line_id: line_id, account_id: account_id, amount: amount, starts_on: starts_on, every: every}
"""


@pytest.mark.parametrize(("setting", "said"), _WRONG_SETTINGS)
def test_a_wrong_setting_of_sources_is_told_in_one_line_at_its_place(company: Path, setting: str, said: str) -> None:
    (company / "sources.yaml").write_text(_MAPPED.replace("SETTING", setting), encoding="utf-8")
    code, told, hint = bookscore("check", company)
    (error,) = errors(told)
    assert code == DATA
    assert "--set-aside" not in hint
    assert re.match(r"sources\.yaml:4: ", error)
    assert said in error
    assert re.search("; .", error), "no remedy"


_ODD_HEADER = """\
line_id,account_id,product,amount,currency,every,starts_on,2026-01,since
L1,A1,Plan,5,EUR,month,2024-01-01,5,x
"""
_MISFITS = [
    ("explode: {column: Typo}", 'contracts.csv, column Typo: has no column Typo; its columns are line_id, '),
    ("unpivot: {columns: amount, name: every, value: v}", "contracts.csv, column every: has a column every"),
    ("unpivot: {columns: currency, name: m, value: amount}", "contracts.csv, column amount: has a column amount"),
    ("unpivot: {columns: '.*', name: m, value: v}", "contracts.csv, column account_id: has no column account_id"),
    ("months: {columns: '2026-01', value: amount}", "contracts.csv, column amount: has a column amount"),
    (
        "history: {of: product, file: accounts.csv, on: {account_id: account_id}, at: segment, new: name}",
        "contracts.csv, column since: has a column since",
    ),
]  # fmt: skip


def test_a_row_that_comes_to_several_lines_is_one_that_cannot_be_used(company: Path) -> None:
    """The total has a line for each month that is another, and it is one of three rows."""
    (company / "contracts.csv").write_text("who,2026-01,2026-02,2026-03\nA1,1,1,1\nA2,1,2,2\nTotal,2,3,3\n", "utf-8")
    entry = """\
files:
  - file: contracts.csv
    table: contracts
    months: {columns: '\\d{4}-\\d\\d', value: paid}
    columns: {line_id: {join: [who, since]}, account_id: who, amount: paid, starts_on: since, ends_on: until}
    constants: {every: month}
"""
    (company / "sources.yaml").write_text(entry, encoding="utf-8")
    _, told, _ = bookscore("check", company)
    assert "1 of 3 rows (33.3\u202f%) cannot be used" in told
    (company / "sources.yaml").write_text(entry + "    where: {who: {not: [Total]}}\n", encoding="utf-8")
    assert errors(bookscore("check", company)[1]) == []


@pytest.mark.parametrize(("setting", "said"), _MISFITS)
def test_a_setting_that_does_not_fit_the_columns_is_told_in_one_line(company: Path, setting: str, said: str) -> None:
    (company / "contracts.csv").write_text(_ODD_HEADER, encoding="utf-8")
    (company / "sources.yaml").write_text(_MAPPED.replace("SETTING", setting), encoding="utf-8")
    code, told, _ = bookscore("check", company)
    error, *_ = errors(told)
    assert code == DATA
    assert error.startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("contracts.csv", "'[z-a].csv'", "sources.yaml: no file matches [z-a].csv"),
        ("contracts.csv", "'[!].csv'", "sources.yaml: no file matches [!].csv"),
        ("starts_on: starts_on", "starts_on: {column: starts_on, plus_days: 99999999999}", "3660 or less"),
        ("account_id: account_id", "account_id: {column: account_id, minor_of: currency}", "no minor_of gives"),
        (
            "account_id: account_id",
            "account_id: {first: [{formula: amount}]}",
            "account_id holds a text, which no formula",
        ),
    ],
)
def test_a_wrong_mapping_is_told_and_is_no_mistake_of_ours(company: Path, old: str, new: str, said: str) -> None:
    text = _MAPPED.replace("    SETTING\n", "").replace(old, new, 1)
    (company / "sources.yaml").write_text(text, encoding="utf-8")
    code, told, _ = bookscore("check", company)
    assert code == DATA
    assert any(error.startswith("sources.yaml") and said in error for error in errors(told))
