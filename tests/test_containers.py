"""Are exports read wherever they lie: in archives, compressed, as one file, in old workbooks, with report footers?"""

import gzip
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from adapters import read_folder
from adapters.delivery import Fault
from adapters.files.headers import headers_in
from adapters.files.matching import data_files, matches
from adapters.files.opening import Opened, Opening, open_file

LAYOUT = {"invoices": {"line_id": "text", "amount": "money"}, "accounts": {"account_id": "text"}}
GOOD = "line_id,amount\nL1,1.50\nL2,2.50\n"


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def names(folder: Path, pattern: str) -> list[str]:
    return [name for _, name in matches(folder, pattern)]


def opened(folder: Path, data: str | bytes, name: str = "export.csv", **declared: Any) -> Opened:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_file(path, name, Opening(**declared))


def rows(file: Opened) -> list[tuple[object, ...]]:
    assert file.frame is not None, file.faults
    return file.frame.fill_null("").rows()


def refusal(file: Opened) -> Fault:
    assert file.frame is None
    (fault,) = file.faults
    return fault


def test_an_archive_is_a_folder(tmp_path: Path) -> None:
    zipped(
        tmp_path / "weekly.zip",
        {"crm/Account.csv": GOOD, "crm/2026/User.CSV": GOOD, "__MACOSX/._Account.csv": b"junk", "read.me": "x"},
    )
    (tmp_path / "User.csv").write_text(GOOD)
    assert [n for _, n in data_files(tmp_path)] == [
        "User.csv", "weekly.zip/crm/2026/User.CSV", "weekly.zip/crm/Account.csv",
    ]  # fmt: skip
    assert names(tmp_path, "weekly.zip") == ["weekly.zip/crm/2026/User.CSV", "weekly.zip/crm/Account.csv"]
    assert names(tmp_path, "*.zip") == names(tmp_path, "weekly.zip")
    assert names(tmp_path, "weekly.zip/crm/Account.csv") == ["weekly.zip/crm/Account.csv"]
    assert names(tmp_path, "**/*ser.[cC]*") == ["User.csv", "weekly.zip/crm/2026/User.CSV"]
    assert names(tmp_path, "*.csv") == ["User.csv"]
    ((path, name),) = matches(tmp_path, "**/Account.csv")
    assert rows(open_file(path, name)) == [(1, "L1", "1.50"), (2, "L2", "2.50")]
    assert headers_in(tmp_path)["weekly.zip/crm/Account.csv"] == ("line_id", "amount")


def test_our_layout_may_lie_in_an_archive_or_be_one_file(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "export.zip", {"made/invoices.csv": GOOD, "made/other.csv": GOOD})
    delivery = read_folder(archive, LAYOUT, (), None)
    assert delivery.tables["invoices"]["origin_file"].unique().to_list() == ["export.zip/made/invoices.csv"]
    assert [f.file for f in delivery.faults] == ["export.zip/made/other.csv"]
    (tmp_path / "invoices.csv.gz").write_bytes(gzip.compress(GOOD.encode(), mtime=0))
    one = read_folder(tmp_path / "invoices.csv.gz", LAYOUT, (), None)
    assert one.tables["invoices"].height == 2
    assert [f.name for f in one.files] == ["invoices.csv.gz"]


def test_numbered_files_of_a_table_are_read_together_and_a_copy_once(tmp_path: Path) -> None:
    (tmp_path / "invoices-2026-01.csv").write_text(GOOD)
    (tmp_path / "invoices-2026-02.csv").write_text(GOOD.replace("L", "M"))
    (tmp_path / "invoices_3.csv").write_text(GOOD)
    delivery = read_folder(tmp_path, LAYOUT, (), None)
    assert delivery.tables["invoices"]["line_id"].to_list() == ["L1", "L2", "M1", "M2"]
    assert [(f.severity, f.file, f.what) for f in delivery.faults] == [
        ("note", "invoices_3.csv", "has the same content as invoices-2026-01.csv and was read once only")
    ]
    (tmp_path / "invoices.csv").write_text(GOOD)
    assert "several files" in read_folder(tmp_path, LAYOUT, (), None).faults[0].what


@pytest.mark.parametrize("name", ["../up.csv", "/abs.csv", "..\\up.csv", "C:\\up.csv"])
def test_an_archive_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "bad.zip", {"ok.csv": GOOD, name: GOOD})
    assert names(tmp_path, "bad.zip") == ["bad.zip"]
    fault = refusal(open_file(path, "bad.zip"))
    assert fault.what == "holds a member with an unsafe path"


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    def refused(name: str, members: dict[str, str | bytes]) -> str:
        return refusal(open_file(zipped(tmp_path / name, members), name)).what

    assert "expands to 40 MiB" in refused("ratio.zip", {"a.csv": b"a" * (40 << 20)})
    assert "1,001 members, the limit is 1,000" in refused("many.zip", {f"{n}.csv": b"" for n in range(1_001)})
    assert "no data files" in refused("exe.zip", {"setup.exe": b"MZ"})
    assert "empty archive" in refused("none.zip", {})
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w") as inner:
        inner.writestr("a.csv", GOOD)
    zipped(tmp_path / "nested.zip", {"inner.zip": nested.getvalue()})
    ((path, name),) = matches(tmp_path, "nested.zip")
    assert "archive inside an archive" in refusal(open_file(path, name)).what
    bomb = gzip.compress(b"a,b\n" + b"1" * (60 << 20), mtime=0)
    assert "expands to" in refusal(opened(tmp_path, bomb, "bomb.csv.gz")).what
    assert "cut off" in refusal(opened(tmp_path, gzip.compress(GOOD.encode())[:-12], "cut.csv.gz")).what


def test_one_body_under_two_names_is_refused(tmp_path: Path) -> None:
    raw = zipped(tmp_path / "one.zip", {"a.csv": GOOD * 20}).read_bytes()
    directory, end = raw.rfind(b"PK\1\2"), raw.rfind(b"PK\5\6")
    entry, tail = raw[directory:end], bytearray(raw[end:])
    struct.pack_into("<HHI", tail, 8, 2, 2, len(entry) * 2)
    (tmp_path / "two.zip").write_bytes(raw[:directory] + entry + entry.replace(b"a.csv", b"b.csv") + bytes(tail))
    assert "overlap" in refusal(open_file(tmp_path / "two.zip", "two.zip")).what


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    fault = refusal(opened(tmp_path, GOOD + "x" * (5 << 20)))
    assert fault.what == "line 4 is longer than 4 MiB"


def test_a_text_that_is_not_utf_8_is_read_as_the_fallback_and_told(tmp_path: Path) -> None:
    data = GOOD.replace("L2", "Zoë – €").encode("cp1252")
    file = opened(tmp_path, data, fallback="cp1252")
    assert rows(file)[1] == (2, "Zoë – €", "2.50")
    (told,) = file.faults
    assert told.severity == "warning"
    assert told.what.endswith("so it was read as cp1252")
    assert refusal(opened(tmp_path, data)).what.startswith("wrong encoding")
    assert refusal(opened(tmp_path, data, fallback="cp1252", encoding="utf-8"))


LEGAL = (
    '"My report"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
    '"Confidential Information - Do Not Distribute"\n'
)
ROWS = '"Name","Amount","Closed"\n"A","1","2026-01-01"\n"Total","2","2026-01-02"\n'


@pytest.mark.parametrize(
    ("below", "cut"),
    [
        ("\n\n" + LEGAL, 5),
        ('"Grand Totals (2 records)"\n"","3",""\n\n' + LEGAL, 6),
        ('"Total","3",""\n' + LEGAL, 4),
        ('"Grand Total","EUR 3.00",""\n\n' + LEGAL.replace("\n", "\r\n") + "\n", 6),
        ("\n" + LEGAL.removesuffix("\n"), 4),
        ('"Total","",""\n"","3",""\n', 2),
        ("Total\n\n", 2),
        (',"Total:",\n\n', 2),
        ('\n"Total","3",""\n', 2),
        ("", 0),
    ],
)
def test_what_stands_below_a_report_is_no_row(tmp_path: Path, below: str, cut: int) -> None:
    file = opened(tmp_path, ROWS + below, footer=True)
    assert rows(file) == [(1, "A", "1", "2026-01-01"), (2, "Total", "2", "2026-01-02")]
    assert [f.what.split(" below")[0] for f in file.faults] == ([f"{cut} lines"] if cut else [])


def test_rows_that_look_like_a_footer_are_kept(tmp_path: Path) -> None:
    last = '"Total","3",""\n'
    assert rows(opened(tmp_path, ROWS + last, footer=True))[-1] == (3, "Total", "3", "")
    assert rows(opened(tmp_path, "Name\nA\nTotal\n", footer=True))[-1] == (2, "Total")
    within = ROWS + '"B","9","one\n\nCopyright (c) by us"\n'
    assert rows(opened(tmp_path, within, footer=True))[-1] == (3, "B", "9", "one\n\nCopyright (c) by us")
    single = "Name\nA\nB\n\n" + LEGAL
    assert [r[1] for r in rows(opened(tmp_path, single, footer=True))] == ["A", "B"]


def test_a_report_that_counts_more_records_than_there_are_is_warned_of(tmp_path: Path) -> None:
    file = opened(tmp_path, ROWS + '"Grand Totals (3 records)"\n' + LEGAL, footer=True)
    assert [f.what for f in file.faults if f.severity == "warning"] == [
        "the report says it has 3 records, but 2 rows are there"
    ]


def test_without_being_asked_a_footer_is_a_fault(tmp_path: Path) -> None:
    file = opened(tmp_path, ROWS * 9 + "\n" + LEGAL)
    assert [(f.severity, f.what) for f in file.faults] == [("error", "the row has 1 cell instead of 3")] * 3


def test_a_header_may_have_three_lines(tmp_path: Path) -> None:
    text = 'Q1,Q2\n"How likely\nis it?",Why?\n"{""ImportId"":""a""}",b\n9,good\n'
    assert rows(opened(tmp_path, text, header_rows=3)) == [(1, "9", "good")]
    assert "no data rows" in refusal(opened(tmp_path, "a,b\nc,d\n", header_rows=3)).what


def test_lines_above_the_header_are_left_out_as_declared(tmp_path: Path) -> None:
    text = "sep=;\nSales, all of it\n;;\nAs of;June\n\nid;amount\nL1;2\nL2\n"
    file = opened(tmp_path, text, lines_above=2)
    assert rows(file) == [(1, "L1", "2")]
    assert [(f.what.split(",")[0], f.value or f.row) for f in file.faults] == [
        ("the row has 1 cell instead of 2", 2),
        ("2 lines above the header left out", "Sales, all of it"),
    ]
    assert "lines_above" in refusal(opened(tmp_path, "Sales\n" + "a,b,c\n" * 3)).remedy
    assert "no header" in refusal(opened(tmp_path, text, lines_above=9)).what


def test_columns_of_one_name_are_kept_apart_if_asked(tmp_path: Path) -> None:
    text = "id,Modified On,Modified on\n1,2,3\n"
    assert opened(tmp_path, text, repeated=True).header == ("id", "Modified On", "Modified on (2)")
    assert "duplicate header" in refusal(opened(tmp_path, text)).what
