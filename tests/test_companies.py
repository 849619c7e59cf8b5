"""Five companies' data, each odd in its own way: what the whole line says of them, to the cent.

The data lies in the folder that BOOKSCORE_DATA names, or in `shared/data` beside the project; without it the
tests are skipped. `companies/` holds only what is configured.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scoring.intake import Exports, Request, take_in
from scoring.ledger.bridge import COLUMNS
from scoring.pipeline import run
from scoring.run import Run

ROOT = Path(__file__).parents[1]
CONFIGURED = Path(__file__).parent / "companies"
DATA = Path(os.environ.get("BOOKSCORE_DATA") or ROOT.parent / "shared" / "data")

pytestmark = pytest.mark.skipif(not (DATA / "known_totals.json").exists(), reason="the companies' data is not here")

Known = Mapping[str, Any]
Folder = Callable[..., Path]
Scored = Callable[..., Run]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder of a company: its data, and its configuration beside it."""

    def made(name: str) -> Path:
        if not (DATA / name).is_dir():
            pytest.skip(f"the data of {name} is not here")
        place = tmp_path_factory.mktemp(name)
        for file in sorted((DATA / name).iterdir()):
            (place / file.name).symlink_to(file.resolve())
        for file in ("rules.yaml", "sources.yaml"):
            shutil.copy(CONFIGURED / name / file, place)
        return place

    return cache(made)


@pytest.fixture(scope="module")
def scored(folder: Folder) -> Scored:
    """The run of a company for a period, each made once."""

    def made(name: str, period: str | None, as_of: str) -> Run:
        return run(Request(folder(name), date.fromisoformat(as_of), period))

    return cache(made)


def known(name: str) -> Known:
    """The totals that are known of a company."""
    return json.loads((DATA / "known_totals.json").read_text(encoding="utf-8"), parse_float=Decimal)[name]


def read(folder: Folder, name: str, currency: str = "USD") -> Exports:
    """The company's exports as they were taken in."""
    return take_in(folder(name), currency, date(2030, 1, 1))


def cents(amount: object) -> Decimal:
    """The amount to the cent."""
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def company(made: Run, metric: str) -> dict[str, Any]:
    """What is measured of the whole company."""
    return made.measures.groups.filter((pl.col("grain") == "company") & (pl.col("metric") == metric)).row(0, named=True)


def amounts(made: Run, grain: str, metric: str = "closing") -> dict[str, Decimal]:
    """Money by id at a grain, to the cent."""
    rows = made.measures.groups.filter((pl.col("grain") == grain) & (pl.col("metric") == metric))
    return {name: cents(amount) for name, amount in rows.select("id", "amount").iter_rows()}


def said(made: Run) -> str:
    """All problems of a run as text."""
    return "\n".join(map(str, made.problems))


def assert_it_adds_up(made: Run) -> None:
    """Credit to managers and what is unassigned are the company, for every column of the bridge."""
    bridge = made.totals["bridge"]
    credited, unassigned = Decimal(made.totals["closing_credited"]), Decimal(made.totals["closing_unassigned"])
    assert credited + unassigned == Decimal(bridge["closing"]) == company(made, "closing")["amount"]
    assert sum(Decimal(c["bridge"]["closing"]) for c in made.cards) == credited
    loose = made.book.filter(pl.col("manager_id") == "unassigned")
    for column in COLUMNS:
        carded = sum((Decimal(c["bridge"][column]) for c in made.cards), Decimal(0))
        assert carded + Decimal(str(loose[column].sum())) == made.book[column].sum()
    assert made.book["transfer_in"].sum() == made.book["transfer_out"].sum()


# ---- chinook: one representative for each customer, for ever ----------------------------------------------


def test_chinook_is_read_whole(folder: Folder) -> None:
    told, intake = known("chinook"), read(folder, "chinook")
    invoices = intake.checked.tables["invoices"]
    assert (invoices.height, invoices["amount"].sum()) == (told["invoices"], told["invoice_total"])
    assert str(invoices["dated_on"].min()) == told["first"]
    assert str(invoices["dated_on"].max()) == told["last"]
    assert intake.checked.tables["accounts"].height == told["customers"]
    assert not intake.has_errors


def test_chinooks_revenue_of_a_year_belongs_to_the_support_representatives(scored: Scored) -> None:
    told, made = known("chinook"), scored("chinook", "2024", "2025-12-31")
    revenue = {card["name"]: cents(card["bridge"]["closing"]) for card in made.cards}
    assert revenue == {name: cents(amount) for name, amount in told["revenue_by_rep_2024"].items()}
    assert {card["name"]: card["accounts"] for card in made.cards} == told["customers_by_rep"]
    assert_it_adds_up(made)


def test_chinooks_representatives_report_to_the_manager_whose_id_is_written_as_a_fraction(scored: Scored) -> None:
    made = scored("chinook", "2024", "2025-12-31")
    assert {card["reports_to"] for card in made.cards} == {"Nancy Edwards"}
    assert made.context.people["2"] == {"name": "Nancy Edwards", "team": None, "reports_to": "1"}
    assert amounts(made, "branch") == {"1": Decimal("477.53"), "2": Decimal("477.53")}


def test_chinook_is_told_that_hand_overs_cannot_be_seen_and_who_has_no_customers(scored: Scored) -> None:
    told = said(scored("chinook", "2024", "2025-12-31"))
    assert "hand-overs cannot be seen" in told
    assert "2 managers have nothing credited in the period and get no card: Laura Callahan, Robert King." in told


def test_chinooks_latest_quarter_is_taken_where_no_period_is_named(scored: Scored) -> None:
    made = scored("chinook", None, "2025-12-31")
    assert made.period.name == "2025-Q4"
    assert len(made.cards) == known("chinook")["reps_with_customers"]
    assert_it_adds_up(made)


# ---- northwind: a seller for each order, and no owner -----------------------------------------------------


def test_northwind_is_read_whole(folder: Folder) -> None:
    told, intake = known("northwind"), read(folder, "northwind")
    lines = intake.checked.tables["invoices"]
    assert (lines.height, cents(lines["amount"].sum())) == (told["order_lines"], told["net_of_discount"])
    assert lines["account_id"].n_unique() == told["customers_with_orders"]
    assert {i.name: i.rows for i in intake.inputs}["Orders.csv"] == told["orders"]
    assert intake.checked.tables["managers"].height == told["employees"]
    assert not intake.has_errors


def test_northwinds_three_years_add_up_over_their_sellers(scored: Scored) -> None:
    told = known("northwind")
    second, third = scored("northwind", "1997", "1998-12-31"), scored("northwind", "1998", "1998-12-31")
    years = [second.totals["bridge"]["opening"], second.totals["bridge"]["closing"], third.totals["bridge"]["closing"]]
    assert cents(sum(map(Decimal, years))) == told["net_of_discount"]
    assert third.totals["bridge"]["opening"] == second.totals["bridge"]["closing"]
    for made in (second, third):
        assert len(made.cards) == told["employees"]
        assert made.totals["closing_unassigned"] == "0"
        assert_it_adds_up(made)


def test_northwind_is_told_that_its_first_and_last_year_are_not_whole(scored: Scored) -> None:
    second, third = scored("northwind", "1997", "1998-12-31"), scored("northwind", "1998", "1998-12-31")
    assert "the exports begin on 1996-07-04" in said(second)
    assert "185 of its 366 days are empty" in said(second)
    assert "invoices end on 1998-05-06, 239 days before 1998 does, and never were silent for more than 3" in said(third)
    assert all(card["reason"].startswith("Withheld: Invoices end on 1998-05-06, 239 days") for card in third.cards)


def test_northwind_is_told_of_customers_without_orders_and_of_those_that_several_sell_to(scored: Scored) -> None:
    made = scored("northwind", "1997", "1998-12-31")
    assert "2 of 91 accounts have no invoice, order or deal at all" in said(made)
    assert all(any("buy from several sellers" in flag for flag in card["flags"]) for card in made.cards)


# ---- maven_crm: deals by agent, manager and office --------------------------------------------------------


def test_mavens_won_deals_are_kept_and_the_others_counted(folder: Folder) -> None:
    told, intake = known("maven_crm"), read(folder, "maven_crm")
    pipeline = next(i for i in intake.inputs if i.name == "sales_pipeline.csv")
    assert (pipeline.rows, pipeline.rows - pipeline.filtered) == (told["opportunities"], told["won"])
    assert intake.checked.tables["invoices"]["amount"].sum() == told["won_value"]
    assert intake.checked.tables["accounts"].height == told["accounts"]
    left_out = next(str(p) for p in intake.problems if "deal_stage" in p.what)
    assert "4,562 rows" in left_out
    assert 'left out because deal_stage is not "Won"' in left_out


def test_mavens_deals_roll_up_from_agents_to_their_managers(scored: Scored) -> None:
    told, made = known("maven_crm"), scored("maven_crm", "2017", "2018-01-31")
    assert amounts(made, "branch") == {name: cents(amount) for name, amount in told["won_by_manager"].items()}
    assert sum(amounts(made, "team").values()) == told["won_value"]
    assert len(made.cards) == told["agents_in_pipeline"]
    assert_it_adds_up(made)


def test_mavens_quarters_add_up_over_agents_and_offices(scored: Scored) -> None:
    told = known("maven_crm")["won_by_quarter_2017"]
    second, fourth = scored("maven_crm", "2017-Q2", "2018-01-31"), scored("maven_crm", "2017-Q4", "2018-01-31")
    for made, before, now in ((second, "Q1", "Q2"), (fourth, "Q3", "Q4")):
        assert Decimal(made.totals["bridge"]["opening"]) == told[before]
        assert Decimal(made.totals["bridge"]["closing"]) == told[now]
        assert set(amounts(made, "team")) == {"Central", "East", "West"}
        assert sum(amounts(made, "team").values()) == told[now]
        assert_it_adds_up(made)


def test_maven_is_told_of_the_product_that_the_ladder_does_not_know(scored: Scored) -> None:
    made = scored("maven_crm", "2017-Q4", "2018-01-31")
    odd = next(p for p in made.problems if "GTXPro" in p.what)
    assert odd.what == "product GTXPro is on no rung of the ladder (200 lines, $958,491.00)"
    assert odd.remedy == 'did you mean "GTX Pro"?'
    assert any("GTXPro" in note for note in made.company["notes"])


def test_maven_is_told_of_agents_without_deals_and_of_a_year_without_a_year_before(scored: Scored) -> None:
    made = scored("maven_crm", "2017", "2018-01-31")
    assert "5 managers have nothing credited in the period and get no card" in said(made)
    assert "all of it is empty; there is nothing to compare with" in said(made)
    assert {card["score"] for card in made.cards} == {None}
    assert all(card["reason"] for card in made.cards)


def test_mavens_words_are_mended_where_sources_say_so(scored: Scored) -> None:
    made = scored("maven_crm", "2017-Q4", "2018-01-31")
    assert "technology" in amounts(made, "industry")
    assert "technolgy" not in amounts(made, "industry")
    assert "Philippines" in amounts(made, "region")


# ---- ravenstack: overlapping subscriptions, and nobody who owns an account --------------------------------


def test_ravenstack_is_read_whole(folder: Folder) -> None:
    told, intake = known("ravenstack"), read(folder, "ravenstack")
    contracts = intake.checked.tables["contracts"]
    assert (contracts.height, contracts["trial"].sum()) == (told["subscriptions"], told["trials"])
    assert intake.checked.tables["accounts"].height == told["accounts"]
    assert not intake.has_errors


@pytest.mark.parametrize(
    ("period", "column", "day"),
    [
        ("2023-Q2", "closing", "2023-06-30"),
        ("2024", "opening", "2023-12-31"),
        ("2024-Q2", "closing", "2024-06-30"),
        ("2024", "closing", "2024-12-31"),
    ],
)
def test_ravenstacks_recurring_revenue_on_a_day(scored: Scored, period: str, column: str, day: str) -> None:
    told, made = known("ravenstack"), scored("ravenstack", period, "2024-12-31")
    assert Decimal(made.totals["bridge"][column]) == told["paid_mrr_at"][day]
    assert made.book.filter(pl.col(column) > 0).height == told["paid_accounts_at"][day]
    assert_it_adds_up(made)


def test_ravenstacks_retention_over_2024(scored: Scored) -> None:
    told, made = known("ravenstack"), scored("ravenstack", "2024", "2024-12-31")
    assert round(company(made, "net_revenue_retention")["value"], 4) == float(told["nrr_2023_to_2024"])
    assert round(company(made, "gross_revenue_retention")["value"], 4) == float(told["grr_2023_to_2024"])


def test_ravenstack_has_no_owner_so_everything_is_unassigned_and_there_are_no_cards(scored: Scored) -> None:
    made = scored("ravenstack", "2024", "2024-12-31")
    assert made.cards == []
    assert made.totals["closing_credited"] == "0.0000"
    assert set(made.book["manager_id"]) == {"unassigned"}
    assert "No account has a manager, so all revenue ($10,159,608.00) is unassigned and nobody is scored" in said(made)
    assert made.company["notes"]


def test_ravenstacks_movements_lead_from_level_to_level(scored: Scored) -> None:
    made = scored("ravenstack", "2024", "2024-12-31")
    gain = pl.when(pl.col("kind").is_in(["churn", "contraction"])).then(-pl.col("amount")).otherwise("amount")
    walked = (
        made.movements.join(made.book.select("account_id", "opening"), on="account_id", validate="m:1")
        .sort("account_id", "moved_on")
        .with_columns((pl.col("opening") + gain.cum_sum().over("account_id")).alias("after"))
        .with_columns((pl.col("after") - gain).alias("before"))
    )
    rises_from_nothing = pl.col("kind").is_in(["new", "reactivation"])
    assert walked.filter((pl.col("before") == 0) != rises_from_nothing).is_empty()
    assert walked.filter((pl.col("after") == 0) != (pl.col("kind") == "churn")).is_empty()
    last = walked.group_by("account_id", maintain_order=True).last().select("account_id", "after")
    ends = made.book.join(last, on="account_id", validate="1:1")
    assert ends.filter(pl.col("after") != pl.col("closing")).is_empty()


def test_ravenstacks_flags_of_churn_contradict_its_subscriptions(scored: Scored) -> None:
    told, made = known("ravenstack"), scored("ravenstack", "2024", "2024-12-31")
    flagged = made.book.filter(pl.col("churn_flag") == "TRUE")
    assert flagged.height == told["accounts_flagged_churned"]
    assert flagged.filter(pl.col("closing") > 0).height == told["flagged_churned_but_with_open_subscription"]
    assert "327 of the 352 accounts said to have churned (milestones) still pay" in said(made)


def test_ravenstack_is_told_of_trials_of_overlaps_and_of_rows_that_hold_for_no_day(scored: Scored) -> None:
    told = said(scored("ravenstack", "2024", "2024-12-31"))
    assert "778 of 5,000 contract lines are trials or paused and bring no revenue." in told
    assert "490 accounts have the same product under several contracts at once" in told
    assert "ends_on is starts_on, so the row holds for no day" in told


# ---- online_retail: half a million lines, returns, and lines without customer -----------------------------


def test_online_retail_is_read_whole_and_lines_without_customer_are_counted(folder: Folder) -> None:
    told, intake = known("online_retail"), read(folder, "online_retail", "GBP")
    lines = intake.checked.tables["invoices"]
    assert {i.rows for i in intake.inputs} == {told["rows"]}
    assert lines.height == told["rows"] - told["rows_without_customer"]
    assert cents(lines["amount"].sum()) == told["sum_with_customer_net"]
    sold = lines.filter(pl.col("quantity") > 0)
    assert cents(sold["amount"].sum()) == told["sum_with_customer_sales_only"]
    assert sold["account_id"].n_unique() == told["customers_with_a_sale"]
    assert intake.checked.tables["accounts"].height == told["customers"]
    assert not intake.has_errors


def test_online_retails_two_years_add_up_net_of_returns(scored: Scored) -> None:
    told, made = known("online_retail"), scored("online_retail", "2011", "2011-12-31")
    bridge = made.totals["bridge"]
    assert cents(Decimal(bridge["opening"]) + Decimal(bridge["closing"])) == told["sum_with_customer_net"]
    assert "365 days are empty" in said(made)
    assert_it_adds_up(made)


def test_online_retails_countries_name_its_managers_and_the_rest_is_unassigned(scored: Scored) -> None:
    made = scored("online_retail", "2011-Q4", "2011-12-31")
    assert [card["manager_id"] for card in made.cards] == ["Centre", "Isles", "North", "South", "West"]
    assert Decimal(made.totals["closing_unassigned"]) > 0
    assert "Australia, Japan, Czech Republic and 4 others: no manager is named for these" in said(made)
    assert_it_adds_up(made)


def test_online_retail_is_told_of_all_that_is_odd(scored: Scored) -> None:
    told, made = known("online_retail"), scored("online_retail", "2011-Q4", "2011-12-31")
    odd, missing = said(made), told["sum_all"] - told["sum_with_customer_net"]
    assert f"{told['rows_without_customer']:,} rows" in odd
    why = "left out of accounts and invoices because CustomerID is empty"
    assert f"{why}; their amount adds up to GBP {missing:,.2f}" in odd
    assert odd.count("because CustomerID is empty") == 1
    in_two_countries = next(p for p in made.problems if p.column == "account_id")
    assert str(told["customers_in_two_countries"]) in in_two_countries.what
    assert "the first was taken" in in_two_countries.what
    assert "equal to an earlier one" in odd
    assert "invoices end on 2011-12-09, 22 days before 2011-Q4 does" in odd
    assert {card["trust"]["level"] for card in made.cards} == {"degraded"}
    assert {card["label"] for card in made.cards} <= {None, "Not distinguishable"}
    assert "44 accounts gave back more than was sold (−£3,728.66): they count as not paying." in odd
