"""Companies that are looked back on: contracts and invoices as rows, the tables they fill, and how they are read."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from worlds import frame

from scoring.backtest import look
from scoring.lifetime.assumptions import Assumptions
from scoring.rules import Rulebook
from scoring.rules.terms import ledger_terms
from scoring.tables import TABLES

Row = dict[str, Any]
Tables = Mapping[str, pl.DataFrame]
RULE = {"name": "keep", "metric": "logo_retention", "weight": 1, "grade": {"floor": 0.5, "target": 1}}
QUICK = {"invoices": "nbd"}
"""The model of the tests that fit it a hundred times; one test leaves the choice to the data."""


def rulebook(basis: str) -> Rulebook:
    return Rulebook.model_validate({"name": "Test", "currency": "EUR", "basis": basis, "rules": [RULE]})


def seen(tables: Tables, basis: str, rules: Rulebook, first: date) -> look.World:
    lazy = {name: one.lazy() for name, one in tables.items()}
    return look.World(lazy, basis, ledger_terms(rules), Assumptions(model=QUICK.get(basis, "auto")), first)


def contract(account: str, start: date, end: date | None, amount: int = 100, **more: Any) -> Row:
    return {
        "line_id": more.pop("line_id", f"{account}-{start}"), "account_id": account, "amount": Decimal(amount),
        "every": "month", "starts_on": start, "ends_on": end, **more,
    }  # fmt: skip


def invoice(account: str, on: date, amount: int = 100, **more: Any) -> Row:
    return {
        "line_id": more.pop("line_id", f"{account}-{on}"), "account_id": account, "dated_on": on,
        "amount": Decimal(amount), **more,
    }  # fmt: skip


def answer(account: str, on: date, score: int) -> Row:
    return {"account_id": account, "answered_on": on, "kind": "nps", "score": Decimal(score), "scale": "0-10"}


def company(**rows: list[Row]) -> dict[str, pl.DataFrame]:
    accounts = sorted({row["account_id"] for some in rows.values() for row in some})
    return {
        name: frame(name, [{"account_id": a} for a in accounts] if name == "accounts" else rows.get(name, []))
        for name in TABLES
    }


def contracts() -> list[Row]:
    """Forty accounts with yearly terms, some of which were not renewed, and twenty without a term."""
    rows = []
    for n in range(40):
        for year in range(2021, 2021 + 1 + n % 5):
            rows.append(contract(f"t{n:02}", date(year, 1 + n % 12, 1), date(year + 1, 1 + n % 12, 1), 100 + n))
    for n in range(20):
        end = date(2024, 1 + n % 12, 9) if n % 3 == 0 else None
        rows.append(contract(f"e{n:02}", date(2021, 1 + n % 12, 5), end, 50 + n, line_id=f"e{n:02}"))
    return rows


def invoices() -> list[Row]:
    return [
        invoice(f"a{n:02}", date(2023, 10, 1) + timedelta(days=7 * n + (17 + n) * k), 50 + 3 * n + k)
        for n in range(40)
        for k in range(2 + n % 9)
    ]
