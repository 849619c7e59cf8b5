"""Are tables with the true field names of CRM vendors taken for what they are, and other companies' data for none?

The data lies in the folder that BOOKSCORE_DATA names, or in `shared/data` beside the project; without it the
tests are left out.
"""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from adapters import read_folder
from adapters.files.headers import headers_in
from adapters.known.recognised import recognised
from adapters.systems import EXPORTS
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("BOOKSCORE_DATA") or ROOT.parent / "shared" / "data")
SAMPLES = DATA / "crm_export_samples"
CRM = ("salesforce", "hubspot", "pipedrive", "zoho", "dynamics")

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")

SALESFORCE = {
    "account": "accounts", "account_history": "api_account_history", "opportunity": "opportunities",
    "opportunity_history": "api_opportunity_history", "opportunity_line_item": "opportunity_products",
    "order": "orders", "product_2": "products", "user": "users", "user_role": "roles",
}  # fmt: skip
HUBSPOT = {
    "company": "api_companies", "company_property_history": "company_history", "contact": "api_contacts",
    "contact_merge_audit": "merged_contacts", "deal": "api_deals", "deal_company": "deal_companies",
    "deal_contact": "deal_contacts", "deal_pipeline": "pipelines", "deal_pipeline_stage": "stages",
    "deal_property_history": "deal_history", "deal_stage": "deal_stages", "engagement_company": "engagements",
    "engagement_contact": "engagements", "engagement_deal": "engagements", "merged_deal": "merged_deals",
    "owner": "owners", "owner_team": "owner_teams", "property": "properties", "property_option": "property_options",
    "role": "roles", "team": "teams", "team_user": "team_users", "ticket_company": "ticket_links",
    "ticket_contact": "ticket_links", "ticket": "tickets", "ticket_deal": "ticket_links",
    "ticket_property_history": "ticket_history", "users": "api_users",
}  # fmt: skip
KINDS = {
    "salesforce_seeds": {f"sf_{n}_data.csv": f"salesforce.{kind}" for n, kind in SALESFORCE.items()},
    "salesforce_object_export": {
        "Account.csv": "salesforce.accounts",
        "Opportunity.csv": "salesforce.opportunities",
    },
    "hubspot_seeds": {f"{n}_data.csv": f"hubspot.{kind}" for n, kind in HUBSPOT.items()},
}


def kinds_of(folder: Path) -> dict[str, str]:
    return {r.file: r.export.name for r in recognised(headers_in(folder), EXPORTS)}


@pytest.mark.parametrize("folder", KINDS)
def test_every_table_of_a_crm_is_taken_for_what_it_is(folder: str) -> None:
    assert kinds_of(SAMPLES / folder) == KINDS[folder]


@pytest.mark.parametrize("folder", KINDS)
def test_such_tables_are_read_without_an_error(folder: str) -> None:
    keys = {name: table.key for name, table in TABLES.items()}
    delivery = read_folder(SAMPLES / folder, LAYOUT, OPEN_TABLES, None, keys=keys)
    assert [f for f in delivery.faults if f.severity == "error"] == []
    for file in delivery.files:
        if file.table:
            rows = delivery.tables[file.table]
            assert file.rows == rows["origin_row"].n_unique() + file.filtered + file.lost, file


def test_no_won_opportunity_of_an_export_is_lost() -> None:
    delivery = read_folder(SAMPLES / "salesforce_object_export", LAYOUT, OPEN_TABLES, None)
    deals = delivery.tables["invoices"]
    assert (deals.height, deals["amount"].sum()) == (640, Decimal(11257622))
    assert delivery.tables["accounts"].height == 83
    assert deals["account_id"].is_in(delivery.tables["accounts"]["account_id"].implode()).all()


def test_other_data_is_taken_for_no_export_of_a_crm() -> None:
    others = [p for p in (*SAMPLES.iterdir(), *DATA.iterdir()) if p.is_dir() and p not in {SAMPLES}]
    others = [p for p in others if p.name not in KINDS]
    assert len(others) >= 9
    mistaken = {f"{p.name}/{f}": kind for p in others for f, kind in kinds_of(p).items() if kind.startswith(CRM)}
    assert mistaken == {}
