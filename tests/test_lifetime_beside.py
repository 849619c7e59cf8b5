"""What is ordered beside contracts counts for as long as the contract stays."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from tabled import tables

from scoring.engine import Here
from scoring.lengths import WEEKS_A_MONTH
from scoring.lifetime.assumptions import VALUES
from scoring.lifetime.beside import OF, with_orders
from scoring.lifetime.repeat.orders import summary
from scoring.lifetime.valuation import Valued
from scoring.period.windows import windows_of
from scoring.period.worth import worth
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

NOW, BEFORE = date(2026, 7, 1), date(2026, 4, 1)


def under_contract(**sizes: float) -> pl.DataFrame:
    """Accounts that pay so much a month, each worth twenty months of it."""
    rows = [
        {"account_id": who, "model": "sbg", "chance_active": 0.9, "expected": 30.0, "size": size, "factor": 20.0}
        | dict.fromkeys(("value", "value_total", "low", "high"), size * 20.0)
        for who, size in sizes.items()
    ]
    return pl.DataFrame(rows, schema=VALUES)


def test_orders_beside_a_contract_are_a_monthly_revenue_more() -> None:
    often = [
        (who, date(2025, 7, 1) + timedelta(days=days * n)) for who, days in (("a", 20), ("b", 45)) for n in range(8)
    ]
    log = pl.DataFrame([*often, ("c", date(2026, 3, 1))], schema=["account_id", "dated_on"], orient="row")
    now, before = (summary(log.with_columns(amount=pl.lit(50.0)), day) for day in (NOW, BEFORE))
    held = under_contract(a=100.0, none=40.0)
    found = with_orders(Valued(held, held, ()), now, before)
    (choice,) = found.choices
    assert choice.of == OF
    for seen, at in ((found.now, now), (found.before, before)):
        x, age = at.filter(pl.col("account_id") == "a").select("x", "age").row(0)
        a_month = (choice.fit["r"] + x) / (choice.fit["alpha"] + age / 7) * WEEKS_A_MONTH
        size = 100.0 + a_month * 50.0  # all orders are alike, so an order is expected to bring as much
        assert seen["account_id"].to_list() == ["a", "none"]  # b and c have no contract
        assert seen["size"].to_list() == pytest.approx([size, 40.0], rel=1e-3)
        for name in ("value", "value_total", "low", "high"):
            assert seen[name].to_list() == pytest.approx([size * 20.0, 800.0], rel=1e-3)
        assert seen["factor"].to_list() == [20.0, 20.0]


@pytest.mark.parametrize(("fx", "order"), [("constant", 25.0), ("at_start", 50.0)])
def test_orders_beside_are_those_known_then_at_the_rates_of_the_rules(fx: str, order: float) -> None:
    """An order a month for half a year, as the rate of USD then was; what a ordered besides was told later."""
    monthly = "".join(f"{who} 50 USD 2025-{n:02}-01 order\n" for who in "ab" for n in range(1, 7))
    frames = tables(
        {
            "contracts": "account_id amount every starts_on\na 100 month 2024-01-01\nb 100 month 2024-01-01",
            "rates": "currency dated_on rate\nUSD 2024-01-01 1.00\nUSD 2025-07-01 0.50",
            "invoices": f"account_id amount currency dated_on kind\n{monthly}a 50 USD 2025-06-20 order",
        }
    )
    told = pl.when(pl.col("dated_on") == date(2025, 6, 20)).then(datetime(2025, 8, 1, tzinfo=UTC))
    frames["invoices"] = frames["invoices"].with_columns(recorded_at=told.cast(pl.Datetime("us", "UTC")))
    made = {"name": "C", "currency": "EUR", "lifetime": {"orders_beside": True}, "policies": {"fx": fx}}
    rulebook = Rulebook.model_validate(
        made | {"rules": [{"name": "grow", "metric": "lifetime_value_growth", "weight": 1}]}
    )
    windows = windows_of(rulebook, calendar_of(rulebook).period("2026-Q2"))
    found = worth(frames, rulebook, windows, date(2026, 6, 30), engine=Here(), looks_back=False).valued.before
    assert found["account_id"].to_list() == ["a", "b"]
    assert found["size"][0] == found["size"][1]
    assert (found["size"][0] - 100) / order == pytest.approx(0.307, rel=0.01)  # the orders of all, over all months


def test_without_orders_contracts_are_worth_what_they_were() -> None:
    held = under_contract(a=100.0)
    nothing = summary(pl.DataFrame(schema={"account_id": pl.String, "dated_on": pl.Date, "amount": pl.Float64}), NOW)
    found = with_orders(Valued(held, held, ()), nothing, nothing)
    assert (found.now.equals(held), found.choices) == (True, ())
