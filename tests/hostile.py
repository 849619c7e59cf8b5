"""Our own hostile files: each a sound export with one thing wrong, what must become of it, and what must be said."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import xlsxwriter

HEADER = "account_id,account_name,owner,date,amount,currency,plan"
ROWS = [f"A{n},Account {n},m{n % 3}@example.test,2025-0{n}-10,{100 + n}.00,USD,pro" for n in range(1, 7)]
GOOD = "\n".join([HEADER, *ROWS]) + "\n"
TOTAL = {"rows": 6, "accounts": 6, "minor": {"USD": 62_100}}

BAD_CELLS = {
    "amount": [
        "NaN", "inf", "1E400", "N/A", "-", "null", "#REF!", "TRUE", "0x10", "--5.00", "10.00 20.00", "=1+1", "",
        '"1,234.56"', "$1200.00", "(500.00)", "500.00-", "\u2212500.00", "1.5e3", "\u0661\u0662", "1_000.00",
        "10.005", "99999999999999999999.00", "9" * 400, '"1.234,56"',
    ],
    "date": [
        "2023-02-29", "2025-13-01", "0000-00-00", "03/04/2025", "12/31/2025", "25-01-31", "45351", "1735689600000",
        "yesterday", "9999-12-31", "0001-01-01", "", "2025-W05-1",
    ],
    "account_id": ["", "   ", "1.23457E+14", "x" * 10_000],
    "currency": ["", "XXX", "US$", "EURO"],
}  # fmt: skip
"""Values that must be refused with row and column, by column."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file, its name, what must become of it (accept, warn, reject), and a pattern of what must be said."""

    name: str
    data: bytes
    verdict: str
    says: str = ""

    @property
    def case(self) -> dict[str, object]:
        """The same as an entry of a manifest."""
        oracle = {} if self.verdict == "reject" else {"oracle": TOTAL}
        mention = [self.says] if self.says else []
        return {"file": self.name, "kind": "data", "expect": self.verdict, "also_ok": [], "mention": mention, **oracle}


def all_of_them() -> Iterator[Hostile]:
    """Every hostile file, and some odd ones that must be read all the same."""
    yield from _cells()
    yield from _texts()
    yield from _archives()
    yield from _workbooks()
    yield from _columnar()


def _cells() -> Iterator[Hostile]:
    columns = HEADER.split(",")
    for column, values in BAD_CELLS.items():
        for n, value in enumerate(values):
            cells = ROWS[2].split(",")
            cells[columns.index(column)] = value
            text = "\n".join([HEADER, *ROWS[:2], ",".join(cells), *ROWS[3:]]) + "\n"
            yield Hostile(f"{column}_{n}.csv", text.encode(), "reject", f"row 3, column {column}")


def _texts() -> Iterator[Hostile]:
    def text(name: str, data: str | bytes, verdict: str, says: str = "") -> Hostile:
        return Hostile(f"{name}.csv", data.encode() if isinstance(data, str) else data, verdict, says)

    yield text("plain", GOOD, "accept")
    yield text("bom", b"\xef\xbb\xbf" + GOOD.encode(), "accept")
    yield text("utf_16", b"\xff\xfe" + GOOD.encode("utf-16-le"), "accept")
    yield text("mixed_ends", GOOD.replace("\n", "\r\n", 3).removesuffix("\n"), "accept")
    yield text("semicolons", GOOD.replace(",", ";"), "accept")
    yield text("bars", GOOD.replace(",", "|"), "accept")
    yield text("line_breaks", GOOD.replace("Account 3", '"one\ntwo ""x"", y"'), "accept")
    yield text("utf_16_without_mark", GOOD.encode("utf-16-be"), "reject", "UTF-16")
    yield text("cp1252", GOOD.replace("Account 3", "Café").encode("cp1252"), "reject", "0xE9 at offset")
    yield text("nul", GOOD.replace("Account 3", "A\0"), "reject", "NUL")
    yield text("cr_only", GOOD.replace("\n", "\r"), "reject", "CR alone")
    yield text("empty", "", "reject", "empty")
    yield text("header_only", HEADER + "\n", "reject", "no data rows")
    yield text("no_header", "\n".join(ROWS) + "\n", "reject", "column")
    yield text("preamble", "Report\n\n" + GOOD, "reject", "header has 1 cell")
    yield text("total", GOOD + "Total,,,,621.00,,\n", "reject", "row 7")
    yield text("open_quote", GOOD.replace("Account 3", '"Account 3'), "reject", "row 3: a quote")
    yield text("ragged", GOOD.replace(",101.00,", ",101.00,oops,"), "reject", "row 1: the row has 8 cells instead of 7")
    yield text("cut_off", GOOD[:-25], "reject", "row 6: the row has 4 cells instead of 7")
    yield text("twice", GOOD.replace("plan\n", "Amount\n"), "reject", "duplicate header")
    yield text("html", "<!DOCTYPE html><html>log in</html>", "reject", "HTML")
    yield text(
        "wide", ",".join(f"c{n}" for n in range(30_000)) + "\n" + GOOD, "reject", "30000 columns, the limit is 500"
    )
    yield text("endless_line", GOOD + "A" * (6 << 20), "reject", "longer than 4 MiB")
    yield text("endless_quote", GOOD + '"' + "A\n" * (1 << 20), "reject", "limit|characters|never closed")
    yield text("long_name", GOOD.replace("Account 3", "N" * 1_000_000), "reject", "more than 4,096 bytes")


def _archives() -> Iterator[Hostile]:
    def archive(name: str, verdict: str, says: str, members: dict[str, str | bytes]) -> Hostile:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
            for member, content in members.items():
                target.writestr(member, content)
        return Hostile(f"{name}.zip", data.getvalue(), verdict, says)

    half = [HEADER, *ROWS[:3]], [HEADER, *ROWS[3:]]
    one, two = ("\n".join(lines) + "\n" for lines in half)
    yield archive("parts", "accept", "", {"deep/down/1.csv": one, "deep/2.csv": two, "__MACOSX/._1.csv": b"x"})
    yield archive("same", "accept", "same content", {"a/1.csv": GOOD, "b/1.csv": GOOD})
    yield archive("up", "reject", "unsafe path", {"ok.csv": GOOD, "../up.csv": GOOD})
    yield archive("bomb", "reject", "expands to 200 MiB", {"1.csv": b"A" * (200 << 20)})
    yield archive("crowd", "reject", "members", {f"{n}.csv": b"" for n in range(5_000)})
    yield archive("exe", "reject", "no data files", {"setup.exe": b"MZ"})
    whole = archive("whole", "accept", "", {"1.csv": GOOD})
    yield Hostile("cut.zip", whole.data[:-30], "reject", "damaged")
    yield Hostile("lie.zip", whole.data.replace(len(GOOD).to_bytes(4, "little"), (10).to_bytes(4, "little")), "reject")
    yield Hostile("gzip.csv.gz", gzip.compress(GOOD.encode(), mtime=0), "accept")
    bomb = gzip.compress(b"a,b\n" + b"A" * (100 << 20), mtime=0)
    yield Hostile("gzip_bomb.csv.gz", bomb, "reject", "expands to")
    yield Hostile("gzip_named.csv", gzip.compress(GOOD.encode(), mtime=0), "reject", "gzip")


def _workbooks() -> Iterator[Hostile]:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        for r, line in enumerate([HEADER, *ROWS]):
            book.worksheets() or book.add_worksheet("Data")
            for c, cell in enumerate(line.split(",")):
                book.worksheets()[0].write(r, c, float(cell) if c == 4 and r else cell)
    sound = data.getvalue()

    def changed(name: str, verdict: str, says: str, old: str, new: str) -> Hostile:
        copy = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(sound)) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
            for member in source.namelist():
                text = source.read(member).decode()
                target.writestr(member, text.replace(old, new, 1) if member.endswith("sheet1.xml") else text)
        return Hostile(f"{name}.xlsx", copy.getvalue(), verdict, says)

    cell, far = '<c r="E4"><v>103</v></c>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    yield Hostile("sound.xlsx", sound, "accept")
    yield changed("reference", "reject", "row 3, column amount", cell, '<c r="E4" t="e"><v>#REF!</v></c>')
    yield changed("no_value", "reject", "row 3, column amount", cell, '<c r="E4"><f>E3*2</f></c>')
    yield changed("huge", "reject", "row 3, column amount", cell, '<c r="E4"><v>1e308</v></c>')
    yield changed("far_cell", "reject", "beyond column ZZ", "</sheetData>", far)
    yield changed("entities", "reject", "XML entities", "<worksheet ", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet ')
    yield changed("sheet_bomb", "reject", "expands to", cell, cell.replace("103", "1" * (120 << 20)))
    yield Hostile("encrypted.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_040, "reject", "encrypted")
    yield Hostile(
        "broken.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_040, "reject", "not a readable workbook"
    )


def _columnar() -> Iterator[Hostile]:
    frame = pl.read_csv(GOOD.encode(), infer_schema=False)

    def parquet(name: str, verdict: str, says: str, **columns: pl.Expr) -> Hostile:
        data = io.BytesIO()
        frame.with_columns(**columns).write_parquet(data)
        return Hostile(f"{name}.parquet", data.getvalue(), verdict, says)

    numbers = pl.col("amount").cast(pl.Float64)
    yield parquet("text", "accept", "")
    yield parquet("floats", "accept", "", amount=numbers)
    yield parquet(
        "not_a_number",
        "reject",
        "row 3, column amount",
        amount=pl.when(numbers != 103).then(numbers).otherwise(float("nan")),
    )
    yield parquet("lists", "reject", "holds List", amount=pl.concat_list(numbers))
    yield Hostile("cut.parquet", parquet("whole", "accept", "").data[:-10], "reject", "damaged Parquet")
