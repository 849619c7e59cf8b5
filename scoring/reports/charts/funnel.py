"""Who lies beyond what chance does to a book of that size? A funnel: a dot for each book, lines that narrow with size.

In place of a table of ranks: Spiegelhalter 2005.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from scoring.numbers import fixed, percent
from scoring.peers.books import Vector
from scoring.peers.funnel import INNER, OUTER, around_rate, around_ratio
from scoring.peers.limits import exact
from scoring.reports.charts import palette, svg
from scoring.reports.charts.scale import Scale, zoomed
from scoring.reports.names import cleaned

HEIGHT = 250
_TOP, _FOOT = 6.0, 86.0
"""Per cent of the height between which values lie."""
_STEPS = 100
_MOST_TIMES = 4.0
"""Ratios above it are drawn at the edge."""

_INNER_LINES = 2
"""The first of the lines are the inner ones."""

Curve = Sequence[tuple[float, float]]
Axes = tuple[Scale, Scale]
"""From left to right, and from below."""
Shown = Callable[[float], str]
"""How a value is written."""


@dataclass(frozen=True, slots=True)
class Book:
    """A dot: whose book it is, how large, its value, and between which lines it lies: 0 within all, 2 outside all."""

    name: str
    size: float
    value: float
    beyond: int = 0


def of_ratios(books: Sequence[Book]) -> Markup:
    """Lost accounts over expected, by how many were expected."""
    across = zoomed([0.0, *(b.size for b in books)])
    most = min(max([2.0, *(b.value for b in books)]), _MOST_TIMES)
    up = zoomed([0.0, most], ticks=4)
    count = np.geomspace(0.05, 4 * across.high + 10, 8 * _STEPS)
    lines = [_through(count / line, line, across) for c in (INNER, OUTER) for line in around_ratio(count, c)]
    return _drawn(books, lines, 1.0, (across, up), fixed)


def of_rates(books: Sequence[Book], rate: float) -> Markup:
    """Rates of accounts kept, by how many accounts there were."""
    across = zoomed([0.0, *(b.size for b in books)])
    up = zoomed([rate, *(b.value for b in books)], within=(0.0, 1.0), ticks=4)
    of = np.linspace(across.high / _STEPS, across.high, _STEPS)
    lines = [
        list(zip(of.tolist(), line.tolist(), strict=True)) for c in (INNER, OUTER) for line in around_rate(rate, of, c)
    ]
    return _drawn(books, lines, rate, (across, up), percent)


def beyond_ratio(count: Vector, expected: Vector) -> list[int]:
    """How many of the two pairs of lines each count lies outside of, for what was expected."""
    outside = [(expected < low) | (expected > high) for low, high in (exact(count, c) for c in (INNER, OUTER))]
    return [int(n) for n in np.sum(outside, axis=0)]


def beyond_rate(value: Vector, of: Vector, rate: float) -> list[int]:
    """The same of rates."""
    outside = [(value < low) | (value > high) for low, high in (around_rate(rate, of, c) for c in (INNER, OUTER))]
    return [int(n) for n in np.sum(outside, axis=0)]


def sentence(books: Sequence[Book]) -> str:
    """How many lie where, and how many chance alone would put there."""
    n, apart, far = len(books), sum(b.beyond > 0 for b in books), sum(b.beyond > 1 for b in books)
    further = (
        f", {far} of them outside the outer ones, too" if far else ", though within the outer ones" if apart else ""
    )
    outside = f"{apart or 'none'} outside{further}"
    usual = f"by chance alone about {fixed(n * (1 - INNER))} would be outside the inner ones"
    verb = "book lies" if n == 1 else "books lie"
    return f"{n - apart} of {n} {verb} within the inner lines and {outside}; {usual}."


def _through(x: Vector, y: Vector, across: Scale) -> Curve:
    """The line through the points, at even steps of the axis, from where it begins."""
    even = np.linspace(max(across.low, float(x[0])), across.high, _STEPS)
    return list(zip(even.tolist(), np.interp(even, x, y).tolist(), strict=True))


def _drawn(books: Sequence[Book], lines: Sequence[Curve], usual: float, axes: Axes, shown: Shown) -> Markup:
    across, up = axes
    y = _height(up, usual)
    return svg.picture(
        sentence(books),
        *(_level(up, tick, shown) for tick in up.ticks),
        f'<line x1="0%" x2="100%" y1="{y:.2f}%" y2="{y:.2f}%" stroke="{palette.INK}" stroke-dasharray="2 2"/>',
        _curves(lines, axes),
        *(_dot(across.at(b.size), _height(up, b.value), b, shown) for b in books),
        *(svg.words(across.at(t), fixed(t, across.places), y="97%") for t in across.ticks),
        height=HEIGHT,
    )


def _height(scale: Scale, value: float) -> float:
    """The place of the value in per cent of the height, from above; what lies outside stands at the edge."""
    inside = min(max(value, scale.low), scale.high)
    return _FOOT - (_FOOT - _TOP) * (inside - scale.low) / (scale.high - scale.low)


def _level(up: Scale, tick: float, shown: Shown) -> str:
    """A thin line across, with its value above it."""
    y = _height(up, tick)
    line = f'<line x1="0%" x2="100%" y1="{y:.2f}%" y2="{y:.2f}%" stroke="{palette.GRID}"/>'
    return line + svg.words(0, shown(tick), y=f"{y - 1:.2f}%", anchor="start")


def _curves(lines: Sequence[Curve], axes: Axes) -> str:
    """The limits; the inner ones in dashes."""
    across, up = axes
    drawn = []
    for n, line in enumerate(lines):
        within = ((x, y) for x, y in line if across.low <= x <= across.high and up.low <= y <= up.high)
        dashes = ' stroke-dasharray="5 3"' if n < _INNER_LINES else ""
        drawn.append(svg.curve(((across.at(x), _height(up, y)) for x, y in within), dashes))
    return svg.stretched(*drawn, looks=f'fill="none" stroke="{palette.RANGE}" stroke-width="1.25"')


def _dot(x: float, y: float, book: Book, shown: Shown) -> str:
    """A filled dot, and a ring around it where it lies outside the lines."""
    said, at = escape(cleaned(f"{book.name}: {shown(book.value)}")), f'cx="{x:.2f}%" cy="{y:.2f}%"'
    ring = f'<circle {at} r="8" fill="none" stroke="{palette.DOWN}" stroke-width="{1.25 * book.beyond}"/>'
    dot = f'<circle {at} r="4.5" fill="{palette.DOT}"><title>{said}</title></circle>'
    return f"{ring if book.beyond else ''}{dot}"
