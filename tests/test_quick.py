"""Is a plain file that is typed while it is read the same as one read with care, and everything else left alone?"""

import gzip
import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from adapters.files.opening import open_file
from adapters.quick import read_quickly
from adapters.values.formats import OURS
from adapters.values.parsing import Asked
from adapters.values.typed import KEPT, Typed, typed

KINDS = {
    "line_id": "text",
    "dated_on": "date",
    "amount": "money",
    "price": "money",
    "currency": "text",
    "share": "number",
    "times": "whole",
    "trial": "flag",
    "note": "text",
}
GOOD = "L1,2026-01-31,12.50,1.2345,EUR,0.25,3,true,a b\n"
HEADER = ",".join(KINDS) + "\n"


def asks(header: Sequence[str]) -> list[Asked]:
    return [Asked(name, KINDS[name], OURS, name) for name in header if name in KINDS]


def quick(data: str | bytes) -> Typed | None:
    """What the quick reading makes of the file; None where it leaves it alone."""
    return _both(data)[0]


def _both(data: str | bytes) -> tuple[Typed | None, Typed | None]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        found = read_quickly(path, "lines.csv", asks)
        opened = open_file(path, "lines.csv")
        if found is not None:
            assert found[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == opened.sha256
            assert found[0].header == opened.header
    careful = None
    if opened.frame is not None and not opened.faults:
        careful = typed(opened.frame.with_columns(pl.lit(value=True).alias(KEPT)), asks(opened.header))
    return (None if found is None else found[1]), careful


def is_same(data: str | bytes) -> bool:
    """Whether the quick reading took the file; it must then be what the careful one reads, without a fault."""
    found, careful = _both(data)
    if found is None:
        return False
    assert careful is not None
    assert careful.faults == ()
    assert_frame_equal(found.frame, careful.frame)
    return True


def test_a_plain_file_is_read_at_once() -> None:
    assert is_same(HEADER + GOOD * 3)
    assert is_same((HEADER + GOOD * 3).replace("\n", "\r\n"))
    assert is_same((HEADER + GOOD * 3).removesuffix("\n"))
    assert is_same(HEADER + '"L1","2026-01-31","12.50","1","EUR","0.25","3","false","a ""b"", c"\n')
    assert is_same(HEADER + GOOD + '"L2","","","","USD","","","",""\n')
    assert is_same(HEADER.replace(",", ";") + GOOD.replace(",", ";") + "L9;;1;;EUR;;;;ä ö\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12.50", "1e3"), ("12.50", "12.505"), ("1.2345", "1.23456"), ("12.50", " 12.50"), ("12.50", "12,50"),
        ("12.50", "N/A"), ("12.50", "-"), ("12.50", "99999999999999"), ("12.50", "$5"), ("12.50", "NaN"),
        ("12.50", "\u0661"), ("12.50", ".5"), ("2026-01-31", "31.01.2026"), ("2026-01-31", "2026-1-31"),
        ("2026-01-31", "2026-02-30"), ("2026-01-31", "1899-12-31"), ("2026-01-31", "2026-01-31 10:00"),
        ("2026-01-31", "-"), ("EUR", "eur"), ("EUR", "JPY"), ("EUR", ""), ("0.25", "25%"), ("3", "3.5"),
        ("3", "123456789012345678"), ("true", "yes"), ("true", "1"), ("L1", "NULL"), ("L1", "#REF!"), ("L1", "1E+12"),
        ("L1", "000000000000000AAA"), ("a b", "NULL"), ("a b", "a b "), ("a b", "\ta"), ("a b", "a\u00a0"),
        ("a b", "#N/A"), ("a b", "x" * 4_097), ("a b", 'a "b"'), ("a b", '"a\nb"'), ("a b", "a\0b"),
        ("a b", "a\ufffdb"), ("a b", "a,b"), (",a b", ""), (GOOD, "\n"), (GOOD, ",,,,,,,,\n"), ("a b", '"a'),
        ("L1,", "L1;"), ("a b", "a\rb"),
    ],
)  # fmt: skip
def test_whatever_could_be_read_otherwise_is_left_to_the_careful_reading(old: str, new: str) -> None:
    for good in (GOOD, GOOD.replace("1.2345", "1.23")) if old != "1.2345" else (GOOD,):
        bad = good.replace(good if old == GOOD else old, new, 1)
        assert bad != good
        assert quick(HEADER + good * 2 + bad + good) is None


def test_lines_of_another_width_never_pass() -> None:
    short, long = "L1,2026-01-31,1,2,EUR,3,4,true\n", GOOD.replace("1.2345", "1").replace("a b", "a,b")
    good = GOOD.replace("1.2345", "1")
    for odd in (short, long, short + long, long + short):
        assert quick(HEADER + good + odd + good) is None
    assert is_same(HEADER + good + good.replace("a b", "") + good)


def test_odd_but_plain_numbers_are_the_same_both_ways() -> None:
    for number in ("+5", "007.10", "-0", "9999999999999"):
        assert is_same(HEADER + GOOD.replace("1.2345", "1").replace("12.50", number))


def test_a_mark_of_utf_8_above_the_header_is_no_part_of_it() -> None:
    assert is_same(b"\xef\xbb\xbf" + (HEADER + GOOD * 3).encode())
    assert is_same(b"\xef\xbb\xbf" * 2 + (HEADER + GOOD * 3).encode())


def test_packed_files_are_read_at_once(tmp_path: Path) -> None:
    text = (HEADER + GOOD * 3).encode()
    (tmp_path / "lines.csv").write_bytes(text)
    (tmp_path / "lines.csv.gz").write_bytes(gzip.compress(text))
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(text)[:-9])
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as box:
        box.writestr("in/lines.csv", text)
    plain = read_quickly(tmp_path / "lines.csv", "lines.csv", asks)
    assert plain is not None
    for packed in ("lines.csv.gz", "export.zip/in/lines.csv"):
        found = read_quickly(tmp_path / packed, packed, asks)
        assert found is not None, packed
        assert found[0].sha256 == open_file(tmp_path / packed, packed).sha256 == plain[0].sha256
        assert_frame_equal(found[1].frame, plain[1].frame)
    assert read_quickly(tmp_path / "cut.csv.gz", "cut.csv.gz", asks) is None


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"sep=,\n", b"\n", b"x\xff"])
def test_what_stands_above_the_header_is_left_to_the_careful_reading(mark: bytes) -> None:
    assert quick(mark + (HEADER + GOOD).encode()) is None


def test_no_bytes_but_utf_8_are_taken() -> None:
    assert quick((HEADER + GOOD * 2).encode().replace(b"a b", b"caf\xe9")) is None
    assert is_same((HEADER + GOOD).replace("a b", "café 😀"))


def test_a_late_oddity_is_found_in_a_later_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.files.proof._PIECE", 100)
    assert is_same(HEADER + GOOD * 50)
    assert is_same(HEADER + GOOD * 10 + GOOD.replace("1.2345", "1") * 50)
    assert quick(HEADER + GOOD * 50 + GOOD.replace("12.50", "1e3")) is None


def test_an_endless_line_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.files.proof._PIECE", 100)
    monkeypatch.setattr("adapters.files.proof._LONGEST_LINE", 200)
    assert quick(HEADER + GOOD + GOOD.replace("a b", "a" * 1_000)) is None


CELLS = {
    "text": st.text(st.sampled_from("aZ0 é,;\t|\"'#-+"), max_size=6).map(str.strip) | st.sampled_from(["NULL", "#N/A"]),
    "date": st.dates().map(str) | st.sampled_from(["", "2026-13-01", "01/02/2026"]),
    "money": st.decimals(-(10**14), 10**14, places=2).map(lambda d: f"{d:f}") | st.sampled_from(["", "-", "1e5", "7"]),
    "number": st.decimals(-100, 100, places=5).map(lambda d: f"{d:f}"),
    "whole": st.integers(-(10**14), 10**14).map(str),
    "flag": st.sampled_from(["true", "false", "", "yes"]),
}


@settings(max_examples=200)
@given(st.data())
def test_the_quick_reading_is_the_careful_one(data: st.DataObject) -> None:
    delimiter = data.draw(st.sampled_from(",;\t|"))
    always = data.draw(st.booleans())
    end = data.draw(st.sampled_from(["\n", "\r\n"]))

    def cell(text: str) -> str:
        needs = always or any(c in text for c in (delimiter, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    columns = data.draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, unique=True))
    kinds = [KINDS[c] for c in columns]
    values = {"currency": st.sampled_from(["EUR", "USD", "EUR", "USD", "KWD", ""])}
    row = st.tuples(*(values.get(c, CELLS[k]) for c, k in zip(columns, kinds, strict=True)))
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    lines = [delimiter.join(map(cell, line)) for line in [columns, *rows]]
    written = end.join(lines) + data.draw(st.sampled_from([end, ""]))
    if is_same(written):
        event("taken")
