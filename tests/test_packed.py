"""Is the fast form right? Its history of random companies against the ledger and the credit that runs use."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st
from test_line_ends import AS_OF, Line, credited_lines, frame, of_account
from worlds import World, examples, worlds

from scoring.calendar import Calendar
from scoring.credit import ownership
from scoring.days import Span, months_back
from scoring.frame import conform
from scoring.ledger import movements
from scoring.ledger.build import contract_lines
from scoring.ledger.currency import priced
from scoring.ledger.history import active
from scoring.ledger.ladder import tiers_of_accounts
from scoring.ledger.terms import Terms
from scoring.packed import named
from scoring.packed.history import History, Ledger, asked, history
from scoring.packed.lines import A_PIECE, File, Lines
from scoring.packed.months import Months
from scoring.rules import Rulebook
from scoring.rules.terms import ledger_terms
from scoring.rules.versions import calendar_of
from scoring.tables import ACCOUNTS, TABLES

Tables = dict[str, pl.DataFrame]


def made(world: World, tables: Tables, terms: Terms) -> History:
    """The history of a year or two to the end of the world's period, read in two pieces."""
    length = calendar_of(world.rulebook).months
    end = world.period.end
    count = max(12, 2 * length)
    months = Months(tuple(months_back(end, n) for n in range(count, -1, -1)), length)
    contracts, invoices = (
        Lines([File(tables[name][n::2].lazy(), A_PIECE) for n in (0, 1)]) for name in ("contracts", "invoices")
    )
    spans = ownership.from_history(tables["ownership"].lazy())
    ledger = Ledger(tables["accounts"].lazy(), contracts, invoices, spans, tables["rates"].lazy(), is_checked=True)
    return history(asked(ledger, terms, months, world.as_of))


def packable(world: World) -> tuple[Tables, Terms]:
    """The world without what only the plain form reads."""
    simple = pl.col("every").is_in(["6 months"])
    lines = world.tables["contracts"].with_columns(
        pl.when(simple).then(pl.lit("month")).otherwise("every").alias("every"),
        pl.lit(None, dtype=pl.Date).alias("signed_on"),
        pl.lit(None, dtype=pl.String).alias("renews"),
    )
    terms = replace(ledger_terms(world.rulebook), discounts="net", fx="constant")
    return {**world.tables, "contracts": lines}, terms


def assert_as_in_the_ledger(world: World, tables: Tables, terms: Terms, found: History) -> None:
    """Levels, rungs and movements are those of the ledger's lines at the rates of each span, month by month."""
    own, rates = pl.lit(terms.currency).alias("currency"), tables["rates"].lazy()
    read = contract_lines(tables["contracts"].lazy(), terms, world.as_of).collect().lazy()
    one_a_month, length = replace(terms, movements="net"), found.months.length
    for number, ends in enumerate(pairwise(found.months.spans)):
        lines = priced(read, rates, ends[0], terms.currency, "monthly").with_columns(own).collect().lazy()
        levels = [lines.filter(active(t)).group_by("account_id").agg(pl.col("monthly").sum()) for t in ends]
        rungs = [tiers_of_accounts(lines, "monthly", active(t), active(t), largest=terms.largest_tier) for t in ends]
        firsts = found.months.firsts[number * length : (number + 1) * length + 1]
        then = on_one_day(rates, ends[0])
        months = [movements.of_contracts(read, then, Span(*month), one_a_month) for month in pairwise(firsts)]
        theirs = pl.collect_all([*levels, *rungs, *months])
        for place, grid in enumerate((found.levels.opening, found.levels.closing)):
            paid = {a: int(v * 10_000) for a, v in theirs[place].iter_rows() if v}
            assert by_account(found, grid[:, number], 0) == paid
        for place, tiers in enumerate((found.levels.rung_before, found.levels.rung_after)):
            known = {a: t for a, t, _ in theirs[2 + place].iter_rows() if t is not None}
            assert by_account(found, tiers[:, number], -1) == known
        mine = named.moves(found, range(number, number + 1))
        for start, expected in zip(firsts[:-1], theirs[4:], strict=True):
            rows = expected.select("account_id", "kind", "amount").rows()
            assert mine.filter(pl.col("month") == start).drop("month").rows() == rows


def on_one_day(rates: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """The rates of that day, as if they had always been so."""
    known = pl.coalesce(pl.col("rate").filter(pl.col("dated_on") <= day).last(), pl.col("rate").first())
    return rates.sort("dated_on").group_by("currency").agg(pl.lit(date.min).alias("dated_on"), known.alias("rate"))


def by_account(found: History, column: Any, nothing: int) -> dict[str, int]:
    """Account to its value, where there is one."""
    names = found.ids.names
    return {names[n]: int(value) for n, value in enumerate(column) if value != nothing}


@given(world=worlds(basis="contracts"))
@examples(30)
def test_the_fast_form_says_what_the_ledger_says(world: World) -> None:
    tables, terms = packable(world)
    found = made(world, tables, terms)
    assert found.is_fast
    assert_as_in_the_ledger(world, tables, terms, found)


LOST = [of_account("a", "1", 100, (0, 115), "cancelled"), of_account("a", "2", -10, (85, 117))]
"""Nobody waits for the renewal of what was cancelled, so the credit ends on its own day."""
AWAITED = [
    of_account("a", "1", 100, (0, 115)),
    of_account("a", "2", 100, (0, 115), "cancelled"),
    of_account("a", "3", -10, (85, 117)),
]
"""One of two may still be renewed, so the credit stays."""
RENEWED = [
    of_account("a", "1", 100, (0, 85)),
    of_account("a", "2", -10, (0, 85)),
    of_account("a", "3", -20, (86, 95)),
    of_account("a", "4", 80, (95, None)),
]
"""A credit that ends with the contract, and one of the days between."""


@given(lines=credited_lines(), tolerance=st.sampled_from([30, 30, 12]))
@examples(100)
@example(LOST, 30)
@example(AWAITED, 30)
@example(RENEWED, 30)
def test_in_short_gaps_credits_wait_as_they_do_in_the_ledger(lines: list[Line], tolerance: int) -> None:
    """The lines are those of two accounts in half a year, on the last days of which one looks."""
    accounts = conform(pl.LazyFrame({"account_id": ["a", "b"]}), ACCOUNTS).collect()
    empty = {name: table.empty() for name, table in TABLES.items()}
    rule = {"name": "any", "metric": "closing", "weight": 1, "grade": {"floor": 0, "target": 1}}
    rulebook = Rulebook.model_validate({"name": "C", "currency": "EUR", "method": "target_bands", "rules": [rule]})
    tables = {**empty, "accounts": accounts, "contracts": frame(lines).collect()}
    world = World(tables, rulebook, Calendar(1, "quarter").containing(AS_OF), AS_OF)
    terms = replace(ledger_terms(rulebook), gap_tolerance_days=tolerance)
    found = made(world, tables, terms)
    assert found.is_fast
    assert_as_in_the_ledger(world, tables, terms, found)


@given(world=worlds(basis="contracts"))
@examples(20)
def test_lines_that_look_at_each_other_are_read_in_full(world: World) -> None:
    terms = ledger_terms(world.rulebook)
    found = made(world, world.tables, terms)
    if terms.fx != "at_start":
        assert_as_in_the_ledger(world, world.tables, terms, found)
    elif world.tables["contracts"].height:
        assert not found.is_fast
