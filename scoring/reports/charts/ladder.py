"""What happened on the ladder? Tiers at the start to the left, at the end to the right, between them who went where.

The highest tier stands on top, so that up is up. Who is new comes from below, and who left goes down.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from scoring.numbers import compact_money
from scoring.reports.charts import palette, svg
from scoring.reports.charts.flows import DOWN, LEFT, NEW, NOTHING, UP, Flow, named, number, sentence
from scoring.reports.names import cleaned

_BODY, _HEAD, _GAP, _LEAST = 220.0, 22.0, 10.0, 28.0
"""Pixels: what all accounts take, the head, the space between tiers, and what the words of a tier need."""
_WORDS, _BAR = 27.0, 1.2
"""Per cent of the width for the words at each side, and for the bar of a tier."""
_CURVED = 20
"""Steps of a curve."""
_LONGEST = 14
"""Letters of a name that find room; the rest stands in the table."""

Rank = tuple[int, int]
"""The order of places from above: the tiers from the highest, who is on none, who is new or left."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A tier at one end: its name, how much is there, and from where to where it reaches, in pixels from above."""

    name: str
    amount: float
    top: float
    height: float

    @property
    def middle(self) -> float:
        """Half way down, where its words stand."""
        return self.top + self.height / 2

    @property
    def foot(self) -> float:
        """Where the room ends that it takes with its words."""
        return self.middle + max(self.height, _LEAST) / 2


@dataclass(frozen=True, slots=True)
class _Side:
    """How one end is looked at: where a flow is there, what it is called there, and how wide it is."""

    rank: Callable[[Flow], Rank]
    name: Callable[[Flow], str]
    width: Callable[[Flow], float]


def ladder(flows: Sequence[Flow], currency: str = "") -> Markup:
    """The flows as bands as wide as they have accounts, or with a currency as wide as what those pay at either end.

    Bands of accounts that moved are filled, up and down in their colours; the others are outlined only.
    """
    start, end = _sides(is_revenue=bool(currency))
    pixels = _BODY / max(sum(map(start.width, flows)), sum(map(end.width, flows)), 1e-9)
    before, after = (_places(flows, side, pixels) for side in (start, end))
    height = round(max((p.foot for p in (*before.values(), *after.values())), default=_HEAD) + 4)
    ends = zip(_bands(flows, start, end, before, pixels), _bands(flows, end, start, after, pixels), strict=True)
    order = sorted(zip(flows, ends, strict=True), key=lambda item: item[0].kind in (UP, DOWN))
    written = _written(currency)
    marks = [
        svg.words(_WORDS + _BAR, "At the start", y="11", anchor="end"),
        svg.words(100 - _WORDS - _BAR, "At the end", y="11", anchor="start"),
        *(_band(flow, left, right, height, currency) for flow, (left, right) in order),
        *(_tier(place, written, is_end=False) for place in before.values()),
        *(_tier(place, written, is_end=True) for place in after.values()),
    ]
    return svg.picture(sentence(flows, currency), *marks, height=height)


def _sides(*, is_revenue: bool) -> tuple[_Side, _Side]:
    """Who is new has paid nothing at the start and who left nothing at the end: their bands keep their width."""

    def width(flow: Flow, own: str, other: str, alone: str) -> float:
        amount = getattr(flow, other if flow.kind == alone else own) if is_revenue else flow.accounts
        return float(max(amount, NOTHING))

    return (
        _Side(
            lambda f: _rank(f.start_rung, is_away=f.kind == NEW), lambda f: f.start,
            lambda f: width(f, "before", "after", NEW),
        ),
        _Side(
            lambda f: _rank(f.end_rung, is_away=f.kind == LEFT), lambda f: f.end,
            lambda f: width(f, "after", "before", LEFT),
        ),
    )  # fmt: skip


def _rank(rung: int | None, *, is_away: bool) -> Rank:
    return (2, 0) if is_away else (1, 0) if rung is None else (0, -rung)


def _places(flows: Sequence[Flow], side: _Side, pixels: float) -> dict[Rank, _Place]:
    """The places of one end from above, each as high as what is there and far enough apart for their words."""
    made: dict[Rank, _Place] = {}
    top = _HEAD
    for rank, there in groupby(sorted(flows, key=side.rank), side.rank):
        found = list(there)
        amount = sum(map(side.width, found))
        height = max(amount * pixels, 1.0)
        room = max(height, _LEAST)
        made[rank] = _Place(side.name(found[0]), amount, top + (room - height) / 2, height)
        top += room + _GAP
    return made


def _bands(
    flows: Sequence[Flow], side: _Side, other: _Side, places: Mapping[Rank, _Place], pixels: float
) -> list[tuple[float, float]]:
    """From where to where each flow reaches at this end, stacked in the order of where it comes from or goes to."""
    at = {rank: place.top for rank, place in places.items()}
    found: dict[int, tuple[float, float]] = {}
    for n in sorted(range(len(flows)), key=lambda n: other.rank(flows[n])):
        rank = side.rank(flows[n])
        foot = at[rank] + side.width(flows[n]) * pixels
        found[n], at[rank] = (at[rank], foot), foot
    return [found[n] for n in range(len(flows))]


def _band(flow: Flow, left: tuple[float, float], right: tuple[float, float], height: int, currency: str) -> str:
    """The flow as a curved band with its name, in per cent of the picture."""
    filled = {UP: palette.UP, DOWN: palette.DOWN}.get(flow.kind)
    looks = f'fill="{filled or palette.PALE}" stroke="{filled or palette.RANGE}" stroke-width="1"'
    upper, lower = (_curved(left[n] / height * 100, right[n] / height * 100) for n in (0, 1))
    shape = svg.area([*upper, *reversed(list(lower))])
    said = escape(cleaned(named(flow, currency)))
    return svg.stretched(f"<title>{said}</title>", shape, looks=looks)


def _curved(left: float, right: float) -> Iterator[tuple[float, float]]:
    first, last = _WORDS + _BAR, 100 - _WORDS - _BAR
    for n in range(_CURVED + 1):
        part = n / _CURVED
        yield first + (last - first) * part, left + (right - left) * part * part * (3 - 2 * part)


def _tier(place: _Place, written: Callable[[float], str], *, is_end: bool) -> str:
    """The bar of a tier, its name, and beneath it how much is there."""
    bar = 100 - _WORDS - _BAR if is_end else _WORDS
    x, anchor = (100 - _WORDS + 1.5, "start") if is_end else (_WORDS - 1.5, "end")
    name = cleaned(place.name)
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return (
        f'<rect x="{bar:.2f}%" y="{place.top:.1f}" width="{_BAR}%" height="{place.height:.1f}" fill="{palette.DOT}"/>'
        f"{svg.words(x, short, y=f'{place.middle - 2:.1f}', anchor=anchor, colour=palette.INK)}"
        f"{svg.words(x, written(place.amount), y=f'{place.middle + 11:.1f}', anchor=anchor)}"
    )


def _written(currency: str) -> Callable[[float], str]:
    if currency:
        return lambda amount: compact_money(amount, currency)
    return number
