"""What must hold of every company: money adds up, ratios stay in their bounds, scores are weighted means."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl
from hypothesis import given
from plain_reading import is_weighted_mean, revenue_at, revenue_in
from worlds import World, examples, worlds

from scoring.book import at
from scoring.ledger.bridge import COLUMNS, OUTGOING, TRANSFERS
from scoring.ledger.build import Ledger, contract_lines, invoice_lines, of_contracts, of_invoices
from scoring.ledger.movements import KINDS
from scoring.measure import measure
from scoring.metrics import growth, retention
from scoring.metrics.metric import in_book
from scoring.money import MONEY
from scoring.period.windows import windows_of
from scoring.pipeline import Result, score
from scoring.rules.terms import ledger_terms

RATES = (*retention.THEME, growth.LIKE_FOR_LIKE_GROWTH)
GRAINS = (None, "team", "manager_id", "account_id")


def scored(world: World) -> Result:
    """The world's period."""
    return score(world.tables, world.rulebook, world.period, world.as_of)


def ledger_of(world: World) -> Ledger:
    """What happened in the world, before anybody is credited."""
    terms, windows = ledger_terms(world.rulebook), windows_of(world.rulebook, world.period)
    rates = world.tables["rates"].lazy()
    if world.rulebook.basis == "invoices":
        return of_invoices(invoice_lines(world.tables["invoices"].lazy(), terms), rates, terms, windows)
    lines = contract_lines(world.tables["contracts"].lazy(), terms, world.as_of).collect().lazy()
    return of_contracts(lines, rates, terms, windows)


def the_bridge_balances_at_every_grain(world: World, result: Result) -> None:
    for grain in GRAINS:
        for row in at(result.scored.rows.lazy(), grain).collect().iter_rows(named=True):
            moves = sum(-row[c] if c in OUTGOING else row[c] for c in COLUMNS if c not in ("opening", "closing"))
            assert row["opening"] + moves == row["closing"], (grain, row)


def hand_overs_cancel_for_each_account_and_the_company(world: World, result: Result) -> None:
    net = pl.col("transfer_in").sum() - pl.col("transfer_out").sum()
    assert result.scored.rows.group_by("account_id").agg(net.alias("net")).filter(pl.col("net") != 0).is_empty()
    assert result.scored.rows.select(net).item() == 0


def what_is_credited_is_what_happened(world: World, result: Result) -> None:
    ledger, book = ledger_of(world), result.scored.rows
    bridge, outcome, moves = pl.collect_all([ledger.bridge, ledger.outcome, ledger.moves])
    wholes = {"opening": bridge, "closing": bridge, "before": outcome, "after": outcome}
    for column, whole in wholes.items():
        assert _sums(book, ["account_id"], column) == _sums(whole, ["account_id"], column), column
    key = ["account_id", "moved_on", "kind"]
    assert _sums(result.scored.moves, key, "amount") == _sums(moves, key, "amount")


def opening_and_closing_are_a_plain_reading_of_the_lines(world: World, result: Result) -> None:
    tables, policies = {n: t.rows(named=True) for n, t in world.tables.items()}, world.rulebook.policies
    moves, outcome = (
        windows_of(world.rulebook, world.period).moves,
        windows_of(world.rulebook, world.period).outcome,
    )
    if world.rulebook.basis == "invoices":
        priced_on = None if policies.fx == "at_start" else moves.start
        opening = revenue_in(outcome.start, outcome.end, priced_on, tables["invoices"], tables["rates"])
        closing = revenue_in(moves.start, moves.end, None, tables["invoices"], tables["rates"])
    elif policies.gap_tolerance_days == policies.early_renewal_days == 0:
        read = (tables["contracts"], tables["rates"], policies, world.as_of)
        opening = revenue_at(moves.start, moves.start, *read)
        closing = revenue_at(moves.end, moves.end, *read)
    else:
        return
    assert _sums(result.scored.rows, ["account_id"], "opening") == {(a,): v for a, v in opening.items()}
    assert _sums(result.scored.rows, ["account_id"], "closing") == {(a,): v for a, v in closing.items()}


def credited_movements_are_the_lines_of_the_books(world: World, result: Result) -> None:
    key = ["account_id", "manager_id"]
    for kind in KINDS:
        moved = result.scored.moves.filter(pl.col("kind") == kind)
        assert _sums(moved, key, "amount") == _sums(result.scored.rows, key, kind), kind


def an_account_has_one_class_of_movement_a_day(world: World, result: Result) -> None:
    own = result.scored.moves.filter(pl.col("kind") != "fx")
    classes = own.group_by("account_id", "moved_on").agg(pl.col("kind").n_unique())
    assert classes.filter(pl.col("kind") > 1).is_empty()


def losses_are_positive_and_shares_are_parts_of_one(world: World, result: Result) -> None:
    rows = result.scored.rows
    for column in (*KINDS, *TRANSFERS, "before", "after", "kept", "lost", "gained", "share"):
        assert column == "fx" or (rows[column] >= 0).all(), column
    whole = rows.group_by("account_id").agg(pl.col("share").sum())
    assert whole["share"].is_in([Decimal(0), Decimal(1)]).all()


def ratios_stay_in_their_bounds(world: World, result: Result) -> None:
    for grain in ("company", "team", "manager_id", "account_id"):
        measures = _rates(result, grain)
        wide = measures.pivot("metric", on_columns=[m.name for m in RATES], index="id", values="value")
        wide = wide.drop_nulls("logo_retention")
        grr, nrr, logo = (wide[f"{m}_retention"] for m in ("gross_revenue", "net_revenue", "logo"))
        assert ((grr >= 0) & (grr <= 1) & (grr <= nrr) & (logo >= 0) & (logo <= 1)).all()
        assert ((wide["churn_rate"] + logo - 1).abs() < 1e-12).all()


def a_ratio_is_null_where_there_is_nothing_to_divide_by_and_nowhere_else(world: World, result: Result) -> None:
    rows = result.scored.rows
    for metric in (in_book(m, rows.columns) for m in RATES):
        assert metric.parts is not None
        assert metric.parts.bottom is not None
        based = rows.filter(metric.base.rows).group_by(id="manager_id").agg(metric.parts.bottom.sum().alias("bottom"))
        own = _rates(result, "manager_id").filter(pl.col("metric") == metric.name).join(based, on="id", how="left")
        assert (own["value"].is_not_null() == (own["bottom"].fill_null(0) != 0)).all()
        assert (own["value"].is_null() == (own["reason"] == metric.undefined).fill_null(value=False)).all()


def every_score_is_a_weighted_mean(world: World, result: Result) -> None:
    is_weighted_mean(result.scored.judged, world.rulebook)


ALWAYS = (
    the_bridge_balances_at_every_grain,
    hand_overs_cancel_for_each_account_and_the_company,
    what_is_credited_is_what_happened,
    opening_and_closing_are_a_plain_reading_of_the_lines,
    credited_movements_are_the_lines_of_the_books,
    an_account_has_one_class_of_movement_a_day,
    losses_are_positive_and_shares_are_parts_of_one,
    ratios_stay_in_their_bounds,
    a_ratio_is_null_where_there_is_nothing_to_divide_by_and_nowhere_else,
    every_score_is_a_weighted_mean,
)


@examples(20)
@given(worlds(accounts=(5, 16)))
def test_every_company_adds_up(world: World) -> None:
    result = scored(world)
    for holds in ALWAYS:
        holds(world, result)


def _rates(result: Result, grain: str) -> pl.DataFrame:
    """The ratios at a grain, as measures."""
    rows = at(result.scored.rows.lazy(), None if grain == "company" else grain)
    return measure(rows, RATES, grain, basis="contracts").collect()


def _sums(frame: pl.DataFrame, key: Sequence[str], column: str) -> dict[tuple[object, ...], Decimal]:
    """What the column adds up to by key, where it is not 0."""
    sums = frame.group_by(key).agg(pl.col(column).sum().cast(MONEY)).filter(pl.col(column) != 0)
    return {tuple(row[:-1]): row[-1] for row in sums.iter_rows()}
