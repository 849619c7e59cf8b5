"""The catalogue of metrics, a theme a file. To add one: an object in its theme, and cases in `tests/cases/`."""

from scoring.metrics import (
    acquisition,
    breadth,
    entry,
    growth,
    growth_parts,
    ladder,
    lifetime,
    net_moves,
    renewals,
    retention,
    revenue,
    targets,
    use,
    value,
    voice,
)
from scoring.metrics.metric import REASONS, Base, Better, Metric, Unit

THEMES: dict[str, tuple[Metric, ...]] = {
    "Revenue and its movements": revenue.THEME,
    "Net movements": net_moves.THEME,
    "Retention": retention.THEME,
    "Renewals": renewals.THEME,
    "Growth": growth.THEME,
    "Parts of growth": growth_parts.THEME,
    "Up-sell ladder": ladder.THEME,
    "Products and margin": breadth.THEME,
    "Lifetime value, modelled": value.THEME,
    "Lifetime value, the simple form": lifetime.THEME,
    "Voice of the customer": voice.THEME,
    "Use and onboarding": use.THEME,
    "Cost of acquisition": acquisition.THEME,
    "Completeness of entry": entry.THEME,
}
OVER_BOOK: tuple[Metric, ...] = tuple(m for theme in THEMES.values() for m in theme)
"""Metrics measured over accounts."""

CATALOGUE: dict[str, Metric] = {m.name: m for m in (*OVER_BOOK, targets.TARGET_ATTAINMENT)}
"""Every metric by name."""

__all__ = ["CATALOGUE", "OVER_BOOK", "REASONS", "THEMES", "Base", "Better", "Metric", "Unit"]
