"""Does a sparkline tell how a score came along, gaps and all?"""

from xml.etree import ElementTree as ET

from chart_gallery import PERIODS, points
from hypothesis import given
from hypothesis import strategies as st

from scoring.numbers import percent
from scoring.reports.charts import palette
from scoring.reports.charts.sparkline import Point, sentence, sparkline

SVG = "{http://www.w3.org/2000/svg}"


def drawn(trend: list[Point], least: float = 0.0) -> ET.Element:
    return ET.fromstring(sparkline(trend, "Score", least=least))  # noqa: S314  our own text


def lines(root: ET.Element) -> list[list[tuple[float, float]]]:
    """Each stretch of the line as its places."""
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.get("points", "").split())]
        for line in root.iter(f"{SVG}polyline")
    ]


def test_it_says_first_last_lowest_and_highest_with_their_periods() -> None:
    assert sentence(points(62, 66, 61, 72.6, 70)) == (
        "first 62.0 in 2025-Q2, last 70.0 in 2026-Q2, lowest 61.0 in 2025-Q4, highest 72.6 in 2026-Q1."
    )


def test_it_names_the_periods_without_a_score_and_those_from_which_other_rules_hold() -> None:
    assert sentence(points(62, None, 70, None), changed=["2026-Q1"]) == (
        "first 62.0 in 2025-Q3, last 70.0 in 2026-Q1, lowest 62.0 in 2025-Q3, highest 70.0 in 2026-Q1; "
        "no score in 2025-Q4 and 2026-Q2; other rules from 2026-Q1."
    )
    assert sentence(points(None, None)) == "no score from 2026-Q1 to 2026-Q2."
    assert sentence(points(70)) == "70.0 in 2026-Q2."
    assert sentence([]) == "no periods."


def test_values_are_written_in_their_own_unit() -> None:
    assert "last 104.2\u202f%" in sentence(points(1.01, 1.042), percent)


def test_no_line_is_drawn_over_a_period_without_a_score() -> None:
    root = drawn(points(62, 66, None, 61, 67, 66))
    assert [len(line) for line in lines(root)] == [2, 3]
    (_, before), (after, *_) = lines(root)
    assert after[0] - before[0] > 1.9 * (lines(root)[0][1][0] - lines(root)[0][0][0])


def test_a_score_between_gaps_is_a_small_dot_and_the_last_score_a_large_one_where_it_was() -> None:
    small, large = drawn(points(62, None, 64, None, 67, 66, None)).findall(f"{SVG}circle")[1:]
    assert (small.get("r"), large.get("r")) == ("1.75", "3.5")
    assert small.get("cx") == "35.0%"
    assert large.get("cx") == "80.0%"


def test_of_more_than_eight_periods_the_last_eight_are_shown() -> None:
    older = [Point("2024-Q1", 10.0), Point("2024-Q2", 20.0), *points(*range(60, 68))]
    assert [len(line) for line in lines(drawn(older))] == [8]
    assert f"first 60.0 in {PERIODS[0]}" in sparkline(older, "Score")


def test_noise_is_not_drawn_as_a_mountain() -> None:
    def rise(least: float = 0.0) -> float:
        (line,) = lines(drawn(points(70, 71), least))
        return line[0][1] - line[1][1]

    assert rise() == 68
    assert abs(rise(least=10) - 6.8) < 0.02


def test_the_band_lies_around_the_line_and_ends_at_a_gap() -> None:
    root = drawn(points(62, 66, None, 61, 67, width=4))
    bands = [band.get("points", "").split() for band in root.iter(f"{SVG}polygon")]
    assert [len(band) for band in bands] == [4, 4]
    assert next(root.iter(f"{SVG}svg")).find(f"{SVG}svg").get("fill") == palette.PALE  # type: ignore[union-attr]
    for line, band in zip(lines(root), bands, strict=True):
        places = [tuple(map(float, pair.split(","))) for pair in band]
        above, below = places[: len(line)], places[len(line) :][::-1]
        assert all(a[1] < v[1] < b[1] for a, v, b in zip(above, line, below, strict=True))


def test_other_rules_are_a_dashed_line_before_the_period() -> None:
    root = ET.fromstring(sparkline(points(62, 66, 61), "Score", changed=["2026-Q1"]))  # noqa: S314
    (line,) = root.findall(f"{SVG}line")
    assert line.get("x1") == "27.5%"
    assert line.get("stroke-dasharray")


@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=8), st.none() | st.floats(0, 50))
def test_any_trend_stays_inside_its_picture(values: list[float | None], width: float | None) -> None:
    root = drawn(points(*values, width=width))
    assert all(0 <= x <= 100 and 0 <= y <= 100 for line in lines(root) for x, y in line)
    assert len(root.findall(f"{SVG}circle")) <= sum(v is not None for v in values)


def test_an_end_of_a_range_is_drawn_where_it_is_and_not_cut() -> None:
    (band,) = drawn(points(62, 66, width=4)).iter(f"{SVG}polygon")
    places = [tuple(map(float, pair.split(","))) for pair in band.get("points", "").split()]
    assert [round(y, 1) for _, y in places] == [38.7, 16, 61.3, 84]  # 66, 70, 62 and 58, from 58 to 70
