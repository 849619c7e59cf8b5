"""Does a restatement add up in every world, whatever is changed about its past?"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, amounts, compared_worlds, days_around, examples, frame, ownership, worlds

from scoring.compare.restating import restate
from scoring.compare.subject import subject
from scoring.compare.walking import stop_at
from scoring.period.booking import booked
from scoring.period.windows import windows_of
from scoring.restate import Sealed, as_scored, changed, exchanged, prior_periods
from scoring.rules.versions import calendar_of
from scoring.tables import TABLES

Tables = dict[str, pl.DataFrame]
DAYS = {"contracts": "starts_on", "invoices": "dated_on"}


@st.composite
def revised(draw: st.DrawFn, world: World) -> Tables:
    """The tables of a world with lines edited, gone and doubled, and owners exchanged."""
    name = world.rulebook.basis
    rows: list[dict[str, Any]] = []
    for row in world.tables[name].to_dicts():
        what = draw(st.sampled_from(["keep", "keep", "keep", "keep", "amount", "day", "gone", "doubled", "late"]))
        if what == "amount":
            row["amount"] = draw(amounts())
        elif what == "day":
            row[DAYS[name]] += timedelta(days=draw(st.integers(-200, 60)))
        elif what == "doubled":
            rows.append({**row, "line_id": f"{row['line_id']}-again", "origin_row": 1000 + row["origin_row"]})
        elif what == "late":
            row["product"] = "Premium Plan"
        if what != "gone":
            rows.append(row)
    days = days_around(windows_of(world.rulebook, world.period))
    owners = [
        row
        for account in world.tables["accounts"]["account_id"]
        for row in (
            draw(ownership(account, days))
            if draw(st.integers(0, 3)) == 0
            else world.tables["ownership"]
            .filter(pl.col("account_id") == account)
            .drop("origin_file", "origin_row")
            .to_dicts()
        )
    ]
    return {**world.tables, name: frame(name, rows), "ownership": frame("ownership", owners)}


def sealed(world: World, tables: Tables | None = None) -> Sealed:
    """The world's period as it was published."""
    read = tables or world.tables
    book = booked(read, world.rulebook, world.period, world.as_of).rows
    lazy = {name: rows.lazy() for name, rows in read.items()}
    return Sealed(world.period, "seal", "run", world.as_of, world.rulebook, lazy, book.lazy())


def closing(tables: Tables, world: World, as_of: Any) -> dict[str, Decimal]:
    rows = booked(as_scored(tables, world.rulebook), world.rulebook, world.period, as_of).rows
    sums = rows.group_by("manager_id").agg(pl.col("closing").sum())
    return {manager: amount for manager, amount in sums.iter_rows() if amount}


@examples(16)
@given(st.data())
def test_lines_lead_from_the_sealed_closing_to_the_known_one(data: st.DataObject) -> None:
    world = data.draw(worlds())
    now, as_of = data.draw(revised(world)), world.as_of + timedelta(days=data.draw(st.sampled_from([0, 15, 90])))
    after = calendar_of(world.rulebook).previous(world.period, -1)
    prior = prior_periods([sealed(world)], now, as_of, after)
    assert prior is not None
    ends = {row["manager_id"]: row for row in prior.by_manager.iter_rows(named=True)}
    assert all(row["sealed"] + row["lines"] == row["known"] for row in ends.values())
    assert {m: row["known"] for m, row in ends.items() if row["known"]} == closing(now, world, as_of)
    assert {m: row["sealed"] for m, row in ends.items() if row["sealed"]} == closing(world.tables, world, world.as_of)
    assert "version" not in prior.lines["kind"]
    assert prior.lines["cause"].null_count() == 0


@examples(10)
@given(st.data())
def test_lines_of_two_sealed_periods_lead_to_the_known_closing_of_the_last(data: st.DataObject) -> None:
    world = data.draw(worlds())
    calendar = calendar_of(world.rulebook)
    first = World(world.tables, world.rulebook, calendar.previous(world.period), world.as_of)
    now, as_of = data.draw(revised(world)), world.as_of + timedelta(days=90)
    prior = prior_periods([sealed(world), sealed(first)], now, as_of, calendar.previous(world.period, -1))
    assert prior is not None
    assert [s.period for s in prior.seals] == [first.period, world.period]
    assert prior.by_manager.filter(pl.col("sealed") + pl.col("lines") != pl.col("known")).is_empty()
    told = prior.by_manager.filter(pl.col("known") != 0)
    assert dict(told.select("manager_id", "known").iter_rows()) == closing(now, world, as_of)


@examples(16)
@given(st.data())
def test_all_changes_together_make_the_tables_of_now(data: st.DataObject) -> None:
    world = data.draw(worlds())
    now = data.draw(revised(world))
    calendar = calendar_of(world.rulebook)
    changes = changed(world.tables, now, world.period.end, world.as_of, calendar)
    made = exchanged(world.tables, now, changes)
    for name in TABLES:
        said = [c for c in now[name].columns if c not in ("origin_file", "origin_row", "recorded_at")]
        assert made[name].select(said).equals(now[name].select(said)), name
    assert changed(now, now, world.period.end, world.as_of, calendar).is_empty()


def _walks(world: World, now: Tables, each: int) -> None:
    stop = stop_at(subject(world.tables, world.rulebook, world.period, world.as_of))
    cards = list(stop.cards(world.rulebook).values())
    found = restate(sealed(world), cards, now, world.as_of + timedelta(days=45), each=each)
    assert all(manager.residual == 0 for manager in found.managers)
    assert all(effect.step > 0 for manager in found.managers for effect in manager.effects)
    alone = [step for step in found.steps if step.kind == "rows"]
    assert len(alone) <= each
    assert all(rate.residual == 0 for m in (found.company, *found.managers) for rate in m.rates)
    for manager in (found.company, *found.managers):
        ends = {m.line: m for m in manager.money}
        assert sum((line["amount"] for line in manager.lines), Decimal(0)) == ends["closing"].difference


@examples(6)
@given(st.data())
def test_effects_on_graded_scores_add_up_to_the_change(data: st.DataObject) -> None:
    world = data.draw(worlds(method="target_bands"))
    _walks(world, data.draw(revised(world)), 3)


@examples(3)
@given(st.data())
def test_effects_on_compared_scores_add_up_to_the_change(data: st.DataObject) -> None:
    world = data.draw(compared_worlds())
    _walks(world, data.draw(revised(world)), 2)
