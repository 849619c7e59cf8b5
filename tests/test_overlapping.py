"""Two weekly exports in one folder: is it said once of the files, and never mended by dropping both copies of a row?"""

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from scoring.intake import Exports as Taken
from scoring.intake import can_be_set_aside, take_in

ACCOUNTS = "Id,Name,OwnerId,Industry\n"
SOURCES = """\
files:
  - file: "*.zip/Account.csv"
    table: accounts
    columns: {account_id: Id, name: Name}
"""


def weekly(folder: Path, **weeks: str) -> None:
    for name, rows in weeks.items():
        with ZipFile(folder / f"{name}.zip", "w") as made:
            made.writestr("Account.csv", ACCOUNTS + "".join(f"{id_},Name of {id_}{name},7,Food\n" for id_ in rows))


def taken(folder: Path) -> Taken:
    return take_in(folder, "EUR", date(2026, 6, 30))


def errors(exports: Taken) -> list[tuple[str | None, int | None, str, str]]:
    return [(p.file, p.row, p.what, p.remedy) for p in exports.problems if p.severity == "error"]


@pytest.mark.parametrize("mapped", [True, False])
def test_two_weeks_of_one_export_are_an_error_of_the_file_that_cannot_be_set_aside(
    tmp_path: Path, mapped: bool
) -> None:
    weekly(tmp_path, june="ABCD", july="BCDE")
    if mapped:
        (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    made = taken(tmp_path)
    told = [e for e in errors(made) if "accounts" in e[2]]
    what = "is an export of the same accounts as july.zip/Account.csv: 3 of 4 ids are in both"
    assert told == [("june.zip/Account.csv", None, what, "keep the newer")]
    assert not [row for _, row, *_ in errors(made) if row is not None]
    assert not can_be_set_aside(made.problems)


def test_parts_of_one_export_that_share_few_rows_are_told_by_row(tmp_path: Path) -> None:
    weekly(tmp_path, june="ABCDEFGH", july="HIJKLMNO")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    made = taken(tmp_path)
    assert [(file, row) for file, row, *_ in errors(made)] == [("june.zip/Account.csv", 8)]
    assert can_be_set_aside(made.problems)


def test_parts_of_one_export_that_share_nothing_are_read_as_one(tmp_path: Path) -> None:
    weekly(tmp_path, june="ABCD", july="EFGH")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    made = taken(tmp_path)
    assert errors(made) == []
    assert made.checked.tables["accounts"].height == 8


def test_numbered_files_of_our_own_layout_are_compared_as_well(tmp_path: Path) -> None:
    for month, ids in {"2026-06": "ABC", "2026-07": "ABCD"}.items():
        rows = "".join(f"{id_},{month}\n" for id_ in ids)
        (tmp_path / f"accounts-{month}.csv").write_text(f"account_id,name\n{rows}", encoding="utf-8")
    what = "is an export of the same accounts as accounts-2026-06.csv: 3 of 3 ids are in both"
    assert errors(taken(tmp_path)) == [("accounts-2026-07.csv", None, what, "keep the newer")]
