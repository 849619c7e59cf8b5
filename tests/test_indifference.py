"""What must make no difference: order, files, names, scale, the year, the accounts of others, owners to the company."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from worlds import World, compared_worlds, days_around, examples, ownership, worlds

from scoring.book import ADDITIVE, at
from scoring.calendar import Period
from scoring.checks import check
from scoring.credit.ownership import UNASSIGNED
from scoring.days import EVER, NEVER
from scoring.facts.lifetime_value import IN_BOOK
from scoring.frame import Kind
from scoring.measure import measure
from scoring.metrics import CATALOGUE, OVER_BOOK, Metric, Unit
from scoring.period.windows import windows_of
from scoring.pipeline import Result, score
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.tables import TABLES

BOUND = ("revenue_share",)
"""Metrics that look at the company beside the manager."""

OF_OWNERS = ("transfer_in", "transfer_out", "owned_share", "completeness")
"""Metrics that are about owners."""
MODELLED = tuple(m.name for m in OVER_BOOK if IN_BOOK & set(m.columns))
"""Metrics of lifetime value, whose parameters are the whole company's."""
RATES = [
    {"name": metric, "metric": metric, "weight": 1}
    for metric in ("net_revenue_retention", "logo_retention", "like_for_like_growth")
]
ALL = pl.lit(value=True)
FOUR_YEARS = timedelta(days=4 * 365 + 1)


def scored(world: World) -> Result:
    """The world's period."""
    return score(world.tables, world.rulebook, world.period, world.as_of)


@examples(8)
@given(worlds(), st.integers(0, 99))
def test_the_order_of_rows_and_their_files_change_no_byte(world: World, seed: int) -> None:
    the_order_of_rows_and_their_files_change_no_byte(world, seed)


@examples(2)
@given(compared_worlds(), st.integers(0, 99))
def test_the_order_of_rows_and_their_files_change_no_byte_of_a_comparison(world: World, seed: int) -> None:
    the_order_of_rows_and_their_files_change_no_byte(world, seed)


def the_order_of_rows_and_their_files_change_no_byte(world: World, seed: int) -> None:
    shuffled = {n: _filed_elsewhere(t.sample(fraction=1, shuffle=True, seed=seed)) for n, t in world.tables.items()}
    checked = [
        check(tables, currency=world.rulebook.currency, known_metrics=CATALOGUE).tables
        for tables in (world.tables, shuffled)
    ]
    one, other = (scored(replace(world, tables=dict(tables))) for tables in checked)
    assert _bytes(one) == _bytes(other)


@examples(20)
@given(worlds(basis="contracts", policies={"discounts": "list"}))
def test_how_frames_lie_in_memory_changes_no_byte(world: World) -> None:
    whole = scored(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl.DataFrame, "lazy", _in_chunks)
        in_chunks = scored(world)
    assert _bytes(whole) == _bytes(in_chunks)


@examples(8)
@given(worlds())
def test_an_unrelated_manager_changes_nobodys_measures(world: World) -> None:
    with_another = scored(replace(world, tables=_with_a_stranger(world.tables)))
    alone = scored(world)
    own = pl.col("id").is_in(alone.scored.rows["manager_id"].unique().implode()) & (pl.col("id") != UNASSIGNED)
    ours = own & ~pl.col("metric").is_in(MODELLED)  # models are fitted on all accounts, the stranger's among them
    one, other = (_measures(r, world).filter(ours) for r in (alone, with_another))
    assert_frame_equal(one, other, abs_tol=1e-12)
    if any(rule.metric in MODELLED or rule.of in MODELLED for rule in world.rulebook.rules):
        return
    known = pl.col("manager_id") != "stranger"
    one_scores, other_scores = (r.scored.judged.scores.filter(known) for r in (alone, with_another))
    assert_frame_equal(one_scores.drop("error", "freedom"), other_scores.drop("error", "freedom"), abs_tol=1e-9)


@examples(8)
@given(worlds(whole=True, grain="account"), st.sampled_from([2, 10]))
def test_scaling_all_money_changes_no_rate_and_scales_the_rest(world: World, factor: int) -> None:
    usual = _undivided(world)
    larger = {n: _multiplied(t, n, factor) for n, t in usual.tables.items()}
    one, other = scored(usual), scored(replace(usual, tables=larger))
    scale = {m.name: factor if m.unit is Unit.MONEY else 1 for m in OVER_BOOK}
    for grain in ("company", "team", "manager_id", "account_id"):
        before, after = (_measures(r, world, grain) for r in (one, other))
        expected = before.with_columns(pl.col("value") * pl.col("metric").replace_strict(scale))
        modelled = pl.col("metric").is_in(MODELLED)  # rounded to the last digit of money, so not quite in proportion
        assert_frame_equal(expected.filter(~modelled), after.filter(~modelled), rel_tol=1e-12, abs_tol=1e-12)
        assert_frame_equal(expected.filter(modelled), after.filter(modelled), rel_tol=1e-5, abs_tol=1e-3)


@examples(2)
@given(compared_worlds(whole=True, grain="account", rules=RATES), st.sampled_from([2, 10]))
def test_scaling_all_money_moves_no_score_of_a_comparison(world: World, factor: int) -> None:
    usual = _undivided(world)
    larger = {n: _multiplied(t, n, factor) for n, t in usual.tables.items()}
    one, other = (scored(replace(usual, tables=tables)).scored.judged for tables in (usual.tables, larger))
    assert_frame_equal(one.lines, other.lines, abs_tol=1e-9)
    assert_frame_equal(one.scores, other.scores, abs_tol=1e-9)
    assert_frame_equal(one.trace, other.trace, abs_tol=1e-9)


@examples(8)
@given(worlds())
def test_shifting_every_date_by_four_years_changes_nothing_but_dates(world: World) -> None:
    now, then = scored(world), scored(_four_years_on(world))
    assert_frame_equal(now.scored.rows, then.scored.rows)
    assert_frame_equal(_shifted(now.scored.moves), then.scored.moves)
    assert_frame_equal(now.scored.judged.lines, then.scored.judged.lines)
    assert_frame_equal(now.scored.judged.scores, then.scored.judged.scores)


@examples(8)
@given(worlds())
def test_renaming_accounts_changes_nothing_else(world: World) -> None:
    renaming_accounts_changes_nothing_else(world)


@examples(2)
@given(compared_worlds())
def test_renaming_accounts_changes_nothing_else_in_a_comparison(world: World) -> None:
    renaming_accounts_changes_nothing_else(world)


def renaming_accounts_changes_nothing_else(world: World) -> None:
    names = world.tables["accounts"]["account_id"].to_list()
    other_names = dict(zip(names, [f"Ö {n:03}" for n in range(len(names), 0, -1)], strict=True))
    ids = ("account_id", "parent_id")
    renamed = {
        n: t.with_columns(pl.col(c).replace(other_names) for c in ids if c in t.columns).sort(TABLES[n].key)
        for n, t in world.tables.items()
    }
    one, other = scored(world), scored(replace(world, tables=renamed))
    key = ["account_id", "manager_id"]
    book = one.scored.rows.with_columns(pl.col("account_id").replace(other_names)).sort(key)
    exact = [c for c in ADDITIVE if c not in IN_BOOK]
    assert_frame_equal(book.select(*key, *exact), other.scored.rows.select(*key, *exact))
    values = [pl.col(c).cast(pl.Float64) for c in ADDITIVE if c in IN_BOOK]  # fitted in the order of ids
    assert_frame_equal(book.select(values), other.scored.rows.select(values), rel_tol=1e-6, abs_tol=1e-3)
    noise = ("error", "freedom")
    near = {"rel_tol": 1e-6, "abs_tol": 1e-3}
    assert_frame_equal(one.scored.judged.lines.drop(noise), other.scored.judged.lines.drop(noise), **near)
    assert_frame_equal(one.scored.judged.scores.drop(noise), other.scored.judged.scores.drop(noise), **near)


@examples(8)
@given(worlds(), st.data())
def test_other_owners_change_nothing_for_the_company(world: World, data: st.DataObject) -> None:
    days = days_around(windows_of(world.rulebook, world.period))
    rows = [r for a in world.tables["accounts"]["account_id"] for r in data.draw(ownership(a, days))]
    owned = pl.DataFrame(
        [{"origin_file": "o.csv", "origin_row": n, **r} for n, r in enumerate(rows, 1)],
        schema=TABLES["ownership"].schema,
    )
    sold = {n: world.tables[n].with_columns(pl.col("seller_id").reverse()) for n in ("contracts", "invoices")}
    one, other = scored(world), scored(replace(world, tables={**world.tables, **sold, "ownership": owned}))
    company = [_measures(r, world, "company").filter(~pl.col("metric").is_in(OF_OWNERS)) for r in (one, other)]
    assert_frame_equal(*company, abs_tol=1e-12)


@examples(8)
@given(worlds(basis="contracts"))
def test_what_closes_a_period_opens_the_next(world: World) -> None:
    calendar, end = calendar_of(world.rulebook), world.period.end
    now, then = scored(world), scored(replace(world, period=calendar.containing(end)))
    assert _levels(now, "closing", ["account_id"]) == _levels(then, "opening", ["account_id"])
    if world.rulebook.ownership.policy in ("last_seller", "main_seller"):
        return
    owned = world.tables["ownership"]
    handed_over = owned.filter((pl.col("starts_on") == end) | (pl.col("ends_on") == end))["account_id"].unique()
    kept = ~pl.col("account_id").is_in(handed_over.implode())
    key = ["account_id", "manager_id"]
    assert _levels(now, "closing", key, kept) == _levels(then, "opening", key, kept)


@examples(8)
@given(worlds(basis="contracts"))
def test_where_nothing_changes_all_revenue_is_retained(world: World) -> None:
    lines = world.tables["contracts"].with_columns(
        pl.lit(date(2020, 2, 29)).alias("starts_on"),
        pl.lit(None, dtype=pl.Date).alias("ends_on"),
        pl.lit(None, dtype=pl.Date).alias("signed_on"),
        pl.lit(None, dtype=pl.String).alias("renews"),
        *(pl.lit(None, dtype=pl.Date).alias(c) for c in ("cancelled_on", "past_due_on")),
        pl.col("amount").abs(),
    )
    if world.rulebook.policies.fx == "spot":
        return  # exchange rates are then a change
    result = scored(replace(world, tables={**world.tables, "contracts": lines}))
    assert result.scored.moves.filter(pl.col("kind") != "fx").is_empty()
    kept = {
        "gross_revenue_retention": 1.0,
        "net_revenue_retention": 1.0,
        "logo_retention": 1.0,
        "like_for_like_growth": 0.0,
    }
    measures = _measures(result, world).filter(pl.col("metric").is_in(list(kept))).drop_nulls("value")
    assert (measures["value"] == measures["metric"].replace_strict(kept)).all()


def _in_chunks(frame: pl.DataFrame, whole: Callable[[pl.DataFrame], pl.LazyFrame] = pl.DataFrame.lazy) -> pl.LazyFrame:
    """The frame, not read yet, in three pieces of memory, as large exports are."""
    third = -(-frame.height // 3) or 1
    return whole(pl.concat(list(frame.iter_slices(third)) or [frame], rechunk=False))


def _bytes(result: Result) -> list[bytes]:
    """The outcome as text, without the places rows came from."""
    judged = result.scored.judged
    frames = (result.scored.rows, result.scored.moves.drop("origin"), judged.lines, judged.scores, judged.accounts)
    return [f.write_csv(float_precision=17).encode() for f in (*frames, judged.trace)]


def _filed_elsewhere(table: pl.DataFrame) -> pl.DataFrame:
    """The rows with places as if they had come in two files, in the order in which they stand."""
    half = pl.int_range(pl.len(), dtype=pl.Int64)
    return table.with_columns(
        pl.when(half % 2 == 0).then(pl.lit("one.csv")).otherwise(pl.lit("two.csv")).alias("origin_file"),
        (half // 2 + 1).alias("origin_row"),
    )


def _with_a_stranger(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with every account once more, under another name and in no region, all of them a stranger's."""
    again = {"account_id", "parent_id", "line_id", "renews"}
    made = dict(tables)
    for name in ("accounts", "contracts", "invoices"):
        table = tables[name]
        twin = table.with_columns(("twin of " + pl.col(c)).alias(c) for c in sorted(again & set(table.columns)))
        twin = twin.with_columns(
            pl.lit(v).alias(c) for c, v in (("region", None), ("seller_id", "stranger")) if c in table.columns
        )
        made[name] = pl.concat([table, twin.cast(dict(table.schema))]).sort(TABLES[name].key)
    ids = [a for a in made["accounts"]["account_id"] if a.startswith("twin")]
    origin = {"origin_file": "s.csv", "origin_row": 1}
    owned = [{"account_id": a, "manager_id": "stranger", **origin} for a in ids]
    for name, rows in (("managers", [{"manager_id": "stranger", **origin}]), ("ownership", owned)):
        further = pl.DataFrame(rows, schema=TABLES[name].schema)
        made[name] = pl.concat([tables[name], further]).sort(TABLES[name].key)
    return made


def _measures(result: Result, world: World, grain: str = "manager_id") -> pl.DataFrame:
    """Every metric at the grain that does not look beyond it."""
    rows = at(result.scored.rows.lazy(), None if grain == "company" else grain).collect().lazy()
    metrics: Iterable[Metric] = (m for m in OVER_BOOK if m.name not in BOUND)
    found = measure(rows, list(metrics), grain, basis=world.rulebook.basis)
    return found.select("id", "metric", "value", "n", "reason").sort("id", "metric").collect()


def _undivided(world: World) -> World:
    """The company with whole accounts and whole movements, so that nothing is rounded."""
    credit = {
        kind: "at_event" if way == "time_weighted" else way for kind, way in world.rulebook.credit.model_dump().items()
    }
    policy = world.rulebook.ownership
    settings = world.rulebook.model_dump(exclude={"rules"}, by_alias=True) | {
        "credit": credit,
        "ownership": {"policy": "history"} if policy.policy == "seller" else policy.model_dump(),
        "rules": [r.model_dump(by_alias=True) for r in world.rulebook.rules],
        "policies": world.rulebook.policies.model_dump() | {"discounts": "net", "weeks": "fifty_two_a_year"},
    }
    owned = world.tables["ownership"].unique(["account_id", "starts_on"], keep="first", maintain_order=True)
    whole = owned.with_columns(pl.lit(None, dtype=owned.schema["share"]).alias("share"))
    return replace(world, tables={**world.tables, "ownership": whole}, rulebook=Rulebook.model_validate(settings))


def _multiplied(table: pl.DataFrame, name: str, factor: int) -> pl.DataFrame:
    money = [c.name for c in TABLES[name].columns if c.kind is Kind.MONEY]
    return table.with_columns((pl.col(c) * factor).cast(table.schema[c]) for c in money)


def _four_years_on(world: World) -> World:
    tables = {n: _shifted(t) for n, t in world.tables.items()}
    start = world.period.start.replace(year=world.period.start.year + 4)
    rulebook: Rulebook = world.rulebook
    period: Period = calendar_of(rulebook).containing(start)
    targets = tables["targets"].with_columns(pl.lit(period.name).alias("period"))
    return replace(world, tables={**tables, "targets": targets}, period=period, as_of=world.as_of + FOUR_YEARS)


def _shifted(table: pl.DataFrame) -> pl.DataFrame:
    dated = [n for n, dtype in table.schema.items() if dtype == pl.Date]
    return table.with_columns(
        pl.when(pl.col(c).is_in([EVER, NEVER])).then(c).otherwise(pl.col(c) + FOUR_YEARS).alias(c) for c in dated
    )


def _levels(result: Result, column: str, key: list[str], kept: pl.Expr = ALL) -> dict[tuple[object, ...], Decimal]:
    sums = result.scored.rows.filter(kept).group_by(key).agg(pl.col(column).sum()).filter(pl.col(column) != 0)
    return {tuple(row[:-1]): row[-1] for row in sums.iter_rows()}
