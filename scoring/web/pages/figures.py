"""How are measured figures printed? With their unit, their range, the accounts behind them, and how they came along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from scoring.numbers import figure, fixed
from scoring.reports.charts.sparkline import Point, sparkline
from scoring.view import FigurePoint, FigureSeen

MEASURED = (
    "opening", "closing", "accounts", "net_revenue_retention", "gross_revenue_retention", "logo_retention",
    "like_for_like_growth", "revenue_per_account", "net_tier_steps", "tier_up_rate", "tier_down_rate",
    "lifetime_value", "lifetime_value_growth", "renewal_rate_decided", "nps", "csat",
)  # fmt: skip
"""What is shown of a team and of the company, in this order."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as it stands in a table; `trend` is there where there are several periods."""

    metric: str
    label: str
    definition: str
    value: str
    likely: str
    n: str
    reason: str
    trend: Markup | None


def printed(
    found: Sequence[FigureSeen], over: Mapping[str, Sequence[FigurePoint]], currency: str
) -> tuple[Printed, ...]:
    """The figures as they stand in a table; `over` is how they came along, the earliest first."""
    return tuple(_printed(f, over.get(f.metric, ()), currency) for f in found)


def _printed(found: FigureSeen, over: Sequence[FigurePoint], currency: str) -> Printed:
    def text(value: float | None) -> str:
        return figure(value, found.unit, currency)

    has_range = found.low is not None and found.high is not None
    points = [Point(p.period, p.value) for p in over]
    return Printed(
        found.metric,
        found.label,
        found.definition,
        text(found.value),
        f"{text(found.low)} to {text(found.high)}" if has_range else "",
        "" if found.n is None else fixed(found.n, 0),
        found.reason or "",
        sparkline(points, found.label, written=text) if len(points) > 1 else None,
    )
