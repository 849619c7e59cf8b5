"""Do the exports of several systems become one company, with no revenue lost and nothing guessed?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.joining.forms import bare_name, domain, short_id
from adapters.mapping.sources import Sources
from scoring.checks import check
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

KEYS = {name: table.key for name, table in TABLES.items()}
CRM = """\
id,name,website,billing,owner
A1,Acorn Ltd,https://www.acorn.example/home,,ann
A2,Birch GmbH,birch.example,cus_B,ann
A3,Cedar,cedar.example,cus_C,ben
A4,Elm Inc.,elm.example,,ben
A5,Elm,elm.test,,ben
"""
BILLING = """\
sub,customer,name,mail,amount
s1,cus_A,Acorn,ap@acorn.example,100
s2,cus_B,Birch,pay@birch.example,200
s3,cus_C,Cedar Group,it@cedar.example,300
s4,cus_D,Dogwood,boss@gmail.com,400
s5,cus_E,ELM,x@nowhere.example,500
"""
ANSWERS = """\
mail,day,score
cfo@birch.example,2026-02-01,9
nobody@gmail.com,2026-02-01,3
"""
HEAD = "system,their_id,account_id,decision\n"
ENTRIES = [
    {"file": "crm.csv", "table": "accounts", "system": "crm", "columns": {"account_id": "id", "name": "name"},
     "attributes": {"website": "website", "billing": "billing"}},
    {"file": "crm.csv", "table": "ownership", "system": "crm", "columns": {"account_id": "id", "manager_id": "owner"}},
    {"file": "billing.csv", "table": "accounts", "system": "billing",
     "columns": {"account_id": "customer", "name": "name"}, "attributes": {"domain": "mail"}},
    {"file": "billing.csv", "table": "contracts", "system": "billing",
     "columns": {"line_id": "sub", "account_id": "customer", "amount": "amount"},
     "constants": {"every": "month", "starts_on": "2025-01-01", "currency": "EUR"}},
    {"file": "answers.csv", "table": "answers", "system": "survey",
     "columns": {"account_id": "mail", "answered_on": "day", "score": "score"},
     "constants": {"kind": "nps", "scale": "0-10"}},
]  # fmt: skip


def read(
    folder: Path, files: Mapping[str, str] | None = None, entries: Sequence[Any] = ENTRIES, **match: Any
) -> Delivery:
    for name, text in {"crm.csv": CRM, "billing.csv": BILLING, "answers.csv": ANSWERS, **(files or {})}.items():
        (folder / name).write_text(text, encoding="utf-8")
    sources = Sources.model_validate({"files": entries, "match": match})
    return read_folder(folder, LAYOUT, OPEN_TABLES, sources, keys=KEYS)


def payers(delivery: Delivery) -> dict[str, str]:
    return dict(delivery.tables["contracts"].sort("line_id").select("line_id", "account_id").iter_rows())


def states(delivery: Delivery) -> dict[str, tuple[str | None, str, str | None]]:
    assert delivery.matches is not None
    rows = delivery.matches.select("their_id", "rule", "state", "account_id")
    return {their: (rule, state, ours) for their, rule, state, ours in rows.iter_rows()}


def test_an_id_column_matches_by_itself_and_a_name_or_domain_only_proposes(tmp_path: Path) -> None:
    delivery = read(tmp_path)
    assert payers(delivery) == {"s1": "cus_A", "s2": "A2", "s3": "A3", "s4": "cus_D", "s5": "cus_E"}
    assert states(delivery) == {
        "cus_A": ("domain", "proposed", "A1"),
        "cus_B": ("id_column", "matched", "A2"),
        "cus_C": ("id_column", "matched", "A3"),
        "cus_D": (None, "unmatched", None),
        "cus_E": ("name", "ambiguous", None),
        "cfo@birch.example": ("domain", "proposed", "A2"),
        "nobody@gmail.com": (None, "unmatched", None),
    }


def test_an_account_without_a_name_is_called_by_its_id(tmp_path: Path) -> None:
    """As the customer of a ticket is told by name, or the account of a list that people keep by hand."""
    told = states(read(tmp_path, {"answers.csv": "mail,day,score\nCEDAR GmbH,2026-02-01,9\nElm,2026-02-01,3\n"}))
    assert told["CEDAR GmbH"] == ("name", "proposed", "A3")
    assert told["Elm"] == ("name", "ambiguous", None)


REFERRING = "Id,Name,Owner,Billing\nA1,Acorn,u1,cus_1\nA2,Birch,u1,cus_2\nA3,Cedar,u1,cus_X\nA4,Elm,u1,\n"


def test_what_a_column_of_ids_was_taken_for_and_its_values_that_are_none_are_told(tmp_path: Path) -> None:
    """Two of three values of Billing are ids of the billing system: more than half, less than 80 %."""
    (tmp_path / "crm.csv").write_text(REFERRING, encoding="utf-8")
    payers = "line,customer,amount,on\ns1,cus_1,5,2025-01-01\ns2,cus_2,5,2025-01-01\n"
    (tmp_path / "pay.csv").write_text(payers, encoding="utf-8")
    crm = {"account_id": "Id", "name": "Name"}
    lines = {"line_id": "line", "account_id": "customer", "amount": "amount", "starts_on": "on"}
    entries = [
        {"file": "crm.csv", "system": "crm", "table": "accounts", "columns": crm, "attributes": {"bill": "Billing"}},
        {
            "file": "crm.csv",
            "system": "crm",
            "table": "ownership",
            "columns": {"account_id": "Id", "manager_id": "Owner"},
        },
        {"file": "pay.csv", "system": "pay", "table": "contracts", "columns": lines, "constants": {"every": "month"}},
    ]

    def told(**match: Any) -> tuple[list[tuple[str, str]], set[str]]:
        sources = Sources.model_validate({"files": entries, "match": match})
        delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, sources, keys=KEYS)
        said = [(f.severity, f.what) for f in delivery.faults if f.what.startswith("column bill")]
        return said, {state for _, state, _ in states(delivery).values()}

    taken = "column bill of accounts of crm is taken for ids of pay: 2 of 3 values are some; none are cus_X (of A3)"
    assert told() == ([("warning", taken)], {"matched"})
    left = "column bill of accounts of crm is not taken for ids of pay: 2 of 3 values are some, and 80\u202f% must be"
    assert told(least=0.8) == ([("note", left)], {"unmatched"})


def test_declared_rules_match_where_there_is_one_candidate(tmp_path: Path) -> None:
    delivery = read(tmp_path, by=["id", "id_column", "domain", "name"])
    assert payers(delivery) == {"s1": "A1", "s2": "A2", "s3": "A3", "s4": "cus_D", "s5": "cus_E"}
    assert delivery.tables["answers"]["account_id"].to_list() == ["A2"]


def test_no_revenue_is_lost_and_who_matches_none_stays_an_account(tmp_path: Path) -> None:
    delivery = read(tmp_path)
    contracts, accounts = delivery.tables["contracts"], delivery.tables["accounts"]
    assert contracts["amount"].sum() == Decimal(1500)
    assert contracts["account_id"].is_in(accounts["account_id"].implode()).all()
    assert accounts["account_id"].sort().to_list() == ["A1", "A2", "A3", "A4", "A5", "cus_A", "cus_D", "cus_E"]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    delivery = read(tmp_path)
    filtered = {(f.name, f.table): f.filtered for f in delivery.files}
    assert filtered["billing.csv", "accounts"] == 2
    assert filtered["answers.csv", "answers"] == 2
    warnings = [f.what for f in delivery.faults if f.severity == "warning"]
    assert "2 rows of nobody who is known as a customer, left out; the first" in warnings
    assert any("1 proposed, 1 ambiguous, 1 unmatched" in w for w in warnings)


def test_a_row_that_gives_two_answers_is_one_row_of_nobody(tmp_path: Path) -> None:
    csat = {**ENTRIES[-1], "constants": {"kind": "csat", "scale": "0-10"}}
    warnings = [f.what for f in read(tmp_path, entries=[*ENTRIES, csat]).faults if f.severity == "warning"]
    assert "2 rows of nobody who is known as a customer, left out; the first" in warnings


def test_what_a_person_decided_is_used_next_time_and_is_an_input(tmp_path: Path) -> None:
    decisions = "system,their_id,account_id,decision\nbilling,cus_A,A1,yes\nbilling,cus_E,A4,Yes\nbilling,cus_E,A5,no\n"
    delivery = read(tmp_path, {"matches.csv": decisions})
    assert payers(delivery) == {"s1": "A1", "s2": "A2", "s3": "A3", "s4": "cus_D", "s5": "A4"}
    assert "matches.csv" in {f.name for f in delivery.files}


def test_decisions_without_a_line_are_none(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"matches.csv": HEAD})
    assert not [f for f in delivery.faults if f.file == "matches.csv"]
    assert "matches.csv" in {f.name for f in delivery.files}


def test_decisions_that_cannot_be_read_are_mended_in_their_own_file(tmp_path: Path) -> None:
    (tmp_path / "matches.csv").write_bytes(HEAD.encode() + "billing,cus_Ä,A1,yes\n".encode("cp1252"))
    (fault,) = (f for f in read(tmp_path, {}).faults if f.file == "matches.csv")
    assert fault.remedy == "save it as CSV in UTF-8"


def test_a_refused_match_is_not_proposed_again(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"matches.csv": "system,their_id,account_id,decision\nbilling,cus_A,A1,no\n"})
    assert states(delivery)["cus_A"] == (None, "unmatched", None)


@pytest.mark.parametrize(
    ("text", "what", "remedy", "rows"),
    [
        ("billing,cus_A,A1,maybe\n", "a decision is yes or no", "write yes or no, or leave it empty", [1]),
        ("billing,cus_B,A2,yes\nbilling,cus_A,A1,yes\nbilling,cus_A,A2,yes\n",
         "cus_A of billing is decided to be A1, A2", "leave one yes of rows 2, 3", [2, 3]),
        ("billing,cus_A,A1,yes\nbilling,cus_A,A1,no\n", "cus_A of billing is decided to be A1, and not to be",
         "leave one of rows 1, 2", [1, 2]),
        ("billing,cus_B,A2,yes\nbilling,cus_D,A99,yes\n", "cus_D of billing is decided to be A99, which is no account",
         "correct the id, or remove the line", [2]),
        ("billing,cus_D,,yes\n", "cus_D of billing is decided to be an account, but not which",
         "correct the id, or remove the line", [1]),
    ],
)  # fmt: skip
def test_a_decision_that_is_none_is_an_error_of_its_row_and_moves_no_revenue(
    tmp_path: Path, text: str, what: str, remedy: str, rows: list[int]
) -> None:
    delivery = read(tmp_path, {"matches.csv": f"{HEAD}{text}"})
    errors = [(f.file, f.what, f.remedy, f.row) for f in delivery.faults if f.severity == "error"]
    assert errors == [("matches.csv", what, remedy, row) for row in rows]
    assert payers(delivery) == {"s1": "cus_A", "s2": "A2", "s3": "A3", "s4": "cus_D", "s5": "cus_E"}


@pytest.mark.parametrize(
    ("line", "what", "remedy", "column", "value"),
    [
        ("biling,cus_A,A1,yes", "no file gives accounts of a system biling to be matched",
         'did you mean "billing"?', "system", "biling"),
        ("crm,A1,A1,yes", "no file gives accounts of a system crm to be matched",
         "the systems are billing, survey", "system", "crm"),
        ("billing,cus_X,A1,no", "billing has no account cus_X", "correct the id, or remove the line",
         "their_id", "cus_X"),
    ],
)  # fmt: skip
def test_a_decision_about_nobody_is_told_with_its_row(
    tmp_path: Path, line: str, what: str, remedy: str, column: str, value: str
) -> None:
    delivery = read(tmp_path, {"matches.csv": f"{HEAD}billing,cus_D,A1,yes\n{line}\n"})
    told = [(f.what, f.remedy, f.row, f.column, f.value) for f in delivery.faults if f.file == "matches.csv"]
    assert told == [(f"{what}; the decision is not used", remedy, 2, column, value)]
    assert payers(delivery)["s4"] == "A1"


def test_a_short_id_in_a_decision_is_that_of_the_account(tmp_path: Path) -> None:
    crm = "id,name,website,billing,owner\n0015e00000ABCdeAAG,Acorn,,,ann\n"
    decisions = f"{HEAD}billing,cus_A,0015e00000ABCde,yes\nbilling,cus_A,0015e00000ABCdeAAG,yes\n"
    delivery = read(tmp_path, {"crm.csv": crm, "matches.csv": decisions})
    assert payers(delivery)["s1"] == "0015e00000ABCdeAAG"
    assert not [f.what for f in delivery.faults if f.file == "matches.csv"]


def test_a_decision_against_a_rule_that_matches_is_taken_and_told(tmp_path: Path) -> None:
    delivery = read(tmp_path, {"matches.csv": f"{HEAD}billing,cus_C,A3,yes\nbilling,cus_B,A1,yes\n"})
    assert payers(delivery)["s2"] == "A1"
    assert [(f.what, f.row, f.severity) for f in delivery.faults if f.file == "matches.csv"] == [
        ("cus_B of billing is A2 by id_column, but decided to be A1: the decision is taken", 2, "warning")
    ]


def test_an_account_that_is_matched_lends_its_domain_where_ours_find_nobody(tmp_path: Path) -> None:
    files = {
        "answers.csv": "mail,day,score\nwho@dog.example,2026-02-01,9\ncfo@birch.example,2026-02-01,8\n",
        "billing.csv": "sub,customer,name,mail,amount\ns4,cus_D,Dog,pay@dog.example,1\ns5,cus_E,El,x@birch.example,1\n",
        "matches.csv": f"{HEAD}billing,cus_D,A4,yes\nbilling,cus_E,A5,yes\n",
    }
    told = states(read(tmp_path, files))
    assert told["who@dog.example"] == ("domain", "proposed", "A4")
    assert told["cfo@birch.example"] == ("domain", "proposed", "A2")


def test_what_can_be_done_about_answers_of_nobody_is_true(tmp_path: Path) -> None:
    def remedies(answers: str) -> list[str]:
        faults = read(tmp_path, {"answers.csv": f"mail,day,score\n{answers},2026-02-01,9\n"}).faults
        return [f.remedy for f in faults if f.file == "answers.csv" and "of nobody" in f.what]

    assert remedies("cfo@birch.example") == ["bookscore match proposes whose they are; confirm it in matches.csv"]
    assert remedies("nobody@gmail.com") == [
        "for a customer's write a line into matches.csv: system, their_id, account_id, and yes as decision"
    ]


def test_a_decision_about_a_file_without_a_system_is_used(tmp_path: Path) -> None:
    entries = [{k: v for k, v in e.items() if (k, v) != ("system", "billing")} for e in ENTRIES]
    decisions = "system,their_id,account_id,decision\n,cus_A,A1,yes\n"
    delivery = read(tmp_path, {"matches.csv": decisions}, entries=entries)
    assert payers(delivery)["s1"] == "A1"


def test_a_child_of_an_account_is_not_that_account(tmp_path: Path) -> None:
    entries = [{**e, "columns": {**e["columns"], "parent_id": "mail"}} if e is ENTRIES[2] else e for e in ENTRIES]
    entries[2] = {k: v for k, v in entries[2].items() if k != "attributes"}
    billing = "sub,customer,name,mail,amount\ns1,A1,Acorn,,100\ns2,A1-DE,Acorn Berlin,A1,200\n"
    delivery = read(tmp_path, {"billing.csv": billing}, entries=entries)
    assert payers(delivery) == {"s1": "A1", "s2": "A1-DE"}


def test_a_column_of_small_numbers_holds_ids_only_where_the_names_agree(tmp_path: Path) -> None:
    crm = "id,name,website,billing,owner\n3,Acorn,,,ann\n5,Birch,,,ben\n"
    billing = "sub,customer,name,mail,amount\ns1,cus_1,Zebra,3,100\ns2,cus_2,Birch GmbH,5,200\n"
    entries = [{**e, "attributes": {"seats": "mail"}} if e is ENTRIES[2] else e for e in ENTRIES]
    delivery = read(tmp_path, {"crm.csv": crm, "billing.csv": billing}, entries=entries)
    assert payers(delivery) == {"s1": "cus_1", "s2": "5"}
    assert states(delivery)["cus_1"] == ("id_column", "proposed", "3")


def test_an_account_that_is_a_small_number_is_matched_by_the_id_of_another_system_beside_it(tmp_path: Path) -> None:
    """Only what stands in the column must be more than a number."""
    crm = "id,name,website,billing,owner\n0001,Acorn,,cus_1,ann\n0002,Birch,,cus_2,ben\n"
    billing = "sub,customer,name,mail,amount\ns1,cus_1,Zebra,,100\ns2,cus_2,Other,,200\n"
    delivery = read(tmp_path, {"crm.csv": crm, "billing.csv": billing})
    assert payers(delivery) == {"s1": "0001", "s2": "0002"}


def test_one_id_of_two_further_systems_is_two_accounts(tmp_path: Path) -> None:
    shop = {**ENTRIES[3], "file": "shop.csv", "system": "shop"}
    files = {
        "billing.csv": "sub,customer,name,mail,amount\ns1,7,Zebra,,100\n",
        "shop.csv": "sub,customer,name,mail,amount\nx1,7,,,500\n",
    }
    delivery = read(tmp_path, files, entries=[*ENTRIES, shop])
    assert payers(delivery) == {"s1": "billing:7", "x1": "shop:7"}
    assert "billing:7" in delivery.tables["accounts"]["account_id"].to_list()


def test_owners_in_a_file_of_ones_own_are_those_of_the_system_whose_accounts_it_names(tmp_path: Path) -> None:
    crm = "id,name,website,billing,owner\nA2,Birch,,cus_B,ann\n"
    own = {k: v for k, v in ENTRIES[1].items() if k != "system"} | {"file": "own.csv"}
    delivery = read(tmp_path, {"crm.csv": crm, "own.csv": crm}, entries=[ENTRIES[0], own, *ENTRIES[2:]])
    assert payers(delivery)["s2"] == "A2"
    assert delivery.tables["ownership"]["account_id"].to_list() == ["A2"]


def test_a_system_whose_ids_are_to_be_kept_must_be_there(tmp_path: Path) -> None:
    errors = [(f.file, f.what, f.remedy) for f in read(tmp_path, to="crn").faults if f.severity == "error"]
    assert errors == [("sources.yaml", "match: no file gives accounts of a system crn", 'did you mean "crm"?')]


def test_ids_that_only_count_are_not_the_same_account(tmp_path: Path) -> None:
    crm = "id,name,website,billing,owner\n1,Acorn,,,ann\n2,Birch,,,ann\n"
    billing = "sub,customer,name,mail,amount\ns1,1,Zebra,,100\ns2,2,Birch,,200\n"
    delivery = read(tmp_path, {"crm.csv": crm, "billing.csv": billing})
    assert payers(delivery) == {"s1": "billing:1", "s2": "2"}
    assert states(delivery)["1"] == ("id", "proposed", "1")
    assert delivery.tables["contracts"].filter(pl.col("account_id") == "1").is_empty()


def test_owners_by_name_or_address_take_their_id_and_namesakes_are_told(tmp_path: Path) -> None:
    people = "id,name,mail\n7,Ann Ash,ann@x.example\n8,Ben Box,ben@x.example\n9,Ben Box,box@x.example\n"
    owners = "account,owner\nA1,ann  ASH\nA2,BEN@x.example\nA3,Ben Box\nA4,9\nA5,Zoe\n"
    for name, text in {"people.csv": people, "owners.csv": owners}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    entries = [
        {"file": "people.csv", "table": "managers", "columns": {"manager_id": "id", "name": "name", "email": "mail"}},
        {"file": "owners.csv", "table": "ownership", "columns": {"account_id": "account", "manager_id": "owner"}},
    ]
    sources = Sources.model_validate({"files": entries})
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, sources, keys=KEYS)
    assert delivery.tables["ownership"]["manager_id"].to_list() == ["7", "8", None, "9", "Zoe"]
    errors = [(f.row, f.column, f.value, f.what) for f in delivery.faults if f.severity == "error"]
    what = "1 row with an owner whom several managers are called: 8, 9"
    assert errors == [(3, "manager_id", "Ben Box", what)]
    assert delivery.faulty["ownership"].rows() == [("owners.csv", 3)]
    unread = {("ownership", "owners.csv", 3)}
    told = check(delivery.tables, currency="EUR", known_metrics=(), faulty=unread).problems
    assert [p.value for p in told if p.table == "ownership" and p.column == "manager_id"] == ["Zoe"]


def test_a_number_of_another_systems_manager_is_told(tmp_path: Path) -> None:
    files = {"people.csv": "id,name\n7,Ann\n", "deals.csv": "id,account,day,amount,seller\nD1,A1,2026-01-01,5,7\n"}
    people = {"file": "people.csv", "table": "managers", "columns": {"manager_id": "id", "name": "name"}}
    deals = {
        "file": "deals.csv", "table": "invoices", "system": "shop",
        "columns": {"line_id": "id", "account_id": "account", "dated_on": "day", "amount": "amount",
                    "seller_id": "seller"},
    }  # fmt: skip
    for system, told in (("crm", 1), ("shop", 0)):
        delivery = read(tmp_path, files, entries=[{**people, "system": system}, deals])
        warnings = [f.what for f in delivery.faults if f.column == "seller_id" and f.severity == "warning"]
        assert warnings == ["1 row with an owner by a number of another system's manager; the first"][:told]


def test_names_addresses_and_ids_are_compared_in_one_form() -> None:
    frame = pl.DataFrame({
        "name": ["Müller & Söhne GmbH", "MULLER SOHNE", "St. John's Co., Ltd.", "Co", "  "],
        "host": ["https://www.Acorn.example/x?y", "ap@acorn.example", "x.com/acorn", "no host", "acorn.co.uk:8080"],
        "id": ["0015e00000ABCdeAAG", "0015e00000ABCde", "cus_1", "001", None],
    })  # fmt: skip
    told = frame.select(bare_name(pl.col("name")), domain(pl.col("host")), short_id(pl.col("id")))
    assert told["name"].to_list() == ["muller sohne", "muller sohne", "st johns", "co", None]
    assert told["host"].to_list() == ["acorn.example", "acorn.example", None, None, "acorn.co.uk"]
    assert told["id"].to_list() == ["0015e00000ABCde", "0015e00000ABCde", "cus_1", "001", None]
