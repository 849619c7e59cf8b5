"""Who could still do something about it? The days before an outcome, and whose they were.

The default window is the 90 days that end 30 days before the outcome: handing over a dying account moves nothing,
and who receives it is not charged with it.
"""

from typing import Literal

import numpy as np
import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.days import DAY
from scoring.money import RATE_SCALE
from scoring.peers.books import KEY

Rule = Literal["share", "snapshot", "quarter_days", "event_owner"]
"""`share`: the days of the window; `snapshot`: the last day of the quarter; `quarter_days`: the days of the quarter
up to the outcome; `event_owner`: the day before the outcome."""

DAYS = 90
GAP = 30
NOBODY = {
    "manager_id": pl.lit(UNASSIGNED),
    "days": pl.lit(0.0),
    "is_overlapping": pl.lit(value=False),
    "is_fallback": pl.lit(value=False),
}
"""What a unit has that nobody had."""

_HELD = {"unit": pl.UInt32(), "manager_id": pl.String(), "days": pl.Float64(), "is_overlapping": pl.Boolean()}


def responsibility(
    units: pl.DataFrame,
    spans: pl.DataFrame,
    *,
    rule: Rule = "share",
    days: int = DAYS,
    gap: int = GAP,
    whole: int | None = RATE_SCALE,
) -> pl.DataFrame:
    """Each manager's part of each unit.

    `units` has account_id, quarter, starts_on, ends_on (the quarter, its end not included) and cancelled_on (the
    last day of service, from the day before the quarter on; null, or any other day, where nothing was cancelled).
    `spans` is as `credit.ownership.SPANS`; `whole` is the weight of a whole account, None where weights are what was
    sold. One row per account, quarter and manager: days of the window, share (they add up to 1), is_fallback (nobody
    had the account in the window, so the days up to the outcome were taken), is_overlapping (some days are claimed by
    more than one whole owner, or seller). Days of several are split in proportion to the weights, each manager's added
    up but not above the whole. What all of them leave of a day is `unassigned`, as is a unit that nobody had. Sorted.
    """
    quarters = units.select(*KEY, "starts_on", "ends_on", "cancelled_on").sort(KEY)
    numbered = quarters.with_row_index("unit").with_columns(outcome_on().alias("outcome_on"))
    named = spans.filter(pl.col("manager_id") != UNASSIGNED)
    first = _held(numbered.with_columns(*_window(rule, days, gap)), named, whole)
    rest = numbered.join(first, on="unit", how="anti")
    late = (pl.col("outcome_on") - days * DAY).alias("from_on"), pl.col("outcome_on").alias("to_on")
    second = _held(rest.with_columns(*late), named, whole)
    nobody = rest.join(second, on="unit", how="anti").select("unit", **NOBODY)
    held = pl.concat([frame.with_columns(is_fallback=late) for frame, late in ((first, False), (second, True))])
    every = pl.concat([held, nobody.select(held.columns)]).sort("unit", "manager_id")
    unit, days_of = every["unit"].to_numpy(), every["days"].to_numpy()
    owned = np.bincount(unit, days_of, numbered.height)[unit]
    share = np.divide(days_of, owned, out=np.ones_like(days_of), where=owned > 0)
    return (
        numbered.select(KEY)[every["unit"]]
        .hstack(every.drop("unit"))
        .with_columns(pl.Series("share", share))
        .select(*KEY, "manager_id", "days", "share", "is_fallback", "is_overlapping")
    )


def outcome_on() -> pl.Expr:
    """The day after the cancellation, else the day after the quarter.

    What ended with the quarter before is lost on the first day of this one.
    """
    lost_on = pl.col("cancelled_on") + DAY
    return pl.when(lost_on.is_between("starts_on", "ends_on")).then(lost_on).otherwise("ends_on")


def _window(rule: Rule, days: int, gap: int) -> tuple[pl.Expr, pl.Expr]:
    """From which day, and up to which, not included."""
    outcome, ends = pl.col("outcome_on"), pl.col("ends_on")
    ways = {
        "share": (outcome - (days + gap) * DAY, outcome - gap * DAY),
        "snapshot": (ends - DAY, ends),
        "quarter_days": (pl.min_horizontal("starts_on", outcome - DAY), outcome),
        "event_owner": (outcome - DAY, outcome),
    }
    start, end = ways[rule]
    return start.alias("from_on"), end.alias("to_on")


def _held(windows: pl.DataFrame, spans: pl.DataFrame, whole: int | None) -> pl.DataFrame:
    """The days of each manager in each unit's window, as `_HELD`."""
    if windows.is_empty():
        return pl.DataFrame(schema=_HELD)
    cut = (
        windows.lazy()
        .select("unit", "account_id", "from_on", "to_on")
        .join(spans.lazy(), on="account_id")
        .select(
            "unit",
            "manager_id",
            "weight",
            pl.max_horizontal("starts_on", "from_on").alias("from_on"),
            pl.min_horizontal("ends_on", "to_on").alias("to_on"),
        )
        .filter(pl.col("to_on") > pl.col("from_on"))
        .sort("unit", "from_on", "to_on", "manager_id")
        .collect()
    )
    meets = (pl.col("unit") == pl.col("unit").shift(1)) & (pl.col("from_on") < pl.col("to_on").shift(1))
    in_part = pl.lit(value=False) if whole is None else pl.col("weight") < whole
    several = cut.lazy().filter(meets | in_part).select(pl.col("unit").unique()).collect()
    alone = cut if several.is_empty() else cut.join(several, on="unit", how="anti")
    parts = [
        alone.lazy().select(
            "unit", "manager_id", _length("from_on", "to_on").alias("days"), pl.lit(value=False).alias("is_overlapping")
        )
    ]
    if not several.is_empty():
        parts.append(_split(cut.join(several, on="unit", how="semi"), whole).lazy())
    return (
        pl.concat(parts)
        .sort("unit", "manager_id", "days")  # sums of binary fractions depend on their order
        .group_by("unit", "manager_id", maintain_order=True)
        .agg(pl.col("days").sum(), pl.col("is_overlapping").any())
        .collect()
    )


def _length(start: str, end: str) -> pl.Expr:
    return (pl.col(end) - pl.col(start)).dt.total_days().cast(pl.Float64)


def _split(rows: pl.DataFrame, whole: int | None) -> pl.DataFrame:
    """The days of units that several rows claim at once, or none as a whole, each stretch split between its owners.

    What all of them together leave of the whole is nobody's.
    """
    days = pl.concat(
        [rows.select("unit", pl.col("from_on").alias("on")), rows.select("unit", pl.col("to_on").alias("on"))]
    )
    stretches = (
        days.unique()
        .sort("unit", "on")
        .with_columns(pl.col("on").shift(-1).over("unit", order_by="on").alias("until"))
        .filter(pl.col("until").is_not_null())
    )
    claimed = (
        stretches.join(rows, on="unit")
        .filter((pl.col("from_on") <= pl.col("on")) & (pl.col("to_on") >= pl.col("until")))
        .group_by("unit", "on", "until", "manager_id")
        .agg(pl.col("weight").sum().clip(upper_bound=whole))
    )
    if whole is not None:
        left = claimed.group_by("unit", "on", "until").agg((whole - pl.col("weight").sum()).alias("weight"))
        loose = left.filter(pl.col("weight") > 0).with_columns(pl.lit(UNASSIGNED).alias("manager_id"))
        claimed = pl.concat([claimed, loose.select(claimed.columns)])
    of_all = pl.col("weight").sum().over("unit", "on")
    is_over = pl.len().over("unit", "on") > 1 if whole is None else of_all > whole
    return (
        claimed.with_columns(
            (_length("on", "until") * pl.col("weight") / of_all).alias("days"),
            is_over.alias("over"),
        )
        .sort("unit", "on", "manager_id")
        .select("unit", "manager_id", "days", pl.col("over").alias("is_overlapping"))
    )
