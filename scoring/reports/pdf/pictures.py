"""How does a chart come to stand on paper? At its width in points, with room for what hangs over its edges."""

import itertools
import math
import re
from dataclasses import asdict
from typing import Any

from markupsafe import Markup

from scoring.reports.charts.paper import PIXEL, Drawing, fixed

_ROOM = 9.0
"""Points beside a chart that its words and dots may use; the template lets them stand over its neighbours."""
_SIZE = re.compile(r'<svg ([^>]*)width="([\d.]+)" height="(\d+)" viewBox="[^"]*"')
_HALO = 'class="tick" paint-order="stroke" stroke="#f3f7fc" stroke-width="5" stroke-linejoin="round"'
"""Tick labels keep clear of the lines behind them, on the ground of the score."""
_LABEL = re.compile(r'<text class="axis"[^>]*>([^<]*)</text>')
_LETTER, _GAP = 6.5, 8
"""How wide a letter of an axis is, and the room between two labels, in pixels."""
_ENDS = 2
"""So few labels are the ends of an axis, and both stay."""
_HEIGHT = re.compile(r' height="\d+"')


def drawn(
    picture: Markup,
    width: float,
    *,
    pixel: float = PIXEL,
    tall: float | None = None,
    ticks: bool = False,
    room: float = _ROOM,
) -> dict[str, Any]:
    """The picture as the template takes it; `tall` points high where that is not its own height."""
    sized = picture if tall is None else Markup(_HEIGHT.sub(f' height="{round(tall / pixel)}"', picture, count=1))  # noqa: S704
    if ticks:
        sized = Markup(str(sized).replace('class="tick"', _HALO))  # noqa: S704
    made = fixed(_thinned(sized, width / pixel), width, ticks=ticks, pixel=pixel)
    return asdict(_roomy(made, room / pixel)) | {"room": room}


def _thinned(picture: Markup, across: float) -> Markup:
    """The picture with only every so many labels of its axis, where all of them would run together."""
    labels = _LABEL.findall(picture)
    wide = sum(len(label) * _LETTER + _GAP for label in labels)
    every, places = max(1, math.ceil(wide / across)), itertools.count()
    if every == 1 or len(labels) <= _ENDS:
        return picture
    return Markup(_LABEL.sub(lambda found: "" if next(places) % every else found[0], picture))  # noqa: S704


def _roomy(made: Drawing, room: float) -> Drawing:
    """The drawing within a canvas that is so much wider on both sides, as what lies outside of it is cut off."""

    def wider(found: re.Match[str]) -> str:
        about, width, height = found.groups()
        across = float(width) + 2 * room
        outer = f'<svg {about}width="{across:.2f}" height="{height}" viewBox="{-room:.2f} 0 {across:.2f} {height}">'
        return f'{outer}<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}"'

    return Drawing(f"{_SIZE.sub(wider, made.svg, count=1)}</svg>", made.said, made.width, made.height)
