"""How is a chart written down? Marks at per cent of the width, so that text and dots keep their size.

Colours stand in attributes, not styles, for the page forbids inline styles and other writers read them.
"""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from scoring.reports.charts import palette
from scoring.reports.charts.scale import Scale
from scoring.reports.names import cleaned

FONT = "Inter, system-ui, Arial, sans-serif"
_SMALL = f'font-family="{FONT}" font-size="11"'

OPENING = '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
ROOT = f'{OPENING}width="100%" '
"""How every picture begins: as wide as its place."""

STRETCHED = '<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none"'
"""How a canvas of 100 by 100 over the whole picture begins."""


def picture(sentence: str, *marks: str, height: int) -> Markup:
    """A chart as wide as its place that says the sentence to those who do not see it."""
    said = escape(cleaned(sentence))
    return Markup(  # noqa: S704  marks hold numbers and escaped text only
        f'{ROOT}height="{height}" overflow="visible"><title>{said}</title>{"".join(marks)}</svg>'
    )


def stretched(*shapes: str, looks: str) -> str:
    """Curves and areas on a canvas of 100 by 100 that is stretched over the picture, while their strokes are not."""
    return f"{STRETCHED} {looks}>{''.join(shapes)}</svg>"


def curve(points: Iterable[tuple[float, float]], looks: str = "") -> str:
    """A line through the points, for the stretched canvas."""
    return f'<polyline points="{_places(points)}" vector-effect="non-scaling-stroke"{looks}/>'


def area(points: Iterable[tuple[float, float]]) -> str:
    """What the points go around, for the stretched canvas."""
    return f'<polygon points="{_places(points)}" vector-effect="non-scaling-stroke"/>'


def _places(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def upright(x: float, *, top: int = 0, foot: int = 100) -> str:
    """A thin line from top to foot (per cent of the height)."""
    return f'<line x1="{x:.2f}%" x2="{x:.2f}%" y1="{top}%" y2="{foot}%" stroke="{palette.MUTED}"/>'


@lru_cache(maxsize=64)
def grid(scale: Scale) -> str:
    """Thin lines at the ticks, over the whole height."""
    lines = (f'<line x1="{x:.2f}%" x2="{x:.2f}%" y2="100%"/>' for x in map(scale.at, scale.ticks))
    return f'<g stroke="{palette.GRID}">{"".join(lines)}</g>'


def bar(x1: float, x2: float, *, colour: str) -> str:
    """A thick line between two places at half the height; its ends are square and exact."""
    return f'<line x1="{x1:.2f}%" x2="{x2:.2f}%" y1="50%" y2="50%" stroke="{colour}" stroke-width="7"/>'


def dot(x: float) -> str:
    """This period: a filled dot."""
    return f'<circle cx="{x:.2f}%" cy="50%" r="4.5" fill="{palette.DOT}"/>'


def ring(x: float) -> str:
    """The period before: a ring wide enough to be seen around a dot."""
    return f'<circle cx="{x:.2f}%" cy="50%" r="6" fill="{palette.PAPER}" stroke="{palette.MUTED}" stroke-width="1.25"/>'


def dashed(x: float) -> str:
    """The peers: a dashed line over the whole height."""
    return (
        f'<line x1="{x:.2f}%" x2="{x:.2f}%" y2="100%" stroke="{palette.INK}" '
        f'stroke-width="1.5" stroke-dasharray="2 2"/>'
    )


def words(x: float, text: str, *, y: str, anchor: str = "middle", colour: str = palette.MUTED) -> str:
    """A short text at a place, of class `axis`: the page may give it another size."""
    return (
        f'<text class="axis" x="{x:.2f}%" y="{y}" text-anchor="{anchor}" {_SMALL} fill="{colour}">{escape(text)}</text>'
    )


def ticks(placed: Iterable[tuple[float, str]]) -> str:
    """Labels at the foot, for a chart without an axis above it; the page may hide them (class `tick`)."""
    texts = "".join(f'<text x="{x:.2f}%" y="98%">{escape(text)}</text>' for x, text in placed)
    return f'<g class="tick" text-anchor="middle" {_SMALL} fill="{palette.MUTED}">{texts}</g>'
