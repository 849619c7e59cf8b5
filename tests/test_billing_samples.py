"""Are tables with the true field names of billing and survey vendors taken for what they are, and no others?

The data lies in the folder that BOOKSCORE_DATA names, or in `shared/data` beside the project; without it the
tests are left out.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from adapters import read_folder
from adapters.delivery import Delivery
from adapters.files.headers import headers_in
from adapters.known.recognised import recognised
from adapters.systems import EXPORTS
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("BOOKSCORE_DATA") or ROOT.parent / "shared" / "data")
SAMPLES = DATA / "crm_export_samples"
OURS = (
    "stripe", "chargebee", "recurly", "zuora", "chartmogul", "qualtrics", "delighted", "surveymonkey", "google_forms",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")

STRIPE = {
    "balance_transaction": "balance_transactions", "charge": "charges", "coupon": "coupons",
    "credit_note": "credit_notes", "credit_note_line_item": "credit_note_lines", "customer": "customers",
    "discount": "discounts", "fee": "fees", "invoice": "invoices", "invoice_line_item": "invoice_lines",
    "payment_intent": "payment_intents", "plan": "plans", "price": "prices", "product": "products",
    "refund": "refunds", "subscription": "subscriptions", "subscription_discount": "subscription_discounts",
    "subscription_history": "subscription_history", "subscription_item": "subscription_items",
}  # fmt: skip
ZUORA = {
    "account": "accounts", "amendment": "amendments", "credit_balance_adjustment": "credit_balance_adjustments",
    "invoice": "invoices", "invoice_item": "invoice_items", "invoice_payment": "invoice_payments", "order": "orders",
    "payment": "payments", "product": "products", "product_rate_plan": "product_rate_plans",
    "product_rate_plan_charge": "product_rate_plan_charges", "rate_plan": "rate_plans",
    "rate_plan_charge": "rate_plan_charges", "refund": "refunds", "refund_invoice_payment": "refund_invoice_payments",
    "subscription": "subscriptions",
}  # fmt: skip
RECURLY = {
    "account_balance_history": "account_balances", "account_history": "accounts",
    "account_note_history": "account_notes", "coupon_discount": "coupon_discounts",
    "coupon_redemption_history": "coupon_redemptions",
    "credit_payment_history": "credit_payments", "invoice_coupon_redemption_history": "invoice_coupons",
    "invoice_history": "invoices", "invoice_subscription_history": "invoice_subscriptions",
    "line_item_history": "line_items", "plan_currency_history": "plan_currencies", "plan_history": "plans",
    "subscription_add_on_history": "subscription_add_ons", "subscription_change_history": "subscription_changes",
    "subscription_history": "subscriptions", "transaction": "transactions",
    "transaction_subscription": "transaction_subscriptions",
}  # fmt: skip
QUALTRICS = {
    "block": "blocks", "block_question": "block_questions", "core_mailing_list": "mailing_lists",
    "directory": "directories", "directory_mailing_list": "directory_lists", "distribution": "distributions",
    "question": "questions", "question_option": "question_options", "question_response": "answers",
    "sub_question": "sub_questions", "survey": "surveys", "survey_embedded_data": "embedded_data",
    "survey_response": "responses", "survey_version": "survey_versions",
}  # fmt: skip
KINDS = {
    "stripe_seeds": {f"{n}_data.csv": f"stripe.api_{kind}" for n, kind in STRIPE.items()},
    "zuora_seeds": {f"zuora_{n}_data.csv": f"zuora.api_{kind}" for n, kind in ZUORA.items()},
    "recurly_seeds": {f"{n}_data.csv": f"recurly.api_{kind}" for n, kind in RECURLY.items()},
    "qualtrics_seeds": {f"{n}.csv": f"qualtrics.api_{kind}" for n, kind in QUALTRICS.items()},
}
OTHERS = ("salesforce_seeds", "hubspot_seeds", "salesforce_object_export")
COMPANIES = ("chinook", "northwind", "maven_crm", "ravenstack", "online_retail")


def kinds_of(folder: Path) -> Mapping[str, str]:
    return {r.file: r.export.name for r in recognised(headers_in(folder), EXPORTS)}


def read(folder: str) -> Delivery:
    return read_folder(SAMPLES / folder, LAYOUT, OPEN_TABLES, None, keys={n: t.key for n, t in TABLES.items()})


@pytest.mark.parametrize("folder", KINDS)
def test_every_table_is_taken_for_what_it_is(folder: str) -> None:
    assert kinds_of(SAMPLES / folder) == KINDS[folder]


@pytest.mark.parametrize("folder", [*(f"crm_export_samples/{o}" for o in OTHERS), *COMPANIES])
def test_no_table_of_others_is_taken_for_one_of_these(folder: str) -> None:
    if not (DATA / folder).exists():
        pytest.skip("this data is not here")
    assert [name for name in kinds_of(DATA / folder).values() if name.startswith(OURS)] == []


@pytest.mark.parametrize("folder", KINDS)
def test_their_rows_are_all_accounted_for(folder: str) -> None:
    delivery = read(folder)
    assert delivery.tables
    for file in delivery.files:
        if file.table is not None:
            kept = delivery.tables[file.table].filter(pl.col("origin_file") == file.name)
            assert file.rows == kept["origin_row"].n_unique() + file.filtered + file.lost, file


def test_a_subscription_of_several_versions_is_there_once() -> None:
    lines = read("recurly_seeds").tables["contracts"]["line_id"]
    assert lines.len() == lines.n_unique() == 4
