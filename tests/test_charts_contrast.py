"""Can all that a chart means be seen, on paper and on a panel? WCAG 2.2: 3 to 1 for marks, 4.5 to 1 for words."""

import inspect
import pkgutil
from dataclasses import dataclass, field
from importlib import import_module
from xml.etree import ElementTree as ET

import pytest
from chart_gallery import GALLERY, TABLES
from markupsafe import Markup

from scoring.reports import charts
from scoring.reports.charts import palette, sheet

SVG = "{http://www.w3.org/2000/svg}"
MARK, WORD = 3.0, 4.5
WIDTH = 400.0
GROUND_FROM = 5.0
"""Pixels of a stroke that others can lie on."""


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@dataclass
class Looked:
    """What was found on a picture: what cannot be seen, how much was looked at, and what others lie on."""

    height: float
    unseen: list[str] = field(default_factory=list)
    marks: int = 0
    grounds: list[tuple[float, float, float, float, str]] = field(default_factory=list)

    def at(self, element: ET.Element, name: str) -> float:
        text, whole = element.get(name, "0"), WIDTH if name in ("x", "x1", "x2", "cx", "width") else self.height
        return float(text[:-1]) / 100 * whole if text.endswith("%") else float(text)


def looked_at(picture: Markup) -> Looked:
    """Every mark and word of the picture, in the order of painting, held against what it lies on."""
    root = ET.fromstring(picture)  # noqa: S314  our own text
    found = Looked(float(root.get("height", "0")))
    _walk(root, {}, found)
    return found


def _walk(element: ET.Element, inherited: dict[str, str], found: Looked) -> None:
    looks = inherited | {k: v for k in ("fill", "stroke", "stroke-width") if (v := element.get(k))}
    tag = element.tag.removeprefix(SVG)
    if tag in ("rect", "line", "circle", "text", "polyline", "polygon"):
        found.marks += 1
        _judge(element, tag, looks, found)
    for child in element:
        _walk(child, looks, found)


def _judge(element: ET.Element, tag: str, looks: dict[str, str], found: Looked) -> None:
    x, y, box = _where(element, tag, looks, found)
    below = [colour for x1, y1, x2, y2, colour in found.grounds if x1 <= x <= x2 and y1 <= y <= y2][-1:]
    grounds = below or [palette.PAPER, palette.SOFT]
    painted = ("fill",) if tag == "text" else ("stroke",) if tag in ("line", "polyline") else ("fill", "stroke")
    colours = [c for p in painted if (c := looks.get(p, "#000000" if p == "fill" else "none")) != "none"]
    if box:
        found.grounds.append((*box, colours[0]))
    if tag == "rect" and colours[0] in palette.SHADES:
        return
    meant = colours if tag == "text" else [c for c in colours if c not in palette.FAINT]
    least = WORD if tag == "text" else MARK
    if meant and any(max(contrast(c, ground) for c in meant) < least for ground in grounds):
        found.unseen.append(f"{tag} {meant} on {grounds}")


def _where(
    element: ET.Element, tag: str, looks: dict[str, str], found: Looked
) -> tuple[float, float, tuple[float, float, float, float] | None]:
    """The middle of the element, and its box where others can lie on it."""
    if tag == "rect":
        x, y, w, h = (found.at(element, n) for n in ("x", "y", "width", "height"))
        return x + w / 2, y + h / 2, (x, y, x + w, y + h)
    if tag == "line":
        x1, x2, y1, y2 = (found.at(element, n) for n in ("x1", "x2", "y1", "y2"))
        half = float(looks.get("stroke-width", "1")) / 2
        box = (min(x1, x2), y1 - half, max(x1, x2), y1 + half) if 2 * half >= GROUND_FROM and y1 == y2 else None
        return (x1 + x2) / 2, (y1 + y2) / 2, box
    if tag == "circle":
        return found.at(element, "cx"), found.at(element, "cy"), None
    if tag == "text":
        return found.at(element, "x"), found.at(element, "y") - 4, None
    return -1.0, -1.0, None


def test_every_function_that_draws_is_in_the_gallery() -> None:
    drawing = set()
    for module in pkgutil.iter_modules(charts.__path__):
        found = import_module(f"{charts.__name__}.{module.name}")
        for name, function in inspect.getmembers(found, inspect.isfunction):
            is_own = function.__module__ == found.__name__ and not name.startswith("_")
            if is_own and inspect.signature(function).return_annotation is Markup:
                drawing.add(f"{module.name}.{name}")
    assert drawing - {"svg.picture"} == {*GALLERY, *TABLES}


@pytest.mark.parametrize("name", GALLERY)
def test_every_mark_and_every_word_stands_out_from_what_it_lies_on(name: str) -> None:
    for picture in GALLERY[name]():
        assert looked_at(picture).unseen == []
    assert any(looked_at(picture).marks for picture in GALLERY[name]())


@pytest.mark.parametrize(
    ("colour", "broken", "name"),
    [
        ("RANGE", "#9fc2ea", "ranges.range_bar"),
        ("RANGE", palette.DOT, "ranges.range_bar"),
        ("RANGE", "#9fc2ea", "ladder.ladder"),
        ("RANGE", "#9fc2ea", "funnel.of_ratios"),
        ("DOT", "#8896a8", "ranges.range_bar"),
        ("ACCENT", "#8ab4f0", "sparkline.sparkline"),
        ("UP", "#7cc4b8", "waterfall.step"),
        ("DOWN", "#f0a070", "ladder.ladder"),
        ("INK", "#a0a8b4", "calibration.calibration"),
    ],
)
def test_a_pale_colour_would_be_found(monkeypatch: pytest.MonkeyPatch, colour: str, broken: str, name: str) -> None:
    monkeypatch.setattr(palette, colour, broken)
    assert any(looked_at(picture).unseen for picture in GALLERY[name]())


def test_the_number_in_every_cell_of_a_heat_table_can_be_read() -> None:
    assert len(palette.SHADES) == len(palette.ON_SHADES)
    for n, (ground, word) in enumerate(zip(palette.SHADES, palette.ON_SHADES, strict=True)):
        assert contrast(word, ground) >= WORD
        assert f".heat .s{n} {{ background: {ground}; color: {word}; }}" in sheet.SHEET


def test_shades_grow_darker_with_the_value() -> None:
    shades = [luminance(shade) for shade in palette.SHADES]
    assert shades == sorted(shades, reverse=True)


def test_what_is_declared_as_faint_is_no_colour_that_means_something() -> None:
    meant = {palette.UP, palette.DOWN, palette.INK, palette.MUTED, palette.ACCENT, palette.RANGE, palette.DOT}
    assert not meant & palette.FAINT
