"""What must hold of scores: weights, order of rules, points that never fall, accounts left out, parts of a split."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_reading import weighted_mean
from polars.testing import assert_frame_equal
from random_rules import SCORED, grades
from worlds import World, compared_worlds, examples, worlds

from scoring.credit.ownership import UNASSIGNED
from scoring.credit.split import split
from scoring.metrics.metric import Better, Metric
from scoring.money import MONEY, from_units
from scoring.pipeline import Result, score
from scoring.rules import Rule, Rulebook, points
from scoring.rules.versions import calendar_of
from scoring.scorecard.context import Context
from scoring.scorecard.judge import judge
from scoring.scorecard.judged import Judged
from scoring.scorecard.of_rules import metric_of
from scoring.scorecard.rule_lines import rule_lines


def large_worlds() -> st.SearchStrategy[World]:
    """Companies in which managers have enough accounts for a score."""
    return worlds(accounts=(15, 20), grain="account", min_coverage=0.0)


def large_compared_worlds() -> st.SearchStrategy[World]:
    """The same, compared instead of graded."""
    return compared_worlds(accounts=(15, 20), grain="account", min_coverage=0.0)


@examples(6)
@given(large_worlds(), st.sampled_from([0.25, 3.0, 1000.0]))
def test_only_the_proportion_of_weights_matters(world: World, factor: float) -> None:
    only_the_proportion_of_weights_matters(world, factor)


@examples(2)
@given(large_compared_worlds(), st.sampled_from([0.25, 3.0]))
def test_only_the_proportion_of_weights_matters_in_a_comparison(world: World, factor: float) -> None:
    only_the_proportion_of_weights_matters(world, factor)


def only_the_proportion_of_weights_matters(world: World, factor: float) -> None:
    result = _scored(world)
    rules = tuple(_changed(r, weight=min(r.weight * factor, 1000)) for r in world.rulebook.rules)
    if any(r.weight * factor > 1000 for r in world.rulebook.rules):
        return
    other = _judged_again(result, world, rules=rules)
    assert_frame_equal(result.scored.judged.scores, other.scores, abs_tol=1e-9)
    assert_frame_equal(result.scored.judged.accounts, other.accounts, abs_tol=1e-9)


@examples(6)
@given(large_worlds())
def test_the_order_of_rules_does_not_matter(world: World) -> None:
    the_order_of_rules_does_not_matter(world)


@examples(2)
@given(large_compared_worlds())
def test_the_order_of_rules_does_not_matter_in_a_comparison(world: World) -> None:
    the_order_of_rules_does_not_matter(world)


def the_order_of_rules_does_not_matter(world: World) -> None:
    result = _scored(world)
    other = _judged_again(result, world, rules=world.rulebook.rules[::-1])
    assert_frame_equal(result.scored.judged.lines, other.lines, abs_tol=1e-9)
    assert_frame_equal(result.scored.judged.scores, other.scores, abs_tol=1e-9)


@examples(6)
@given(large_worlds())
def test_a_rule_of_weight_0_has_no_influence(world: World) -> None:
    a_rule_of_weight_0_has_no_influence(world)


@examples(2)
@given(large_compared_worlds())
def test_a_rule_of_weight_0_has_no_influence_in_a_comparison(world: World) -> None:
    a_rule_of_weight_0_has_no_influence(world)


def a_rule_of_weight_0_has_no_influence(world: World) -> None:
    result = _scored(world)
    shown = tuple(_changed(r, name=f"shown {r.name}", weight=0) for r in world.rulebook.rules)
    other = _judged_again(result, world, rules=(*world.rulebook.rules, *shown))
    assert_frame_equal(result.scored.judged.scores, other.scores, abs_tol=1e-9)


@examples(60)
@given(st.data())
def test_a_better_value_never_has_fewer_points(data: st.DataObject) -> None:
    metric: Metric = data.draw(st.sampled_from(SCORED))
    rule = Rule.model_validate({"name": "r", "metric": metric.name, "weight": 1, "grade": data.draw(grades(metric))})
    near = st.one_of(st.floats(-2, 3), st.floats(-1e6, 1e6), st.sampled_from([0.0, 0.5, 0.9, 1.0, 1.2, 500.0]))
    values = sorted(data.draw(st.lists(near, min_size=2, max_size=30)), reverse=metric.better is Better.LOWER)
    worth = pl.select(points(rule.grade, pl.lit(pl.Series(values)), str(metric.better))).to_series()
    assert worth.is_sorted()
    assert worth.is_between(0, 100).all()


@examples(6)
@given(large_worlds())
def test_the_contributions_on_a_card_add_up_to_its_score(world: World) -> None:
    the_contributions_on_a_card_add_up_to_its_score(world)


@examples(3)
@given(large_compared_worlds())
def test_the_contributions_on_a_card_add_up_to_its_score_in_a_comparison(world: World) -> None:
    the_contributions_on_a_card_add_up_to_its_score(world)


def the_contributions_on_a_card_add_up_to_its_score(world: World) -> None:
    result = _scored(world)
    calendar = calendar_of(world.rulebook)
    context = Context(world.rulebook, world.period, calendar.previous(world.period), result.windows, world.as_of, {})
    lines = rule_lines(result.scored.judged, None, context)
    for row in result.scored.judged.scores.drop_nulls("score").iter_rows(named=True):
        parts = [line["contribution"] or 0 for line in lines[row["manager_id"]]]
        assert abs(sum(parts) - row["score"]) < 1e-8
        assert abs(sum(line["share"] or 0 for line in lines[row["manager_id"]]) - 1) < 1e-8


@examples(12)
@given(large_worlds())
def test_the_score_without_an_account_is_that_of_the_book_without_it(world: World) -> None:
    result, rulebook = _scored(world), _sums_only(world.rulebook)
    rows = result.scored.rows.filter(pl.col("manager_id") != UNASSIGNED)
    without = _each_account_left_out(rows)
    targets = _for_all(world.tables["targets"], without)
    judged = judge(rows, rulebook, world.tables["targets"], world.period.name)
    again = judge(without, rulebook, targets, world.period.name)
    for row in judged.accounts.iter_rows(named=True):
        lines = again.lines.filter(pl.col("manager_id") == f"{row['manager_id']} without {row['account_id']}")
        if len(lines):
            assert row["score_without"] == pytest.approx(weighted_mean(lines.rows(named=True)), abs=1e-9)


@examples(100)
@given(st.data())
def test_the_parts_of_a_split_add_up_and_are_less_than_a_unit_off(data: st.DataObject) -> None:
    amounts = data.draw(st.lists(st.integers(-(10**16), 10**16), min_size=1, max_size=4))
    weights = [data.draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=5)) for _ in amounts]
    rows = [
        {"key": n, "manager_id": f"m{m}", "units": a, "weight": w, "whole": sum(ws)}
        for n, (a, ws) in enumerate(zip(amounts, weights, strict=True))
        for m, w in enumerate(ws)
    ]
    frame = pl.LazyFrame(rows).with_columns(from_units(pl.col("units")).alias("amount"))
    parts = split(frame, ["amount"], ["key"]).collect()
    assert parts.schema["amount"] == MONEY
    for n, amount in enumerate(amounts):
        mine = parts.filter(pl.col("key") == n).rows(named=True)
        units = [int(r["amount"] * 10_000) for r in mine]
        assert sum(units) == amount
        assert all(abs(u * r["whole"] - amount * r["weight"]) < r["whole"] for u, r in zip(units, mine, strict=True))


def _scored(world: World) -> Result:
    return score(world.tables, world.rulebook, world.period, world.as_of)


def _judged_again(result: Result, world: World, **settings: Any) -> Judged:
    """The scores of the same book under a rulebook with other settings."""
    rulebook = world.rulebook.model_copy(update=settings)
    if rulebook.method == "target_bands":
        return judge(result.scored.rows, rulebook, world.tables["targets"], world.period.name)
    return score(world.tables, rulebook, world.period, world.as_of).scored.judged


def _changed(rule: Rule, **settings: Any) -> Rule:
    return rule.model_copy(update=settings)


def _sums_only(rulebook: Rulebook) -> Rulebook:
    """The rulebook with those of its rules whose values are sums over accounts, and without a reason to withhold."""
    rules = [r for r in rulebook.rules if metric_of(r).parts is not None]
    missing = "exclude_reweight" if rulebook.missing == "withhold" else rulebook.missing
    spare = {"name": "kept", "metric": "gross_revenue_retention", "weight": 1, "grade": {"floor": 0.0, "target": 1.2}}
    if not any(r.weight for r in rules):
        rules.append(Rule.model_validate(spare))
    return rulebook.model_copy(update={"rules": tuple(rules), "missing": missing, "min_n": {}, "min_coverage": 0.0})


def _each_account_left_out(rows: pl.DataFrame) -> pl.DataFrame:
    """For each account of each manager a book of its own that has all accounts but it."""
    left_out = rows.select("manager_id", pl.col("account_id").alias("left_out"))
    books = rows.join(left_out, on="manager_id").filter(pl.col("account_id") != pl.col("left_out"))
    return books.with_columns(pl.format("{} without {}", "manager_id", "left_out").alias("manager_id")).drop("left_out")


def _for_all(targets: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    """The targets of the managers for each of the books made from theirs."""
    names = books.select(pl.col("manager_id").alias("book")).unique()
    owners = names.with_columns(pl.col("book").str.split(" without ").list.first().alias("manager_id"))
    return (
        targets.join(owners, on="manager_id").drop("manager_id").rename({"book": "manager_id"}).select(targets.columns)
    )
