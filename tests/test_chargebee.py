"""Is an export of Chargebee read as it is downloaded, and what is a subscription worth until when?"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest

from adapters import read_folder
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

EXPORT = Path(__file__).parent / "exports" / "chargebee_zip"


def test_the_zip_says_what_its_folder_does(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "export.zip", "w") as box:
        for path in sorted(EXPORT.rglob("*.csv")):
            box.write(path, path.relative_to(EXPORT).as_posix())
    keys = {n: t.key for n, t in TABLES.items()}
    packed = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None, keys=keys).tables
    unpacked = read_folder(EXPORT, LAYOUT, OPEN_TABLES, None, keys=keys).tables
    assert packed.keys() == unpacked.keys()
    for table, frame in unpacked.items():
        assert packed[table].drop("origin_file").equals(frame.drop("origin_file")), table
        assert packed[table]["origin_file"].str.starts_with("export.zip/").all()


def test_a_custom_field_with_the_manager_of_an_account_is_no_id_of_it(tmp_path: Path) -> None:
    head = "customers.id,customers.email,customers.company,customers.cf_account_manager,customers.cf_crm_account\n"
    (tmp_path / "Customers.csv").write_text(f"{head}c1,a@ada.example,Ada,ann@we.example,001A\n", encoding="utf-8")
    assert read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables["accounts"]["crm_id"].to_list() == ["001A"]


KNOWN = {
    "subscriptions.id": "cb1",
    "subscriptions.plan_id": "standard",
    "subscriptions.plan_quantity": "2",
    "subscriptions.plan_unit_price": "45.00",
    "subscriptions.billing_period": "1",
    "subscriptions.billing_period_unit": "month",
    "subscriptions.status": "Active",
    "subscriptions.started_at": "2025-01-05 10:00:00",
    "customers.id": "cbA",
}
PAUSE = {"subscriptions.pause_date": "2026-03-05 10:00:00"}


@pytest.mark.parametrize(
    ("further", "ends", "status"),
    [
        ({"subscriptions.status": "Paused", **PAUSE}, date(2026, 3, 5), "ended"),
        ({"subscriptions.status": "paused", **PAUSE}, date(2026, 3, 5), "ended"),
        ({"subscriptions.status": "Active", **PAUSE}, None, "active"),
        ({"subscriptions.status": "Paused", "subscriptions.pause_date": ""}, None, "paused"),
    ],
)
def test_what_rests_was_paid_until_the_day_of_the_pause(
    tmp_path: Path, further: dict[str, str], ends: date | None, status: str
) -> None:
    """A pause that is planned takes nothing away yet; of one without a day nobody knows since when."""
    assert read(tmp_path, KNOWN | further) == [(Decimal(90), date(2025, 1, 5), ends, status)]
    add_on = {"Subscription Id": "cb1", "Addon Id": "sms", "Addon Quantity": "3", "Addon Unit Price": "5.00"}
    assert read(tmp_path, KNOWN | further, add_on)[1] == (Decimal(15), date(2025, 1, 5), ends, status)


@pytest.mark.parametrize(
    ("quantity", "unit", "whole", "amount"),
    [
        ("2", "45.00", "90.00", "90"),
        ("2", "45.00", "", "90"),
        ("10", "45.00", "225.00", "225"),
        ("120", "", "830.00", "830"),
        ("", "300.00", "", "300"),
        ("", "", "", None),
    ],
)
def test_free_units_tiers_and_what_is_not_counted_have_an_amount(
    tmp_path: Path, quantity: str, unit: str, whole: str, amount: str | None
) -> None:
    prices = {"plan_quantity": quantity, "plan_unit_price": unit, "plan_amount": whole}
    found = read(tmp_path, KNOWN | {f"subscriptions.{name}": value for name, value in prices.items()})
    assert [line[0] for line in found] == [None if amount is None else Decimal(amount)]


def read(folder: Path, subscription: dict[str, str], add_on: dict[str, str] | None = None) -> list[tuple[object, ...]]:
    """The lines of both: amount, first day, end, status."""
    for name, row in (("Subscriptions.csv", subscription), ("SubscriptionAddons.csv", add_on)):
        if row:
            (folder / name).write_text(f"{','.join(row)}\n{','.join(row.values())}\n", encoding="utf-8")
    lines = read_folder(folder, LAYOUT, OPEN_TABLES, None).tables["contracts"].sort("line_id")
    ends = lines["ends_on"] if "ends_on" in lines.columns else [None] * lines.height
    return [*zip(lines["amount"], lines["starts_on"], ends, lines["status"], strict=True)]


def test_what_was_cancelled_before_it_began_holds_for_no_day(tmp_path: Path) -> None:
    future = {
        "subscriptions.status": "Cancelled",
        "subscriptions.started_at": "",
        "subscriptions.start_date": "2026-06-01 10:00:00",
        "subscriptions.cancelled_at": "2026-05-02 10:00:00",
    }
    assert read(tmp_path, KNOWN | future) == [(Decimal(90), date(2026, 6, 1), date(2026, 6, 1), "ended")]


def test_an_item_is_worth_what_its_amount_says(tmp_path: Path) -> None:
    """Five of ten units are free, and a flat fee is one whatever its quantity."""
    items = "Subscription Id,Item Price Id,Item Type,Quantity,Unit Price,Amount\n"
    rows = "cb1,standard,Plan,10,45.00,225.00\ncb1,support,Addon,3,20.00,20.00\ncb1,seats,Addon,2,5.00,\n"
    (tmp_path / "Subscriptions.csv").write_text(f"{','.join(KNOWN)}\n{','.join(KNOWN.values())}\n", encoding="utf-8")
    (tmp_path / "SubscriptionItems.csv").write_text(items + rows, encoding="utf-8")
    found = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None).tables["contracts"]
    assert found["amount"].to_list() == [Decimal(225), Decimal(20), Decimal(10)]
