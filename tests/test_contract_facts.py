"""Do the facts of contracts add up: parts of growth, net movements, renewals? For every company, to the last digit."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_properties import ledger_of, scored
from worlds import World, examples, worlds

from scoring.book import at
from scoring.facts import Dated, due, found, growth_parts, net_moves, renewals
from scoring.ledger.balances import at_instants
from scoring.measure import measure
from scoring.metrics import CATALOGUE
from scoring.period.windows import windows_of
from scoring.rules.settings import Credit
from scoring.rules.terms import growth_terms, renewal_terms

SEATS = st.sampled_from([None, Decimal(1), Decimal(3), Decimal(40), Decimal("2.5"), Decimal(0)])
PRICES = st.sampled_from([None, Decimal(10), Decimal("33.3333"), Decimal("0.07"), Decimal(900)])
DISCOUNTS = st.sampled_from([None, Decimal(0), Decimal("0.1"), Decimal("0.333333"), Decimal(1)])


@st.composite
def priced(draw: Any, **fixed: Any) -> World:
    """Companies whose contracts say seats, list prices and discounts, or some of them, true or not."""
    world = draw(worlds(accounts=(4, 12), basis="contracts", **fixed))
    contracts = world.tables["contracts"]
    many = contracts.height
    said = {"quantity": SEATS, "list_price": PRICES, "discount": DISCOUNTS}
    drawn = {n: draw(st.lists(values, min_size=many, max_size=many)) for n, values in said.items()}
    columns = [pl.Series(n, values, dtype=contracts.schema[n]) for n, values in drawn.items()]
    world.tables["contracts"] = contracts.with_columns(columns)
    return world


@examples(14)
@given(priced())
def test_the_parts_of_growth_add_up_to_it_for_every_account(world: World) -> None:
    ledger, window = ledger_of(world), windows_of(world.rulebook, world.period).outcome
    rates, terms = world.tables["rates"].lazy(), growth_terms(world.rulebook)
    parts = growth_parts.growth(ledger, rates, window, terms).collect()
    ends = at_instants(ledger.lines, rates, window.start, window.end, world.rulebook.currency).collect()
    stayed = {r["account_id"]: r for r in ends.iter_rows(named=True) if r["before"] > 0 and r["after"] > 0}
    assert {a for a, r in stayed.items() if r["after"] != r["before"]} <= set(parts["account_id"])
    for row in parts.iter_rows(named=True):
        whole = stayed[row["account_id"]]
        assert sum(row[name] for name in growth_parts.NAMED) == row["growth"] == whole["after"] - whole["before"]
        assert row["growth"] + row["growth_exchange"] == whole["after_spot"] - whole["before"]
        assert row["growth_discount_given"] <= 0 <= row["growth_discount_expired"]


@examples(15)
@given(priced())
def test_the_parts_of_growth_add_up_to_it_for_every_manager_and_the_company(world: World) -> None:
    rows = scored(world).scored.rows
    names = [n for n in CATALOGUE if n.startswith("growth_from_") and n != "growth_from_exchange"]
    for grain in ("company", "manager_id", "team", "account_id"):
        book = at(rows.lazy(), grain)
        said = measure(book, [CATALOGUE[n] for n in names], grain, basis="contracts")
        said = said.collect().group_by("id").agg(pl.col("amount").sum())
        stayed = book.filter((pl.col("before") > 0) & (pl.col("after") > 0)).collect()
        assert said["amount"].sum() == stayed["growth"].sum()
        odd = Decimal(0) if grain in ("company", "account_id") else Decimal("0.01")
        exchange = stayed["growth_exchange"].sum() if world.rulebook.policies.fx == "spot" else 0
        assert abs(stayed["after"].sum() - stayed["before"].sum() - stayed["growth"].sum() - exchange) <= odd


@examples(14)
@given(worlds())
def test_net_movements_lead_from_opening_to_closing(world: World) -> None:
    rows = scored(world).scored.rows
    by_account = at(rows.lazy(), "account_id").collect()
    gains = sum(by_account[f"net_{k}"] for k in ("new", "reactivation", "expansion"))
    net = gains - by_account["net_contraction"] - by_account["net_churn"]
    assert (by_account["opening"] + net + by_account["fx"]).to_list() == by_account["closing"].to_list()
    moved = by_account.select(pl.sum_horizontal((pl.col(c) != 0).cast(pl.Int64) for c in net_moves.COLUMNS))
    assert moved.filter(pl.first() > 1).is_empty()


@examples(14)
@given(worlds(basis="contracts"), st.sampled_from(["due_date", "signature"]))
def test_no_line_renews_twice_and_what_is_renewed_was_due(world: World, renewal_date: str) -> None:
    period = windows_of(world.rulebook, world.period).moves
    policies = world.rulebook.policies.model_copy(update={"renewal_date": renewal_date})
    terms = renewal_terms(world.rulebook.model_copy(update={"policies": policies}), world.as_of)
    contracts, rates = world.tables["contracts"].lazy(), world.tables["rates"].lazy()
    lines = due.due_lines(contracts, rates, period, terms).collect()
    yearly = due.yearly(contracts, rates, period.start, terms).collect()
    assert lines["line_id"].is_unique().all()
    for account, renewed in lines.group_by("account_id").agg(pl.col("renewed").sum()).iter_rows():
        assert renewed <= yearly.filter((pl.col("account_id") == account) & (pl.col("annual") > 0))["annual"].sum()
    found = renewals.renewals(lines.lazy(), terms).collect()
    assert ((found["state"] == "renewed") == (found["renewed"] > 0)).all()
    assert (found["days_late"].fill_null(0) < max(1, terms.grace_days)).all()


@examples(10)
@given(worlds(basis="contracts"))
def test_rates_of_renewal_stay_in_their_bounds(world: World) -> None:
    rows = scored(world).scored.rows
    for lower, upper in (
        ("renewed_of_due", "due_decided"), ("renewed_of_due", "renewed"), ("due_decided", "due"),
        ("dues_renewed", "dues_decided"), ("dues_decided", "dues"), ("due_in_30", "due_in_60"),
        ("due_in_60", "due_in_90"),
    ):  # fmt: skip
        company = {c: rows[c].sum() for c in (lower, upper)}
        assert 0 <= company[lower] <= company[upper]
        assert (rows[lower] <= rows[upper] + Decimal("0.0010")).all()


def test_a_company_without_ends_and_movements_has_no_facts_to_join() -> None:
    nothing = pl.LazyFrame(schema={"account_id": pl.String, "on": pl.Date, "due": pl.Decimal(18, 4)})
    assert found([Dated(nothing, ("due",))]) == []


@pytest.mark.parametrize("part", growth_parts.PARTS)
def test_every_part_of_growth_can_be_left_without_credit(part: str) -> None:
    assert Credit.model_validate({"growth_parts": [part]}).growth_parts == (part,)
