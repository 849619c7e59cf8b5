"""Where on the line does a number stand? An axis zoomed to the data, with round ends and ticks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_NEAR = 1e-9
_INSET = 2.5
"""Per cent kept free at each end, so that a dot on the end of the axis is whole."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of numbers drawn from left to right; `low` and `high` are multiples of `step`."""

    low: float
    high: float
    step: float

    def at(self, value: float) -> float:
        """The place of the number in per cent of the width; what lies outside stands at the end."""
        inside = min(max(value, self.low), self.high)
        return _INSET + (100 - 2 * _INSET) * (inside - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> tuple[float, ...]:
        """The round numbers from end to end."""
        count = round((self.high - self.low) / self.step)
        return tuple(self.low + i * self.step for i in range(count + 1))

    @property
    def places(self) -> int:
        """The decimals that ticks are told apart by."""
        return max(0, -math.floor(math.log10(self.step) + _NEAR))


def zoomed(values: Iterable[float], *, within: tuple[float, float] | None = None, ticks: int = 5) -> Scale:
    """The shortest axis with round ends that shows every value, with about so many ticks.

    `within` are ends the axis does not pass, such as 0 and 100 points. No values give all of it.
    """
    known = sorted(values) or list(within or (0.0, 1.0))
    least, most = known[0], known[-1]
    step = _round_step((most - least) / ticks or abs(most) / 100 or 1.0)
    low, high = math.floor(least / step) * step, math.ceil(most / step) * step
    if low == high:
        low, high = low - step, high + step
    if within and within[0] <= least and most <= within[1]:
        low, high = max(low, within[0]), min(high, within[1])
    return Scale(low, high, step)


def _round_step(at_least: float) -> float:
    size = 10.0 ** math.floor(math.log10(at_least))
    return next(m * size for m in (1, 2, 5, 10) if m * size >= at_least * 0.999)
