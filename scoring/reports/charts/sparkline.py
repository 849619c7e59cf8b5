"""How did it come along? A small line over the last periods, broken where a period has no score, its end a dot."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from scoring.numbers import fixed
from scoring.reports.charts import palette, svg

HEIGHT = 28
MOST = 8
"""Periods that are shown; of more, the last."""

_LEFT, _RIGHT, _TOP, _FOOT = 5.0, 95.0, 16.0, 84.0
"""Per cent of the width and the height between which the line lies, so that the dot at its end is whole."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """A period with its value and likely range; what is not known is None."""

    period: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


def sparkline(
    points: Sequence[Point],
    name: str,
    *,
    written: Callable[[float], str] = fixed,
    least: float = 0.0,
    changed: Collection[str] = (),
) -> Markup:
    """The points as a line, the earliest first, with a faint band where they have ranges.

    `written` is how a value is printed; `least` the height of the picture at least, in the values' unit, so that
    noise is not drawn as a mountain; `changed` the periods from which other rules hold, marked by a dashed line.
    """
    shown = points[-MOST:]
    place = _placing(shown, least)
    marks = [
        svg.stretched(*_bands(shown, place), looks=f'fill="{palette.PALE}" stroke="none"'),
        *(_seam(n, len(shown)) for n, p in enumerate(shown) if n and p.period in changed),
        svg.stretched(*_lines(shown, place), looks=f'fill="none" stroke="{palette.ACCENT}" stroke-width="1.5"'),
        *_dots(shown, place),
    ]
    return svg.picture(f"{name}: {sentence(shown, written, changed)}", *marks, height=HEIGHT)


def sentence(points: Sequence[Point], written: Callable[[float], str] = fixed, changed: Collection[str] = ()) -> str:
    """First, last, lowest and highest with their periods, and where there is no score or other rules hold."""
    known = [(p.value, p) for p in points if p.value is not None]
    without = [p.period for p in points if p.value is None]
    if not known:
        return f"no score from {without[0]} to {without[-1]}." if without else "no periods."

    def told(what: str, which: tuple[float, Point]) -> str:
        return f"{what}{written(which[0])} in {which[1].period}"

    if len(known) == 1:
        parts = [told("", known[0])]
    else:
        low, high = min(known, key=lambda v: v[0]), max(known, key=lambda v: v[0])
        parts = [told("first ", known[0]), told("last ", known[-1]), told("lowest ", low), told("highest ", high)]
    said = ", ".join(parts)
    said += f"; no score in {_listed(without)}" if without else ""
    since = [p.period for p in points[1:] if p.period in changed]
    return f"{said}; other rules from {_listed(since)}." if since else f"{said}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _placing(points: Sequence[Point], least: float) -> Callable[[int, float], Place]:
    """Where the value of the n-th point stands, in per cent of the width and the height."""
    known = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = max(high - low, least) or 1.0
    foot, last = (low + high - span) / 2, len(points) - 1

    def place(n: int, value: float) -> Place:
        part = min(max((value - foot) / span, 0.0), 1.0)
        return _across(n, last), _FOOT - (_FOOT - _TOP) * part

    return place


def _across(n: float, last: int) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (n / last if last else 1.0)


def _runs(known: Sequence[bool]) -> Iterator[range]:
    """The stretches without a gap."""
    start = 0
    for n, is_known in enumerate([*known, False]):
        if not is_known:
            if n > start:
                yield range(start, n)
            start = n + 1


def _lines(points: Sequence[Point], place: Callable[[int, float], Place]) -> Iterator[str]:
    values = [p.value for p in points]
    for run in _runs([v is not None for v in values]):
        if len(run) > 1:
            yield svg.curve(place(n, v) for n in run if (v := values[n]) is not None)


def _bands(points: Sequence[Point], place: Callable[[int, float], Place]) -> Iterator[str]:
    ranges = [None if p.low is None or p.high is None or p.value is None else (p.low, p.high) for p in points]
    for run in _runs([r is not None for r in ranges]):
        there = [(n, r) for n in run if (r := ranges[n]) is not None]
        if len(run) > 1:
            yield svg.area(
                [*(place(n, high) for n, (_, high) in there), *(place(n, low) for n, (low, _) in there[::-1])]
            )


def _dots(points: Sequence[Point], place: Callable[[int, float], Place]) -> Iterator[str]:
    """A dot for the last score, and small ones for those that stand alone between gaps."""
    runs = list(_runs([p.value is not None for p in points]))
    last = runs[-1][-1] if runs else None
    alone = [run[0] for run in runs if len(run) == 1 and run[0] != last]
    for n, radius in (*((n, 1.75) for n in alone), *(((last, 3.5),) if last is not None else ())):
        value = points[n].value
        if value is not None:
            x, y = place(n, value)
            yield f'<circle cx="{x:.1f}%" cy="{y:.1f}%" r="{radius}" fill="{palette.DOT}"/>'


def _seam(n: int, count: int) -> str:
    """Between the n-th point and the one before: from here on other rules hold."""
    x = _across(n - 0.5, count - 1)
    return (
        f'<line x1="{x:.1f}%" x2="{x:.1f}%" y2="100%" stroke="{palette.MUTED}" stroke-width="1" '
        f'stroke-dasharray="2 2"/>'
    )
