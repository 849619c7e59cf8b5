"""How does a chart get onto paper? The same picture at a width in points, for writers that know no width of a page."""

import re
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup

from scoring.reports.charts import svg

PIXEL = 0.75
"""Points that a pixel of the page takes on paper, so that the small print of a chart (11 pixels) is 8¼ points."""

_ROOT = re.compile(re.escape(svg.ROOT) + r'height="(\d+)"')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_TICKS = re.compile(r'<g class="tick".*?</g>', re.DOTALL)
_STRETCHED = re.compile(re.escape(svg.STRETCHED) + r"(.*?)</svg>", re.DOTALL)
_POINTS = re.compile(r'points="([^"]*)"')
_NO_SCALING = ' vector-effect="non-scaling-stroke"'


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart for paper: the SVG, the sentence it says in words, and its size in points."""

    svg: str
    said: str
    width: float
    height: float


def fixed(picture: Markup, width: float, *, ticks: bool = False, pixel: float = PIXEL) -> Drawing:
    """The picture at so many points of width; everything in it keeps its size, at `pixel` points a pixel.

    `ticks` keeps the tick labels, for a chart that has no axis above it. Curves are written at their true places,
    as not every writer can stretch them without their strokes.
    """
    root = _ROOT.search(picture)
    if root is None:
        raise ValueError("not a picture of svg.picture")
    across, height = width / pixel, int(root[1])
    text = str(picture) if ticks else _TICKS.sub("", str(picture))
    text = _STRETCHED.sub(lambda found: _true(found[1], across, height), text)
    size = f'width="{across:.2f}" height="{height}" viewBox="0 0 {across:.2f} {height}"'
    text = text.replace(root[0], f"{svg.OPENING}{size}", 1)
    return Drawing(text, said(picture), width, height * pixel)


def said(picture: Markup) -> str:
    """The sentence of the picture as plain text."""
    title = _TITLE.search(picture)
    return unescape(title[1]) if title else ""


def _true(marks: str, width: float, height: float) -> str:
    """Marks on the stretched canvas, in a group at their true places."""

    def placed(found: re.Match[str]) -> str:
        pairs = (pair.split(",") for pair in found[1].split())
        return f'points="{" ".join(f"{float(x) * width / 100:.2f},{float(y) * height / 100:.2f}" for x, y in pairs)}"'

    return f"<g{_POINTS.sub(placed, marks).replace(_NO_SCALING, '')}</g>"
