"""Are known exports read as a person would write it down: what is there, the better of two, nothing needless?"""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters import read_folder
from adapters.known.export import WON, Export, Fills
from adapters.known.planning import Plan, plan
from adapters.known.recognised import recognised
from adapters.known.spelling import Spelling
from adapters.mapping.sources import FileSource, History, Latest, Lookup, Merged
from adapters.mapping.terms import Requirement
from scoring.tables import LAYOUT, OPEN_TABLES

LINES: dict[str, Any] = {
    "columns": {
        "line_id": "Id",
        "account_id": ("Account Id", "account_of_name", "Account"),
        "amount": "Amount",
        "seller_id": ("Owner Id", "Owner"),
    },
    "required": ("account_id", "amount"),
    "either": (("Won", True), ("Stage", WON)),
    "lookups": (Lookup(file="@made.accounts", on={"Account": "Name"}, take={"account_of_name": "Number"}),),
    "merged": (Merged(file="@made.accounts", of="Account Id", gone="Number", into="Master"),),
    "history": (
        History(file="@made.changes", of="Owner Id", on={"Id": "Deal"}, at="At", new="New"),
        History(file="@made.changes", of="Owner", on={"Id": "Deal"}, at="At", new="New"),
    ),
}
DEALS = Export(
    "made.deals",
    "Deals",
    ("Id", "Amount"),
    fills=(Fills("invoices", **LINES),),
    lacks=("always said", ("no currency", "Currency", "Code")),
)
ACCOUNTS = Export("made.accounts", "Accounts", ("Number", "Name"), settings={"footer": True, "whole_ids": True})
CHANGES = Export("made.changes", "Changes", ("Deal", "At", "New"))
PAIR = Export("made.pair", "Pair", ("Left", "Right"), alone=True)
EXPORTS = (DEALS, ACCOUNTS, CHANGES, PAIR)


def planned(**headers: str) -> Plan:
    return plan(recognised({name: header.split(",") for name, header in headers.items()}, EXPORTS))


def only(made: Plan) -> FileSource:
    (entry,) = made.sources.files
    return entry


def said(made: Plan) -> list[str]:
    return [note.what for note in made.notes]


def test_names_are_those_of_the_file_in_its_own_letters() -> None:
    entry = only(planned(deals="ID,AMOUNT,Account ID,won"))
    assert entry.columns == {"line_id": "ID", "account_id": "Account ID", "amount": "AMOUNT"}
    assert entry.where == {"won": True}


def test_of_conditions_that_say_the_same_the_first_is_taken() -> None:
    assert only(planned(deals="Id,Amount,Account,Stage,Won")).where == {"Won": True}
    assert only(planned(deals="Id,Amount,Account,Stage")).where == {"Stage": WON}


def test_deals_of_which_nothing_says_whether_they_were_won_fill_no_table() -> None:
    made = planned(deals="Id,Amount,Account")
    assert made.sources.files == []
    assert "Deals: nothing in it says Won or Stage, so it does not fill invoices" in said(made)


def test_conditions_and_versions_whose_columns_are_not_there_are_told() -> None:
    gone = Requirement.model_validate({"not": True})
    fills = Fills(
        "invoices",
        {"account_id": "Account", "amount": "Amount"},
        where={"Deleted": gone, "is_deleted": gone, "Kind": "sale", "_connector_deleted": False},
        latest=Latest(by=["Id"], largest="Version"),
    )
    exports = (replace(DEALS, fills=(fills,), lacks=()),)

    def told(header: str) -> list[str]:
        return said(plan(recognised({"deals": header.split(",")}, exports)))

    assert told("Id,Amount,Account") == [
        "Deals: no column Deleted or is_deleted, so no row is left out by it",
        "Deals: no column Kind, so no row is left out by it",
        "Deals: versions of a record are told apart by Id, Version, which are not all there, so every row counts",
    ]
    assert told("Id,Amount,Account,is_deleted,Kind,Version") == []


def test_a_lookup_that_nothing_needs_is_left_out() -> None:
    accounts = "Number,Name,Master"
    by_name = only(planned(deals="Id,Amount,Account,Won", accounts=accounts))
    assert by_name.columns["account_id"] == "account_of_name"
    assert [u.files for u in by_name.lookups] == [["accounts"]]
    by_id = only(planned(deals="Id,Amount,Account,Account Id,Won", accounts=accounts))
    assert (by_id.columns["account_id"], by_id.lookups) == ("Account Id", [])


def test_other_files_are_opened_as_their_own_kind_declares() -> None:
    entry = only(planned(deals="Id,Amount,Account,Won", accounts="Number,Name,Master"))
    assert entry.lookups[0].footer
    assert not entry.footer


def test_merged_records_are_followed_where_a_file_tells_of_them() -> None:
    entry = only(planned(deals="Id,Amount,Account Id,Won", accounts="Number,Name,MASTER"))
    assert [(m.of, m.gone, m.into) for m in entry.merged] == [("Account Id", "Number", "MASTER")]
    assert only(planned(deals="Id,Amount,Account Id,Won", accounts="Number,Name")).merged == []


def test_a_history_that_no_file_tells_is_a_note() -> None:
    made = planned(deals="Id,Amount,Account,Won,Owner")
    assert only(made).history is None
    assert "Deals: no file says how Owner changed, so the Owner of today counts" in said(made)
    told = planned(deals="Id,Amount,Account,Won,Owner", changes="Deal,At,New")
    history = only(told).history
    assert history is not None
    assert history.of == "Owner"
    assert not any("changed" in what for what in said(told))


def test_a_history_by_day_needs_the_day_lest_a_deal_counts_once_for_each_owner() -> None:
    headers = {"deals": ["Id", "Owner", "Closed"], "changes": ["Deal", "At", "New"]}
    found = {r.export.name: [r] for r in recognised(headers, (replace(DEALS, tells=("Id", "Owner")), CHANGES))}
    how = History(file="@made.changes", of="Owner", on={"Id": "Deal"}, at="At", new="New", on_day="Closed")
    assert Spelling(["Id", "Owner", "Closed"], found).history(how) is not None
    assert Spelling(["Id", "Owner"], found).history(how) is None


def test_what_an_export_lacks_is_said_unless_a_column_tells_it() -> None:
    lacking = {what for what in said(planned(deals="Id,Amount,Account,Won")) if "changed" not in what}
    assert lacking == {"Deals: always said", "Deals: no currency"}
    telling = {what for what in said(planned(deals="Id,Amount,Account,Won,code")) if "changed" not in what}
    assert telling == {"Deals: always said"}


def test_a_kind_that_stands_alone_has_no_further_headers() -> None:
    found: Mapping[str, str] = {
        r.file: r.export.name for r in recognised({"a": ["Left", "Right"], "b": ["Left", "Right", "Up"]}, EXPORTS)
    }
    assert found == {"a": "made.pair"}


def test_stages_that_say_won_are_told_from_others() -> None:
    assert isinstance(WON, Requirement)
    won = ["Closed Won", "closed won", "Won", "Closed & Won", "Closed and won", "Closed-Won", "Closed Won (renewal)"]
    others = ["Closed Lost", "Not won", "Wonder", "Negotiation", "Closed", "To be won"]
    assert [s for s in (*won, *others) if re.search(str(WON.like), s)] == won


@pytest.mark.skipif(os.name == "nt", reason="there the sign parts folders")
def test_a_file_may_have_any_name_that_a_disk_allows(tmp_path: Path) -> None:
    name = "old\\deals (1) [won].csv"
    (tmp_path / name).write_text("Topic,Account,Actual revenue,Status,Actual close date\nT,Acme,5,Won,2026-01-31\n")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    assert [f.what for f in delivery.faults if f.severity == "error"] == []
    assert delivery.tables["invoices"]["origin_file"].to_list() == [name]


@pytest.mark.parametrize(
    "header",
    [
        *("Stripe_ID__c", "Chargebee_Customer_ID__c", "Billing_Number__c", "Customer_No__c", "billing_number_c"),
        *("property_stripe_customer_id", "Organization - Recurly Account Code", "Organization - Customer number"),
        *("Billing ID", "ERP key", "AccountNumber", "crm_id (metadata)", "salesforce_id (metadata)"),
        *("customers.cf_hubspot_company_id", "custom_field_salesforce_id", "Account: CRM ID", "Sage Account Ref"),
    ],
)
def test_a_column_with_ids_of_another_system_comes_along_with_accounts(header: str) -> None:
    assert [*listed_accounts("Nr", "Title", header).attributes.values()] == [header]


@pytest.mark.parametrize(
    "header",
    [
        *("BillingPostalCode", "Billing Country Code", "Parent Account ID", "Account Owner ID", "Account Manager ID"),
        "Customer phone number",
        *("Number of customers", "Key account", "Account notes", "Customer since", "Nr", "Customers id"),
    ],
)
def test_a_column_of_something_else_stays_where_it_is(header: str) -> None:
    assert listed_accounts("Nr", "Title", header).attributes == {}


def listed_accounts(*header: str) -> FileSource:
    fills = Fills("accounts", {"account_id": "Nr", "name": "Title"})
    found = recognised({"list.csv": header}, [Export("made.list", "List", ("Nr", "Title"), fills=(fills,))])
    return only(plan(found))
