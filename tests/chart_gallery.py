"""Every chart once, in all the shapes it takes, for the tests that look at all of them."""

from collections.abc import Callable
from decimal import Decimal

from markupsafe import Markup

from scoring.numbers import fixed
from scoring.reports.charts import calibration, flows, funnel, heat, ladder, ranges, sparkline, waterfall
from scoring.reports.charts.ranges import Reading
from scoring.reports.charts.scale import zoomed

READING = Reading(72.6, 69.8, 76.1, 70.2, 66.0)
SCALE = ranges.points_scale([READING])
PERIODS = ("2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2")
BOOKS = [funnel.Book("Ana", 3, 0.4), funnel.Book("Ben", 12, 1.9, 1), funnel.Book("Cem", 20, 1.8, 2)]
FLOWS = (
    flows.Flow("Entry", "Standard", flows.UP, 0, 1, Decimal(28), Decimal(32_800), Decimal(58_300)),
    flows.Flow("Standard", "Entry", flows.DOWN, 1, 0, Decimal(9), Decimal(25_200), Decimal(15_900)),
    flows.Flow("Entry", "Entry", flows.STAYED, 0, 0, Decimal("230.5"), Decimal(294_000), Decimal(315_000)),
    flows.Flow("New", "Entry", flows.NEW, None, 0, Decimal(52), Decimal(0), Decimal(39_500)),
    flows.Flow("Standard", "Lost", flows.LEFT, 1, None, Decimal(21), Decimal(37_900), Decimal(0)),
    flows.Flow("No tier", "Standard", flows.ASIDE, None, 1, Decimal(2), Decimal(900), Decimal(1_100)),
)
HEAT = heat.Heat(
    "logo",
    (0, 1, 4),
    (
        heat.Cohort("2024-Q1", 40, Decimal(90_000), (1.0, 0.9, 0.62)),
        heat.Cohort("2025-Q1", 50, Decimal(80_000), (1.0, 0.96, None)),
    ),
)


def points(*values: float | None, width: float | None = None) -> list[sparkline.Point]:
    """A trend that ends in 2026-Q2; with a `width` each value has a range of so much to either side."""
    return [
        sparkline.Point(period, v) if v is None or width is None else sparkline.Point(period, v, v - width, v + width)
        for period, v in zip(PERIODS[len(PERIODS) - len(values) :], values, strict=True)
    ]


def _walk() -> list[Markup]:
    scale = zoomed([70.2, 72.6])
    levels = [waterfall.level(scale, Decimal("70.2"), "Score: 70.2", is_now=is_now) for is_now in (False, True)]
    moves = [("Growth", Decimal("1.7")), ("Churn", Decimal("-0.3")), ("Nothing", Decimal(0))]
    return levels + [waterfall.step(scale, step, step.label) for step in waterfall.steps(Decimal("70.2"), moves)]


GALLERY: dict[str, Callable[[], list[Markup]]] = {
    "ranges.range_bar": lambda: [ranges.range_bar(SCALE, r, "Ana") for r in (READING, Reading(), Reading(peers=66.0))],
    "ranges.axis": lambda: [ranges.axis(SCALE)],
    "ranges.axis_ends": lambda: [ranges.axis_ends("€4.0 M", "€4.2 M")],
    "ranges.key": lambda: [ranges.key(kind) for kind in ("dot", "ring", "bar", "peers")],
    "waterfall.level": lambda: _walk()[:2],
    "waterfall.step": lambda: _walk()[2:],
    "sparkline.sparkline": lambda: [
        sparkline.sparkline(points(62, 66, None, 61, None, 66, 69, 72.6, width=4), "Score", changed=["2025-Q4"]),
        sparkline.sparkline(points(None, None), "Score"),
        sparkline.sparkline([], "Score"),
    ],
    "funnel.of_ratios": lambda: [funnel.of_ratios(BOOKS)],
    "funnel.of_rates": lambda: [funnel.of_rates([funnel.Book("Ana", 30, 0.95), funnel.Book("Ben", 9, 0.5, 2)], 0.9)],
    "calibration.calibration": lambda: [
        calibration.calibration([calibration.Tenth(1, 2), calibration.Tenth(90, 80)], "Orders", fixed)
    ],
    "ladder.ladder": lambda: [ladder.ladder(FLOWS), ladder.ladder(FLOWS, "EUR"), ladder.ladder(())],
}
"""The name of each function that draws, with pictures of it."""

TABLES: dict[str, Callable[[], list[Markup]]] = {
    "heat.heat_table": lambda: [heat.heat_table(HEAT)],
    "flows.flow_table": lambda: [flows.flow_table(FLOWS, "EUR", "Who went where")],
}
"""The same of those that write a table."""
