"""Do exports become our tables as sources.yaml says, with nothing lost or doubled in silence?"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.mapping.sources import Sources

LAYOUT = {
    "accounts": {"account_id": "text", "name": "text", "parent_id": "text", "created_on": "date"},
    "managers": {"manager_id": "text", "name": "text", "team": "text"},
    "invoices": {
        "line_id": "text", "account_id": "text", "dated_on": "date", "amount": "money", "currency": "text",
        "product": "text", "quantity": "number", "kind": "text", "origin_file": "text", "origin_row": "whole",
    },
    "contracts": {"account_id": "text", "tier": "text", "starts_on": "date", "ends_on": "date", "trial": "flag"},
}  # fmt: skip
KEYS = {"accounts": ("account_id",), "managers": ("manager_id",), "invoices": ("line_id",)}

DEALS = """\
Deal,Account,Stage,Close Date,Value,Currency
D1,A1,Won,2025-01-31,100.50,EUR
D2,A2,Lost,2025-02-28,40.25,EUR
D3,A1,Open,,7,USD
D4,A3,Won,2025-03-31,200,EUR
"""
DEAL = {"line_id": "Deal", "account_id": "Account", "dated_on": "Close Date", "amount": "Value"}


def read(folder: Path, files: Mapping[str, str], *entries: Mapping[str, Any], **settings: Any) -> Delivery:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    sources = Sources.model_validate({"files": list(entries), **settings})
    return read_folder(folder, LAYOUT, {"accounts"}, sources, keys=KEYS)


def clean(delivery: Delivery) -> Mapping[str, pl.DataFrame]:
    assert delivery.faults == ()
    return delivery.tables


def said(delivery: Delivery, severity: str = "error") -> list[str]:
    return [f.what for f in delivery.faults if f.severity == severity]


def test_columns_are_renamed_typed_and_carry_their_origin(tmp_path: Path) -> None:
    entry = {"file": "crm/deals.csv", "table": "invoices", "columns": DEAL | {"currency": "Currency"}}
    frame = clean(read(tmp_path, {"crm/deals.csv": DEALS}, entry))["invoices"]
    assert frame.row(0, named=True) == {
        "origin_file": "crm/deals.csv", "origin_row": 1, "line_id": "D1", "account_id": "A1",
        "dated_on": date(2025, 1, 31), "amount": Decimal("100.5"), "currency": "EUR",
    }  # fmt: skip
    assert frame.schema["amount"] == pl.Decimal(18, 4)


def test_mappings_do_what_they_say(tmp_path: Path) -> None:
    text = "Id,First,Last,plan,boss,End\n007,Ada,Lovelace,Basic,2.0,2025-12-31\n008,Bo,,Pro,,\n009,Cy,,,3.0,\n"
    entry = {
        "file": "a.csv",
        "table": "contracts",
        "columns": {
            "account_id": "Id",
            "tier": {"column": "plan", "words": {"Basic": "Entry", "": "None yet"}},
            "ends_on": {"column": "End", "plus_days": 1},
        },
        "constants": {"trial": False, "starts_on": date(2025, 1, 1)},
    }
    people = {
        "file": "a.csv",
        "table": "managers",
        "columns": {
            "manager_id": {"column": "boss", "without_suffix": ".0"},
            "name": {"join": ["First", "Last"], "with": " "},
        },
    }
    tables = clean(read(tmp_path, {"a.csv": text}, entry, people))
    assert tables["contracts"].drop("origin_file", "origin_row").rows() == [
        ("007", "Entry", date(2026, 1, 1), False, date(2025, 1, 1)),
        ("008", "Pro", None, False, date(2025, 1, 1)),
        ("009", "None yet", None, False, date(2025, 1, 1)),
    ]
    assert tables["managers"].select("manager_id", "name").rows() == [("2", "Ada Lovelace"), (None, "Bo"), ("3", "Cy")]


def test_attributes_are_further_text_of_open_tables(tmp_path: Path) -> None:
    entry = {"file": "a.csv", "table": "accounts", "columns": {"account_id": "Id"}, "attributes": {"sector": "Sector"}}
    frame = clean(read(tmp_path, {"a.csv": "Id,Sector\nA1,007\n"}, entry))["accounts"]
    assert frame["sector"].to_list() == ["007"]
    closed = {"file": "a.csv", "table": "managers", "columns": {"manager_id": "Id"}, "attributes": {"sector": "Sector"}}
    assert said(read(tmp_path, {}, closed)) == ["a.csv: table managers takes no attributes"]


def test_a_formula_is_exact_and_names_its_bad_operand(tmp_path: Path) -> None:
    lines = "Id,Price,Qty,Off\nA1,14.40,12,0.15\nA2,1.2345,1.2345,0\nA3,x,1,0\nA4,1,,0\n"
    entry = {
        "file": "l.csv",
        "table": "invoices",
        "columns": {"account_id": "Id", "amount": {"formula": "Price * Qty * (1 - Off)"}},
    }
    delivery = read(tmp_path, {"l.csv": lines}, entry)
    assert delivery.tables["invoices"]["amount"].to_list() == [Decimal("146.88"), Decimal("1.524"), None, None]
    (fault,) = delivery.faults
    assert (fault.row, fault.column, fault.value, fault.table) == (3, "Price", "x", "invoices")
    assert delivery.faulty["invoices"].rows() == [("l.csv", 3)]


def test_a_division_by_zero_is_a_fault(tmp_path: Path) -> None:
    entry = {"file": "l.csv", "table": "invoices", "columns": {"account_id": "Id", "amount": {"formula": "a / b"}}}
    delivery = read(tmp_path, {"l.csv": "Id,a,b\nA1,1,2\nA2,1,0\n"}, entry)
    assert said(delivery) == ["a / b divides by zero or comes to too large a number in 1 row, the first"]
    assert delivery.faulty["invoices"].rows() == [("l.csv", 2)]


def test_rows_that_where_drops_are_counted_with_their_money_and_the_reason(tmp_path: Path) -> None:
    entry = {
        "file": "d.csv", "table": "invoices", "columns": DEAL | {"currency": "Currency"},
        "where": {"Stage": {"not": "Open"}, "Account": ["A1", "A2"]},
    }  # fmt: skip
    delivery = read(tmp_path, {"d.csv": DEALS}, entry)
    assert delivery.tables["invoices"]["line_id"].to_list() == ["D1", "D2"]
    assert said(delivery, "note") == [
        '1 row left out because Stage is "Open"; its amount adds up to USD 7.00',
        '1 row left out because Account is none of "A1", "A2"; its amount adds up to EUR 200.00',
    ]
    assert (delivery.files[0].rows, delivery.files[0].filtered) == (4, 2)


def test_a_condition_that_leaves_no_row_of_any_file_is_a_warning(tmp_path: Path) -> None:
    """Its word is written otherwise in the file, as a rule; one month without such rows is none."""
    entry = {"file": "d*.csv", "table": "invoices", "columns": DEAL, "where": {"Stage": "won"}}
    delivery = read(tmp_path, {"d.csv": DEALS}, entry)
    (warning,) = said(delivery, "warning")
    assert warning.startswith('4 rows left out because Stage is not "won", so that none is left')
    won = {"d.csv": DEALS, "d2.csv": DEALS.replace("Won", "won")}
    assert said(read(tmp_path, won, entry), "warning") == []


def test_rows_that_another_entry_of_the_table_takes_are_not_left_out(tmp_path: Path) -> None:
    """Returns that an export writes as positive amounts, as docs/sources.md shows."""
    columns = {"line_id": "Id", "account_id": "Account", "dated_on": "Day"}
    entries = [
        {"file": "r.csv", "table": "invoices", "columns": columns | {"amount": amount}, "where": {"Type": kind}}
        for amount, kind in (("Amount", {"not": ["return"]}), ({"formula": "-Amount"}, "return"))
    ]
    text = "Id,Account,Day,Amount,Type\n1,A1,2026-01-01,20,sale\n2,A1,2026-01-02,5,return\n"
    delivery = read(tmp_path, {"r.csv": text}, *entries)
    assert delivery.tables["invoices"]["amount"].to_list() == [20, -5]
    assert said(delivery) == []
    more = read(
        tmp_path, {"r.csv": f"{text}3,A1,2026-01-03,7,void\n"}, {**entries[0], "where": {"Type": "sale"}}, entries[1]
    )
    first, _ = said(more, "note")
    assert first == '2 rows left out by one of 2 entries because Type is not "sale"; their amount adds up to 12.00'


def test_a_condition_that_holds_for_several_tables_is_told_once_with_their_names(tmp_path: Path) -> None:
    where = {"Stage": {"not": "Open"}}
    entries = [
        {"file": "d.csv", "table": "invoices", "columns": DEAL | {"currency": "Currency"}, "where": where},
        {"file": "d.csv", "table": "accounts", "columns": {"account_id": "Account"}, "where": where, "distinct": True},
        {
            "file": "d.csv",
            "table": "managers",
            "columns": {"manager_id": "Account"},
            "where": {"Account": ["A1", "A2"]},
        },
    ]
    notes = said(read(tmp_path, {"d.csv": DEALS}, *entries), "note")
    assert '1 row left out of accounts and invoices because Stage is "Open"; its amount adds up to USD 7.00' in notes
    assert '1 row left out of managers because Account is none of "A1", "A2"' in notes
    assert len([note for note in notes if "left out" in note]) == 2


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("Won", ["D1", "D4"]),
        (["Won", "Lost"], ["D1", "D2", "D4"]),
        ({"not": ["Won", "Lost"]}, ["D3"]),
        ({"starts_with": "O"}, ["D3"]),
        ({"filled": True}, ["D1", "D2", "D3", "D4"]),
    ],
)
def test_conditions_keep_what_they_say(tmp_path: Path, condition: object, kept: list[str]) -> None:
    entry = {"file": "d.csv", "table": "invoices", "columns": DEAL, "where": {"Stage": condition}}
    assert read(tmp_path, {"d.csv": DEALS}, entry).tables["invoices"]["line_id"].to_list() == kept


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("", ["A2", "A3"]),
        (["", "gone"], ["A2", "A3", "A4"]),
        (["none"], ["A2", "A3"]),
        ({"not": [""]}, ["A1", "A4"]),
        ({"not": ["none", "gone"]}, ["A1"]),
        ({"not": ["gone"]}, ["A1", "A2", "A3"]),
    ],
)
def test_an_empty_word_and_one_for_nothing_are_empty_cells(tmp_path: Path, condition: object, kept: list[str]) -> None:
    columns = {"account_id": "Id"}
    entry = {"file": "s.csv", "table": "accounts", "columns": columns, "nulls": ["none"], "where": {"State": condition}}
    delivery = read(tmp_path, {"s.csv": "Id,State\nA1,new\nA2,\nA3,none\nA4,gone\n"}, entry)
    assert delivery.tables["accounts"]["account_id"].to_list() == kept


def test_true_and_false_match_any_spelling(tmp_path: Path) -> None:
    entry = {"file": "s.csv", "table": "accounts", "columns": {"account_id": "Id"}, "where": {"Trial": False}}
    delivery = read(tmp_path, {"s.csv": "Id,Trial\nA1,FALSE\nA2,True\nA3,0\nA4,\n"}, entry)
    assert delivery.tables["accounts"]["account_id"].to_list() == ["A1", "A3"]


def test_faults_of_dropped_rows_are_not_told(tmp_path: Path) -> None:
    entry = {"file": "d.csv", "table": "invoices", "columns": DEAL, "where": {"Stage": "Won"}}
    assert said(read(tmp_path, {"d.csv": DEALS.replace("40.25", "n/a")}, entry)) == []


ORDERS = "OrderID,Customer,On\n1,A1,2025-01-01\n2,A2,2025-02-01\n"
LINES = "OrderID,Amount\n1,5\n1,6\n2,7\n3,8\n,9\n"
LINE = {
    "file": "lines.csv",
    "table": "invoices",
    "columns": {"account_id": "Customer", "dated_on": "On", "amount": "Amount"},
    "lookups": [{"file": "orders.csv", "on": {"OrderID": "OrderID"}, "take": ["Customer", "On"]}],
}


def test_a_lookup_adds_columns_and_counts_what_it_does_not_find(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"orders.csv": ORDERS, "lines.csv": LINES}, LINE)
    frame = delivery.tables["invoices"]
    assert frame["account_id"].to_list() == ["A1", "A1", "A2", None, None]
    assert frame["line_id"].to_list() == [f"lines.csv:{n}" for n in range(1, 6)]
    assert said(delivery, "warning") == ['1 row with a OrderID that orders.csv does not have (1 different: "3")']
    assert [(f.name, f.table) for f in delivery.files] == [("lines.csv", "invoices"), ("orders.csv", None)]


def test_a_lookup_that_would_double_rows_is_a_fault_that_names_the_key(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"orders.csv": ORDERS + "1,A9,2025-03-01\n", "lines.csv": LINES}, LINE)
    (fault,) = delivery.faults
    assert (fault.file, fault.column, fault.value) == ("orders.csv", "OrderID", "1")
    assert "rows would be doubled" in fault.what
    assert "invoices" not in delivery.tables


def test_where_keys_may_repeat_only_their_rows_are_errors_and_the_first_twenty_are_told(tmp_path: Path) -> None:
    lookup = {"file": "orders.csv", "on": {"OrderID": "OrderID"}, "take": ["Customer", "On"], "may_repeat": True}
    entry = LINE | {"lookups": [lookup], "where": {"Amount": {"filled": True}}}
    doubled = {"orders.csv": ORDERS + "1,A9,2025-03-01\n", "lines.csv": LINES}
    delivery = read(tmp_path, doubled, entry)
    errors = [f for f in delivery.faults if f.severity == "error"]
    assert {(f.row, f.what, f.value) for f in errors} == {
        (n, "several have this OrderID: A1 2025-01-01, A9 2025-03-01", "1") for n in (1, 2)
    }
    assert [row for _, row in delivery.faulty["invoices"].rows()] == [1, 2]
    assert said(delivery, "warning") == ['1 row with a OrderID that orders.csv does not have (1 different: "3")']
    many = read(tmp_path, {**doubled, "lines.csv": LINES + "1,5\n" * 30}, entry)
    told = [f.what for f in many.faults if f.severity == "error"]
    assert told[20:] == ["12 more rows with a OrderID that several have"]


def test_a_repeated_key_that_says_the_same_or_is_not_asked_for_does_no_harm(tmp_path: Path) -> None:
    orders = ORDERS + "1,A1,2025-01-01\n9,A9,2025-01-01\n9,A8,2025-01-01\n"
    delivery = read(tmp_path, {"orders.csv": orders, "lines.csv": LINES}, LINE)
    assert delivery.tables["invoices"].height == 5


def test_a_taken_column_may_get_another_name(tmp_path: Path) -> None:
    lookup = {"file": "orders.csv", "on": {"OrderID": "OrderID"}, "take": {"Amount": "Customer"}}
    clash = LINE | {"lookups": [lookup], "columns": {"account_id": "Amount", "amount": "Amount"}}
    assert "has a column Amount already" in said(read(tmp_path, {"orders.csv": ORDERS, "lines.csv": LINES}, clash))[0]
    fine = LINE | {
        "lookups": [lookup | {"take": {"Buyer": "Customer"}}],
        "columns": {"account_id": "Buyer", "amount": "Amount"},
    }
    assert read(tmp_path, {}, fine).tables["invoices"]["account_id"].to_list()[0] == "A1"


def test_a_column_that_is_not_there_is_named_once_with_what_is(tmp_path: Path) -> None:
    entry = {"file": "d.csv", "table": "invoices", "columns": DEAL | {"amount": "Valeu"}, "where": {"Phase": "Won"}}
    delivery = read(tmp_path, {"d.csv": DEALS}, entry)
    assert [(f.column, f.remedy) for f in delivery.faults] == [
        ("Phase", "correct its name in sources.yaml"),
        ("Valeu", 'did you mean "Value"?'),
    ]
    assert said(delivery)[1] == "has no column Valeu; its columns are Deal, Account, Stage, Close Date, Value, Currency"
    assert "invoices" not in delivery.tables


def test_a_file_or_table_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    delivery = read(
        tmp_path, {"deals.csv": DEALS},
        {"file": "dels.csv", "table": "invoices", "columns": DEAL},
        {"file": "deals.csv", "table": "invoice", "columns": DEAL},
        {"file": "deals.csv", "table": "invoices", "columns": {"acount_id": "Account"}},
    )  # fmt: skip
    assert [(f.file, f.remedy) for f in delivery.faults] == [
        ("sources.yaml", 'did you mean "deals.csv"?'),
        ("sources.yaml", 'did you mean "invoices"?'),
        ("sources.yaml", 'did you mean "account_id"?'),
    ]


def test_the_same_content_under_two_names_is_read_once(tmp_path: Path) -> None:
    entry = {"file": "d*.csv", "table": "invoices", "columns": DEAL}
    delivery = read(tmp_path, {"d1.csv": DEALS, "d2.csv": DEALS, "d3.csv": DEALS.replace("\nD", "\nE")}, entry)
    assert delivery.tables["invoices"].height == 8
    assert said(delivery, "note") == ["has the same content as d1.csv and was read once only"]


def test_distinct_keeps_the_first_of_each_key_and_warns_of_others(tmp_path: Path) -> None:
    text = "Agent,Manager,Office\na,M1,East\nb,M2,West\nc,M1,East\nd,M2,North\n"
    entry = {
        "file": "t.csv",
        "table": "managers",
        "columns": {"manager_id": "Manager", "team": "Office"},
        "distinct": True,
    }
    delivery = read(tmp_path, {"t.csv": text}, entry)
    assert delivery.tables["managers"].select("origin_row", "manager_id", "team").rows() == [
        (1, "M1", "East"),
        (2, "M2", "West"),
    ]
    assert said(delivery, "warning") == ['1 manager_id are told differently by several rows, the first was taken: "M2"']


def test_rows_without_an_id_that_came_twice_are_told(tmp_path: Path) -> None:
    entry = {"file": "l.csv", "table": "invoices", "columns": {"account_id": "Id", "amount": "Amount"}}
    delivery = read(tmp_path, {"l.csv": "Id,Amount\nA1,5\nA2,5\nA1,5\n"}, entry)
    assert delivery.tables["invoices"].height == 3
    assert [(f.severity, f.row) for f in delivery.faults] == [("warning", 3)]


def test_formats_are_declared_by_file(tmp_path: Path) -> None:
    text = "Id;Value;On;Note\nA1;1.234,50;31.12.2025;n/a\n"
    entry = {
        "file": "g.csv", "table": "invoices", "decimal": ",", "thousands": ".", "dates": "%d.%m.%Y", "nulls": ["n/a"],
        "columns": {"line_id": "Id", "amount": "Value", "dated_on": "On", "product": "Note"},
    }  # fmt: skip
    frame = clean(read(tmp_path, {"g.csv": text}, entry))["invoices"]
    assert frame.select("amount", "dated_on", "product").rows() == [(Decimal("1234.5"), date(2025, 12, 31), None)]


def test_a_column_may_have_dates_of_its_own(tmp_path: Path) -> None:
    text = "Id,From,To\nA1,2025-01-01,12/31/2025\n"
    columns = {"account_id": "Id", "starts_on": "From", "ends_on": {"column": "To", "dates": "%m/%d/%Y"}}
    frame = clean(read(tmp_path, {"c.csv": text}, {"file": "c.csv", "table": "contracts", "columns": columns}))[
        "contracts"
    ]
    assert frame.select("starts_on", "ends_on").rows() == [(date(2025, 1, 1), date(2025, 12, 31))]


def test_days_are_those_of_the_business(tmp_path: Path) -> None:
    entry = {"file": "c.csv", "table": "contracts", "columns": {"account_id": "Id", "starts_on": "From"}}
    text = "Id,From\nA1,2025-12-31T23:30:00Z\n"
    delivery = read(tmp_path, {"c.csv": text}, entry, time_zone="Europe/Berlin")
    assert delivery.tables["contracts"]["starts_on"].to_list() == [date(2026, 1, 1)]
    assert said(delivery, "note") == [
        "1 date-time on another day in the business time zone Europe/Berlin than written, the first"
    ]


def test_a_file_that_cannot_be_read_leaves_the_others_standing(tmp_path: Path) -> None:
    entry = {"file": "d*.csv", "table": "invoices", "columns": DEAL}
    delivery = read(tmp_path, {"d1.csv": DEALS, "d2.csv": "Deal,Account\n"}, entry)
    assert delivery.tables["invoices"]["origin_file"].unique().to_list() == ["d1.csv"]
    assert [(f.file, f.table, f.severity) for f in delivery.faults] == [("d2.csv", "invoices", "error")]


def test_an_empty_mapping_is_a_fault(tmp_path: Path) -> None:
    assert said(read(tmp_path, {})) == ["names no files"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(-999, 999)), min_size=2, max_size=20), st.data())
def test_how_files_are_split_changes_nothing_but_origins(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, int]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(lines) - 1))
    head = "Id,Account,Amount\n"
    rows = [f"L{n},{account},{cents / 100:.2f}\n" for n, (account, cents) in enumerate(lines)]
    columns = {"line_id": "Id", "account_id": "Account", "amount": "Amount"}
    entry = {"file": "*.csv", "table": "invoices", "columns": columns, "where": {"Account": {"not": "C"}}}
    whole = read(tmp_path_factory.mktemp("whole"), {"a.csv": head + "".join(rows)}, entry)
    parts = {"a.csv": head + "".join(rows[:cut]), "b.csv": head + "".join(rows[cut:])}
    split = read(tmp_path_factory.mktemp("split"), parts, entry)
    one, two = (d.tables["invoices"].drop("origin_file", "origin_row") for d in (whole, split))
    assert one.equals(two)


def test_a_file_that_is_looked_up_in_is_opened_as_its_lookup_declares(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_bytes("key,title\nA1,Café\n".encode("cp1252"))
    lookup = {"file": "names.csv", "on": {"Id": "key"}, "take": ["title"]}
    entry = {
        "file": "a.csv",
        "table": "accounts",
        "encoding": "cp1252",
        "columns": {"account_id": "Id", "name": "title"},
    }
    (fault,) = read(tmp_path, {"a.csv": "Id\nA1\n"}, {**entry, "lookups": [lookup]}).faults
    assert fault.file == "names.csv"
    assert fault.remedy.endswith(
        "it is looked up in, so declare there (under lookups, merged or history) how it is opened"
    )
    declared = {**entry, "lookups": [{**lookup, "encoding": "cp1252"}]}
    assert clean(read(tmp_path, {}, declared))["accounts"]["name"].to_list() == ["Café"]
