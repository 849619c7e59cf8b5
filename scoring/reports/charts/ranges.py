"""Where does a score stand, and how sure is that? Dot, ring, bar and dashed line of the peers on a shared axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from scoring.numbers import fixed, likely
from scoring.reports.charts import palette, svg
from scoring.reports.charts.scale import Scale, zoomed

POINTS = (0.0, 100.0)
_ROOM, _LETTER, _GAP = 110, 7, 4
"""Pixels of the narrowest column that has an axis above it, of a letter, and between labels."""
LEAST = 10.0
"""Points an axis shows at least."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a range bar shows, in points; what is not known is None and not drawn.

    `peers` is where they are marked, and `peers_are` what of them that is.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    previous: float | None = None
    peers: float | None = None
    peers_are: str = "peer median"

    @property
    def known(self) -> tuple[float, ...]:
        """The figures that are there."""
        return tuple(v for v in (self.value, self.low, self.high, self.previous, self.peers) if v is not None)


def points_scale(readings: list[Reading]) -> Scale:
    """One axis for all of them, zoomed to the data within 0 and 100 points, but never so far that a point is large."""
    known = [v for r in readings for v in r.known]
    if known and max(known) - min(known) < LEAST:
        middle = (max(known) + min(known)) / 2
        known += [max(POINTS[0], middle - LEAST / 2), min(POINTS[1], middle + LEAST / 2)]
    return zoomed(known, within=POINTS)


def range_bar(scale: Scale, reading: Reading, name: str) -> Markup:
    """The reading as a chart; its tick labels (class `tick`) are for places without an axis above."""
    marks = [svg.grid(scale)]
    if reading.low is not None and reading.high is not None:
        marks.append(svg.bar(scale.at(reading.low), scale.at(reading.high), colour=palette.RANGE))
    if reading.peers is not None:
        marks.append(svg.dashed(scale.at(reading.peers)))
    if reading.previous is not None:
        marks.append(svg.ring(scale.at(reading.previous)))
    if reading.value is not None:
        marks.append(svg.dot(scale.at(reading.value)))
    return svg.picture(f"{name}: {_said(reading)}.", *marks, _tick_labels(scale), height=26)


def axis(scale: Scale, unit: str = "points") -> Markup:
    """The tick labels alone, to stand above a column of charts; as many as a narrow one has room for."""
    texts = [fixed(t, scale.places) for t in scale.ticks]
    labels = [svg.words(scale.at(t), s, y="11") for t, s in zip(scale.ticks, texts, strict=True)]
    marks = labels[:: _apart(texts)]
    return svg.picture(f"Axis from {texts[0]} to {texts[-1]} {unit}, zoomed to the data.", *marks, height=14)


def axis_ends(first: str, last: str) -> Markup:
    """An axis with its ends in words only, where the words are long."""
    marks = (
        svg.words(0, first, y="11", anchor="start"),
        svg.words(100, last, y="11", anchor="end"),
    )
    return svg.picture(f"Axis from {first} to {last}, zoomed to the data.", *marks, height=14)


def key(kind: str) -> Markup:
    """A small picture of one mark, for the legend: dot, ring, bar or peers."""
    drawn = {
        "dot": ("a dot", svg.dot(50)),
        "ring": ("a ring", svg.ring(50)),
        "bar": ("a bar", svg.bar(5, 95, colour=palette.RANGE)),
        "peers": ("a dashed line", svg.dashed(50)),
    }
    said, mark = drawn[kind]
    return svg.picture(said, mark, height=16)


@lru_cache(maxsize=64)
def _tick_labels(scale: Scale) -> str:
    return svg.ticks((scale.at(t), fixed(t, scale.places)) for t in scale.ticks)


def _apart(texts: Sequence[str]) -> int:
    """Of how many labels one is written, so that none stands on another."""
    return next(n for n in range(1, len(texts) + 1) if sum(_LETTER * len(s) + _GAP for s in texts[::n]) <= _ROOM)


def _said(reading: Reading) -> str:
    told = [fixed(reading.value) if reading.value is not None else "not scored"]
    if reading.low is not None and reading.high is not None:
        told.append(f"likely {likely(reading.low, reading.high, ' to ')}")
    if reading.previous is not None:
        told.append(f"before {fixed(reading.previous)}")
    if reading.peers is not None:
        told.append(f"{reading.peers_are} {fixed(reading.peers)}")
    return ", ".join(told)
