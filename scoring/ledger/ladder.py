"""On which rung of the up-sell ladder was each account at the start, and on which at the end?"""

from collections.abc import Mapping, Sequence

import polars as pl

from scoring.days import DAY, Span


def rungs(lines: pl.LazyFrame, tiers: Sequence[str], products: Mapping[str, str]) -> pl.LazyFrame:
    """The lines with `rung`: 0 for the lowest tier, null where the line is on none.

    The tier a line names counts; where it names none, the tier of its product.
    """
    of_product = pl.col("product").replace_strict(dict(products), default=None, return_dtype=pl.String)
    place = {tier: number for number, tier in enumerate(tiers)}
    tier = pl.coalesce("tier", of_product)
    return lines.with_columns(tier.replace_strict(place, default=None, return_dtype=pl.Int64).alias("rung"))


def tiers_of_accounts(
    lines: pl.LazyFrame, amount: str, before: pl.Expr, after: pl.Expr, *, largest: bool
) -> pl.LazyFrame:
    """The rung of each account at both ends.

    One row per account with a line on a rung at either: account_id, `tier_before`, `tier_after`; null where the account
    has none then. The highest rung counts, or with `largest` the rung that brings most (ties: the higher).
    """
    paying = lines.filter(pl.col("rung").is_not_null() & (pl.col(amount) > 0) & (before | after))
    ends = {"tier_before": before, "tier_after": after}
    if not largest:
        return (
            paying.group_by("account_id")
            .agg(pl.col("rung").filter(counts).max().alias(name) for name, counts in ends.items())
            .sort("account_id")
        )
    sums = paying.group_by("account_id", "rung").agg(
        pl.col(amount).filter(counts).sum().alias(name) for name, counts in ends.items()
    )
    return (
        sums.group_by("account_id")
        .agg(
            pl.col("rung")
            .filter(pl.col(name) > 0)
            .sort_by(pl.col(name).filter(pl.col(name) > 0), pl.col("rung").filter(pl.col(name) > 0))
            .last()
            .alias(name)
            for name in ends
        )
        .sort("account_id")
    )


def tier_left_from(lines: pl.LazyFrame, day: str, *, largest: bool) -> pl.LazyFrame:
    """The rung of each account on the eve of a day, by the same choice of rung.

    `lines` are paying, with `monthly` in one currency, once for each account and `day`. One row per account and day on
    whose eve a line on a rung served: account_id, the day, `rung`.
    """
    key, served = ["account_id", day], pl.col("starts_on") < pl.col(day)
    until = pl.col("ends_on").is_null() | (pl.col("ends_on") >= pl.col(day))
    sums = (
        lines.filter(pl.col("rung").is_not_null() & served & until).group_by(*key, "rung").agg(pl.col("monthly").sum())
    )
    order = ["monthly", "rung"] if largest else ["rung"]
    return sums.sort(order, descending=True).unique(key, keep="first", maintain_order=True).select(*key, "rung")


def flips(moved: pl.DataFrame) -> pl.DataFrame:
    """The accounts whose highest rung rose and fell within a span, by their `steps`, whatever it was at the two ends.

    One row per account: account_id, `ups`, `downs` (steps, above 0).
    """
    return (
        moved.group_by("account_id")
        .agg(pl.col("step").clip(0).sum().alias("ups"), (-pl.col("step").clip(upper_bound=0)).sum().alias("downs"))
        .filter((pl.col("ups") > 0) & (pl.col("downs") > 0))
        .sort("account_id")
    )


def steps(lines: pl.LazyFrame, span: Span) -> pl.LazyFrame:
    """How far the highest rung of accounts moved, and on which days of the span; who comes or leaves does not move.

    `lines` are recurring, with `monthly`. One row per account and day: account_id, `on`, `step` (never 0).
    """
    there = (pl.col("starts_on") < span.end) & (pl.col("ends_on").is_null() | (pl.col("ends_on") >= span.start))
    paying = lines.filter(pl.col("rung").is_not_null() & (pl.col("monthly") > 0) & there)
    edges = [paying.select("account_id", pl.col(edge).alias("on")) for edge in ("starts_on", "ends_on")]
    opening = paying.select("account_id", pl.lit(span.start - DAY).alias("on"))
    days = pl.concat([*(e.filter(span.holds(pl.col("on"))) for e in edges), opening]).unique()
    serves = (pl.col("starts_on") <= pl.col("on")) & (pl.col("ends_on").is_null() | (pl.col("on") < pl.col("ends_on")))
    walked = (
        days.join(paying.select("account_id", "rung", "starts_on", "ends_on"), on="account_id")
        .filter(serves)
        .group_by("account_id", "on")
        .agg(pl.col("rung").max())
        .sort("account_id", "on")
    )
    step = pl.col("rung").diff().over("account_id").alias("step")
    return walked.select("account_id", "on", step).filter(pl.col("step") != 0)


def on_no_rung(lines: pl.LazyFrame, amount: str, counts: pl.Expr) -> pl.LazyFrame:
    """What is sold that the ladder does not know.

    `lines` have `amount` in one currency. One row per product without a rung, or tier where the line names no product:
    product, tier, `revenue`, `lines`; most first.
    """
    tier = pl.when(pl.col("product").is_null()).then("tier").alias("tier")
    return (
        lines.filter(pl.col("rung").is_null() & counts)
        .group_by("product", tier)
        .agg(pl.col(amount).sum().alias("revenue"), pl.len().alias("lines"))
        .sort("revenue", "product", "tier", descending=[True, False, False], nulls_last=True)
    )
