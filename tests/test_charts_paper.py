"""Is a chart on paper the same chart? At a width in points, with its sentence as alternative text."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2
import pytest
import typst
from chart_gallery import FLOWS, GALLERY, READING, SCALE, points
from markupsafe import Markup

from scoring.reports.charts import ladder, palette, ranges, sparkline
from scoring.reports.charts.paper import Drawing, fixed, said

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</title><script>"#sys\u202e\x00&'


def pixels(drawings: list[Drawing], folder: Path) -> np.ndarray:
    """The drawings under each other on one page without margins, as a PDF/UA-1 shows them: a pixel a point."""
    (folder / "drawings.json").write_text(json.dumps([asdict(d) for d in drawings]))
    (folder / "page.typ").write_text(
        '#set document(title: "Charts")\n#set page(width: 400pt, height: auto, margin: 0pt)\n#set block(spacing: 0pt)\n'
        '#for d in json("drawings.json") {image(bytes(d.svg), format: "svg", alt: d.said, width: d.width * 1pt)}'
    )
    made = typst.compile(folder / "page.typ", format="pdf", pdf_standards=["ua-1"])
    return np.asarray(pypdfium2.PdfDocument(made)[0].render().to_numpy())[:, :, ::-1][:, :, :3]


def of_colour(page: np.ndarray, colour: str) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns of the pixels that have the colour, nearly."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    rows, columns = np.nonzero(np.abs(page.astype(int) - wanted).max(axis=2) < 12)
    return rows, columns


@pytest.mark.parametrize("name", GALLERY)
def test_every_chart_has_a_size_and_says_the_same_sentence(name: str) -> None:
    for picture in GALLERY[name]():
        drawing = fixed(picture, 300)
        page, paper = (ET.fromstring(text) for text in (picture, drawing.svg))  # noqa: S314  our own text
        assert drawing.said == said(picture) == page.findtext(f"{SVG}title")
        assert (paper.get("width"), paper.get("height")) == ("400.00", page.get("height"))
        assert paper.get("viewBox") == f"0 0 400.00 {page.get('height')}"
        assert (drawing.width, drawing.height) == (300, 0.75 * float(page.get("height", "0")))
        assert "vector-effect" not in drawing.svg
        assert not list(paper.iter(f"{SVG}svg"))[1:]


def test_tick_labels_are_there_only_where_they_are_asked_for() -> None:
    bar = ranges.range_bar(SCALE, READING, "Ana")
    assert "<text" not in fixed(bar, 100).svg
    assert fixed(bar, 100, ticks=True).svg.count("<text") == len(SCALE.ticks)


def test_curves_stand_where_they_stood_on_the_page() -> None:
    picture = sparkline.sparkline(points(62, 66, None, 61, 72.6), "Score")
    there = [re.findall(r'points="([^"]*)"', text) for text in (picture, fixed(picture, 75).svg)]
    for stretched, true in zip(*there, strict=True):
        for one, other in zip(stretched.split(), true.split(), strict=True):
            (x, y), (across, down) = (tuple(map(float, pair.split(","))) for pair in (one, other))
            assert across == pytest.approx(x, abs=0.01)  # 75 points are 100 pixels
            assert down == pytest.approx(y * 28 / 100, abs=0.01)


def test_on_paper_the_dot_stands_at_the_score_and_the_bar_from_end_to_end(tmp_path: Path) -> None:
    page = pixels([fixed(ranges.range_bar(SCALE, READING, HOSTILE), 400)], tmp_path)
    assert page.shape[1] == 400
    _, dot = of_colour(page, palette.DOT)
    _, bar = of_colour(page, palette.RANGE)
    low, score, high = (4 * SCALE.at(v) for v in (READING.low or 0, READING.value or 0, READING.high or 0))
    assert dot.mean() == pytest.approx(score, abs=1)
    assert (bar.min(), bar.max()) == pytest.approx((low, high), abs=1.5)


def test_on_paper_a_wide_curve_is_as_thin_as_a_narrow_one(tmp_path: Path) -> None:
    flat = sparkline.sparkline(points(70, 70, 70), "Score")
    rows, columns = of_colour(pixels([fixed(flat, 400, pixel=4)], tmp_path), palette.ACCENT)
    assert 5 <= rows[columns == 100].size <= 7  # 1.5 pixels of 4 points


def test_bands_of_a_ladder_keep_their_colours_on_paper(tmp_path: Path) -> None:
    page = pixels([fixed(ladder.ladder(FLOWS), 400)], tmp_path)
    for colour in (palette.UP, palette.DOWN, palette.PALE, palette.DOT):
        assert of_colour(page, colour)[0].size > 50


def test_a_hostile_name_is_text_in_the_sentence() -> None:
    drawing = fixed(ranges.range_bar(SCALE, READING, HOSTILE), 100)
    assert drawing.said.startswith('</title><script>"#sys&: 72.6')
    assert "<script" not in drawing.svg


def test_only_our_own_pictures_are_taken() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        fixed(Markup('<svg width="10" height="5"/>'), 100)
