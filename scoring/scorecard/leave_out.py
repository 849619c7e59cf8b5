"""What does each account do to its manager's score? The score as it is, less the score without the account."""

import polars as pl

from scoring.metrics.metric import Metric, in_book
from scoring.money import ratio
from scoring.rules import Rule, Rulebook, rule_points
from scoring.scorecard.of_rules import better_of, metric_of

KEY = ["manager_id", "account_id"]


def points_without(rows: pl.LazyFrame, rulebook: Rulebook, targets: pl.LazyFrame) -> pl.LazyFrame:
    """What each rule would give without each account.

    `rows` is the book, `targets` has manager_id, metric, target. One row per manager, account and rule that
    the account counts in: `without`. Rules whose value is not made of sums over accounts are not in it.
    """
    frames = [
        _of_rule(rows, rule, metric, rulebook, targets)
        for rule in rulebook.rules
        if (metric := metric_of(rule)).parts is not None and metric.needs in (None, rulebook.basis)
    ]
    nothing = pl.LazyFrame(schema={**dict.fromkeys((*KEY, "rule"), pl.String), "without": pl.Float64})
    return pl.concat([nothing, *frames]).sort(*KEY, "rule")


def scores_without(points: pl.LazyFrame, lined: pl.LazyFrame) -> pl.LazyFrame:
    """The score without each account, the other rules as they are.

    One row per manager and account: `score_without`, null where nothing is left to score. A rule that has no
    value without the account counts as one that has none, and whether the score would then be withheld is
    not asked; a rule that has no value with it is not touched.
    """
    counted = lined.filter(pl.col("points").is_not_null() & (pl.col("weight") > 0))
    whole = counted.group_by("manager_id").agg(
        (pl.col("points") * pl.col("weight")).sum().alias("sum"), pl.col("weight").sum().alias("weights")
    )
    measured = counted.filter("is_measured").select("manager_id", "rule", "points", "weight", "instead")
    left = pl.coalesce("without", "instead")
    moved = (
        points.join(measured, on=["manager_id", "rule"], validate="m:1")
        .with_columns(
            (pl.col("weight") * (left.fill_null(0) - pl.col("points"))).alias("by"),
            pl.when(left.is_null()).then("weight").otherwise(0.0).alias("weight_gone"),
        )
        .sort(*KEY, "rule")
        .collect()  # docs/decisions.md: floats are added up in order
        .lazy()
        .group_by(KEY)
        .agg(pl.col("by").sum(), pl.col("weight_gone").sum())
    )
    return (
        moved.join(whole, on="manager_id", validate="m:1")
        .select(
            *KEY,
            ratio(pl.col("sum") + pl.col("by"), pl.col("weights") - pl.col("weight_gone")).alias("score_without"),
        )
        .sort(KEY)
    )


def _of_rule(rows: pl.LazyFrame, rule: Rule, metric: Metric, rulebook: Rulebook, targets: pl.LazyFrame) -> pl.LazyFrame:
    metric = in_book(metric, rows.collect_schema().names())
    parts = metric.parts
    if parts is None:
        raise ValueError(metric.name)
    kind = pl.col(rule.segments.by).fill_null("") if rule.segments else pl.lit("")
    bottom = pl.lit(None, dtype=pl.Float64) if parts.bottom is None else parts.bottom.cast(pl.Float64)
    group = ["manager_id", "kind"]
    behind = metric.base.n.cast(pl.Float64)
    counted = (
        rows.filter(metric.base.rows)
        .with_columns(kind.alias("kind"))
        .with_columns(behind.over(group).alias("n"), behind.over(KEY).alias("own_n"))
        .select(*KEY, "kind", "n", "own_n", parts.top.cast(pl.Float64).alias("top"), bottom.alias("bottom"))
    )
    if rule.metric != metric.name:
        agreed = targets.filter(pl.col("metric") == metric.name).select("manager_id", "target")
        counted = counted.join(agreed, on="manager_id", how="left", validate="m:1")
    else:
        counted = counted.with_columns(pl.lit(1.0).alias("target"))

    def of(top: pl.Expr, below: pl.Expr) -> pl.Expr:
        value = top if parts.bottom is None else ratio(top, below) - parts.less
        return rule_points(rule, ratio(value, pl.col("target")), better_of(rule), pl.col("kind"))

    whole_top, whole_bottom = pl.col("top").sum().over(group), pl.col("bottom").sum().over(group)
    valued = counted.with_columns(
        of(whole_top, whole_bottom).alias("with"),
        of(whole_top - pl.col("top"), whole_bottom - pl.col("bottom")).alias("without"),
    )
    return _averaged(valued, group).select(*KEY, pl.lit(rule.name).alias("rule"), "without")


def _averaged(valued: pl.LazyFrame, group: list[str]) -> pl.LazyFrame:
    """`without` of all kinds together, each as heavy as what is behind it, the account not in its own.

    A kind without a value has no weight; null where no kind is left.
    """
    has, left = pl.col("with").is_not_null(), pl.col("without").is_not_null()
    weight = pl.when(has).then("n").otherwise(0.0)
    weight_left = pl.when(left).then(pl.col("n") - pl.col("own_n")).otherwise(0.0)
    kinds = valued.group_by(group).agg(pl.col("with").first(), pl.col("n").first()).sort(group).collect()
    per_kind = kinds.lazy().with_columns(weight.alias("w"))
    sums = per_kind.group_by("manager_id").agg(
        (pl.col("with") * pl.col("w")).sum().alias("points"), pl.col("w").sum().alias("weights")
    )
    own, own_left = pl.col("with").fill_null(0) * weight, pl.col("without").fill_null(0) * weight_left
    rest, weights = pl.col("points") - own + own_left, pl.col("weights") - weight + weight_left
    return valued.join(sums, on="manager_id", validate="m:1").with_columns(ratio(rest, weights).alias("without"))
