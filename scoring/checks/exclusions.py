"""Is an account excluded twice at once? Decisions about the same account and manager whose days overlap."""

import polars as pl

from scoring.checks.findings import NR, ORIGIN, PLACE, Finding, Saying, found
from scoring.errors import Severity
from scoring.tables import EXCLUSIONS

_WHOSE = ["account_id", "manager_id"]


def overlapping(exclusions: pl.DataFrame) -> list[Finding]:
    """The rows that begin while another row of the same account and manager still holds, as warnings."""
    earlier = exclusions.select(
        *_WHOSE,
        pl.col("starts_on").alias("from_on"),
        pl.col("ends_on").alias("to_on"),
        PLACE.alias("place"),
        pl.col(NR).alias("other"),
    )
    begins = pl.col("starts_on")
    both = (
        exclusions.join(earlier, on=_WHOSE, nulls_equal=True)
        .filter((pl.col("from_on") < begins) & (begins < pl.col("to_on")))
        .sort(*ORIGIN, NR, "from_on", "other")
        .unique(NR, keep="first", maintain_order=True)
        .with_columns(pl.format("the row begins before {} has ended", "place").alias("detail"))
    )
    what, remedy = "two exclusions of an account overlap", "one decision is enough; end the earlier one first"
    saying = Saying(what, remedy, "starts_on", "detail", severity=Severity.WARNING)
    return found(EXCLUSIONS.name, both.drop("from_on", "to_on", "place", "other"), saying)
