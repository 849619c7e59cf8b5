"""How is a chart written down? Marks at per cent of the width, so that text and dots keep their size.

Colours stand in attributes, not styles, for the page forbids inline styles and other writers read them.
"""

from functools import lru_cache

from markupsafe import Markup, escape

from scoring.reports.charts import palette
from scoring.reports.charts.scale import Scale
from scoring.reports.names import cleaned

FONT = "Inter, system-ui, Arial, sans-serif"


def picture(sentence: str, *marks: str, height: int) -> Markup:
    """A chart as wide as its place that says the sentence to those who do not see it."""
    said = escape(cleaned(sentence))
    return Markup(  # noqa: S704  marks hold numbers and escaped text only
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="100%" height="{height}" '
        f'overflow="visible">'
        f"<title>{said}</title>{''.join(marks)}</svg>"
    )


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


def words(x: float, text: str, *, y: str, anchor: str = "middle", kind: str = "tick") -> str:
    """A short text at a place; `kind` is a class the page may hide."""
    return (
        f'<text class="{kind}" x="{x:.2f}%" y="{y}" text-anchor="{anchor}" font-family="{FONT}" '
        f'font-size="11" fill="{palette.MUTED}">{escape(text)}</text>'
    )
