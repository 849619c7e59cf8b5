"""Do charts show what they say?"""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from chart_gallery import BOOKS, FLOWS, GALLERY, HEAT, READING, points
from hypothesis import given
from hypothesis import strategies as st

from scoring.numbers import in_parts, with_rest
from scoring.reports.charts import palette, ranges, waterfall
from scoring.reports.charts.ranges import Reading
from scoring.reports.charts.scale import zoomed

SVG = "{http://www.w3.org/2000/svg}"


def _parsed(picture: str) -> ET.Element:
    root = ET.fromstring(picture)  # noqa: S314  our own text
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    return root


@pytest.mark.parametrize("name", GALLERY)
def test_every_chart_is_well_formed_and_says_a_sentence(name: str) -> None:
    for picture in GALLERY[name]():
        _parsed(picture)


@pytest.mark.parametrize("data", [READING, BOOKS[0], FLOWS[2], HEAT, points(62, None, width=4)[0]])
def test_what_a_chart_shows_is_there_as_plain_data(data: Any) -> None:
    plain = json.loads(json.dumps(asdict(data), default=str))
    assert list(plain) == [f.name for f in fields(data)]


def test_a_range_bar_has_a_dot_a_ring_a_bar_and_a_dashed_line_of_the_peers() -> None:
    root = _parsed(ranges.range_bar(ranges.points_scale([READING]), READING, "Tomás"))
    dot, ring = root.findall(f"{SVG}circle")[::-1]
    assert (dot.get("fill"), ring.get("fill")) == (palette.DOT, palette.PAPER)
    assert [line.get("stroke") for line in root.findall(f"{SVG}line")] == [palette.RANGE, palette.INK]
    assert root.findall(f"{SVG}line")[1].get("stroke-dasharray")
    assert root.findtext(f"{SVG}title") == ("Tomás: 72.6, likely 70 to 76, before 70.2, peer median 66.0.")


def test_what_is_not_known_is_not_drawn() -> None:
    root = _parsed(ranges.range_bar(ranges.points_scale([READING]), Reading(peers=66.0), "Nobody"))
    assert not root.findall(f"{SVG}circle")
    assert root.findtext(f"{SVG}title") == "Nobody: not scored, peer median 66.0."


def test_a_hostile_name_is_text_in_a_chart() -> None:
    picture = ranges.range_bar(ranges.points_scale([READING]), READING, "</title><script>\u202e\x00&")
    assert _parsed(picture).findtext(f"{SVG}title", "").startswith("</title><script>&:")
    assert "<script" not in picture


def test_the_axis_is_zoomed_to_the_data_with_round_ends() -> None:
    scale = zoomed([69.8, 76.1, 66.0], within=(0, 100))
    assert (scale.low, scale.high, scale.step) == (65, 80, 5)
    assert zoomed([2, 98], within=(0, 100)).ticks == (0, 20, 40, 60, 80, 100)
    assert zoomed([50.0]).low < 50 < zoomed([50.0]).high
    assert (zoomed([], within=(0, 100)).low, zoomed([], within=(0, 100)).high) == (0, 100)


@pytest.mark.parametrize(
    ("ends", "labels"),
    [
        ((20, 70), ["20", "30", "40", "50", "60", "70"]),
        ((-215, 310), ["−400", "0", "400"]),
        ((-1900, 1900), ["−2,000", "0", "2,000"]),
        ((49.7, 50.3), ["49.6", "50.0", "50.4"]),
        ((0.001, 0.004), ["0.001", "0.003"]),
    ],
)
def test_labels_of_an_axis_are_told_apart_and_none_stands_on_another(ends: Sequence[float], labels: list[str]) -> None:
    picture = _parsed(ranges.axis(zoomed(ends)))
    assert [text.text for text in picture.iter(f"{SVG}text")] == labels


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=8))
def test_every_value_lies_inside_its_axis(values: list[float]) -> None:
    scale = zoomed(values)
    assert scale.low < scale.high
    places = [scale.at(v) for v in sorted(values)]
    assert places == sorted(places)
    assert all(2 <= p <= 98 for p in places)
    assert 2 <= len(scale.ticks) <= 12


def test_a_waterfall_walks_from_level_to_level() -> None:
    walk = waterfall.steps(Decimal("70.2"), [("a", Decimal("1.7")), ("b", Decimal("-0.3"))])
    assert [(s.start, s.end) for s in walk] == [
        (Decimal("70.2"), Decimal("71.9")),
        (Decimal("71.9"), Decimal("71.6")),
    ]


def test_the_ends_of_a_waterfall_are_marks_and_not_bars() -> None:
    scale = zoomed([70.2, 72.6])
    for is_now in (False, True):
        root = _parsed(waterfall.level(scale, Decimal("70.2"), "Score: 70.2", is_now=is_now))
        assert len(root.findall(f"{SVG}circle")) == 1
        assert not root.findall(f"{SVG}rect")
        assert all(line.get("x1") == line.get("x2") for line in root.findall(f"{SVG}line"))


@given(st.lists(st.decimals(-50, 50, places=4), min_size=1, max_size=9), st.integers(-1, 1))
def test_printed_parts_add_up_to_the_printed_whole(values: list[Decimal], off: int) -> None:
    whole = sum(values, Decimal(0)).quantize(Decimal("0.1")) + Decimal(off) / 10
    parts = in_parts(values, whole)
    assert sum(parts) == whole
    assert all(abs(p - v) <= Decimal("0.25") for p, v in zip(parts, values, strict=True))


def test_a_part_of_exactly_nothing_stays_nothing() -> None:
    third = Decimal("0.3333")
    assert in_parts([Decimal(0), third, third, third], Decimal("1.0"))[0] == 0
    assert in_parts([], Decimal("1.0")) == ()


def test_what_the_parts_leave_unsaid_becomes_a_part() -> None:
    assert with_rest([Decimal("1.0")], Decimal("2.5")) == (Decimal("1.0"), Decimal("1.5"))
    assert with_rest([Decimal("1.0")], Decimal("1.04")) == (Decimal("1.0"),)
