"""Do exports of other shapes become rows: months in columns, lists in cells, changes in a file of their own?"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from xlsxwriter import Workbook

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.mapping.record_ids import whole
from adapters.mapping.sources import Sources
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

KEYS = {name: table.key for name, table in TABLES.items()}


def read(folder: Path, files: Mapping[str, str], *entries: Mapping[str, Any], **settings: Any) -> Delivery:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    sources = Sources.model_validate({"files": entries, **settings})
    return read_folder(folder, LAYOUT, OPEN_TABLES, sources, keys=KEYS)


def said(delivery: Delivery, severity: str) -> list[str]:
    return [f.what for f in delivery.faults if f.severity == severity]


# ---- changes of owners ----

ACCOUNTS = "id,owner\nA,cleo\nB,ann\nC,dan\n"
CHANGES = """\
account,at,field,old,new
A,2025-03-01T22:30:00Z,Owner,ann,ben
A,2025-06-10T08:00:00Z,Owner,ben,cleo
A,2025-06-11T08:00:00Z,Name,x,y
C,2025-02-01T08:00:00Z,Owner,ann,ben
C,2025-02-01T09:00:00Z,Owner,ben,dan
Z,2025-02-01T08:00:00Z,Owner,ann,ben
"""
OWNERS = {
    "file": "accounts.csv",
    "table": "ownership",
    "history": {"of": "owner", "file": "changes.csv", "on": {"id": "account"}, "at": "at", "old": "old", "new": "new",
                "where": {"field": "Owner"}},
    "columns": {"account_id": "id", "manager_id": "owner", "starts_on": "since", "ends_on": "until"},
}  # fmt: skip


def spans(delivery: Delivery) -> list[tuple[Any, ...]]:
    columns = ["account_id", "manager_id", "starts_on", "ends_on"]
    return delivery.tables["ownership"].select(columns).sort("account_id", "starts_on", nulls_last=False).rows()


@pytest.mark.parametrize(
    ("cell", "share", "point"),
    [
        ("60%", "0.6", "."), ("100 %", "1", "."), ("12.5%", "0.125", "."), ("12,5\u00a0%", "0.125", ","),
        ("0.0001%", "0.000001", "."), ("0.4", "0.4", "."), ("-5%", "-0.05", "."), ("", None, "."),
    ],
)  # fmt: skip
def test_percentages_are_parts_of_one_where_they_are_declared(
    tmp_path: Path, cell: str, share: str | None, point: str
) -> None:
    columns = {"account_id": "who", "manager_id": "owner", "share": {"column": "part", "percents": True}}
    entry = {"file": "owners.csv", "table": "ownership", "delimiter": ";", "decimal": point, "columns": columns}
    delivery = read(tmp_path, {"owners.csv": f"who;owner;part\nA;ann;{cell}\n"}, entry)
    assert said(delivery, "error") == []
    assert delivery.tables["ownership"]["share"].to_list() == [share and Decimal(share)]


def test_what_is_added_is_written_as_the_dates_of_the_entry(tmp_path: Path) -> None:
    """And a row that comes to several lines gives each an id of its own."""
    text = "who,signed,2026-01,2026-02,2026-03\nA,03.02.2026,5,5,6\nB,14.01.2026,1,1,1\n"
    entry = {
        "file": "mrr.csv", "table": "contracts", "dates": "%d.%m.%Y", "constants": {"every": "month"},
        "months": {"columns": r"\d{4}-\d\d", "value": "paid"},
        "columns": {
            "account_id": "who", "amount": "paid", "starts_on": "since", "ends_on": "until", "signed_on": "signed",
        },
    }  # fmt: skip
    delivery = read(tmp_path, {"mrr.csv": text}, entry)
    assert said(delivery, "error") == []
    assert delivery.tables["contracts"].select("line_id", "starts_on", "ends_on").rows() == [
        ("mrr.csv:1", date(2026, 1, 1), date(2026, 3, 1)),
        ("mrr.csv:1:2", date(2026, 3, 1), None),
        ("mrr.csv:2", date(2026, 1, 1), None),
    ]
    accounts = {**OWNERS, "dates": "%d.%m.%Y", "history": {**OWNERS["history"], "dates": "%Y-%m-%dT%H:%M:%S%#z"}}
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS, "changes.csv": CHANGES}, accounts, time_zone="Europe/Berlin")
    assert spans(delivery)[0] == ("A", "ann", None, date(2025, 3, 1))


def test_a_row_with_the_day_of_its_begin_holds_until_the_next_of_its_key_begins(tmp_path: Path) -> None:
    """In any order, a split of one day ends together, and the one without a day is the first."""
    lines = "B,cy,01.02.2026\nA,ben,15.08.2025\nA,ann,\nA,dan,01.01.2026\nA,eve,01.01.2026\nA,fay,01.07.2026\n"
    owners = {
        "file": "owners.csv", "table": "ownership", "dates": "%d.%m.%Y",
        "until_next": {"by": ["who"], "since": "since"},
        "columns": {"account_id": "who", "manager_id": "owner", "starts_on": "since", "ends_on": "until"},
    }  # fmt: skip
    delivery = read(tmp_path, {"owners.csv": f"who,owner,since\n{lines}"}, owners)
    august, january, july = date(2025, 8, 15), date(2026, 1, 1), date(2026, 7, 1)
    assert sorted(spans(delivery), key=str) == [
        ("A", "ann", None, august),
        ("A", "ben", august, january),
        ("A", "dan", january, july),
        ("A", "eve", january, july),
        ("A", "fay", july, None),
        ("B", "cy", date(2026, 2, 1), None),
    ]
    wrong = {**owners, "until_next": {"by": ["who"], "since": "From"}}
    assert said(read(tmp_path, {}, wrong), "error")[0].startswith("has no column From")


def test_each_owner_has_an_account_from_one_change_to_the_next(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS, "changes.csv": CHANGES}, OWNERS, time_zone="Europe/Berlin")
    assert spans(delivery) == [
        ("A", "ann", None, date(2025, 3, 1)),
        ("A", "ben", date(2025, 3, 1), date(2025, 6, 10)),
        ("A", "cleo", date(2025, 6, 10), None),
        ("B", "ann", None, None),
        ("C", "ann", None, date(2025, 2, 1)),
        ("C", "dan", date(2025, 2, 1), None),
    ]
    assert said(delivery, "error") == []
    assert said(delivery, "warning") == []


def test_the_day_of_a_change_is_the_business_days(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS, "changes.csv": CHANGES}, OWNERS, time_zone="Asia/Tokyo")
    assert spans(delivery)[0] == ("A", "ann", None, date(2025, 3, 2))


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        (CHANGES.replace("Owner,ben,cleo", "Owner,eve,cleo"),
         "1 row with a change from another value than the change before it led to; the first"),
        (CHANGES.replace("Owner,ben,cleo", "Owner,ben,fay"),
         "1 row with a last change that does not lead to owner; owner was taken; the first"),
    ],
)  # fmt: skip
def test_a_history_with_gaps_is_told(tmp_path: Path, changes: str, warning: str) -> None:
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS, "changes.csv": changes}, OWNERS)
    assert said(delivery, "warning")[0] == warning


def test_a_date_of_a_change_that_cannot_be_read_is_an_error_of_its_row(tmp_path: Path) -> None:
    changes = CHANGES.replace("2025-06-10T08:00:00Z", "soon")
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS, "changes.csv": changes}, OWNERS)
    errors = [(f.file, f.row, f.column, f.value) for f in delivery.faults if f.severity == "error"]
    assert errors == [("changes.csv", 2, "at", "soon")]


@pytest.mark.parametrize("day", ["soon", ""])
def test_who_is_touched_by_a_change_without_a_day_is_set_aside_and_nobody_else(tmp_path: Path, day: str) -> None:
    changes = CHANGES.replace("2025-06-10T08:00:00Z", day)
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS, "changes.csv": changes}, OWNERS)
    errors = [(f.file, f.row, f.column) for f in delivery.faults if f.severity == "error"]
    assert errors == [("changes.csv", 2, "at")]
    assert delivery.faulty["ownership"].rows() == [("accounts.csv", 1)]


def test_a_history_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS}, OWNERS)
    assert said(delivery, "error") == ["no file matches changes.csv"]


# ---- months in columns, lists in cells, versions, cents ----


def test_months_in_columns_become_rows_and_no_money_is_lost(tmp_path: Path) -> None:
    text = "customer,currency,2025-01-01,2025-02-01,2025-03-01\nA,EUR,10.50,0,12\nB,USD,,7,x\n"
    entry = {
        "file": "mrr.csv", "table": "contracts",
        "unpivot": {"columns": r"\d{4}-\d\d-01", "name": "month", "value": "mrr"},
        "columns": {"line_id": {"join": ["customer", "month"]}, "account_id": "customer", "amount": "mrr",
                    "currency": "currency", "starts_on": "month"},
        "constants": {"every": "month"}, "where": {"mrr": {"filled": True}},
    }  # fmt: skip
    delivery = read(tmp_path, {"mrr.csv": text}, entry)
    frame = delivery.tables["contracts"]
    assert frame["amount"].sum() == Decimal("29.50")
    assert frame.height == 5
    assert [(f.row, f.column, f.value) for f in delivery.faults if f.severity == "error"] == [(2, "mrr", "x")]
    assert [(f.rows, f.filtered) for f in delivery.files] == [(2, 0)]


def test_a_list_in_a_cell_becomes_rows(tmp_path: Path) -> None:
    text = "deal,companies,day,amount\nD1,8001; 8002,2025-01-01,5\nD2,,2025-01-01,7\n"
    entry = {
        "file": "deals.csv", "table": "invoices", "explode": {"column": "companies"},
        "columns": {"line_id": {"join": ["deal", "companies"]}, "account_id": "companies", "dated_on": "day",
                    "amount": "amount"},
    }  # fmt: skip
    delivery = read(tmp_path, {"deals.csv": text}, entry)
    frame = delivery.tables["invoices"]
    assert frame["account_id"].to_list() == ["8001", "8002", None]
    assert said(delivery, "warning") == ["1 row with several companies, for each of which the amount counts; the first"]
    assert frame["origin_row"].to_list() == [1, 1, 2]


def test_only_the_last_version_counts(tmp_path: Path) -> None:
    text = "name,version,customer,mrr,day\nS1,2,A,20,2025-01-01\nS1,10,A,30,2025-01-01\nS2,1,B,5,2025-01-01\n"
    entry = {
        "file": "subs.csv", "table": "contracts", "latest": {"by": ["name"], "largest": "version"},
        "columns": {"line_id": "name", "account_id": "customer", "amount": "mrr", "starts_on": "day"},
        "constants": {"every": "month"},
    }  # fmt: skip
    delivery = read(tmp_path, {"subs.csv": text}, entry)
    assert delivery.tables["contracts"]["amount"].to_list() == [Decimal(30), Decimal(5)]
    assert "1 row left out because a later version of name is there; its amount adds up to 20.00" in said(
        delivery, "note"
    )
    assert delivery.files[0].filtered == 1


def test_a_row_without_a_key_is_a_version_of_nothing(tmp_path: Path) -> None:
    text = "id,name,version,customer,mrr,day\n1,,1,A,20,2025-01-01\n2,,2,B,30,2025-01-01\n3,S,1,C,5,2025-01-01\n"
    entry = {
        "file": "subs.csv", "table": "contracts", "latest": {"by": ["name"], "largest": "version"},
        "columns": {"line_id": "id", "account_id": "customer", "amount": "mrr", "starts_on": "day"},
        "constants": {"every": "month"},
    }  # fmt: skip
    assert read(tmp_path, {"subs.csv": text}, entry).tables["contracts"]["amount"].sum() == Decimal(55)


def test_cents_are_divided_by_what_the_currency_has(tmp_path: Path) -> None:
    rows = ["1,A,199,usd", "2,A,199,jpy", "3,A,-1995,KWD", "4,A,12.5,eur", "5,A,100,", "6,A,x,usd"]
    entry = {
        "file": "lines.csv", "table": "invoices",
        "columns": {"line_id": "id", "account_id": "customer", "amount": {"column": "amount", "minor_of": "currency"},
                    "currency": {"column": "currency", "capitals": True}},
        "constants": {"dated_on": "2025-01-01"},
    }  # fmt: skip
    delivery = read(tmp_path, {"lines.csv": "\n".join(["id,customer,amount,currency", *rows])}, entry)
    frame = delivery.tables["invoices"]
    wanted = ["1.99", "199", "-1.995", "0.125", "1"]
    assert frame["amount"].to_list() == [*map(Decimal, wanted), None]
    assert frame["currency"].to_list() == ["USD", "JPY", "KWD", "EUR", None, "USD"]
    errors = [(f.row, f.column, f.value) for f in delivery.faults if f.severity == "error"]
    assert errors == [(6, "amount", "x"), (5, "currency", None)]
    assert frame.schema["amount"] == pl.Decimal(18, 4)


def test_a_row_keeps_the_value_of_its_day(tmp_path: Path) -> None:
    days = {"D1": "2025-02-01", "D2": "2025-03-01", "D3": "", "D4": "2025-07-01"}
    deals = "id,account,closed,owner,amount\n" + "".join(f"{d},A,{day},cleo,5\n" for d, day in days.items())
    changes = "deal,at,old,new\n" + "".join(
        f"{d},{at},{old},{new}\n"
        for d in days
        for at, old, new in (("2025-03-01", "ann", "ben"), ("2025-06-10", "ben", "cleo"))
    )
    history = {"of": "owner", "file": "changes.csv", "on": {"id": "deal"}, "at": "at", "old": "old", "new": "new"}
    columns = {"line_id": "id", "account_id": "account", "dated_on": "closed", "amount": "amount", "seller_id": "owner"}
    entry = {"file": "deals.csv", "table": "invoices", "history": {**history, "on_day": "closed"}, "columns": columns}
    delivery = read(tmp_path, {"deals.csv": deals, "changes.csv": changes}, entry)
    sellers = delivery.tables["invoices"].select("line_id", "seller_id").sort("line_id").rows()
    assert sellers == [("D1", "ann"), ("D2", "ben"), ("D3", "cleo"), ("D4", "cleo")]
    assert said(delivery, "error") == []


def test_of_two_changes_on_a_day_the_later_by_the_clock_counts(tmp_path: Path) -> None:
    changes = (
        "account,at,old,new\nA,3/1/2025 10:05 AM,ben,cleo\nA,3/1/2025 9:30 AM,ann,ben\nA,3/2/2025 9:00 AM,cleo,dan\n"
    )
    history = {**OWNERS["history"], "where": {}, "dates": "%m/%d/%Y %I:%M %p"}
    files = {"accounts.csv": "id,owner\nA,dan\n", "changes.csv": changes}
    delivery = read(tmp_path, files, {**OWNERS, "history": history})
    assert spans(delivery)[1] == ("A", "cleo", date(2025, 3, 1), date(2025, 3, 2))
    assert said(delivery, "warning") == []


def test_a_history_that_tells_of_no_such_change_is_a_warning(tmp_path: Path) -> None:
    changes = "account,at,field,old,new\nA,2025-03-01,Name,x,y\n"
    delivery = read(tmp_path, {"accounts.csv": ACCOUNTS, "changes.csv": changes}, OWNERS)
    assert said(delivery, "warning") == [
        "no row of it tells of a change of owner, so the owner of today counts for all time"
    ]
    assert spans(delivery) == [("A", "cleo", None, None), ("B", "ann", None, None), ("C", "dan", None, None)]


# ---- records that were merged ----

LINES = "id,account,day,amount\nL1,A,2025-01-01,1\nL2,B,2025-01-01,2\nL3,C,2025-01-01,3\nL4,X,2025-01-01,4\n"
LINE = {"line_id": "id", "account_id": "account", "dated_on": "day", "amount": "amount"}


def accounts_of_lines(folder: Path, merged: str, how: Mapping[str, Any], **entry: Any) -> list[str | None]:
    told = {"file": "lines.csv", "table": "invoices", "columns": LINE, "merged": [{"file": "merged.csv", **how}]}
    delivery = read(folder, {"lines.csv": LINES, "merged.csv": merged}, {**told, **entry})
    assert said(delivery, "error") == []
    return delivery.tables["invoices"].sort("line_id")["account_id"].to_list()


def test_merged_records_are_followed_to_the_one_that_remained(tmp_path: Path) -> None:
    merged = "loser,winner\nA,B\nB,C\nC,\nQ,R\n"
    how = {"of": "account", "gone": "loser", "into": "winner"}
    assert accounts_of_lines(tmp_path, merged, how) == ["C", "C", "C", "X"]


def test_what_was_merged_is_told_beside_a_history(tmp_path: Path) -> None:
    files = {"accounts.csv": ACCOUNTS, "changes.csv": CHANGES, "merged.csv": "loser,winner\nB,C\n"}
    merged = [{"file": "merged.csv", "of": "id", "gone": "loser", "into": "winner"}]
    delivery = read(tmp_path, files, {**OWNERS, "merged": merged})
    assert "1 row whose id was merged into another, as merged.csv says, the first" in said(delivery, "note")


def test_records_merged_in_a_circle_stay_what_they_are(tmp_path: Path) -> None:
    how = {"of": "account", "gone": "loser", "into": "winner"}
    assert accounts_of_lines(tmp_path, "loser,winner\nA,B\nB,A\n", how) == ["A", "B", "C", "X"]


def test_several_merged_records_may_stand_in_one_cell(tmp_path: Path) -> None:
    how = {"of": "account", "gone": "gone", "into": "id", "by": ";"}
    assert accounts_of_lines(tmp_path, "id,gone\nX,A; B\nC,\n", how) == ["X", "X", "C", "X"]


def test_a_record_merged_into_two_others_is_an_error(tmp_path: Path) -> None:
    how = {"of": "account", "gone": "loser", "into": "winner"}
    told = {"file": "lines.csv", "table": "invoices", "columns": LINE, "merged": [{"file": "merged.csv", **how}]}
    delivery = read(tmp_path, {"lines.csv": LINES, "merged.csv": "loser,winner\nA,B\nA,C\n"}, told)
    assert said(delivery, "error") == ["1 id merged into several others, the first"]
    assert "invoices" not in delivery.tables


def test_an_id_that_a_lookup_found_is_followed_too(tmp_path: Path) -> None:
    lookup = {"file": "accounts.csv", "on": {"account": "name"}, "take": {"found": "number"}}
    (tmp_path / "accounts.csv").write_text("name,number\nA,1\nB,2\nC,3\nX,4\n", encoding="utf-8")
    how = {"of": "found", "gone": "loser", "into": "winner"}
    columns = {**LINE, "account_id": "found"}
    found = accounts_of_lines(tmp_path, "loser,winner\n1,3\n", how, lookups=[lookup], columns=columns)
    assert found == ["3", "2", "3", "4"]


# ---- ids and lookups ----


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("001D000000IRt53", "001D000000IRt53IAD"),
        ("001Ax000001OlDd", "001Ax000001OlDdIAK"),
        ("001AX000001OLDD", "001AX000001OLDDYA4"),
        ("001ax000001oldd", "001ax000001olddAAA"),
        ("MaximilianStone", "MaximilianStone"),
        ("001D000000IRt5", "001D000000IRt5"),
    ],
)
def test_ids_of_15_signs_are_those_of_18(tmp_path: Path, short: str, whole: str) -> None:
    entry = {"file": "a.csv", "table": "accounts", "whole_ids": True, "columns": {"account_id": "id", "name": "id"}}
    frame = read(tmp_path, {"a.csv": f"id\n{short}\n"}, entry).tables["accounts"]
    assert frame.select("account_id", "name").rows() == [(whole, short)]


def test_ids_that_differ_in_capitals_only_stay_different() -> None:
    ids = [f"001Ax00000{a}{b}CdE" for a in "Xx" for b in "Yy"]
    whole_ids = pl.DataFrame({"id": ids}).select(whole(pl.col("id")).str.to_lowercase()).to_series()
    assert whole_ids.n_unique() == 4


def test_lookups_and_histories_find_ids_of_either_length(tmp_path: Path) -> None:
    files = {
        "lines.csv": "id,account,day,amount\nL1,001Ax000001OlDd,2025-01-01,1\n",
        "accounts.csv": "id,main\n001Ax000001OlDdIAK,001Ax000001AcOR\n",
    }
    lookup = {"file": "accounts.csv", "on": {"account": "id"}, "take": ["main"]}
    entry = {"file": "lines.csv", "table": "invoices", "whole_ids": True, "lookups": [lookup]}
    delivery = read(tmp_path, files, {**entry, "columns": {**LINE, "account_id": "main"}})
    assert delivery.tables["invoices"]["account_id"].to_list() == ["001Ax000001AcORIA0"]
    assert said(delivery, "warning") == []


def test_of_several_rows_of_a_key_the_preferred_one_is_meant(tmp_path: Path) -> None:
    links = "line,account,kind\nL1,A,other\nL1,B,main\nL2,C,other\n"
    lookup = {"file": "links.csv", "on": {"id": "line"}, "take": {"linked": "account"}, "prefer": {"kind": "main"}}
    entry = {"file": "lines.csv", "table": "invoices", "lookups": [lookup], "columns": {**LINE, "account_id": "linked"}}
    delivery = read(tmp_path, {"lines.csv": LINES, "links.csv": links}, entry)
    assert delivery.tables["invoices"].sort("line_id")["account_id"].to_list() == ["B", "C", None, None]
    assert len(said(delivery, "warning")) == 1
    twice = read(tmp_path, {"lines.csv": LINES, "links.csv": links + "L1,C,main\n"}, entry)
    assert len(said(twice, "error")) == 1


def test_a_lookup_that_may_miss_warns_of_nothing(tmp_path: Path) -> None:
    lookup = {"file": "links.csv", "on": {"id": "line"}, "take": {"linked": "account"}, "may_miss": True}
    entry = {
        "file": "lines.csv",
        "table": "invoices",
        "lookups": [lookup],
        "columns": LINE,
        "where": {"linked": {"filled": False}},
    }
    delivery = read(tmp_path, {"lines.csv": LINES, "links.csv": "line,account\nL2,A\n"}, entry)
    assert delivery.tables["invoices"].sort("line_id")["line_id"].to_list() == ["L1", "L3", "L4"]
    assert said(delivery, "warning") == []


def test_lookups_and_histories_leave_out_what_a_report_says_below_its_rows(tmp_path: Path) -> None:
    links = 'line,account\nL1,A\n\n"Links"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
    lookup = {
        "file": "links.csv",
        "on": {"id": "line"},
        "take": {"linked": "account"},
        "may_miss": True,
        "footer": True,
    }
    entry = {"file": "lines.csv", "table": "invoices", "lookups": [lookup], "columns": {**LINE, "account_id": "linked"}}
    delivery = read(tmp_path, {"lines.csv": LINES, "links.csv": links}, entry)
    assert said(delivery, "error") == []
    assert delivery.tables["invoices"].sort("line_id")["account_id"].to_list() == ["A", None, None, None]


def test_days_that_excel_counts_become_dates_and_others_stay(tmp_path: Path) -> None:
    lines = "id,account,day,amount\nz_1,z_A,45981,1\nz_2,B,46063.75,2\n3,B,2026-02-10,3\n4,B,never,4\n"
    columns = {
        "line_id": {"column": "id", "without_prefix": "z_"},
        "account_id": {"column": "account", "without_prefix": "z_"},
        "dated_on": {"column": "day", "excel_days": True},
        "amount": "amount",
    }
    delivery = read(tmp_path, {"lines.csv": lines}, {"file": "lines.csv", "table": "invoices", "columns": columns})
    rows = delivery.tables["invoices"].sort("line_id").select("line_id", "account_id", "dated_on").rows()
    day = date(2026, 2, 10)
    assert rows == [("1", "A", date(2025, 11, 20)), ("2", "B", day), ("3", "B", day), ("4", "B", None)]
    assert [f.value for f in delivery.faults if f.severity == "error"] == ["never"]


def test_cells_with_dates_are_read_beside_texts_written_as_declared(tmp_path: Path) -> None:
    """And days that Excel counts; a pattern that would read a cell as another day is taken alone."""
    with Workbook(tmp_path / "book.xlsx") as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_column(0, 0, ["account", "A", "B", "C", "D", "E"])
        sheet.write_column(0, 1, ["amount", 1, 2, 3, 4, 5])
        sheet.write_column(0, 2, ["day", None, "04.03.2026", 46063, "TBD", "2026-03-05"])
        sheet.write_datetime(1, 2, datetime(2026, 3, 3), day)
    on = {"column": "day", "excel_days": True, "words": {"TBD": ""}}
    columns = {"account_id": "account", "amount": "amount", "dated_on": on}
    entry = {"file": "book.xlsx", "table": "invoices", "dates": "%d.%m.%Y", "columns": columns}
    day_of_excel = date(2026, 2, 10)
    delivery = read(tmp_path, {}, entry)
    assert delivery.tables["invoices"]["dated_on"].to_list() == [
        date(2026, 3, 3), date(2026, 3, 4), day_of_excel, None, None,
    ]  # fmt: skip
    assert [(f.row, f.value) for f in delivery.faults] == [(5, "2026-03-05")]
    other = read(tmp_path, {}, entry | {"dates": "%Y-%d-%m"})
    assert other.tables["invoices"]["dated_on"].to_list() == [None, None, day_of_excel, None, date(2026, 5, 3)]


@pytest.mark.parametrize(("days", "is_told"), [((3, 4, 5, 6), True), ((3, 4, 5, 13), False), ((), False)])
def test_dates_that_a_spreadsheet_has_likely_made_in_the_wrong_order_are_told(
    tmp_path: Path, days: tuple[int, ...], is_told: bool
) -> None:
    with Workbook(tmp_path / "book.xlsx") as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "d/m/yyyy"})
        sheet.write_column(0, 0, ["day", "13/5/2026", "20/5/2026", "28/5/2026", "31/5/2026"])
        sheet.write_column(0, 1, ["account", *"ABCDEFGH"])
        sheet.write_column(0, 2, ["amount", *[1] * 8])
        for number, day in enumerate(days, 5):
            sheet.write_datetime(number, 0, datetime(2026, 5, day), form)
    columns = {"account_id": "account", "amount": "amount", "dated_on": "day"}
    entry = {"file": "book.xlsx", "table": "invoices", "dates": "%d/%m/%Y", "columns": columns}
    told = [(f.what, f.row, f.value) for f in read(tmp_path, {}, entry).faults]
    what = "4 dates in cells up to the 12th, beside texts with later days, the first"
    assert told == ([(what, 5, "2026-05-03")] if is_told else [])


def test_people_named_in_two_files_come_out_once(tmp_path: Path) -> None:
    files = {"a.csv": "owner,name\n1,Ann\n2,Ben\n1,Ann\n", "b.csv": "owner,name\n2,Ben\n3,Cleo\n"}
    entry = {"table": "managers", "distinct": True, "columns": {"manager_id": "owner", "name": "name"}}
    delivery = read(tmp_path, files, {**entry, "file": "a.csv"}, {**entry, "file": "b.csv"})
    assert delivery.tables["managers"]["manager_id"].to_list() == ["1", "2", "3"]
    assert [(f.name, f.filtered) for f in delivery.files] == [("a.csv", 1), ("b.csv", 1)]
    assert said(delivery, "warning") == []


def test_people_listed_in_one_cell_come_out_once(tmp_path: Path) -> None:
    entry = {"file": "a.csv", "table": "managers", "distinct": True, "explode": {"column": "team"},
             "columns": {"manager_id": "team", "name": "team"}}  # fmt: skip
    delivery = read(tmp_path, {"a.csv": "id,team\n1,Ann;Ben\n2,Ben;Cleo\n"}, entry)
    assert delivery.tables["managers"]["manager_id"].to_list() == ["Ann", "Ben", "Cleo"]


def test_a_word_for_nothing_leaves_the_next_column_its_turn(tmp_path: Path) -> None:
    on = {"first": [{"column": "until", "words": {"TBD": ""}}, "term"]}
    columns = {"account_id": "account", "amount": "amount", "dated_on": on}
    text = "account,amount,until,term\nA,1,TBD,2026-06-30\nB,2,2026-05-31,2026-06-30\n"
    delivery = read(tmp_path, {"lines.csv": text}, {"file": "lines.csv", "table": "invoices", "columns": columns})
    assert delivery.tables["invoices"]["dated_on"].to_list() == [date(2026, 6, 30), date(2026, 5, 31)]
