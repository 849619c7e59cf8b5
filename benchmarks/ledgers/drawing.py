"""CPU seconds against lines as a picture: a line for each engine, both scales in steps of ten."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 380, 60, 190, 44, 46
LEAST_APART = 15
_LITTLE = 0.02
"""What is so little above a power of ten has no decade of its own."""
STYLE = (
    "text{font:12px sans-serif;fill:#222;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    ".t{font-size:14px;font-weight:600}"
    "path{fill:none;stroke:#8a939b;stroke-width:1.5}path.g{stroke:#e3e6e8}circle{fill:#8a939b}"
    ".o path{stroke:#1d6f5c;stroke-width:3}.o circle{fill:#1d6f5c}.o text{font-weight:600}.f path{stroke-dasharray:4 4}"
)


def drawn(title: str, engines: Mapping[str, Sequence[tuple[float, float]]], *, ours: str, dashed: str) -> str:
    """The picture as SVG. Each engine has its points (lines, seconds), from few lines to many."""
    points = [point for listed in engines.values() for point in listed]
    across = _Scale([x for x, _ in points], LEFT, WIDTH - RIGHT)
    up = _Scale([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text x="8" y="20" class="t">{escape(title)}</text>', *_grid(across, up)]
    lowest, labels = float(HEIGHT), []
    for name, listed in sorted(engines.items(), key=lambda item: item[1][-1][1]):
        spots = [(across.place(x), up.place(y)) for x, y in listed]
        x, y = spots[-1]
        if x > WIDTH - RIGHT - LEAST_APART:  # names at the right edge stand above each other
            y = lowest = min(y, lowest - LEAST_APART)
        else:
            x, y = x - LEAST_APART, y - LEAST_APART
        path = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in spots)
        dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/>' for x, y in spots)
        kind = "o" if name == ours else "f" if name == dashed else "p"
        label = f"{escape(name)}, {listed[-1][1]:.3g} s"
        parts.append(f'<g class="{kind}"><path d="{path}"/>{dots}</g>')
        labels.append(f'<g class="{kind}"><text x="{x + 8:.0f}" y="{y + 4:.0f}">{label}</text></g>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" role="img">'
    drawing = "".join(parts + labels)
    return f'{head}<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>{drawing}</svg>\n'


def _grid(across: "_Scale", up: "_Scale") -> Iterator[str]:
    for step in across.steps:
        x = across.place(10.0**step)
        yield f'<path class="g" d="M{x:.0f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10**step:,} lines</text>'
    for step in up.steps:
        y = up.place(10.0**step)
        yield f'<path class="g" d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**step:g} s</text>'


class _Scale:
    """Where a figure stands on the way between two edges, which are the powers of ten around all figures."""

    def __init__(self, figures: Sequence[float], begin: int, end: int) -> None:
        self.low = floor(log10(min(figures)))
        self.high = max(ceil(log10(max(figures)) - _LITTLE), self.low + 1)
        self.begin, self.way = begin, end - begin

    @property
    def steps(self) -> range:
        """The powers of ten that get a line."""
        return range(self.low, self.high + 1)

    def place(self, figure: float) -> float:
        """Its pixel."""
        return self.begin + self.way * (log10(figure) - self.low) / (self.high - self.low)
