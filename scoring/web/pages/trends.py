"""How is a trend drawn? As a line through the published scores, with gaps where there was none."""

from markupsafe import Markup

from scoring.reports.charts.sparkline import Point, sparkline
from scoring.view import Trend

_LEAST = 10.0
"""Points that the height of a picture shows at least."""


def drawn(name: str, trend: Trend, *, has_band: bool = True) -> Markup | None:
    """The trend as a small chart, with the band of its ranges if asked; None without two periods or a score."""
    if len(trend.points) < 2 or all(p.score is None for p in trend.points):
        return None
    points = [Point(p.period, p.score, *((p.low, p.high) if has_band else ())) for p in trend.points]
    return sparkline(points, name, least=_LEAST, changed=trend.changed)
