"""Ranges that hold what they promise, and nobody set apart by chance."""

from random import Random
from statistics import stdev

import numpy as np
import polars as pl
import pytest

from scoring.ledger.bridge import COLUMNS
from scoring.peers.chance import groups, likely_range, quantile
from scoring.peers.resample import GROUPS, WHOLE, replicas, spread
from scoring.peers.table import solved


@pytest.mark.parametrize(
    ("coverage", "freedom", "expected"),
    [
        (0.90, 9, 1.8331),
        (0.95, 9, 2.2622),
        (0.90, 3, 2.3534),
        (0.95, 1000, 1.9623),
        (0.90, 1, 6.3138),
        (0.95, 2, 4.3027),
        (0.99, 4, 4.6041),
        (0.90, 1e9, 1.6449),
    ],
)
def test_quantiles_are_those_of_students_t(coverage: float, freedom: float, expected: float) -> None:
    assert quantile(coverage, freedom) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("width", [1, 7, 40])
def test_systems_solved_together_are_those_solved_alone_to_the_last_digit(width: int) -> None:
    chance = np.random.default_rng(7)
    roots, right = chance.normal(size=(6, width, width)), chance.normal(size=(6, width))
    matrices = roots @ roots.transpose(0, 2, 1) + 20 * np.eye(width)
    found = solved(matrices, right)
    alone = np.vstack([solved(matrices[n : n + 1], right[n : n + 1]) for n in range(6)])
    assert found.tobytes() == alone.tobytes()
    assert np.einsum("fij,fj->fi", matrices, found) == pytest.approx(right, rel=1e-9, abs=1e-9)


def test_a_range_leaves_the_scale_only_where_scores_do() -> None:
    assert likely_range(95.0, 10.0, 0.90, 9, is_bounded=True) == (pytest.approx(76.669, abs=0.01), 100.0)
    assert likely_range(2.0, 10.0, 0.90, 9, is_bounded=True)[0] == 0.0
    assert likely_range(-2.0, 10.0, 0.90, 9, is_bounded=False) == pytest.approx((-20.331, 16.331), abs=0.01)


def test_a_score_far_from_the_median_is_set_apart_and_one_near_it_is_not() -> None:
    scores = {n: (s, 5.0, 20.0) for n, s in {"low": 20.0, "a": 49.0, "b": 50.0, "c": 51.0, "high": 80.0}.items()}
    assert groups(scores, 0.10) == {"low": "below", "a": "within", "b": "within", "c": "within", "high": "above"}


def test_the_same_distance_with_less_evidence_is_not_enough() -> None:
    scores = dict.fromkeys("abcdef", (50.0, 10.0, 20.0))
    assert groups(scores | {"far": (90.0, 10.0, 20.0)}, 0.10)["far"] == "above"
    assert groups(scores | {"far": (90.0, 10.0, 3.0)}, 0.10)["far"] == "within"


def test_few_managers_are_not_compared() -> None:
    assert set(groups({"a": (0.0, 1.0, 20.0), "b": (100.0, 1.0, 20.0), "c": (50.0, 1.0, 20.0)}, 0.10).values()) == {
        "within"
    }


def test_equal_managers_are_set_apart_no_more_often_than_stated() -> None:
    draw = Random(5)
    worlds = [{str(n): (draw.gauss(50, 5), 5.0, 1e6) for n in range(40)} for _ in range(200)]
    wrong = sum(any(side != "within" for side in groups(world, 0.10).values()) for world in worlds)
    assert wrong / len(worlds) < 0.17


def test_a_tenth_of_the_accounts_is_left_out_each_time() -> None:
    made = replicas(_book([(f"A{n:02}", 1) for n in range(25)])).group_by("replica").len().sort("replica").collect()
    assert made["replica"].to_list() == [WHOLE, *range(GROUPS)]
    assert made["len"].to_list() == [25, *[22] * 5, *[23] * 5]


def test_each_account_that_the_manager_answers_for_is_left_out_once_whatever_others_are_called() -> None:
    rows = [(f"{name}{n}", share) for n in range(7) for name, share in (("handed_on", 0), ("kept", 1))]
    own = replicas(_book(rows)).filter(pl.col("share") > 0, pl.col("replica") != WHOLE)
    kept = own.group_by("replica").len().collect()
    assert dict(kept.iter_rows()) == {n: 6 if n < 7 else 7 for n in range(GROUPS)}


def _book(rows: list[tuple[str, int]]) -> pl.LazyFrame:
    """The book of a manager with accounts and their shares."""
    book = pl.LazyFrame(rows, schema=["account_id", "share"], orient="row")
    return book.with_columns(pl.lit("M").alias("manager_id"), *(pl.lit(0).alias(name) for name in COLUMNS))


def test_the_error_of_a_mean_is_its_standard_error() -> None:
    values = [float(v) for v in (10, 40, 25, 70, 55, 20, 35, 80, 60, 5)]
    left_out = [(sum(values) - v) / 9 for v in values]
    scores = pl.LazyFrame(
        {
            "manager_id": ["M"] * 11,
            "replica": [WHOLE, *range(10)],
            "score": [sum(values) / 10, *left_out],
        }
    )
    error = spread(scores, pl.LazyFrame({"manager_id": ["M"], "n": [10]}), "score").collect()
    assert error["error"][0] == pytest.approx(stdev(values) / 10**0.5)


def test_a_flat_small_book_does_not_look_certain() -> None:
    flat = [("flat", r, 100.0) for r in range(5)]
    rough = [("rough", r, 50.0 + 5 * r) for r in range(10)]
    scores = pl.LazyFrame(flat + rough, schema=["manager_id", "replica", "score"], orient="row")
    errors = spread(scores, pl.LazyFrame({"manager_id": ["flat", "rough"], "n": [5, 100]}), "score").collect()
    assert errors.filter(pl.col("manager_id") == "flat")["error"][0] > 20


def test_three_accounts_are_too_few_for_a_range() -> None:
    scores = pl.LazyFrame({"manager_id": ["M"] * 3, "replica": [0, 1, 2], "score": [1.0, 2.0, 3.0]})
    assert spread(scores, pl.LazyFrame({"manager_id": ["M"], "n": [3]}), "score").collect().height == 0
