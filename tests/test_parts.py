"""Is a company that is worked out in parts the same to the byte as one worked out whole?"""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from in_parts import InParts
from polars.testing import assert_frame_equal
from tabled import tables
from worlds import World, compared_worlds, examples, worlds

from scoring import demo, measures, pipeline
from scoring.engine import Engine, Here
from scoring.intake import Request
from scoring.lifetime import rolling
from scoring.measures import measured
from scoring.parquet import parquet_bytes
from scoring.parts import Part, split
from scoring.period.account_quarters import Trail
from scoring.pipeline import score
from scoring.rules import Rulebook
from scoring.rules.terms import ledger_terms
from scoring.rules.versions import calendar_of
from scoring.run import Run

COUNTS = (1, 2, 7)


def scored(world: World, engine: Engine) -> dict[str, bytes]:
    """What becomes of the company with the engine: the frames as they are written, by name."""
    trail = Trail(world.tables, world.rulebook, world.as_of, engine=engine)
    made = score(world.tables, world.rulebook, world.period, world.as_of, looks_back=True, weighs=True, trail=trail)
    judged = made.scored.judged
    frames = {
        "book": made.scored.rows,
        "movements": made.scored.moves,
        "lines": made.ends.collect(),
        "ledger": made.ledger_lines.collect(),
        "lifetime": made.worth.valued.now,
        "compared": judged.trace,
        "scores": judged.scores,
        "rules": judged.lines,
        "measures": measured(made.scored.rows, world.rulebook, world.tables, world.period, engine=engine).rows,
    }
    return {name: parquet_bytes(found) for name, found in frames.items()}


@examples(20)
@given(worlds())
def test_every_row_is_in_one_part(world: World) -> None:
    for count in COUNTS:
        _, parts = split(world.tables, count)
        ids = [set(part.tables["accounts"]["account_id"]) for part in parts]
        assert sum(map(len, ids)) == len(set().union(*ids)) == world.tables["accounts"].height
        for name, table in world.tables.items():
            if "account_id" not in table.columns:
                assert all(part.tables[name].equals(table) for part in parts)
                continue
            assert_frame_equal(
                pl.concat([part.tables[name] for part in parts]).sort(*table.columns),
                table.filter(pl.col("account_id").is_not_null()).sort(*table.columns),
            )


@examples(12)
@given(worlds(), st.sampled_from(COUNTS))
def test_parts_make_the_same_as_the_whole(world: World, count: int) -> None:
    assert scored(world, InParts(count)) == scored(world, Here())


@examples(6)
@given(compared_worlds(), st.sampled_from(COUNTS))
def test_parts_make_the_same_scores_where_managers_are_compared(world: World, count: int) -> None:
    assert scored(world, InParts(count)) == scored(world, Here())


@examples(6)
@given(worlds(), st.sampled_from((1, 3)))
def test_measures_are_the_same_however_many_are_made_at_once(world: World, count: int) -> None:
    rows = score(world.tables, world.rulebook, world.period, world.as_of).scored.rows
    whole = measured(rows, world.rulebook, world.tables, world.period)
    with patch.object(measures, "AT_ONCE", count), patch.object(measures, "ACCOUNTS_AT_ONCE", count):
        pieces = measured(rows, world.rulebook, world.tables, world.period)
    assert pieces.packed == whole.packed == parquet_bytes(whole.rows)
    assert pieces.groups.equals(whole.groups)
    assert whole.groups.equals(whole.rows.filter(pl.col("grain") != "account"))


def test_a_made_company_leaves_the_same_run_in_parts(demo_folder: Path, demo_run: Run) -> None:
    """With surveys, use, costs, targets and the forecasts of past days, down to every card."""
    made = pipeline.run(Request(demo_folder, demo.AS_OF, set_aside=True), engine=InParts(5))
    assert made.packed == demo_run.packed
    assert made.summary == demo_run.summary
    assert made.cards == demo_run.cards


EACH = 8
"""So many parts that each of the few accounts below has one."""

FEW = {
    "accounts": "account_id region\na North\nb North\nc South\nd South",
    "managers": "manager_id name team\nm1 Ann One\nm2 Ben Two",
    "ownership": "account_id manager_id\na m1\nb m1\nc m2\nd m2",
    "contracts": """
        line_id account_id product amount every starts_on  ends_on    renews
        l1      a          .       100    month 2024-01-01 .          .
        l2      b          .       200    month 2024-01-01 2026-05-01 .
        l3      c          Plan    300    month 2024-01-01 .          .
        l4      d          .       400    month 2026-05-10 .          .
    """,
    "answers": "account_id answered_on kind score scale\na 2026-06-01 nps 9 0-10",
    "activities": "account_id dated_on kind value\nb 2026-06-01 logins 5",
    "milestones": "account_id dated_on kind\nc 2026-05-01 won\nc 2026-06-01 live",
    "costs": "period kind account_id amount\n2026-Q2 marketing d 50\n2026-Q2 marketing . 70",
}
SETTINGS: dict[str, Any] = {
    "name": "parts",
    "basis": "contracts",
    "currency": "EUR",
    "engagement": {"inputs": [{"kind": "logins", "take": "count", "window_days": 90, "lo": 0, "hi": 10, "weight": 1}]},
    "onboarding": {"from": "won", "to": "live"},
    "acquisition": {"kinds": ["marketing"]},
    "rules": [{"name": "stay", "metric": "net_revenue_retention", "weight": 1}],
}


def few(**texts: str) -> World:
    """Four accounts; each table beside their contracts knows of one of them only."""
    book = Rulebook.model_validate(SETTINGS)
    return World(tables(FEW | texts), book, calendar_of(book).period("2026-Q2"), date(2026, 6, 30))


def test_what_is_known_of_one_account_says_how_all_parts_are_read() -> None:
    """Of who was never asked it is known that nobody asked, though no account of its part was."""
    world = few()
    assert [part.tables["accounts"].height for part in split(world.tables, EACH)[1]] == [1, 1, 1, 1]
    there, here = scored(world, InParts(EACH)), scored(world, Here())
    assert there == here
    book = score(world.tables, world.rulebook, world.period, world.as_of).scored.rows
    assert book.sort("account_id")["is_asked"].to_list() == [True, False, False, False]
    assert book.sort("account_id")["engagement_score"].null_count() == 0


def test_accounts_that_renew_each_other_stand_together() -> None:
    """The line of b ends where that of d begins, which says that it takes its place; so do those of c and a."""
    contracts = FEW["contracts"].replace("2026-05-10 .          .", "2026-04-10 .          l2")
    contracts = contracts.replace("l1      a          .       100    month 2024-01-01 .          .",
                                  "l1      a          .       100    month 2026-04-02 .          l3")  # fmt: skip
    world = few(contracts=contracts)
    ids = [part.tables["accounts"]["account_id"].to_list() for part in split(world.tables, EACH)[1]]
    assert ids == [["a", "c"], ["b", "d"]]
    assert scored(world, InParts(EACH)) == scored(world, Here())


def test_a_row_of_no_account_is_in_no_part() -> None:
    world = few()
    assert [part.tables["costs"].height for part in split(world.tables, EACH)[1]] == [0, 0, 0, 1]


def test_a_rule_that_looks_at_the_whole_company_is_asked_of_the_whole() -> None:
    world = few()
    rules = [{"name": "share", "metric": "revenue_share", "weight": 1}]
    book = Rulebook.model_validate(SETTINGS | {"rules": rules, "publish": {"least_peers": 2, "min_z": 0}})
    world = replace(world, rulebook=book)
    assert scored(world, InParts(EACH)) == scored(world, Here())


def test_parts_are_about_alike_in_rows() -> None:
    accounts = pl.DataFrame({"account_id": [f"a{n:03}" for n in range(100)]})
    heavy = pl.DataFrame({"account_id": ["a000"] * 100})
    sizes = [
        sum(frame.height for frame in part.tables.values())
        for part in split({"accounts": accounts, "answers": heavy}, 4)[1]
    ]
    assert sizes == [101, 49, 50]


@given(world=worlds(basis="contracts"))
@examples(40)
def test_lines_that_were_read_once_are_known_on_every_day_as_if_they_were_read_for_it(world: World) -> None:
    terms = ledger_terms(world.rulebook)
    once = Part.of(world.tables).read("contracts", terms)
    anew = {name: frame.lazy() for name, frame in world.tables.items()}
    for day in (world.period.start, world.as_of):
        known = [rolling.history(tables, "contracts", terms, day).collect() for tables in (once, anew)]
        assert_frame_equal(*known)
        came = [rolling.came(tables, "contracts", terms, day, 12).collect() for tables in (once, anew)]
        assert_frame_equal(*came, check_row_order=False)
