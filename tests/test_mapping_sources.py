"""What may a column be taken from? The first that is filled, the last of several days, a part of a cell, cents."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from pydantic import ValidationError

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.files.rows import header_names
from adapters.known.export import Export, Fills
from adapters.known.planning import plan
from adapters.known.recognised import recognised
from adapters.mapping.copying import copied
from adapters.mapping.sources import EarliestOf, FormulaOf, LastOf, Sources
from adapters.values.formats import Format
from scoring.checks import check
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

KEYS = {name: table.key for name, table in TABLES.items()}
CONTRACTS = {"file": "lines.csv", "table": "contracts", "constants": {"every": "month"}}


def read(folder: Path, files: Mapping[str, str], *entries: Mapping[str, Any]) -> Delivery:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_folder(folder, LAYOUT, OPEN_TABLES, Sources.model_validate({"files": entries}), keys=KEYS)


def column(delivery: Delivery, name: str, table: str = "contracts") -> list[Any]:
    assert [f for f in delivery.faults if f.severity == "error"] == []
    return delivery.tables[table][name].to_list()


def ends(folder: Path, text: str, how: Any) -> list[Any]:
    columns = {"line_id": "id", "account_id": "id", "amount": "id", "starts_on": "start", "ends_on": how}
    return column(read(folder, {"lines.csv": text}, {**CONTRACTS, "columns": columns}), "ends_on")


def test_the_first_that_is_filled_counts_under_its_condition(tmp_path: Path) -> None:
    text = (
        "id,start,ended,period,cancelled\n"
        "1,2025-01-01,2025-03-01,2025-06-01,yes\n"
        "2,2025-01-01,,2025-06-01,yes\n"
        "3,2025-01-01,,2025-06-01,\n"
    )
    how = {"first": ["ended", {"column": "period", "where": {"cancelled": {"filled": True}}}]}
    assert ends(tmp_path, text, how) == [date(2025, 3, 1), date(2025, 6, 1), None]


def test_one_of_several_may_have_a_way_of_its_own_to_write_dates(tmp_path: Path) -> None:
    text = "id,start,day\n1,2025-01-01,02/13/2025 08:00:00 PM\n2,2025-01-01,2025-02-13\n"
    how = {"first": [{"column": "day", "part": r"^(\d+/\d+/\d{4})", "dates": "%m/%d/%Y"}, "day"]}
    assert ends(tmp_path, text, how) == [date(2025, 2, 13), date(2025, 2, 13)]


def test_the_last_of_several_days_counts(tmp_path: Path) -> None:
    text = "id,start,a,b\n1,2025-01-01,2025-03-01 10:00,2025-02-01\n2,2025-01-01,,2025-02-01\n3,2025-01-01,,\n"
    assert ends(tmp_path, text, {"last": ["a", "b"]}) == [date(2025, 3, 1), date(2025, 2, 1), None]


def test_the_earliest_of_several_days_counts(tmp_path: Path) -> None:
    rows = ("2025-01-01,2025-03-01", "2025-02-01,", ",2025-04-01", ",")
    text = "id,start,a,b\n" + "".join(f"{n},2025-01-01,{days}\n" for n, days in enumerate(rows))
    wanted = [date(2025, 1, 1), date(2025, 2, 1), date(2025, 4, 1), None]
    assert ends(tmp_path, text, {"earliest": ["a", "b"]}) == wanted


def test_the_last_of_several_days_is_told_by_how_the_file_writes_them(tmp_path: Path) -> None:
    columns = {"line_id": "id", "account_id": "id", "amount": "id", "starts_on": {"last": ["began", "trial"]}}
    text = "id,began,trial\n1,20.05.2026 09:00,03.06.2026 00:00\n2,20.05.2026 09:00,\n3,03.06.2026 10:00,-\n"
    entry = {**CONTRACTS, "columns": columns, "dates": "%d.%m.%Y %H:%M"}
    days = [date(2026, 6, 3), date(2026, 5, 20), date(2026, 6, 3)]
    assert column(read(tmp_path, {"lines.csv": text}, entry), "starts_on") == days
    delivery = read(tmp_path, {"lines.csv": text.replace("03.06.2026 00:00", "2026-06-03")}, entry)
    assert [(f.row, f.value) for f in delivery.faults if f.severity == "error"] == [(1, "2026-06-03")]


def test_a_cell_with_a_dash_is_no_day_that_hides_the_next(tmp_path: Path) -> None:
    text = "id,start,ended,period\n1,2025-01-01,-,2025-06-01\n"
    assert ends(tmp_path, text, {"first": ["ended", "period"]}) == [date(2025, 6, 1)]
    assert ends(tmp_path, text, {"last": ["ended", "period"]}) == [date(2025, 6, 1)]


def test_one_with_a_pattern_of_its_own_stands_beside_those_of_the_file(tmp_path: Path) -> None:
    how = {"last": [{"first": [{"column": "a", "dates": "%m/%d/%Y"}]}, "b"]}
    columns = {"line_id": "id", "account_id": "id", "amount": "id", "starts_on": how}
    text = "id,a,b\n1,12/01/2025,30.11.2025\n2,11/01/2025,30.11.2025\n"
    entry = {**CONTRACTS, "columns": columns, "dates": "%d.%m.%Y"}
    assert column(read(tmp_path, {"lines.csv": text}, entry), "starts_on") == [date(2025, 12, 1), date(2025, 11, 30)]


def test_days_that_are_not_iso_have_no_last(tmp_path: Path) -> None:
    text = "id,start,a,b\n1,2025-01-01,01.03.2025,2025-02-01\n"
    columns = {
        "line_id": "id",
        "account_id": "id",
        "amount": "id",
        "starts_on": "start",
        "ends_on": {"last": ["a", "b"]},
    }
    delivery = read(tmp_path, {"lines.csv": text}, {**CONTRACTS, "columns": columns})
    assert [(f.column, f.value) for f in delivery.faults if f.severity == "error"] == [("a or b", "01.03.2025")]


@pytest.mark.parametrize(
    ("cell", "how", "day"),
    [
        ("1736071200", {"seconds": True}, date(2025, 1, 5)),
        ("2025-01-05", {"seconds": True}, date(2025, 1, 5)),
        ("2025-01-31 23:59:59", {"to_midnight": True}, date(2025, 2, 1)),
        ("2025-01-31T23:59:59.999Z", {"to_midnight": True}, date(2025, 2, 1)),
        ("2025-01-31 23:58:59", {"to_midnight": True}, date(2025, 1, 31)),
        ("2025-02-01 00:00:00", {"to_midnight": True}, date(2025, 2, 1)),
        ("2025-01-31 11:03:23 PST", {"part": r"^(.*) [A-Z]{3}$"}, date(2025, 1, 31)),
    ],
)
def test_days_are_read_as_the_column_writes_them(tmp_path: Path, cell: str, how: Any, day: date) -> None:
    assert ends(tmp_path, f"id,start,end\n1,2025-01-01,{cell}\n", {"column": "end", **how}) == [day]


def test_the_last_of_several_days_refuses_what_it_would_not_do() -> None:
    with pytest.raises(ValueError, match="takes no plus_days, dates or minor_of within earliest"):
        EarliestOf.model_validate({"earliest": [{"column": "a", "dates": "%d.%m.%Y"}, "b"]})
    with pytest.raises(ValueError, match="takes no plus_days, dates or minor_of within last"):
        LastOf.model_validate({"last": ["a", {"column": "b", "plus_days": 1}]})


def test_a_choice_of_days_within_others_is_worked_out_once() -> None:
    """As one expression, each step would repeat those within some twenty times: five rows of Zuora took 10 s."""
    days = pl.DataFrame({"a": ["2025-01-01", None, "x"], "b": ["2025-02-01"] * 3, "c": [None, "2025-01-05", None]})
    nested = LastOf.model_validate({"last": ["a", {"earliest": ["b", {"first": [{"column": "c", "capitals": True}]}]}]})
    how = copied(nested, days, Format())
    assert days.select(how).to_series().to_list() == ["2025-02-01", "2025-01-05", "x"]
    assert len(str(how)) < 1_000


def test_the_last_minute_of_a_day_is_its_end_however_it_is_written(tmp_path: Path) -> None:
    columns = {"line_id": "id", "account_id": "id", "amount": "id", "starts_on": {"column": "a", "to_midnight": True}}
    entry = {**CONTRACTS, "columns": columns, "dates": "%d.%m.%Y %H:%M"}
    delivery = read(tmp_path, {"lines.csv": "id,a\n1,31.12.2025 23:59\n2,31.12.2025 23:58\n"}, entry)
    assert column(delivery, "starts_on") == [date(2026, 1, 1), date(2025, 12, 31)]


def test_a_part_needs_one_group() -> None:
    entry = {**CONTRACTS, "columns": {"line_id": {"column": "id", "part": r"\d+"}}}
    with pytest.raises(ValidationError, match="must have one group"):
        Sources.model_validate({"files": [entry]})


@pytest.mark.parametrize(("pattern", "said"), [("(", "is no pattern"), ("(?=a)b", "without looking ahead")])
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, said: str) -> None:
    entry = {**CONTRACTS, "columns": {"line_id": "id"}, "where": {"id": {"like": pattern}}}
    with pytest.raises(ValidationError, match=said):
        Sources.model_validate({"files": [entry]})


def test_a_formula_in_cents_is_divided_by_what_each_currency_has(tmp_path: Path) -> None:
    text = "id,unit,other,n,cur\n1,4500,,2,usd\n2,1200,,3,jpy\n3,,250,2,eur\n"
    amount = {
        "first": [{"formula": "unit * n", "minor_of": "cur"}, {"formula": "other * n", "minor_of": "cur"}],
    }
    columns = {"line_id": "id", "account_id": "id", "amount": amount, "starts_on": "id"}
    entry = {
        **CONTRACTS,
        "columns": {**columns, "starts_on": {"column": "id", "words": dict.fromkeys("123", "2025-01-01")}},
    }
    delivery = read(tmp_path, {"lines.csv": text}, entry)
    assert column(delivery, "amount") == [Decimal(90), Decimal(3600), Decimal(5)]


def test_cells_are_changed_before_they_are_computed_with(tmp_path: Path) -> None:
    text = "id,cents,whole,cur,is\n1,USD 450,,usd,y\n2,USD 450,9,usd,n\n3,,ca. 7,usd,y\n"
    amount = {
        "first": [
            {"column": "cents", "minor_of": "cur", "part": r"(\d+)", "where": {"is": True}},
            {"column": "whole", "part": r"(\d+)"},
        ]
    }
    columns = {"line_id": "id", "account_id": "id", "amount": amount}
    delivery = read(tmp_path, {"lines.csv": text}, {**CONTRACTS, "columns": columns})
    assert column(delivery, "amount") == [Decimal("4.50"), Decimal(9), Decimal(7)]


LINES = """\
id,sub,version,state,amount
a1,S,1,Active,100
a2,S,2,Active,100
a3,S,10,Active,60
a4,S,10,Active,90
a5,S,11,Draft,150
"""


def test_all_lines_of_the_last_version_count_and_no_draft(tmp_path: Path) -> None:
    entry = {
        **CONTRACTS,
        "columns": {"line_id": "id", "account_id": "sub", "amount": "amount"},
        "where": {"state": {"not": ["Draft"]}},
        "latest": {"by": ["sub"], "largest": "version", "together": True},
    }
    delivery = read(tmp_path, {"lines.csv": LINES}, entry)
    assert column(delivery, "line_id") == ["a3", "a4"]
    assert sum(f.filtered for f in delivery.files) == 3


def test_the_last_version_is_told_by_iso_dates_and_by_nothing_else(tmp_path: Path) -> None:
    entry = {
        **CONTRACTS,
        "columns": {"line_id": "id", "account_id": "id", "amount": "n"},
        "latest": {"by": ["id"], "largest": "at"},
    }
    text = "id,n,at\nA,1,2025-12-01 10:00\nA,2,2026-01-01 09:00\nA,3,2025-11-30\n"
    assert column(read(tmp_path, {"lines.csv": text}, entry), "amount") == [Decimal(2)]
    delivery = read(tmp_path, {"lines.csv": text.replace("2025-11-30", "11/30/2025")}, entry)
    assert [(f.row, f.value) for f in delivery.faults if f.severity == "error"] == [(3, "11/30/2025")]


def test_the_last_version_is_told_by_dates_as_they_are_declared(tmp_path: Path) -> None:
    lines = {
        **CONTRACTS,
        "dates": "%d.%m.%Y",
        "columns": {"line_id": "id", "account_id": "id", "amount": "n"},
        "latest": {"by": ["id"], "largest": "at"},
    }
    text = "id,n,at\nA,1,31.12.2025\nA,2,01.02.2026\n"
    assert column(read(tmp_path, {"lines.csv": text}, lines), "amount") == [Decimal(2)]
    look = {"file": "prices.csv", "on": {"id": "id"}, "take": {"price": "n"}, "largest": "at"}
    by_price = {"line_id": "id", "account_id": "id", "amount": "price"}
    entry = {**CONTRACTS, "columns": by_price, "lookups": [look], "dates": "%d.%m.%Y"}
    files = {"lines.csv": "id\nA\n", "prices.csv": text}
    assert column(read(tmp_path, files, entry), "amount") == [Decimal(2)]
    undeclared = read(tmp_path, files, {**CONTRACTS, "columns": by_price, "lookups": [look]})
    assert [(f.file, f.column) for f in undeclared.faults if f.severity == "error"] == [("prices.csv", "at")]


def test_a_lookup_takes_the_last_version_of_those_that_count(tmp_path: Path) -> None:
    plans = "id,at,name,gone\np,2024-01-01,Old,no\np,2025-01-01,New,no\np,2026-01-01,Newest,yes\n"
    lookup = {"file": "plans.csv", "on": {"plan": "id"}, "take": ["name"], "largest": "at", "where": {"gone": "no"}}
    entry = {
        **CONTRACTS,
        "lookups": [lookup],
        "columns": {"line_id": "id", "account_id": "id", "amount": "id", "product": "name"},
    }
    delivery = read(tmp_path, {"lines.csv": "id,plan\n1,p\n", "plans.csv": plans}, entry)
    assert column(delivery, "product") == ["New"]


MONTHS = {"columns": r"\d{4}-\d{2}", "value": "mrr"}
STRETCHES = {
    **CONTRACTS,
    "months": MONTHS,
    "columns": {
        "line_id": {"join": ["id", "since"]},
        "account_id": "id",
        "amount": "mrr",
        "starts_on": "since",
        "ends_on": "until",
        "signed_on": "began",
    },
}


def test_equal_months_are_one_line_and_the_last_month_lasts_on(tmp_path: Path) -> None:
    text = "id,2025-11,2025-12,2026-01,2026-02\nA,10.00,10.00,12.00,12.00\nB,0.00,5.00,0,5.00\nC,0,,0.00,\n"
    delivery = read(tmp_path, {"lines.csv": text}, STRETCHES)
    found = delivery.tables["contracts"].select("account_id", "amount", "starts_on", "ends_on", "signed_on").rows()
    assert found == [
        ("A", Decimal(10), date(2025, 11, 1), date(2026, 1, 1), date(2025, 11, 1)),
        ("A", Decimal(12), date(2026, 1, 1), None, date(2025, 11, 1)),
        ("B", Decimal(5), date(2025, 12, 1), date(2026, 1, 1), date(2025, 12, 1)),
        ("B", Decimal(5), date(2026, 2, 1), None, date(2026, 2, 1)),
    ]
    assert [(f.rows, f.filtered) for f in delivery.files] == [(3, 1)]


def test_a_month_that_is_missing_is_a_month_without_pay(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"lines.csv": "id,2025-11,2026-01\nA,10,10\n"}, STRETCHES)
    assert column(delivery, "ends_on") == [date(2025, 12, 1), None]
    (fault,) = delivery.faults
    assert (fault.severity, fault.what) == (
        "warning",
        "no column is named for 2025-12, so nobody pays anything in that time",
    )


def test_columns_that_are_no_months_are_refused(tmp_path: Path) -> None:
    entry = {**STRETCHES, "months": {**MONTHS, "columns": "Q[1-4]"}}
    delivery = read(tmp_path, {"lines.csv": "id,Q1,Q2\nA,10,10\n"}, entry)
    assert [f.what for f in delivery.faults] == ["no column is named for a month like Q[1-4]"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("2025-12,2026-1,2026-2", r"2 columns like \d{4}-\d\d?( .*)? named for no month: 2026-1, 2026-2"),
        ("2025-12,2026-13,2026-02", r"1 column like \d{4}-\d\d?( .*)? named for no month: 2026-13"),
        ("2025-12,2026-01,2026-01 (2)", "several columns named for one month: 2026-01, 2026-01 (2)"),
    ],
)
def test_a_column_like_a_month_is_never_dropped_nor_counted_twice(tmp_path: Path, header: str, said: str) -> None:
    entry = {**STRETCHES, "months": {**MONTHS, "columns": r"\d{4}-\d\d?( .*)?"}}
    delivery = read(tmp_path, {"lines.csv": f"id,{header}\nA,10,10,10\n"}, entry)
    assert [(f.severity, f.what) for f in delivery.faults] == [("error", said)]
    assert "contracts" not in delivery.tables


def test_a_file_of_two_entries_is_counted_once(tmp_path: Path) -> None:
    text = "id,kind\n1,sale\n2,return\n3,draft\n"
    entries = [
        {**CONTRACTS, "columns": {"line_id": "id", "account_id": "id", "amount": "id"}, "where": {"kind": kind}}
        for kind in ("sale", "return")
    ]
    delivery = read(tmp_path, {"lines.csv": text}, *entries)
    assert [(f.rows, f.filtered) for f in delivery.files] == [(3, 1)]


def test_a_blank_header_belongs_to_the_question_before_it() -> None:
    assert header_names(["Id", "Which?", "", "", "Why?"], repeated=True) == [
        "Id",
        "Which?",
        "Which? (2)",
        "Which? (3)",
        "Why?",
    ]


# ---- patterns of headers ----

SURVEY = Export(
    name="toy.answers",
    what="Toy answers",
    tells=("When", "~likely .*recommend"),
    fills=(
        Fills(
            "answers",
            {"account_id": "Who", "answered_on": "When", "score": (r"~^(.+) group$", "~likely .*recommend")},
            constants={"kind": "nps"},
        ),
    ),
)


@pytest.mark.parametrize(
    ("header", "score"),
    [
        (("When", "Who", "How likely would you recommend us?"), "How likely would you recommend us?"),
        (("When", "Who", "Q1", "Q1 Group", "How likely would you recommend us?"), "Q1"),
    ],
)
def test_a_question_is_told_by_its_words_or_by_the_column_beside_it(header: tuple[str, ...], score: str) -> None:
    found = recognised({"answers.csv": header}, [SURVEY])
    assert [r.export.name for r in found] == ["toy.answers"]
    assert plan(found).sources.files[0].columns["score"] == score


@pytest.mark.parametrize(
    ("how", "amounts"),
    [
        ("net", ["1.125", "2.5"]),
        ({"column": "net", "where": {"id": {"filled": True}}}, ["1.125", "2.5"]),
        ({"column": "net", "minor_of": "cur"}, ["0.0112", "0.025"]),
        ({"column": "net", "where": {"id": {"filled": True}}, "minor_of": "cur"}, ["0.0112", "0.025"]),
        ({"formula": "net * 2"}, ["2.25", "5"]),
        ({"first": ["gross", "net"]}, ["1234.5", "2.5"]),
        ({"first": [{"column": "net", "where": {"id": "1"}}, "gross"]}, ["1.125", None]),
    ],
)
def test_numbers_of_a_typed_file_have_no_declared_signs(tmp_path: Path, how: Any, amounts: list[str | None]) -> None:
    rows = {"id": ["1", "2"], "net": [Decimal("1.125"), Decimal("2.500")], "gross": ["1.234,5", None], "cur": "EUR"}
    pl.DataFrame(rows).write_parquet(tmp_path / "lines.parquet")
    columns = {"line_id": "id", "account_id": "id", "amount": how}
    constants = {"every": "month", "starts_on": date(2025, 1, 1)}
    signs = {"decimal": ",", "thousands": "."}
    entry = {"file": "lines.parquet", "table": "contracts", "columns": columns, "constants": constants, **signs}
    assert column(read(tmp_path, {}, entry), "amount") == [a and Decimal(a) for a in amounts]


def test_numbers_of_a_workbook_are_not_read_by_declared_signs(tmp_path: Path) -> None:
    for name in ("lines.xlsx", "prices.xlsx"):
        with xlsxwriter.Workbook(str(tmp_path / name)) as book:
            sheet = book.add_worksheet()
            for r, row in enumerate([("id", "net", "day"), ("1", "1.234", 45658.5), ("2", "1.234,5", 45658)], 0):
                sheet.write_row(r, 0, row)
            sheet.write_row(3, 0, ("3", 1.125, 45658))
    days = {"starts_on": {"column": "day", "excel_days": True}}
    columns = {"line_id": "id", "account_id": "id", "amount": "net", **days}
    signs = {"file": "lines.xlsx", "table": "contracts", "thousands": ".", "constants": {"every": "month"}}
    amounts = [1234, Decimal("1234.5"), Decimal("1.125")]
    delivery = read(tmp_path, {}, {**signs, "columns": columns})
    assert column(delivery, "amount") == amounts
    assert column(delivery, "starts_on") == [date(2025, 1, 1)] * 3
    lookup = {"file": "prices.xlsx", "on": {"id": "id"}, "take": {"price": "net"}}
    assert (
        column(read(tmp_path, {}, {**signs, "columns": {**columns, "amount": "price"}, "lookups": [lookup]}), "amount")
        == amounts
    )


def test_rows_of_two_sheets_are_told_apart(tmp_path: Path) -> None:
    """What cannot be read in the third row of one sheet says nothing of the third row of the other."""
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as book:
        for name, amount in (("2025", "x"), ("2026", 5)):
            sheet = book.add_worksheet(name)
            for r, row in enumerate([("id", "net"), (f"{name}-1", 1), (f"{name}-2", amount)]):
                sheet.write_row(r, 0, row)
    one = {
        "file": "book.xlsx", "table": "contracts", "columns": {"line_id": "id", "account_id": "id", "amount": "net"},
        "constants": {"every": "month", "starts_on": "2025-01-01"},
    }  # fmt: skip
    delivery = read(tmp_path, {}, *({**one, "sheet": name} for name in ("2025", "2026")))
    assert [(f.file, f.row) for f in delivery.faults if f.severity == "error"] == [("book.xlsx/2025", 2)]
    result = check(delivery.tables, currency="EUR", known_metrics=(), faulty={("contracts", "book.xlsx/2025", 2)})
    assert result.tables["contracts"]["line_id"].to_list() == ["2025-1", "2026-1", "2026-2"]


def lines(folder: Path, rows: str, **more: Any) -> Delivery:
    columns = {"line_id": "id", "account_id": "id", "amount": "net", **more.pop("columns", {})}
    constants = {"every": "month", "starts_on": date(2025, 1, 1), **more.pop("constants", {})}
    entry = {"file": "lines.csv", "table": "contracts", "marks": True, "columns": columns, "constants": constants}
    return read(folder, {"lines.csv": f"id;net;cur;list\n{rows}"}, {**entry, "delimiter": ";", **more})


def errors(delivery: Delivery) -> list[tuple[Any, ...]]:
    return [(f.row, f.column, f.what, f.value) for f in delivery.faults if f.severity == "error"]


NAMED = "1;€ 100.00;;\n2;100.00 EUR;;\n3;£5;;\n4;US$ 7;;\n5;CAD $8.00;;\n6;$9 CAD;;\n7;500.- Fr.;;\n8;-5 zł;;\n"


def test_the_currency_that_an_amount_names_is_that_of_its_row(tmp_path: Path) -> None:
    told = ["EUR", "EUR", "GBP", "USD", "CAD", "CAD", "CHF", "PLN"]
    for how in (
        "net",
        {"formula": "net * 1"},
        {"column": "net", "where": {"id": {"filled": True}}},
        {"first": ["net"]},
    ):
        delivery = lines(tmp_path, NAMED, columns={"amount": how})
        assert column(delivery, "currency") == told
        assert column(delivery, "amount") == [100, 100, 5, 7, 8, 9, 500, -5]


def test_a_sign_of_several_currencies_is_not_guessed(tmp_path: Path) -> None:
    for sign, several in {"$": "USD, CAD, AUD", "kr": "SEK, NOK, DKK", "¥": "JPY, CNY", "C$": "CAD, NIO"}.items():
        delivery = lines(tmp_path, f"1;{sign} 5;;\n2;{sign} 6;;\n")
        what = f"the sign of several currencies, as {several} (2 values, the first)"
        assert errors(delivery) == [(1, "net", what, sign)]
        assert f"constants: {{currency: {several[:3]}}}" in next(f.remedy for f in delivery.faults)
        assert delivery.faulty["contracts"]["origin_row"].to_list() == [1, 2]
    assert column(lines(tmp_path, "1;$ 5;;\n2;6;;\n", constants={"currency": "CAD"}), "currency") == ["CAD", "CAD"]
    assert column(lines(tmp_path, "1;£ 5;EGP;\n2;kr 5;NOK;\n", columns={"currency": "cur"}), "currency") == [
        "EGP", "NOK",
    ]  # fmt: skip


def test_an_amount_in_another_currency_than_its_column_says_is_an_error(tmp_path: Path) -> None:
    rows = "1;USD 5;EUR;\n2;$6;EUR;\n3;€ 7;EUR;\n4;8;EUR;\n5;$9;USD;\n"
    what = "more than one currency is named"
    assert errors(lines(tmp_path, rows, columns={"currency": "cur"})) == [
        (1, "cur", what, "EUR, USD"), (2, "cur", what, "EUR, $"),
    ]  # fmt: skip
    assert errors(lines(tmp_path, "1;€ 5;;\n2;$6;;\n", constants={"currency": "USD"})) == [
        (1, "currency", what, "USD, €"),
    ]  # fmt: skip
    assert errors(lines(tmp_path, "1;USD 5 EUR;;\n2;€ 6;;\n")) == [(1, "net", what, "USD, EUR")]
    both = lines(tmp_path, "1;€ 5;;£ 6\n2;€ 6;;€ 7\n", columns={"list_price": "list"})
    assert errors(both) == [(1, "net", what, "€, £")]


def test_an_amount_without_a_currency_among_others_is_an_error_unless_it_cannot_be_read(tmp_path: Path) -> None:
    what = "the currency is empty, though other rows name one"
    assert errors(lines(tmp_path, "1;€ 5;;\n2;6;;\n")) == [(2, "net", what, None)]
    assert errors(lines(tmp_path, "1;€ 5;;\n2;6O;;\n")) == [(2, "net", "not a number", "6O")]
    assert column(lines(tmp_path, "1;5;;\n2;(6);;\n"), "amount") == [5, -6]
    assert "currency" not in lines(tmp_path, "1;5;;\n2;(6);;\n").tables["contracts"].columns


def test_a_currency_beside_a_number_that_is_no_money_is_told(tmp_path: Path) -> None:
    delivery = lines(tmp_path, "1;5;;2\n2;6;;€ 3\n3;7;;$ 4\n", columns={"quantity": "list"})
    assert column(delivery, "quantity") == [2, 3, 4]
    (one,) = [f for f in delivery.faults if f.severity == "warning"]
    assert (one.row, one.column, one.value) == (2, "list", "€ 3")
    assert one.what == "a currency beside the number in 2 rows, the first, is not looked at"


def test_a_sign_that_no_currency_is_known_by_is_no_mark(tmp_path: Path) -> None:
    assert errors(lines(tmp_path, "1;XY$ 5;;\n")) == [(1, "net", "not a number", "XY$ 5")]


def test_a_column_of_currencies_holds_codes_and_a_sign_in_it_is_told_its_code(tmp_path: Path) -> None:
    how = {"currency": "cur", "amount": {"column": "net", "minor_of": "cur"}}
    delivery = lines(tmp_path, "1;500;eur;\n2;500;KRW;\n3;500;jpy;\n", columns=how, marks=False)
    assert column(delivery, "currency") == ["EUR", "KRW", "JPY"]
    assert column(delivery, "amount") == [5, 500, 500]
    found = lines(tmp_path, "1;5;$;\n2;5;€;\n3;5;US$;\n", columns={"currency": "cur"}, marks=False)
    assert [(row, shown, value) for row, shown, _, value in errors(found)] == [
        (1, "cur", "$"),
        (2, "cur", "€"),
        (3, "cur", "US$"),
    ]
    said = [fault.remedy for fault in found.faults if fault.value == "€"]
    assert said == ['write EUR, or declare words: {"€": EUR}']


def test_minor_of_names_a_column_of_currencies_or_is_one_error(tmp_path: Path) -> None:
    text = "1;500;jpy;red\n2;500;EUR;\n3;500;;eur\n4;500;;NEW\n"
    amount = {"column": "net", "minor_of": "list"}
    for how in (amount, {"formula": "net * 1", "minor_of": "list"}, {"first": [amount, "net"]}):
        delivery = lines(
            tmp_path, text, columns={"currency": "cur", "amount": how}, marks=False, where={"id": ["1", "3"]}
        )
        told = [fault for fault in errors(delivery) if fault[1] == "list"]
        assert told == [(1, "list", "is no currency, though minor_of names this column", "red")]
    text = text.replace("2;500;EUR;", "2;;EUR;")
    (fault,) = lines(tmp_path, text.replace(";eur", ";x"), columns={"amount": amount}, marks=False).faults
    assert fault.what == "is no currency, though minor_of names this column (3 values, the first)"
    assert fault.remedy.startswith("name a column of currency codes")
    known = lines(tmp_path, text.replace("red", "£").replace("NEW", "PTS"), columns={"amount": amount}, marks=False,
                  minor_digits={"PTS": 0})  # fmt: skip
    assert column(known, "amount") == [5, None, 5, 500]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1;500;EUR;\n2;500;;\n3;;;\n", [(1, "list")]),
        ("1;500;EUR;jpy\n2;500;EUR;\n3;;;\n", [(2, "list")]),
        ("1;500;EUR;jpy\n2;500;EUR;eur\n3;;;\n", []),
    ],
)
def test_an_amount_in_the_smallest_unit_of_nothing_is_an_error(
    tmp_path: Path, text: str, wanted: list[tuple[int, str]]
) -> None:
    for how in ({"column": "net", "minor_of": "list"}, {"formula": "net * 1", "minor_of": "list"}):
        delivery = lines(tmp_path, text, columns={"amount": how}, marks=False)
        assert [fault[:2] for fault in errors(delivery)] == wanted
    own = {"currency": "list", "amount": {"column": "net", "minor_of": "list"}}
    told = errors(lines(tmp_path, "1;500;;\n2;500;;\n", columns=own, marks=False))
    assert [fault[:2] for fault in told] == [(1, "list")]
    assert "(2 rows, the first)" in told[0][2]
    mixed = errors(lines(tmp_path, "1;500;;eur\n2;500;;\n", columns=own, marks=False))
    assert [fault[:3] for fault in mixed] == [(2, "list", "the currency is empty, though other rows name one")]


def test_minor_of_reads_the_codes_that_words_are_translated_to(tmp_path: Path) -> None:
    how = {
        "currency": {"column": "cur", "words": {"Yen": "JPY", "$": "USD"}},
        "amount": {"formula": "net", "minor_of": "cur"},
    }
    delivery = lines(tmp_path, "1;500;Yen;\n2;500;$;\n3;500;EUR;\n", columns=how, marks=False)
    assert column(delivery, "amount") == [500, 5, 5]
    assert column(delivery, "currency") == ["JPY", "USD", "EUR"]


def test_headers_without_the_question_are_no_survey() -> None:
    assert recognised({"log.csv": ("When", "Who", "Level")}, [SURVEY]) == ()


def test_formulas_are_written_with_the_headers_that_are_there() -> None:
    columns = {"amount": FormulaOf(formula="unit_price * `No of units` - 2", minor_of="currency")}
    lines = Export("toy.lines", "Toy lines", ("unit_price",), (Fills("contracts", columns),))
    found = recognised({"lines.csv": ("UNIT_PRICE", "no of Units", "Currency")}, [lines])
    amount = plan(found).sources.files[0].columns["amount"]
    assert amount == FormulaOf(formula="`UNIT_PRICE` * `no of Units` - 2", minor_of="Currency")


def test_the_later_of_two_days_is_not_told_by_the_one_that_is_there(tmp_path: Path) -> None:
    starts = (LastOf(last=["Began", "Trial"]), LastOf(last=["Made", "Trial"]))
    lines = Export("toy.lines", "Toy lines", ("Id",), (Fills("contracts", {"starts_on": starts, "line_id": "Id"}),))

    def planned(*header: str) -> Any:
        return plan(recognised({"lines.csv": header}, [lines])).sources.files[0].columns.get("starts_on")

    assert planned("Id", "Made", "Trial") == LastOf(last=["Made", "Trial"])
    assert planned("Id", "Made") == "Made"
    assert planned("Id", "Trial") is None


def test_a_table_that_only_another_export_makes_sense_of_waits_for_it() -> None:
    columns = {"line_id": "id", "account_id": "who", "dated_on": "day", "amount": "amount"}
    alone = Fills("invoices", columns, constants={"kind": "order"}, unless=("toy.contracts",))
    beside = Fills("invoices", columns, constants={"kind": "one_off"}, beside=("toy.contracts",))
    bills = Export("toy.bills", "Toy bills", ("id", "who", "day"), (alone, beside))
    contracts = Export("toy.contracts", "Toy contracts", ("id", "plan"))
    headers = {"bills.csv": ("id", "who", "day", "amount"), "contracts.csv": ("id", "plan")}
    kinds = [
        [f.constants["kind"] for f in plan(recognised(found, [bills, contracts])).sources.files]
        for found in ({"bills.csv": headers["bills.csv"]}, headers)
    ]
    assert kinds == [["order"], ["one_off"]]
