"""How many points is a value worth, and is the sentence about it true?"""

import polars as pl
import pytest

from scoring.rules import Band, Bands, Linear, Rule, Segments, because, points, rule_points
from scoring.scorecard.of_rules import better_of

UP = Linear(floor=0.9, target=1.1)
DOWN = Linear(floor=0.05, target=0.01)
STEPS = [Band(from_=1.1, points=100), Band(from_=1.0, points=75), Band(from_=0.9, points=40)]
BANDS = Bands(bands=STEPS)
FULL_MARKS = "the target 110 % (100 points)"
CHURN = Bands(bands=[Band(from_=0.02, points=100), Band(from_=0.05, points=60)])


def graded(grade: Linear | Bands, better: str, values: list[float | None]) -> list[float | None]:
    frame = pl.DataFrame({"value": values}, schema={"value": pl.Float64})
    worth = frame.select(points=points(grade, pl.col("value"), better))["points"]
    assert worth.dtype == pl.Float64
    return worth.to_list()


def shown(value: float) -> str:
    return f"{value * 100:.4g} %"


def test_linear_runs_from_floor_to_target_and_is_capped() -> None:
    values = [0.5, 0.9, 0.95, 1.0, 1.05, 1.1, 7.0]
    assert graded(UP, "higher", values) == pytest.approx([0, 0, 25, 50, 75, 100, 100])


def test_linear_runs_downwards_where_less_is_better() -> None:
    values = [0.0, 0.01, 0.02, 0.03, 0.05, 0.5]
    assert graded(DOWN, "lower", values) == pytest.approx([100, 100, 75, 50, 0, 0])


@pytest.mark.parametrize(("of", "better"), [("churn_rate", "lower"), ("new", "higher"), ("opening", "higher")])
def test_less_of_a_target_is_better_where_less_of_the_metric_is(of: str, better: str) -> None:
    rule = Rule(name="agreed", metric="target_attainment", of=of, weight=1, grade=BANDS)
    assert better_of(rule) == better


def test_the_ends_of_the_line_are_exact() -> None:
    grade = Linear(floor=0.75, target=0.97)
    assert graded(grade, "higher", [0.75, 0.97, 97 / 100, 9.7 / 10]) == [0.0, 100.0, 100.0, 100.0]


def test_a_band_edge_lies_in_the_better_band_upwards() -> None:
    values = [1.2, 1.1, 1.0999, 1.0, 0.9999, 0.9, 0.8999]
    assert graded(BANDS, "higher", values) == [100, 100, 75, 75, 40, 40, 0]


def test_a_band_edge_lies_in_the_better_band_downwards() -> None:
    values = [0.0, 0.02, 0.0201, 0.05, 0.0501, 1.0]
    assert graded(CHURN, "lower", values) == [100, 100, 60, 60, 0, 0]


def test_an_edge_missed_by_the_last_bit_of_a_division_is_met() -> None:
    below, above = 0.8999999999999999, 0.05000000000000001
    assert graded(BANDS, "higher", [below]) == [40]
    assert graded(CHURN, "lower", [above]) == [60]
    assert graded(Linear(floor=0.5, target=0.9), "higher", [below]) == [100]


def test_the_order_of_the_bands_in_the_file_does_not_matter() -> None:
    values = [1.2, 1.1, 1.05, 1.0, 0.95, 0.9, 0.5]
    assert graded(Bands(bands=STEPS[::-1]), "higher", values) == graded(BANDS, "higher", values)


def test_a_declared_direction_goes_before_the_metrics_own() -> None:
    single = [Band(from_=0.3, points=100)]
    assert graded(Bands(bands=single), "higher", [0.2, 0.3, 0.4]) == [0, 100, 100]
    assert graded(Bands(bands=single, better="lower"), "higher", [0.2, 0.3, 0.4]) == [100, 100, 0]


@pytest.mark.parametrize("grade", [UP, DOWN, BANDS, CHURN])
def test_what_was_not_measured_has_no_points(grade: Linear | Bands) -> None:
    nothing = [None, float("nan"), float("inf"), float("-inf")]
    assert graded(grade, "higher", nothing) == [None] * 4


def test_a_kind_of_account_has_its_own_grade_and_the_rest_the_rules() -> None:
    rule = Rule(
        name="keep",
        metric="logo_retention",
        weight=1,
        grade=Linear(floor=0, target=1),
        segments=Segments(by="segment", grades={"SMB": Linear(floor=0, target=0.5), "Large": BANDS}),
    )
    book = pl.DataFrame(
        {
            "segment": ["SMB", "Large", "Mid", None, "SMB"],
            "value": [0.25, 1.0, 0.25, 0.5, None],
        }
    )
    worth = book.select(points=rule_points(rule, pl.col("value"), "higher", pl.col("segment")))["points"]
    assert worth.to_list() == pytest.approx([50, 75, 25, 50, None])


def test_a_rule_without_a_grade_gives_no_points() -> None:
    frame = pl.DataFrame({"segment": ["SMB", "Large", None], "value": [0.25, 1.0, 0.5]})
    bare = Rule(name="keep", metric="logo_retention", weight=1)
    apart = Rule(
        name="keep",
        metric="logo_retention",
        weight=1,
        segments=Segments(by="segment", grades={"SMB": Linear(floor=0, target=0.5)}),
    )
    for rule, expected in ((bare, [None] * 3), (apart, [50, None, None])):
        worth = frame.select(points=rule_points(rule, pl.col("value"), "higher", pl.col("segment")))["points"]
        assert worth.dtype == pl.Float64
        assert worth.to_list() == expected


@pytest.mark.parametrize(
    ("grade", "better", "value", "expected"),
    [
        (
            UP,
            "higher",
            1.038,
            "103.8 % lies between the floor 90 % (0 points) and the target 110 % (100 points)",
        ),
        (UP, "higher", 1.1, f"110 % is at or above {FULL_MARKS}"),
        (UP, "higher", 0.88, "88 % is at or below the floor 90 % (0 points)"),
        (DOWN, "lower", 0.02, "2 % lies between the floor 5 % (0 points) and the target 1 % (100 points)"),
        (DOWN, "lower", 0.005, "0.5 % is at or below the target 1 % (100 points)"),
        (DOWN, "lower", 0.06, "6 % is at or above the floor 5 % (0 points)"),
        (BANDS, "higher", 1.0, "100 % is in the band from 100 %: 75 points"),
        (BANDS, "higher", 0.5, "50 % is below every band, the nearest is from 90 %: 0 points"),
        (CHURN, "lower", 0.05, "5 % is in the band from 5 % down: 60 points"),
        (CHURN, "lower", 0.06, "6 % is above every band, the nearest is from 5 %: 0 points"),
    ],
)
def test_the_sentence_says_what_the_points_say(grade: Linear | Bands, better: str, value: float, expected: str) -> None:
    assert because(grade, value, better, shown) == expected
    (worth,) = graded(grade, better, [value])
    assert worth is not None
    if "lies between" not in expected:
        assert f"{worth:g} points" in expected
    else:
        assert 0 < worth < 100
