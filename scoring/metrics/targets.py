"""Was what was agreed reached? Measured over the targets of a period, not over accounts."""

import polars as pl

from scoring.metrics.metric import Base, Better, Metric, Parts, Unit

HAS_TARGET = Base(
    "has_target",
    pl.col("target").is_not_null() & pl.col("actual").is_not_null(),
    "targets of the period whose metric was measured",
)

TARGET_ATTAINMENT = Metric(
    name="target_attainment",
    label="Target attainment",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=HAS_TARGET,
    parts=Parts(pl.col("actual"), pl.col("target")),
    definition="What was reached divided by what was agreed for the same period.",
    undefined="no_target",
    source="Sales practice: attainment against the agreed target",
)
