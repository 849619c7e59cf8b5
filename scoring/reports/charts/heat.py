"""How much of each cohort is still there? A table whose cells carry a shade beside their number.

The shades are classes, for a page with a strict policy has no inline styles; their rules are in `sheet`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from scoring.numbers import exact, fixed, percent, rounded
from scoring.plurals import many
from scoring.reports.charts import palette
from scoring.reports.charts.scale import Scale, zoomed
from scoring.reports.names import cleaned

KINDS = {
    "logo": "Accounts that still pay",
    "gross": "Revenue that is still there, no account above its own at the start",
    "net": "Revenue that is there",
}
"""What is counted, as a title."""

YEAR = 4
"""Quarters after which a cohort is spoken of."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """A row: the quarter, how many accounts and how much revenue it began with, and the part of it at each age."""

    name: str
    accounts: int
    revenue: Decimal
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """Cohorts by age: what is counted (a key of `KINDS`), the ages in quarters, and the rows."""

    kind: str
    ages: tuple[int, ...]
    cohorts: tuple[Cohort, ...]

    @property
    def known(self) -> tuple[float, ...]:
        """Every value that is there."""
        return tuple(v for c in self.cohorts for v in c.values if v is not None)


def sentence(heat: Heat) -> str:
    """How many cohorts there are, and between which two the others lie a year on."""
    title = f"{KINDS[heat.kind]}, all customers"
    if not heat.known:
        return f"{title}: no cohorts."
    age = max((a for n, a in enumerate(heat.ages) if a <= YEAR and any(_at(heat, n))), default=heat.ages[0])
    there = [(v, c.name) for c in heat.cohorts if (v := c.values[heat.ages.index(age)]) is not None]
    (low, worst), (high, best) = min(there), max(there)
    count = f"{len(heat.cohorts)} cohorts, {heat.cohorts[0].name} to {heat.cohorts[-1].name}"
    if len(heat.cohorts) == 1:
        count = f"one cohort, {heat.cohorts[0].name}"
    after = f"{many(age, 'quarter')} on"
    if len(there) == 1:
        return f"{title}: {count}; {after} {percent(low, 0)} of {worst}."
    return f"{title}: {count}; {after} between {percent(low, 0)} ({worst}) and {percent(high, 0)} ({best})."


def heat_table(heat: Heat) -> Markup:
    """The cohorts as an HTML table in whole per cent; cells of ages that a cohort has not reached are empty."""
    scale = _scale(heat)
    ages = "".join(f'<th scope="col">{age}</th>' for age in heat.ages)
    rows = "".join(
        f'<tr><th scope="row">{_text(c.name)}</th><td class="num">{fixed(c.accounts, 0)}</td>'
        f"{''.join(_cell(scale, v) for v in c.values)}</tr>"
        for c in heat.cohorts
    )
    return Markup(  # noqa: S704  numbers and escaped text only
        f'<table class="heat"><caption>{_text(sentence(heat))} In per cent, by quarters since the first.</caption>'
        f'<thead><tr><th scope="col">Cohort</th><th scope="col" class="num">Accounts</th>{ages}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def shade(scale: Scale, value: float) -> int:
    """Which of the shades a value has as it is printed, on a scale in per cent; few steps are spread over all."""
    last = _steps(scale) - 1
    step = min(max(math.floor((float(_whole(value)) - scale.low) / scale.step), 0), last)
    return round(step * (len(palette.SHADES) - 1) / last) if last else 0


def _steps(scale: Scale) -> int:
    return round((scale.high - scale.low) / scale.step)


def _scale(heat: Heat) -> Scale:
    """In whole per cent, never finer, with so many steps at most as there are shades."""
    whole, steps = [float(_whole(v)) for v in heat.known], len(palette.SHADES) - 2
    foot = max(max(whole, default=0.0) - steps, 0.0)
    return zoomed([*whole, foot, foot + steps], ticks=steps)


def _at(heat: Heat, n: int) -> Iterator[bool]:
    return (c.values[n] is not None for c in heat.cohorts)


def _text(text: str) -> Markup:
    return escape(cleaned(text))


def _whole(value: float) -> Decimal:
    """In per cent, as it is printed."""
    return rounded((exact(value) or Decimal(0)).scaleb(2), 0)


def _cell(scale: Scale, value: float | None) -> str:
    return "<td></td>" if value is None else f'<td class="s{shade(scale, value)}">{fixed(_whole(value), 0)}</td>'
