"""Is all that is wrong with sources.yaml told at once: how it is written, and how it fits tables and files?"""

from datetime import date
from pathlib import Path

import pytest

from scoring.errors import Problem, ProblemsFoundError
from scoring.intake import take_in

CELLS = "id,customer,net,day\n1,A,10.00,2026-01-05\n2,A,ten,2026-01-06\n"
SOUND = """
  - file: sales.csv
    table: invoices
    columns: {line_id: id, account_id: customer, amount: net, dated_on: day}
"""
SOLD = SOUND.replace("sales", "sold")


def problems(folder: Path, text: str) -> list[Problem]:
    (folder / "sales.csv").write_text(CELLS, encoding="utf-8")
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    try:
        return list(take_in(folder, "EUR", date(2026, 6, 30)).problems)
    except ProblemsFoundError as error:
        return list(error.problems)


def told(folder: Path, text: str) -> list[str]:
    return [f"{p.file}:{p.row or ''} {p.what}" for p in problems(folder, text) if p.severity == "error"]


UNKNOWN = 'sources.yaml:2 no setting "zone"'
NOT_A_NUMBER = "sales.csv:2 not a number"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", []),
        (
            SOUND.replace("id: customer", "id: client"),
            ["sales.csv: has no column client; its columns are id, customer, net, day"],
        ),
        (SOLD, ["sources.yaml: no file matches sold.csv"]),
        (SOUND.replace("sales.csv", "[]"), ["sources.yaml:8 file 2: file must be text"]),
        (
            SOLD.replace("invoices", "invoicez").replace("amount: net", "amount: {formula: a +}"),
            [
                "sources.yaml: no file matches sold.csv",
                "sources.yaml: sold.csv: there is no table invoicez",
                'sources.yaml:10 file sold.csv: columns.amount.formula is not a formula: "a +"',
            ],
        ),
        (
            SOUND.replace("columns:", "wheree: {x: y}\n    columns:").replace("dated_on", "dated"),
            [
                "sources.yaml: sales.csv: table invoices has no column dated",
                'sources.yaml:10 file sales.csv: no setting "wheree"',
            ],
        ),
    ],
)  # fmt: skip
def test_mistakes_of_form_hide_no_others(tmp_path: Path, more: str, wanted: list[str]) -> None:
    found = told(
        tmp_path, f"files:{SOUND}{more}".replace("files:", "zone: UTC\nfiles:", 1).replace("zone", "\nzone", 1)
    )
    assert sorted(found) == sorted([UNKNOWN, NOT_A_NUMBER, *wanted])


def test_a_column_that_the_table_lacks_hides_none_that_the_file_lacks(tmp_path: Path) -> None:
    wrong = SOUND.replace("line_id: id", "line: id").replace("account_id: customer", "account_id: client")
    assert sorted(told(tmp_path, f"files:{wrong}")) == [
        "sales.csv: has no column client; its columns are id, customer, net, day",
        "sources.yaml: sales.csv: table invoices has no column line",
    ]
    unknown = SOUND.replace("line_id: id", "line: id")
    assert sorted(told(tmp_path, f"files:{unknown}")) == [
        NOT_A_NUMBER,
        "sources.yaml: sales.csv: table invoices has no column line",
    ]


def test_a_file_to_look_up_in_that_is_not_there_hides_no_other(tmp_path: Path) -> None:
    """What would be looked up by what it would give is not asked for."""
    lookups = (
        "    lookups:\n"
        "      - {file: one.csv, on: {id: id}, take: [region]}\n"
        "      - {file: two.csv, on: {region: id}, take: [area]}\n"
        "      - {file: three.csv, on: {id: id}, take: [product]}\n"
    )
    wrong = SOUND.replace("    columns:", f"{lookups}    columns:").replace(
        "amount: net", "amount: nett, product: product, tier: area"
    )
    assert sorted(told(tmp_path, f"files:{wrong}")) == [
        "sales.csv: has no column nett; its columns are id, customer, net, day",
        "sales.csv: no file matches one.csv",
        "sales.csv: no file matches three.csv",
    ]


def test_a_file_to_look_up_in_is_suggested_where_one_is_called_nearly_so(tmp_path: Path) -> None:
    (tmp_path / "regions.csv").write_text("id,region\n", encoding="utf-8")
    lookups = "    lookups:\n      - {file: %s, on: {id: id}, take: [region]}\n    columns:"
    for file, remedy in (("region.csv", 'did you mean "regions.csv"?'), ("x.csv", "correct its name in sources.yaml")):
        found = problems(tmp_path, f"files:{SOUND.replace('    columns:', lookups % file)}")
        assert [p.remedy for p in found if p.what == f"no file matches {file}"] == [remedy]


def test_an_entry_that_says_two_things_is_not_judged_by_one_of_them(tmp_path: Path) -> None:
    twice = SOLD.replace("table: invoices", "table: invoices\n    table: contracts")
    found = told(tmp_path, f"files:{twice}{SOUND}")
    assert sorted(found) == [NOT_A_NUMBER, "sources.yaml:4 file sold.csv: table is a duplicate"]


def test_what_is_no_map_at_all_is_told_by_itself(tmp_path: Path) -> None:
    for text in ("", "- a", "files: 3", "files:\n  - 3", "files:\n  - {columns: 3}", "files: [{"):
        assert all(what.startswith("sources.yaml") for what in told(tmp_path, text))
        assert told(tmp_path, text)
