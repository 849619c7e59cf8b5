"""Do many small pictures on one page say what each says alone, with what they share drawn once?"""

import re

from sample_cards import HOSTILE

from scoring.reports.charts.ranges import Reading, points_scale, range_bar
from scoring.reports.charts.sparkline import Point, sparkline
from scoring.web.pages.lean import Shared

READINGS = [Reading(62.25, 55.5, 70, 58.04, 50), Reading(48, 40, 56, 47, 50), Reading(None, None, None, None, 50)]
SCALE = points_scale(READINGS)


def test_grid_labels_dots_and_rings_are_drawn_once_and_stand_where_they_stood() -> None:
    shared = Shared()
    first, second, without = (shared.lean(range_bar(SCALE, r, "Ann")) for r in READINGS)
    assert [text.count("<use") for text in (first, second, without)] == [5, 5, 3]
    assert [str(shared.once).count(f"<{kind} id=") for kind in ("g", "line", "circle")] == [2, 1, 2]
    places = re.findall(r'<circle cx="([\d.]+)%"', range_bar(SCALE, READINGS[0], "Ann"))
    said = re.findall(r'<use href="#(\w+)" x="([\d.]+)%"/>', first)
    assert [round(float(x), 1) for x in places] == [float(x) for _, x in said[1:]]
    assert all(f'id="{name}"' in shared.once for name, _ in said)
    assert len(first) < len(range_bar(SCALE, READINGS[0], "Ann")) / 2


def test_a_bar_keeps_its_ends_and_a_picture_what_it_says() -> None:
    made = Shared().lean(range_bar(SCALE, READINGS[0], HOSTILE))
    assert f'x1="{SCALE.at(55.5):.1f}%"' in made
    assert re.findall(r"<title>.*</title>", made) == re.findall(
        r"<title>.*</title>", range_bar(SCALE, READINGS[0], HOSTILE)
    )
    assert "<script" not in made


def test_a_line_over_periods_keeps_its_points_to_a_tenth() -> None:
    points = [Point("2026-Q1", 50.5), Point("2026-Q2", 53.25), Point("2026-Q3", 51.0)]
    alone, made = sparkline(points, "Ann 59.30, 7.50 %"), Shared().lean(sparkline(points, "Ann 59.30, 7.50 %"))
    line = r'points="([^"]*)"'
    before, after = (re.search(line, text) for text in (alone, made))
    assert before is not None
    assert after is not None
    exact = [float(n) for n in re.split("[ ,]", before[1])]
    assert [float(n) for n in re.split("[ ,]", after[1])] == [round(n, 1) for n in exact]
    assert "Ann 59.30, 7.50 %" in made
