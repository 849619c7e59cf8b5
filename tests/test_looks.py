"""Is what models of lifetime value see of accounts in parts the same as what they see of the whole?"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_parts import InParts
from polars.testing import assert_frame_equal
from tabled import tables
from worlds import World, examples, worlds

from scoring.engine import Engine, Here
from scoring.ledger.terms import Terms
from scoring.lifetime.assumptions import Assumptions
from scoring.lifetime.repeat import order_family
from scoring.lifetime.valuation import Seen
from scoring.period.looks import Look, Reading, seen
from scoring.rules.terms import ledger_terms

MODELS = {"auto": "auto", "forced": {"contracts": "pareto_nbd", "invoices": "sbg"}}
BASES = ("contracts", "invoices")


def looks_of(world: World) -> list[Look]:
    """As a run looks at accounts: now, before the period, and long before it; at all of them and at kinds of them."""
    then, before = world.period.end, world.period.start
    past = [before - timedelta(days=days) for days in (0, 40, 400)]
    now = [Look(then, before, is_past=False, kind=kind) for kind in (None, "Small", "Nobody")]
    return [*now, *(Look(day, day) for day in past), Look(before, before, kind="Small")]


def reading_of(world: World, model: str) -> Reading:
    """By the policies of the world."""
    basis, asked = world.rulebook.basis, MODELS[model]
    named = asked if isinstance(asked, str) else asked[basis]
    assumed = Assumptions(model=named, is_forced=model == "forced")
    return Reading(basis, ledger_terms(world.rulebook), world.as_of, assumed, "segment")


def frames_of(one: Seen, days: Sequence[date], some: pl.DataFrame) -> list[pl.DataFrame]:
    """All that was seen, and what there was of orders on days before, of everybody and of some."""
    if isinstance(one, order_family.Seen):
        return [one.summary, *one.past(days, None), *one.past(days, some)]
    return [one.spells, one.state]


def told_of(one: Any) -> int:
    """What the only account brings a month, or has ordered in all."""
    frame = one.summary if isinstance(one, order_family.Seen) else one.state
    return int(frame["total" if "total" in frame.columns else "monthly"].item())


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("basis", BASES)
@examples(20)
@given(data=st.data())
def test_accounts_are_seen_in_parts_as_they_are_seen_whole(basis: str, model: str, data: Any) -> None:
    world = data.draw(worlds(basis=basis))
    days = [world.period.start - timedelta(days=days) for days in (10, 100)]
    some = world.tables["accounts"].select("account_id").gather_every(3)

    def found(engine: Engine) -> list[list[pl.DataFrame]]:
        every = seen(engine, world.tables, reading_of(world, model), looks_of(world))
        return [frames_of(one, days, some) for one in every]

    whole, parts = found(Here()), found(InParts(data.draw(st.sampled_from((1, 2, 7)))))
    for one, other in zip(whole, parts, strict=True):
        for frame, same in zip(one, other, strict=True):
            assert_frame_equal(frame, same, check_exact=True)


RUNS_ON = {
    "accounts": "account_id name\na A",
    "contracts": """
        line_id account_id amount currency every starts_on  ends_on
        l1      a          100    GBP      month 2024-01-01 .
    """,
    "invoices": """
        line_id account_id amount currency dated_on   kind
        i1      a          100    GBP      2024-01-01 order
    """,
    "rates": "currency dated_on rate\nGBP 2024-01-01 1.1\nGBP 2025-01-01 1.2\nGBP 2025-06-01 1.3",
}


@pytest.mark.parametrize("basis", BASES)
def test_a_line_that_keeps_its_first_rate_is_worth_the_same_at_both_ends(basis: str) -> None:
    """100 pounds are 110 euros for good, as they were worth that on the first day; elsewhere 120 at both ends."""
    company, ends = tables(RUNS_ON), (date(2025, 1, 1), date(2025, 7, 1))
    looks = [Look(ends[0], ends[0]), Look(ends[1], ends[0], is_past=False)]
    for fx, worth in (("at_start", 110), ("constant", 120)):
        reading = Reading(basis, Terms("EUR", fx=fx), ends[1], Assumptions())
        found = seen(Here(), company, reading, looks)
        assert [told_of(one) for one in found] == [worth, worth]
