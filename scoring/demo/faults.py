"""What is wrong with the made company's exports? Three rows, planted for `check` to find."""

from typing import NamedTuple

import polars as pl

from scoring.demo.ids import STRANGER
from scoring.demo.prices import ADD_ON

SUBSCRIPTIONS = "exports/billing/subscriptions.csv"
INVOICES = "exports/billing/invoices.csv"
ANSWERS = "exports/surveys/nps.csv"
_ROW = 12
_NUMBER = "999999999"


class Planted(NamedTuple):
    """Where a fault is: file, data row counted from 1, the file's column, and the text that is wrong."""

    file: str
    row: int
    column: str
    value: str


def planted_faults() -> tuple[Planted, ...]:
    """The three faults: an amount with letters in it, an invoice to nobody, a day that does not exist."""
    return (
        Planted(SUBSCRIPTIONS, _ROW, "Amount", "1,2OO.00"),
        Planted(INVOICES, _ROW, "Customer ID", STRANGER),
        Planted(ANSWERS, _ROW, "Response Date", "2026-02-30"),
    )


def with_faults(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with three further rows. The accounts keep all rows they had, so nothing else is lost."""
    changes: dict[str, dict[str, object]] = {
        SUBSCRIPTIONS: {
            "Subscription ID": f"A-S{_NUMBER}", "Plan": ADD_ON, "Quantity": 1, "List Price": "1200.00",
            "Discount Percent": 0, "Billing Interval": "Annual", "Start Date": "2026-05-01",
            "End Date": "2027-04-30", "Signed Date": "2026-04-24", "Renews Subscription": None,
        },
        INVOICES: {"Invoice ID": f"INV-{_NUMBER}", "Type": "Professional Services", "Item": "Training day"},
        ANSWERS: {"Response ID": f"R-{_NUMBER}", "Score": 9, "Comment": None},
    }  # fmt: skip
    planted = dict(tables)
    for fault in planted_faults():
        row = changes[fault.file] | {fault.column: fault.value}
        planted[fault.file] = _with_row(tables[fault.file], row)
    return planted


def _with_row(table: pl.DataFrame, row: dict[str, object]) -> pl.DataFrame:
    """The table with a further row in twelfth place: a copy of a suitable one, changed by `row`."""
    text = table.select(pl.all().cast(pl.String))
    model = text.filter(pl.col("Status") == "Active") if "Status" in table.columns else text
    values = [pl.lit(None if v is None else str(v), dtype=pl.String).alias(k) for k, v in row.items()]
    return pl.concat([text.head(_ROW - 1), model.head(1).with_columns(values), text.slice(_ROW - 1)])
