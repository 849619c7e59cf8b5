"""What is a subscription of Recurly worth, by the columns that its export has?"""

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
