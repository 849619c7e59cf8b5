"""The catalogue of metrics, a theme a file. To add one: an object in its theme, and cases in `tests/cases/`."""

from scoring.metrics import growth, ladder, lifetime, retention, revenue, targets
from scoring.metrics.metric import REASONS, Base, Better, Metric, Unit

THEMES: dict[str, tuple[Metric, ...]] = {
    "Revenue and its movements": revenue.THEME,
    "Retention": retention.THEME,
    "Growth": growth.THEME,
    "Up-sell ladder": ladder.THEME,
    "Lifetime value": lifetime.THEME,
}
OVER_BOOK: tuple[Metric, ...] = tuple(m for theme in THEMES.values() for m in theme)
"""Metrics measured over accounts."""

CATALOGUE: dict[str, Metric] = {m.name: m for m in (*OVER_BOOK, targets.TARGET_ATTAINMENT)}
"""Every metric by name."""

__all__ = ["CATALOGUE", "OVER_BOOK", "REASONS", "THEMES", "Base", "Better", "Metric", "Unit"]
