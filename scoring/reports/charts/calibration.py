"""Did as much come as was forecast? A dot for each tenth of the accounts, and the line on which forecasts are right.

Both axes grow with the square root, so that small accounts can be told apart beside large ones.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from scoring.reports.charts import palette, svg

HEIGHT = 320
_LEFT, _RIGHT, _TOP, _FOOT = 15.0, 96.0, 5.0, 84.0
"""Per cent of the width and the height in which the dots lie; the rest is for the axes."""
_PARTS = (1 / 16, 1 / 4, 1.0)


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the accounts: the mean forecast, and the mean of what came."""

    forecast: float
    actual: float


def calibration(tenths: Sequence[Tenth], name: str, written: Callable[[float], str]) -> Markup:
    """The tenths as dots, forecast to the right and what came upwards, with the diagonal on which both are alike.

    `written` is how an amount is printed.
    """
    most = max((max(t.forecast, t.actual) for t in tenths), default=0.0) or 1.0
    ticks = _ticks(most)
    marks = [
        *(_grid(_place(tick, most)) for tick in ticks),
        _diagonal(),
        *(_dot(_place(t.forecast, most), _place(t.actual, most)) for t in tenths),
        *(_labels(_place(tick, most), written(tick)) for tick in ticks),
        svg.words(_RIGHT, "mean forecast of a tenth", y="97%", anchor="end"),
        svg.words(_LEFT, "mean of what came", y="3.4%", anchor="start"),
    ]
    return svg.picture(f"{name}: {_said(tenths, written)}", *marks, height=HEIGHT)


def _said(tenths: Sequence[Tenth], written: Callable[[float], str]) -> str:
    if not tenths:
        return "no accounts."
    low, high = tenths[0], tenths[-1]
    return (
        f"from the lowest tenth, forecast {written(low.forecast)} and came {written(low.actual)}, to the highest, "
        f"forecast {written(high.forecast)} and came {written(high.actual)}; on the line both are alike."
    )


def _place(value: float, most: float) -> float:
    """Where the value lies between nothing (0) and the most (1)."""
    return math.sqrt(min(max(value, 0.0), most) / most)


def _ticks(most: float) -> list[float]:
    return [0.0, *sorted({_round_below(most * part) for part in _PARTS})]


def _round_below(value: float) -> float:
    size = 10.0 ** math.floor(math.log10(value))
    return max(m * size for m in (1, 2, 5) if m * size <= value * 1.001)


def _across(place: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * place


def _up(place: float) -> float:
    return _FOOT - (_FOOT - _TOP) * place


def _grid(place: float) -> str:
    x, y = _across(place), _up(place)
    return (
        f'<line x1="{x:.2f}%" x2="{x:.2f}%" y1="{_TOP}%" y2="{_FOOT}%" stroke="{palette.GRID}"/>'
        f'<line x1="{_LEFT}%" x2="{_RIGHT}%" y1="{y:.2f}%" y2="{y:.2f}%" stroke="{palette.GRID}"/>'
    )


def _diagonal() -> str:
    return (
        f'<line x1="{_LEFT}%" x2="{_RIGHT}%" y1="{_FOOT}%" y2="{_TOP}%" stroke="{palette.INK}" stroke-width="1.5" '
        f'stroke-dasharray="2 2"/>'
    )


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{_across(x):.2f}%" cy="{_up(y):.2f}%" r="5" fill="{palette.DOT}"/>'


def _labels(place: float, text: str) -> str:
    under = svg.words(_across(place), text, y=f"{_FOOT + 6}%")
    beside = svg.words(_LEFT - 1.5, text, y=f"{_up(place) + 1.2:.2f}%", anchor="end")
    return under + beside
