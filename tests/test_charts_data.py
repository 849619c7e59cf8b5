"""Do the ladder and the cohorts that are drawn tie to what the run left, account for account and cent for cent?"""

import io
from decimal import Decimal

import polars as pl
import pytest

from scoring.money import MONEY
from scoring.reports.charts.flows import sentence
from scoring.reports.charts.heat import KINDS
from scoring.reports.cohorts import heat_of
from scoring.reports.ladder import flows_of
from scoring.run import Run

TIERS = ("Entry", "Standard", "Premium")


def book(text: str) -> pl.DataFrame:
    """A book from a table in the text; a dot is null."""
    lines = "\n".join(",".join(line.split()) for line in text.strip().splitlines())
    whole = pl.read_csv(io.StringIO(lines), null_values=".", infer_schema=False)
    return whole.with_columns(pl.col("share", "before", "after").cast(MONEY), pl.col("^tier_.*$").cast(pl.Int64))


BOOK = book(
    """
    account_id manager_id share  before  after  tier_before  tier_after
    climbs     ana        1      100     180    0            1
    leaps      ana        1      100     900    0            2
    falls      ana        1      500     300    2            1
    shared     ana        0.5    50      60     1            1
    shared     ben        0.5    50      60     1            1
    goes       ben        1      80      0      1            .
    comes      ben        1      0       70     .            0
    tiers_up   ben        1      30      40     .            0
    off        ben        1      40      30     0            .
    plain      ben        1      10      12     .            .
    handed     ben        0      0       0      0            1
    """
)


def test_every_account_is_in_one_flow_by_where_it_was_and_is() -> None:
    told = {(f.start, f.end, f.kind): (int(f.accounts), int(f.before), int(f.after)) for f in flows_of(BOOK, TIERS)}
    assert told == {
        ("Entry", "Standard", "up"): (1, 100, 180),
        ("Entry", "Premium", "up"): (1, 100, 900),
        ("Entry", "No tier", "aside"): (1, 40, 30),
        ("Standard", "Standard", "stayed"): (1, 100, 120),
        ("Standard", "Lost", "left"): (1, 80, 0),
        ("Premium", "Standard", "down"): (1, 500, 300),
        ("New", "Entry", "new"): (1, 0, 70),
        ("No tier", "Entry", "aside"): (1, 30, 40),
        ("No tier", "No tier", "stayed"): (1, 10, 12),
    }
    assert sentence(flows_of(BOOK, TIERS)) == (
        "Of 8 accounts at the start, 2 moved up, 1 moved down, 2 stayed, 1 left and 2 went on or off the ladder; "
        "1 is new."
    )


def test_a_shared_account_counts_for_each_manager_by_its_share() -> None:
    (flow,) = flows_of(BOOK.filter((pl.col("manager_id") == "ben") & (pl.col("account_id") == "shared")), TIERS)
    assert (flow.accounts, flow.before, flow.after) == (Decimal("0.5"), Decimal(50), Decimal(60))


def test_who_pays_nothing_at_the_end_has_left_whatever_tier_a_credit_makes_free() -> None:
    rows = "account_id manager_id share before after tier_before tier_after\nfrees ben 1 80 0 2 0"
    (flow,) = flows_of(book(rows), TIERS)
    assert (flow.start, flow.end, flow.kind) == ("Premium", "Lost", "left")


def test_without_a_ladder_or_accounts_there_are_no_flows() -> None:
    assert flows_of(BOOK, ()) == ()
    assert flows_of(BOOK.clear(), TIERS) == ()


def test_the_order_of_the_rows_does_not_matter() -> None:
    assert flows_of(BOOK.reverse(), TIERS) == flows_of(BOOK, TIERS)


def test_flows_tie_to_the_book_account_for_account_and_cent_for_cent(demo_run: Run) -> None:
    tiers = demo_run.rulebook.ladder.tiers
    for rows in (demo_run.book, *demo_run.book.partition_by("manager_id")):
        flows = flows_of(rows, tiers)
        there = rows.filter((pl.col("before") > 0) | (pl.col("after") > 0))
        assert sum(f.accounts for f in flows) == there["share"].sum()
        assert sum(f.before for f in flows) == rows["before"].sum()
        assert sum(f.after for f in flows) == rows["after"].sum()
        assert all(f.before == 0 for f in flows if f.kind == "new")
        assert all(f.after == 0 for f in flows if f.kind == "left")


def test_flows_tie_to_what_the_measures_of_the_ladder_say(demo_run: Run) -> None:
    tiers = demo_run.rulebook.ladder.tiers
    measured = demo_run.measures.rows.filter((pl.col("metric") == "tier_steps") & pl.col("value").is_not_null())
    of = {"company": demo_run.book} | {ids[0]: rows for ids, rows in demo_run.book.group_by("manager_id")}
    checked = 0
    for grain, name, value in measured.select("grain", "id", "value").iter_rows():
        if grain in ("company", "manager"):
            steps = [f.accounts * (f.end_rung - f.start_rung) for f in flows_of(of[name], tiers) if f.kind == "up"]  # type: ignore[operator]
            assert float(sum(steps, Decimal(0))) == pytest.approx(value)
            checked += 1
    assert checked > 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_heat_holds_every_figure_of_the_cohorts_and_no_other(demo_run: Run, kind: str) -> None:
    rows = demo_run.cohorts.filter(pl.col("grain") == "company")
    heat = heat_of(demo_run.cohorts, kind)
    first = rows.filter(pl.col("age") == 0)
    assert [c.name for c in heat.cohorts] == first["cohort"].to_list()
    assert sum(c.accounts for c in heat.cohorts) == first["accounts"].sum()
    assert sum(c.revenue for c in heat.cohorts) == first["revenue"].sum()
    told = {(c.name, age): value for c in heat.cohorts for age, value in zip(heat.ages, c.values, strict=True)}
    assert told == {(name, age): value for name, age, value in rows.select("cohort", "age", kind).iter_rows()}
