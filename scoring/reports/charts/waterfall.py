"""How did it get from there to here? One row a step, each bar beginning where the one before ended.

The axis is zoomed, so the two ends are marks on a line, not bars: a bar would have to begin at zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from markupsafe import Markup

from scoring.reports.charts import palette, svg
from scoring.reports.charts.scale import Scale, zoomed


@dataclass(frozen=True, slots=True)
class Step:
    """One move from a level to the next, as printed."""

    label: str
    move: Decimal
    start: Decimal
    end: Decimal


def steps(opening: Decimal, moves: Sequence[tuple[str, Decimal]]) -> tuple[Step, ...]:
    """The moves one after the other; the last one ends at the opening plus all of them."""
    levels = list(accumulate((m for _, m in moves), initial=opening))
    return tuple(
        Step(label, move, start, end) for (label, move), start, end in zip(moves, levels, levels[1:], strict=False)
    )


def levels_scale(opening: Decimal, walk: Sequence[Step]) -> Scale:
    """An axis zoomed to every level the walk touches."""
    return zoomed([float(opening), *(float(s.end) for s in walk)], ticks=4)


def level(scale: Scale, value: Decimal, sentence: str, *, is_now: bool) -> Markup:
    """An end of the walk: a ring where it began, a dot where it is now, on the line of that level."""
    x = scale.at(float(value))
    line = svg.upright(x, top=0 if is_now else 50, foot=50 if is_now else 100)
    return svg.picture(sentence, svg.grid(scale), line, (svg.dot if is_now else svg.ring)(x), height=22)


def step(scale: Scale, move: Step, sentence: str) -> Markup:
    """One move: a bar from level to level, with thin lines to the rows above and below."""
    start, end = scale.at(float(move.start)), scale.at(float(move.end))
    colour = palette.UP if move.move > 0 else palette.DOWN if move.move < 0 else palette.MUTED
    marks = [
        svg.grid(scale),
        svg.upright(start, foot=50),
        svg.upright(end, top=50),
        svg.bar(*_visible(start, end), colour=colour),
    ]
    return svg.picture(sentence, *marks, height=22)


def _visible(start: float, end: float) -> tuple[float, float]:
    wanting = max(0.0, 0.8 - abs(end - start)) / 2
    return min(start, end) - wanting, max(start, end) + wanting
