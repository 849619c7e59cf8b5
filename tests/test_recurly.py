"""What is a subscription of Recurly worth, by the columns that its export has?"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapters import read_folder
from scoring.tables import LAYOUT, OPEN_TABLES

KNOWN = {
    "uuid": "u1",
    "account_code": "acorn",
    "plan_code": "std",
    "quantity": "2",
    "unit_amount": "99",
    "activated_at": "2026-02-01 10:00:00 PST",
    "plan_interval_length": "1",
    "plan_interval_unit": "months",
}
"""99 for each of two; add-ons for 10.50 come on top."""

MISSING = "Recurly subscriptions: add-ons are not in the amounts"


@pytest.mark.parametrize(
    ("further", "amount", "notes"),
    [
        ({"total_recurring_amount": "208.50"}, "208.50", []),
        ({"add_ons_total": "10.50"}, "208.50", []),
        ({}, "198", [MISSING]),
    ],
)
def test_add_ons_count_or_are_said_to_be_missing(
    tmp_path: Path, further: dict[str, str], amount: str, notes: list[str]
) -> None:
    row = {**KNOWN, **further}
    (tmp_path / "subscriptions.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n", encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    assert delivery.tables["contracts"]["amount"].to_list() == [Decimal(amount)]
    assert [f.what for f in delivery.faults if "add-ons" in f.what] == notes


VERSIONS = """\
id,account_id,plan_id,unit_amount,quantity,add_ons_total,currency,current_period_ends_at,state,activated_at,paused_at,updated_at
r1,a,p1,10,2,5,USD,2026-05-01 00:00:00,paused,2025-01-01 10:00:00,2026-04-01 10:00:00,2026-04-01 10:00:00
r2,a,p1,10,2,5,USD,2026-05-01 00:00:00,active,2025-01-01 10:00:00,2026-07-01 10:00:00,2026-04-01 10:00:00
"""
PLANS = (
    "id,code,name,interval_unit,interval_length,auto_renew,updated_at\np1,std,Std,months,1,true,2025-01-01 00:00:00\n"
)


def test_what_rests_was_paid_until_the_day_of_the_pause(tmp_path: Path) -> None:
    """A pause that is planned takes nothing away yet."""
    (tmp_path / "subscription_history.csv").write_text(VERSIONS, encoding="utf-8")
    (tmp_path / "plan_history.csv").write_text(PLANS, encoding="utf-8")
    lines = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables["contracts"]
    assert lines.select("line_id", "amount", "ends_on", "status").rows() == [
        ("r1", Decimal(25), date(2026, 4, 1), "ended"),
        ("r2", Decimal(25), None, "active"),
    ]


LINE_ITEMS = """\
id,account_id,invoice_id,subscription_id,type,state,origin,currency,subtotal,discount,created_at,updated_at,credit_applied,refunded_quantity
l1,a,i1,,charge,invoiced,debit,USD,100,10,2026-02-01 10:00:00,2026-02-01 10:00:00,,
l2,a,i2,,charge,invoiced,debit,USD,100,0,2026-02-01 10:00:00,2026-02-01 10:00:00,,
l3,a,,,charge,pending,debit,USD,100,0,2026-02-01 10:00:00,2026-02-01 10:00:00,,
l4,a,i3,,credit,invoiced,credit,USD,-30,0,2026-02-01 10:00:00,2026-02-01 10:00:00,,
"""
INVOICES = """\
id,account_id,collection_method,net_terms,refundable_amount,state,updated_at
i1,a,automatic,0,0,paid,2026-02-01 10:00:00
i2,a,automatic,0,0,pending,2026-02-01 10:00:00
i2,a,automatic,0,0,voided,2026-02-03 10:00:00
"""


@pytest.mark.parametrize(("invoices", "lines"), [(INVOICES, ["l1", "l4"]), ("", ["l1", "l2", "l4"])])
def test_lines_that_were_taken_back_or_not_billed_yet_are_owed_by_nobody(
    tmp_path: Path, invoices: str, lines: list[str]
) -> None:
    """An invoice is what its last version says; without invoices all lines that were billed count."""
    (tmp_path / "line_item_history.csv").write_text(LINE_ITEMS, encoding="utf-8")
    if invoices:
        (tmp_path / "invoice_history.csv").write_text(invoices, encoding="utf-8")
    delivery = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None)
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert delivery.tables["invoices"]["line_id"].to_list() == lines
    assert delivery.tables["invoices"]["amount"].to_list()[0] == Decimal(90)
