"""What does Stripe's MRR report make of a ledger, and when does a cancelled subscription end?"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tabled import table

from adapters import read_folder
from adapters.draft import draft
from adapters.files.headers import headers_in
from adapters.known.planning import plan
from adapters.known.recognised import recognised
from adapters.mapping.sources import Sources
from adapters.systems import EXPORTS
from scoring import document
from scoring.days import Span
from scoring.facts.due import Terms as Renewals
from scoring.facts.due import due_lines
from scoring.frame import conform
from scoring.ledger.build import Windows, contract_lines, of_contracts
from scoring.ledger.terms import Terms
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

AS_OF = date(2026, 5, 31)
YEAR = Span(date(2026, 1, 15), date(2026, 6, 1))
REPORT = """\
Customer ID,Customer,Customer Email,Currency,2026-01,2026-02,2026-03,2026-04,2026-05
cus_A,Acorn Ltd,ap@acorn.example,usd,90.00,90.00,120.00,120.00,120.00
cus_B,Birch GmbH,pay@birch.example,usd,50.00,50.00,50.00,0.00,0.00
"""


def contracts(folder: Path, files: Mapping[str, str]) -> pl.DataFrame:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    delivery = read_folder(folder, LAYOUT, OPEN_TABLES, None, keys={n: t.key for n, t in TABLES.items()})
    assert [f for f in delivery.faults if f.severity == "error"] == []
    return conform(delivery.tables["contracts"].lazy(), TABLES["contracts"]).collect()


@pytest.fixture
def of_report(tmp_path: Path) -> pl.LazyFrame:
    return contracts(tmp_path, {"MRR_per_Subscriber__monthly_2026-05.csv": REPORT}).lazy()


def rates() -> pl.LazyFrame:
    return table("rates", "currency dated_on rate\nUSD 2020-01-01 1").lazy()


def test_months_move_revenue_where_the_amount_changes_and_nowhere_else(of_report: pl.LazyFrame) -> None:
    terms = Terms(currency="USD")
    ledger = of_contracts(contract_lines(of_report, terms, AS_OF), rates(), terms, Windows(YEAR, YEAR))
    moves = ledger.moves.collect().sort("moved_on").select("account_id", "moved_on", "kind", "amount").rows()
    assert moves == [
        ("cus_A", date(2026, 3, 1), "expansion", Decimal(30)),
        ("cus_B", date(2026, 4, 1), "churn", Decimal(50)),
    ]


def test_a_new_price_is_no_renewal_and_the_end_of_all_is_one_that_was_lost(of_report: pl.LazyFrame) -> None:
    terms = Renewals(Terms("USD"), AS_OF)
    dues = due_lines(of_report, rates(), YEAR, terms).collect()
    assert dues.select("account_id", "due_on", "renewed").rows() == [("cus_B", date(2026, 4, 1), Decimal(0))]


def test_the_report_takes_the_place_of_the_subscriptions(tmp_path: Path) -> None:
    header = "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC)"
    files = {
        "mrr.csv": REPORT,
        "subscriptions.csv": f"{header}\nsub_A,cus_A,Standard,1,usd,month,120.00,active,2026-01-01 10:00\n",
    }
    assert contracts(tmp_path, files)["origin_file"].unique().to_list() == ["mrr.csv"]


def test_two_reports_are_refused_as_their_months_would_overlap(tmp_path: Path) -> None:
    for name in ("2025.csv", "2026.csv"):
        (tmp_path / name).write_text(REPORT.replace("2026", name[:4]), encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    assert [f.file for f in delivery.faults if f.severity == "error"] == ["2025.csv", "2026.csv"]
    assert "contracts" not in delivery.tables


def test_a_draft_does_not_join_two_reports_to_one(tmp_path: Path) -> None:
    for name, paid in (("mrr_1.csv", "50.00"), ("mrr_2.csv", "60.00")):
        (tmp_path / name).write_text(REPORT.replace("50.00", paid), encoding="utf-8")
    (tmp_path / "customers.csv").write_text("id,Email,Name,Created (UTC),Delinquent\ncus_A,,Acorn,2026-01-01,false\n")
    text, _ = draft(tmp_path, LAYOUT, {}, OPEN_TABLES)
    sources, problems = document.read_text("sources.yaml", text).fit(Sources)
    assert sources is not None, problems
    assert [(s.file, s.table) for s in sources.files] == [("customers.csv", "accounts")]


HEADER = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start Date (UTC),"
    "Current Period End (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC)\n"
)


@pytest.mark.parametrize(
    ("status", "days", "starts", "ends"),
    [
        ("active", ",,", date(2026, 1, 5), None),
        ("active", ",2026-05-12 08:00,", date(2026, 1, 5), date(2026, 6, 5)),
        ("canceled", ",2026-04-12 08:00,2026-05-05 10:00", date(2026, 1, 5), date(2026, 5, 5)),
        ("canceled", ",2026-04-12 08:00,2026-04-12 08:00", date(2026, 1, 5), date(2026, 4, 12)),
        ("active", "2026-01-19 10:00,,", date(2026, 1, 19), None),
        ("canceled", "2026-01-19 10:00,2026-01-08 10:00,2026-01-08 10:00", date(2026, 1, 19), date(2026, 1, 19)),
    ],
)
def test_service_ends_with_the_period_and_is_paid_from_the_end_of_a_trial(
    tmp_path: Path, status: str, days: str, starts: date, ends: date | None
) -> None:
    """The days are those of the trial's end, of the request to cancel, and of the end itself."""
    cells = ("sub_A,cus_A,Standard,1,usd,month,90.00", status, "2026-01-05 10:00,2026-01-05 10:00", "2026-06-05 10:00")
    found = contracts(tmp_path, {"subscriptions.csv": f"{HEADER}{','.join((*cells, days))}\n"})
    assert found.select("starts_on", "ends_on").row(0) == (starts, ends)


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("usd", "45.00"),
        ("jpy", "4500"),
        ("kwd", "4.500"),
        ("rsd", "45.00"),
        ("isk", "45.00"),
        ("ugx", "45.00"),
        ("mga", "4500"),
        ("clp", "4500"),
    ],
)
def test_amounts_are_divided_by_what_the_currency_has(tmp_path: Path, currency: str, amount: str) -> None:
    files: dict[str, Any] = {
        "subscription.csv": "id,customer_id,billing_cycle_anchor,cancel_at_period_end,status,start_date\n"
        "sub_A,cus_A,1767607200,false,active,1767607200\n",
        "subscription_item.csv": "id,plan_id,quantity,subscription_id,created\nsi_A,price_A,1,sub_A,1767607200\n",
        "price.csv": "id,currency,product_id,recurring_interval,recurring_interval_count,unit_amount\n"
        f"price_A,{currency},prod_A,month,1,4500\n",
    }
    found = contracts(tmp_path, files)
    assert found.select("account_id", "amount", "currency", "every", "starts_on").rows() == [
        ("cus_A", Decimal(amount), currency.upper(), "1 month", date(2026, 1, 5))
    ]


@pytest.mark.parametrize(
    ("price", "quantity", "amount"),
    [
        ("4500,4500,", 3, "135.00"),
        (",0.5,", 1_000, "5.00"),
        (",12.25,", 101, "12.3725"),
        ("5000,5000,100", 300, "150.00"),
        (",250.5,100", 1_000, "25.05"),
        (",,", 3, None),
    ],
)
def test_units_may_cost_parts_of_a_cent_or_come_in_packs(
    tmp_path: Path, price: str, quantity: int, amount: str | None
) -> None:
    """The price is that in cents, the same as a decimal, and how many units it is for; a tiered one has none."""
    found = contracts(
        tmp_path,
        {
            "subscription.csv": "id,customer_id,billing_cycle_anchor,cancel_at_period_end,status,start_date\n"
            "sub_A,cus_A,1767607200,false,active,1767607200\n",
            "subscription_item.csv": "id,price_id,quantity,subscription_id,created\n"
            f"si_A,price_A,{quantity},sub_A,1767607200\n",
            "price.csv": "id,currency,product_id,recurring_interval,recurring_interval_count,unit_amount,"
            f"unit_amount_decimal,transform_quantity_divide_by\nprice_A,usd,prod_A,month,1,{price}\n",
        },
    )
    assert found["amount"].to_list() == [None if amount is None else Decimal(amount)]


@pytest.mark.parametrize("name", ["transform_quantity_", "transform_quantity."])
@pytest.mark.parametrize(
    ("quantity", "rounding", "amount"),
    [
        (250, "up", "150"),
        (250, "down", "100"),
        (300, "up", "150"),
        (300, "down", "150"),
        (99, "down", "0"),
        (7, "", "3.5"),
    ],
)
def test_a_pack_that_is_begun_is_paid_for_or_not(
    tmp_path: Path, name: str, quantity: int, rounding: str, amount: str
) -> None:
    """A hundred units are 50.00."""
    found = contracts(
        tmp_path,
        {
            "subscription.csv": "id,customer_id,billing_cycle_anchor,cancel_at_period_end,status,start_date\n"
            "sub_A,cus_A,1767607200,false,active,1767607200\n",
            "subscription_item.csv": "id,price_id,quantity,subscription_id,created\n"
            f"si_A,price_A,{quantity},sub_A,1767607200\n",
            "price.csv": "id,currency,product_id,recurring_interval,recurring_interval_count,unit_amount,"
            f"{name}divide_by,{name}round\nprice_A,usd,prod_A,month,1,5000,100,{rounding}\n",
        },
    )
    assert found["amount"].to_list() == [Decimal(amount)]


def test_times_of_the_dashboard_and_of_a_warehouse_are_in_utc(tmp_path: Path) -> None:
    """Half past eleven in the evening of 31 March in UTC is half past one of 1 April in Berlin."""
    files = {
        "subscriptions.csv": "id,Customer ID,Plan,Interval,Amount,Status,Created (UTC),Canceled At (UTC),"
        "Ended At (UTC)\n"
        "sub_A,cus_A,Std,month,90.00,canceled,2025-12-31 23:30,2026-03-31 23:30,2026-03-31 23:30\n",
        "invoices.csv": "id,created,currency,customer,amount_due,amount_paid,billing_reason,total,status,subscription\n"
        "in_2,2026-03-31 23:30:00,usd,cus_A,500,500,manual,500,paid,\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    made = plan(recognised(headers_in(tmp_path), EXPORTS)).sources.model_copy(update={"time_zone": "Europe/Berlin"})
    tables = read_folder(tmp_path, LAYOUT, OPEN_TABLES, made).tables
    days = tables["contracts"].select("starts_on", "ends_on", "cancelled_on").row(0)
    assert days == (date(2026, 1, 1), date(2026, 4, 1), date(2026, 4, 1))
    assert tables["invoices"]["dated_on"].to_list() == [date(2026, 4, 1)]


@pytest.mark.parametrize(
    ("column", "lines"),
    [("subscription", ["in_2"]), ("parent.subscription_details.subscription", ["in_2"]), ("note", [])],
)
def test_what_was_billed_for_a_subscription_never_counts_beside_it(
    tmp_path: Path, column: str, lines: list[str]
) -> None:
    (tmp_path / "invoices.csv").write_text(
        f"id,created,currency,customer,amount_due,amount_paid,billing_reason,total,status,{column}\n"
        "in_1,1767607200,usd,cus_A,9000,9000,subscription_cycle,9000,paid,sub_A\n"
        "in_2,1767607200,usd,cus_A,500,500,manual,500,paid,\n",
        encoding="utf-8",
    )
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    found = delivery.tables.get("invoices")
    assert (found["line_id"].to_list() if found is not None else []) == lines


def test_names_of_the_api_itself_are_read_like_those_of_a_warehouse(tmp_path: Path) -> None:
    files = {
        "subscriptions.csv": "id,customer,billing_cycle_anchor,cancel_at_period_end,current_period_end,status,"
        "start_date\nsub_A,cus_A,1767607200,true,1770285600,active,1767607200\n",
        "items.csv": "id,price,quantity,subscription,created\nsi_A,price_A,2,sub_A,1767607200\n",
        "prices.csv": "id,currency,product,recurring.interval,recurring.interval_count,unit_amount\n"
        "price_A,usd,prod_A,year,1,12000\n",
    }
    found = contracts(tmp_path, files)
    assert found.select("account_id", "product", "amount", "every", "ends_on").rows() == [
        ("cus_A", "prod_A", Decimal(240), "1 year", date(2026, 2, 5))
    ]


def test_what_is_of_test_mode_is_nobodys(tmp_path: Path) -> None:
    """A warehouse keeps objects of test mode beside those of live mode."""
    files = {
        "subscription.csv": "id,customer_id,billing_cycle_anchor,cancel_at_period_end,status,start_date,livemode\n"
        "sub_A,cus_A,1767607200,false,active,1767607200,true\nsub_T,cus_A,1767607200,false,active,1767607200,false\n",
        "subscription_item.csv": "id,plan_id,quantity,subscription_id,created\n"
        "si_A,price_A,1,sub_A,1767607200\nsi_T,price_A,1,sub_T,1767607200\n",
        "price.csv": "id,currency,product_id,recurring_interval,recurring_interval_count,unit_amount\n"
        "price_A,usd,prod_A,month,1,4500\n",
        "invoice.csv": "id,created,currency,customer_id,amount_due,amount_paid,billing_reason,total,status,"
        "subscription_id,livemode\nin_1,1767607200,usd,cus_A,500,500,manual,500,paid,,true\n"
        "in_2,1767607200,usd,cus_A,500,500,manual,500,paid,,false\n",
    }
    assert contracts(tmp_path, files)["line_id"].to_list() == ["si_A"]
    tables = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables
    assert tables["invoices"]["line_id"].to_list() == ["in_1"]
    lines = "id,invoice_id,amount,currency,discountable,proration,subscription_id\n"
    rows = "il_1,in_1,500,usd,true,false,\nil_2,in_2,500,usd,true,false,\n"
    (tmp_path / "lines.csv").write_text(lines + rows, encoding="utf-8")
    tables = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables
    assert tables["invoices"]["line_id"].to_list() == ["il_1"]


def test_an_invoice_of_before_there_were_days_of_effect_has_the_day_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "invoice.csv").write_text(
        "id,created,currency,customer_id,amount_due,amount_paid,billing_reason,total,status,subscription_id,"
        "effective_at\nin_1,1767607200,usd,cus_A,500,500,manual,500,paid,,1770285600\n"
        "in_2,1767607200,usd,cus_A,500,500,manual,500,paid,,\n",
        encoding="utf-8",
    )
    days = [date(2026, 2, 5), date(2026, 1, 5)]
    assert read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables["invoices"]["dated_on"].to_list() == days
    lines = "id,invoice_id,amount,currency,discountable,proration,subscription_id\n"
    rows = "il_1,in_1,500,usd,true,false,\nil_2,in_2,500,usd,true,false,\n"
    (tmp_path / "lines.csv").write_text(lines + rows, encoding="utf-8")
    assert read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables["invoices"]["dated_on"].to_list() == days


def test_amounts_that_hold_their_taxes_say_so(tmp_path: Path) -> None:
    (tmp_path / "invoices.csv").write_text(
        "id,Amount Due,Amount Paid,Customer,Number,Status,Total,Date (UTC)\nin_1,12,12,cus_A,1,paid,12,2026-01-05\n",
        encoding="utf-8",
    )
    told = [f.what for f in read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).faults]
    assert "Stripe invoices: has no column Tax, so taxes are in its amounts" in told


@pytest.mark.parametrize(("currency", "wrong"), [("usd", []), ("eur", ["price currency"]), ("", [])])
def test_a_price_in_another_currency_than_its_subscription_is_an_error(
    tmp_path: Path, currency: str, wrong: list[str]
) -> None:
    """Of a price in several currencies a table of prices has the first only."""
    files = {
        "subscription.csv": "id,customer_id,billing_cycle_anchor,cancel_at_period_end,status,start_date,currency\n"
        f"sub_A,cus_A,1767607200,false,active,1767607200,{currency}\n",
        "subscription_item.csv": "id,price_id,quantity,subscription_id,created\nsi_A,price_A,1,sub_A,1767607200\n",
        "price.csv": "id,currency,product_id,recurring_interval,recurring_interval_count,unit_amount\n"
        "price_A,usd,prod_A,month,1,4500\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    errors = [f for f in delivery.faults if f.severity == "error"]
    assert [f.column for f in errors] == wrong
    assert [f.value for f in errors] == ["usd" for _ in wrong]
    assert ("contracts" in delivery.faulty) == bool(wrong)
