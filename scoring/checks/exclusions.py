"""Does an exclusion say what another says, or nothing? Those whose days overlap, and those of what is only a part."""

import polars as pl

from scoring.checks.findings import NR, ORIGIN, PLACE, Finding, Saying, found
from scoring.errors import Severity
from scoring.tables import EXCLUSIONS

_WHOSE = ["account_id", "manager_id"]


def of_children(exclusions: pl.DataFrame, payers: pl.DataFrame) -> list[Finding]:
    """The rows about accounts that are scored as part of another, as warnings; `payers` names it: account_id, top."""
    parts = payers.filter(pl.col("account_id") != pl.col("top"))
    said = pl.format('the account is scored as part of "{}", which pays for it, so the row changes nothing', "top")
    named = (
        exclusions.with_row_index(NR).join(parts, on="account_id", validate="m:1").with_columns(said.alias("detail"))
    )
    what = "accounts are scored as parts of those that pay for them"
    remedy = "exclude that one, or set grain: account in the rules"
    saying = Saying(what, remedy, "account_id", "detail", severity=Severity.WARNING)
    return found(EXCLUSIONS.name, named.drop("top"), saying)


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
