"""A forecast of the past knows nothing of what came later: with other futures it is the same, bit for bit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from backtest_made import Row, Tables, answer, company, contract, contracts, invoice, invoices, rulebook, seen
from hypothesis import assume, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from worlds import World, examples, worlds

from scoring.backtest import foretold, level, look
from scoring.backtest.naive import NAIVE
from scoring.lifetime import known, rolling
from scoring.lifetime.assumptions import Assumptions
from scoring.lifetime.stretch import Ahead
from scoring.period import booking
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

ON = date(2025, 7, 1)
LATER = datetime(2025, 7, 1, tzinfo=UTC)
SAID = ("account_id", "forecast", "low", "high", *NAIVE)


def said(
    tables: Tables, rules: Rulebook, on: date, ahead: Ahead, first: date, *, totals: bool = True
) -> list[pl.DataFrame]:
    """All that is forecast from the day: accounts, the models, and what earlier forecasts missed."""
    world = seen(tables, rules.basis, rules, first)
    held = look.look(world, on, ahead)
    frames = [one.select(SAID) for one in held.by_subject.values()]
    for choice in held.choices:
        frames.append(pl.DataFrame({"name": list(choice.fit.parameters), "is": list(choice.fit.parameters.values())}))
        frames.append(pl.DataFrame({"why": [choice.sentence]}))
    missed = level.levels(world, held, ahead) if totals else {}
    for name, found in missed.items():
        error = found.error
        frames.append(pl.DataFrame({"of": [name], "spread": [error.spread], "factor": [error.factor]}))
    return frames


def check_alike(one: list[pl.DataFrame], other: list[pl.DataFrame]) -> None:
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        assert_frame_equal(mine, theirs, check_exact=True)


def test_contracts_that_come_later_change_no_forecast() -> None:
    known_rows = contracts()
    future = [
        contract("t01", date(2025, 7, 1), date(2026, 7, 1), 9000),
        contract("new", date(2025, 8, 1), None, 5000),
        contract("t02", date(2025, 5, 1), None, 7000, signed_on=date(2025, 7, 1)),
        contract("t03", date(2025, 5, 1), None, 7000, recorded_at=LATER, line_id="late"),
        contract("e01", date(2025, 9, 1), None, 1, renews="e01"),
    ]
    altered = [_stopped(row) if row["ends_on"] is None else row for row in known_rows]
    rules, first = rulebook("contracts"), date(2021, 1, 1)
    plain = said(company(contracts=known_rows), rules, ON, 12, first)
    assert plain[0].height > 20
    check_alike(plain, said(company(contracts=known_rows + future), rules, ON, 12, first))
    check_alike(plain, said(company(contracts=altered + future), rules, ON, 12, first))


def _stopped(row: Row) -> Row:
    """The line, cancelled on a later day after five whole years: what a list of today says of it."""
    start = row["starts_on"]
    return {**row, "ends_on": start.replace(year=2026), "status": "cancelled", "cancelled_on": date(2025, 12, 20)}


def test_invoices_that_come_later_change_no_forecast() -> None:
    rows = [row for row in invoices() if row["dated_on"] < ON]
    future = [
        invoice("a01", ON, 9000),
        invoice("new", date(2025, 9, 1), 9000),
        invoice("a02", date(2025, 6, 1), 9000, recorded_at=LATER, line_id="late"),
        invoice("a03", date(2025, 12, 1), -9000),
    ]
    rules, first = rulebook("invoices"), date(2023, 1, 1)
    for ahead in (12, timedelta(days=100)):
        plain = said(company(invoices=rows), rules, ON, ahead, first)
        assert plain[0].height == 40
        check_alike(plain, said(company(invoices=rows + future), rules, ON, ahead, first))


def test_the_choice_of_a_model_knows_nothing_of_later_orders() -> None:
    rows, rules = invoices(), rulebook("invoices")
    worlds_of = [company(invoices=some) for some in (rows, [row for row in rows if row["dated_on"] < ON])]
    first = date(2023, 1, 1)
    free = [replace(seen(tables, "invoices", rules, first), assumed=Assumptions()) for tables in worlds_of]
    one, other = (look.look(world, ON, timedelta(days=91)) for world in free)
    assert one.choices[0].sentence == other.choices[0].sentence
    assert_frame_equal(one.revenue.select(SAID), other.revenue.select(SAID), check_exact=True)
    assert float(one.revenue["actual"].sum()) > float(other.revenue["actual"].sum()) == 0


def test_what_metrics_said_is_the_same_with_other_futures() -> None:
    answers = [answer(f"t{n:02}", date(2025, 5, 1), n % 11) for n in range(40)]
    later = [
        {**answers[4], "answered_on": date(2025, 7, 2), "score": Decimal(0)},
        {**answers[5], "score": Decimal(0), "recorded_at": LATER},
    ]
    rules = rulebook("contracts")

    def figures(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
        held = look.look(seen(tables, "contracts", rules, date(2021, 1, 1)), ON, 12)
        return foretold.foretold(tables, rules, held).figures

    plain = figures(company(contracts=contracts(), answers=answers))
    assert {"lifetime_value", "chance_active", "nps"} <= {*plain["metric"]}
    more = [*contracts(), contract("t01", date(2025, 7, 1), date(2026, 7, 1), 9000)]
    assert_frame_equal(plain, figures(company(contracts=more, answers=answers + later)), check_exact=True)


@examples(12)
@given(worlds(accounts=(4, 7), grain="account"), st.data())
def test_no_world_leaks_its_future(world: World, data: st.DataObject) -> None:
    """Whatever the company: without its later rows, or with other ones, it was forecast the same."""
    basis = world.rulebook.basis
    column = "starts_on" if basis == "contracts" else "dated_on"
    on = data.draw(st.sampled_from(sorted({*world.tables[basis][column]}) or [world.period.start]))
    first = world.tables[basis][column].min()
    assume(isinstance(first, date) and first < on)
    assert isinstance(first, date)
    then = {**world.tables, basis: known.known_before(world.tables[basis].lazy(), basis, on).collect()}
    other = {**world.tables, basis: _other_future(world.tables[basis], basis, on)}
    plain, *others = (said(t, world.rulebook, on, 3, first, totals=False) for t in (world.tables, then, other))
    for same in others:
        check_alike(plain, same)


def _other_future(rows: pl.DataFrame, basis: str, on: date) -> pl.DataFrame:
    """The rows, those that came later larger, a year later and twice."""
    signed = pl.coalesce("signed_on", "starts_on") if basis == "contracts" else pl.col("dated_on")
    before, later = rows.filter(signed < on), rows.filter(signed >= on)
    moved = later.with_columns(
        pl.col("amount") * 3,
        *(pl.col(c).dt.offset_by("1y") for c in ("starts_on", "ends_on", "signed_on", "dated_on") if c in rows.columns),
    ).with_columns(pl.format("{}-again", "line_id").alias("line_id"), pl.col("amount").cast(rows.schema["amount"]))
    return pl.concat([before, later, moved], rechunk=True)


@pytest.mark.parametrize("basis", ["contracts", "invoices"])
def test_a_leak_would_be_seen(basis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all rows taken as known, the tests above would fail."""
    monkeypatch.setattr(rolling, "known_before", lambda rows, *_, **__: rows)
    monkeypatch.setattr(level, "known_before", lambda rows, *_, **__: rows)
    rules, first = rulebook(basis), date(2021, 1, 1)
    rows = contracts() if basis == "contracts" else [row for row in invoices() if row["dated_on"] < ON]
    day, late = date(2025, 6, 1), {"recorded_at": LATER}
    row = contract("new", day, None, **late) if basis == "contracts" else invoice("a01", day, 9000, **late)
    one, other = ({**company(**{basis: some})} for some in (rows, [*rows, row]))
    with pytest.raises(AssertionError):
        check_alike(said(one, rules, ON, 12, first), said(other, rules, ON, 12, first))


def test_what_is_known_then_holds_no_later_day() -> None:
    tables = company(
        contracts=contracts(),
        answers=[answer("t01", ON, 3)],
        activities=[{"account_id": "t01", "dated_on": ON - timedelta(days=1), "kind": "login"}],
    )
    then = foretold.known_then(tables, rulebook("contracts"), ON)
    assert then["answers"].is_empty()
    assert then["activities"].height == 1
    assert booking.booked(then, rulebook("contracts"), calendar_of(rulebook("contracts")).period("2025-Q2"), ON)
    assert replace(Assumptions(), days=7).weeks == 1
