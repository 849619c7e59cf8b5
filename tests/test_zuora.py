"""Is what a subscription is worth told once, however many versions of it Zuora keeps?"""

from decimal import Decimal
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from adapters import read_folder
from adapters.delivery import Delivery
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

SUBSCRIPTIONS = """\
id,account_id,contract_effective_date,name,original_id,previous_subscription_id,status,subscription_start_date,version
s1,zA,2024-01-01,A-S01,s1,,Expired,2024-01-01,1
s2,zA,2024-01-01,A-S01,s1,s1,Expired,2024-01-01,2
s10,zA,2024-01-01,A-S01,s1,s2,Active,2024-01-01,10
s11,zA,2024-01-01,A-S01,s1,s10,Draft,2024-01-01,11
"""
CHARGES = """\
id,account_id,charge_number,charge_type,effective_end_date,effective_start_date,mrr,name,rate_plan_id,segment,subscription_id
c1,zA,C-1,Recurring,2025-01-01,2024-01-01,100,Seats,r1,1,s1
c2,zA,C-1,Recurring,2026-01-01,2024-01-01,100,Seats,r2,1,s2
c3,zA,C-1,Recurring,2025-06-01,2024-01-01,100,Seats,r3,1,s10
c4,zA,C-1,Recurring,2026-01-01,2025-06-01,150,Seats,r3,2,s10
c5,zA,C-2,Recurring,2026-01-01,2025-06-01,-15,Discount,r3,1,s10
c6,zA,C-1,Recurring,2027-01-01,2024-01-01,500,Seats,r4,1,s11
"""


def read(folder: Path, **files: str) -> Delivery:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_folder(folder, LAYOUT, OPEN_TABLES, None, keys={n: t.key for n, t in TABLES.items()})


def lines(delivery: Delivery) -> dict[str, Decimal]:
    return dict(delivery.tables["contracts"].select("line_id", "amount").iter_rows())


def test_only_the_lines_of_the_version_that_counts_are_summed(tmp_path: Path) -> None:
    delivery = read(tmp_path, subscriptions=SUBSCRIPTIONS, charges=CHARGES)
    assert lines(delivery) == {"c3": Decimal(100), "c4": Decimal(150), "c5": Decimal(-15)}
    said = [f.what for f in delivery.faults if "adds up to" in f.what]
    assert len(said) == 1
    assert "3 rows left out because its status" in said[0]
    assert "USD" not in said[0]


@pytest.mark.parametrize(
    ("mrr", "amount"), [("33.333333333", "33.3333"), ("66.666666667", "66.6667"), ("-0.000050001", "-0.0001")]
)
def test_revenue_of_a_month_that_does_not_come_out_even_is_rounded(tmp_path: Path, mrr: str, amount: str) -> None:
    """Zuora keeps nine decimals: 400.00 a year are 33.333333333 a month."""
    delivery = read(tmp_path, subscriptions=SUBSCRIPTIONS, charges=CHARGES.replace("150", mrr))
    assert [f for f in delivery.faults if f.severity == "error"] == []
    assert lines(delivery)["c4"] == Decimal(amount)


@pytest.mark.parametrize("order", list(permutations((1, 2, 3)))[:4])
def test_the_order_of_rows_does_not_matter(tmp_path: Path, order: tuple[int, ...]) -> None:
    head, *rows = SUBSCRIPTIONS.splitlines()
    turned = "\n".join([head, *(rows[n] for n in order), rows[0]])
    assert set(lines(read(tmp_path, subscriptions=turned, charges=CHARGES))) == {"c3", "c4", "c5"}


def test_of_two_versions_that_both_say_active_the_later_counts(tmp_path: Path) -> None:
    active = SUBSCRIPTIONS.replace("Expired", "Active")
    assert set(lines(read(tmp_path, subscriptions=active, charges=CHARGES))) == {"c3", "c4", "c5"}


def test_charges_without_their_subscriptions_are_not_summed(tmp_path: Path) -> None:
    delivery = read(tmp_path, charges=CHARGES)
    assert "contracts" not in delivery.tables
    assert any("does not fill contracts" in f.what for f in delivery.faults)


def test_charges_of_a_subscription_that_is_not_there_are_left_out_and_told(tmp_path: Path) -> None:
    strange = "c7,zB,C-9,Recurring,,2024-01-01,70,Seats,r9,1,s99\n"
    delivery = read(tmp_path, subscriptions=SUBSCRIPTIONS, charges=CHARGES + strange)
    assert set(lines(delivery)) == {"c3", "c4", "c5"}
    assert [f.row for f in delivery.faults if f.severity == "warning" and "s99" in f.what] == []
    assert any("its amount adds up to 70.00" in f.what for f in delivery.faults)


def test_a_data_source_without_the_status_of_versions_is_not_summed(tmp_path: Path) -> None:
    header = "Account: Name,Subscription: Name,Rate Plan Charge: MRR,Rate Plan Charge: Effective Start Date"
    assert "contracts" not in read(tmp_path, charges=f"{header}\nA,S,1,2024-01-01\n").tables


def test_a_discount_by_a_charge_of_its_own_has_no_revenue_and_is_said_to_be_missing(tmp_path: Path) -> None:
    """One by a negative price has; of the others Zuora tells none, so that the rest counts in full."""
    header, *rows = CHARGES.splitlines()
    models = [f"{row},{'Flat Fee Pricing'}" for row in rows]
    models.append("c9,zA,C-9,Recurring,2026-01-01,2025-06-01,,Tenth off,r3,1,s10,Discount-Percentage")
    told = read(tmp_path, subscriptions=SUBSCRIPTIONS, charges="\n".join([f"{header},charge_model", *models, ""]))
    assert [f for f in told.faults if f.severity == "error"] == []
    assert lines(told) == {"c3": Decimal(100), "c4": Decimal(150), "c5": Decimal(-15), "c9": Decimal(0)}
    assert any("have no MRR and are not taken off" in f.what for f in told.faults)


AMENDMENTS = """\
id,code,contract_effective_date,name,status,subscription_id,suspend_date,type
a1,A-1,2025-07-01,Pause,Completed,s2,2025-08-01,SuspendSubscription
a2,A-2,2025-07-02,Price,Completed,s2,,UpdateProduct
a3,A-3,2025-07-03,Pause,Draft,s2,2025-02-01,SuspendSubscription
"""


def spans(delivery: Delivery) -> list[tuple[str, str | None, str]]:
    cells = delivery.tables["contracts"].select("line_id", pl.col("ends_on").dt.to_string(), "status")
    return cells.rows()


def test_what_is_suspended_was_paid_until_its_amendment_says(tmp_path: Path) -> None:
    """Each segment ends there at the latest; one that ended before, ended."""
    suspended = SUBSCRIPTIONS.replace("s2,Active", "s2,Suspended")
    told = read(tmp_path, subscriptions=suspended, charges=CHARGES, amendments=AMENDMENTS)
    assert [f for f in told.faults if f.severity == "error"] == []
    assert spans(told) == [("c3", "2025-06-01", "ended"), ("c4", "2025-08-01", "ended"), ("c5", "2025-08-01", "ended")]


def test_a_price_that_would_have_come_after_a_suspension_holds_for_no_day(tmp_path: Path) -> None:
    later = f"{CHARGES}c8,zA,C-1,Recurring,2027-01-01,2026-01-01,200,Seats,r3,3,s10\n"
    suspended = SUBSCRIPTIONS.replace("s2,Active", "s2,Suspended")
    assert spans(read(tmp_path, subscriptions=suspended, charges=later, amendments=AMENDMENTS))[-1][:2] == (
        "c8",
        "2026-01-01",
    )


def test_without_amendments_nobody_knows_since_when(tmp_path: Path) -> None:
    told = read(tmp_path, subscriptions=SUBSCRIPTIONS.replace("s2,Active", "s2,Suspended"), charges=CHARGES)
    assert {status for _, _, status in spans(told)} == {"paused"}
    assert any("without amendments it brings nothing" in f.what for f in told.faults)


def test_an_earlier_suspension_of_what_is_active_again_ends_nothing(tmp_path: Path) -> None:
    told = read(tmp_path, subscriptions=SUBSCRIPTIONS, charges=CHARGES, amendments=AMENDMENTS)
    assert [(line, end) for line, end, _ in spans(told)] == [
        ("c3", "2025-06-01"),
        ("c4", "2026-01-01"),
        ("c5", "2026-01-01"),
    ]


MEMOS = """\
id,account_id,applied_amount,currency,memo_date,memo_number,status
m1,zA,100,USD,2025-03-01,CM1,Posted
m2,zA,100,USD,2025-03-01,CM2,Canceled
"""
MEMO_ITEMS = """\
id,amount,credit_memo_id,rate_plan_charge_id,charge_name,service_start_date
i1,100,m1,c7,Set-up,2025-02-01
i2,100,m1,c3,Seats,2025-02-01
i3,100,m2,c7,Set-up,2025-02-01
i4,100,m1,,Goodwill,2025-02-01
"""


def test_a_posted_memo_gives_back_what_does_not_recur(tmp_path: Path) -> None:
    charges = f"{CHARGES}c7,zA,C-7,OneTime,2024-01-01,2024-01-01,0,Set-up,r3,1,s10\n"
    told = read(tmp_path, subscriptions=SUBSCRIPTIONS, charges=charges, memos=MEMOS, items=MEMO_ITEMS)
    assert [f for f in told.faults if f.severity == "error"] == []
    found = told.tables["invoices"].select("line_id", "amount", "currency", pl.col("dated_on").dt.to_string(), "kind")
    assert found.rows() == [("i1", Decimal(-100), "USD", "2025-03-01", "credit")]
    assert lines(told) == {"c3": Decimal(100), "c4": Decimal(150), "c5": Decimal(-15)}


def test_items_without_their_memos_fill_nothing(tmp_path: Path) -> None:
    """A draft and a posted memo look the same in its items."""
    told = read(tmp_path, subscriptions=SUBSCRIPTIONS, charges=CHARGES, items=MEMO_ITEMS)
    assert "invoices" not in told.tables
    assert any("memo status" in f.what for f in told.faults)
