"""How many points does each rule give each manager? Measures graded, and the points weighed into a score."""

from collections.abc import Sequence

import polars as pl

from scoring.measure import enough, measure_by
from scoring.metrics.targets import TARGET_ATTAINMENT
from scoring.money import ratio
from scoring.peers.resample import WHOLE
from scoring.rules import Rule, Rulebook, rule_points
from scoring.scorecard.apart import may_be_given, withholding
from scoring.scorecard.of_rules import better_of, metric_of

KEYS = ("replica", "manager_id")
NEUTRAL = {"neutral": 50.0, "zero": 0.0}


def instead_of(rule: Rule, rulebook: Rulebook) -> float | None:
    """The points that stand in for a value that the rule has not; None where none do."""
    return NEUTRAL.get(rule.missing or rulebook.missing)


def targets_of(targets: pl.DataFrame, period: str) -> pl.LazyFrame:
    """What was agreed for the period: manager_id, metric, target."""
    agreed = targets.lazy().filter(pl.col("period") == period)
    return agreed.select("manager_id", "metric", pl.col("value").cast(pl.Float64).alias("target"))


def lines(rows: pl.LazyFrame, rulebook: Rulebook, targets: pl.LazyFrame) -> pl.LazyFrame:
    """What each rule says of each manager, in each replica.

    `rows` is the book with `replica`; `targets` has manager_id, metric, target. One row per replica, manager
    and rule: value (Float64), n (accounts, or answers, that counted), target (of a rule that looks at attainment),
    reason (why the value is null), points (0 to 100), weight, `instead` (the points that stand in for a missing value,
    if any) and `is_measured`, false where they do or none can.
    """
    graded = graded_kinds(rows, rulebook, targets).sort(*KEYS, "rule", "kind").collect()  # docs/decisions.md: in order
    by_rule = (
        graded.lazy()
        .group_by(*KEYS, "rule")
        .agg(
            ratio(
                (pl.col("points") * pl.col("n")).sum(), pl.col("n").filter(pl.col("points").is_not_null()).sum()
            ).alias("points"),
        )
    )
    whole = pl.concat(values(rows, rulebook.rules, rulebook, targets, ()))
    both = whole.join(by_rule, on=[*KEYS, "rule"], how="left", validate="1:1")
    return _weighed(both.with_columns(*_said_together()), rulebook)


def graded_kinds(rows: pl.LazyFrame, rulebook: Rulebook, targets: pl.LazyFrame) -> pl.LazyFrame:
    """The points of each rule for each kind of account that it grades apart, in each replica.

    One row per replica, manager, rule and kind: value, n, points; the kind is "" where the rule has none.
    """
    return pl.concat([_points(g, rulebook) for g in _groups(rows, rulebook, targets)])


def totals(lined: pl.LazyFrame, rulebook: Rulebook) -> pl.LazyFrame:
    """The score of each manager, in each replica.

    One row per replica and manager: score (null below the coverage the rules ask for, or where a rule
    withholds it), coverage (the measured part of the weight), `is_withheld`.
    """
    counts = pl.col("points").is_not_null() & (pl.col("weight") > 0)
    weight = pl.col("weight").filter(counts).sum()
    points = (pl.col("weight") * pl.col("points")).filter(counts).sum()
    summed = lined.group_by(KEYS).agg(
        ratio(points, weight).alias("score"),
        ratio(pl.col("weight").filter(pl.col("is_measured")).sum(), pl.col("weight").sum()).alias("coverage"),
        (pl.col("rule").is_in(withholding(rulebook)) & ~pl.col("is_measured")).any().alias("is_withheld"),
    )
    return summed.with_columns(pl.when(may_be_given(rulebook)).then("score").alias("score"))


def _groups(rows: pl.LazyFrame, rulebook: Rulebook, targets: pl.LazyFrame) -> list[pl.LazyFrame]:
    """The values to be graded: of rules without kinds as a whole, of the others by the account's kind."""
    frames = values(rows, [r for r in rulebook.rules if r.segments is None], rulebook, targets, ())
    for by in sorted({r.segments.by for r in rulebook.rules if r.segments is not None}):
        rules = [r for r in rulebook.rules if r.segments is not None and r.segments.by == by]
        kinds = rows.with_columns(pl.col(by).fill_null("").alias("kind"))
        frames += values(kinds, rules, rulebook, targets, ("kind",))
    return [f if "kind" in f.collect_schema().names() else f.with_columns(pl.lit("").alias("kind")) for f in frames]


def values(
    rows: pl.LazyFrame,
    rules: Sequence[Rule],
    rulebook: Rulebook,
    targets: pl.LazyFrame,
    further: tuple[str, ...],
) -> list[pl.LazyFrame]:
    """The value, n and reason of each rule's metric; one frame."""
    if not rules:
        return []
    metrics = list({metric_of(r).name: metric_of(r) for r in rules}.values())
    keys = (*KEYS, *further)
    whole = pl.col("n").filter(pl.col("replica") == WHOLE).first().over("manager_id", "metric", *further)
    measured = pl.concat(measure_by(rows, metrics, keys, basis=rulebook.basis)).with_columns(
        whole.fill_null(pl.col("n")).alias("whole")  # of the whole book, or its replicas would fall below first
    )
    if not further:
        measured = enough(measured, metrics, "whole")
    asked = pl.LazyFrame(
        {
            "rule": [r.name for r in rules],
            "metric": [metric_of(r).name for r in rules],
            "is_attainment": [r.metric == TARGET_ATTAINMENT.name for r in rules],
            "least": [0 if further else rulebook.min_n.get(metric_of(r).name, 0) for r in rules],
        }
    )
    both = measured.join(asked, on="metric").join(targets, on=["manager_id", "metric"], how="left", validate="m:1")
    attained = both.with_columns(
        pl.when("is_attainment").then(ratio(pl.col("value"), pl.col("target"))).otherwise("value").alias("value"),
        pl.when(pl.col("is_attainment") & (pl.col("target").fill_null(0) == 0))
        .then(pl.lit(TARGET_ATTAINMENT.undefined)).otherwise("reason").alias("reason"),
        pl.when("is_attainment").then("target").alias("target"),
    )  # fmt: skip
    few = pl.col("whole") < pl.col("least")
    return [
        attained.with_columns(
            pl.when(~few).then("value").alias("value"),
            pl.when(few).then(pl.lit("too_few")).otherwise("reason").alias("reason"),
        ).select(*keys, "rule", "value", "n", "target", "reason")
    ]


def _said_together() -> list[pl.Expr]:
    """Value, points and reason, so that a rule has either both value and points, or neither and a reason.

    A value of all accounts can be there where no kind has one of its own, for metrics that are no sums.
    """
    value, worth = pl.col("value"), pl.col("points")
    said = value.is_not_null() & worth.is_not_null()
    return [
        pl.when(said).then(value).alias("value"),
        pl.when(said).then(worth).alias("points"),
        pl.when(value.is_not_null() & worth.is_null()).then(pl.lit("no_kind")).otherwise("reason").alias("reason"),
    ]


def _points(values: pl.LazyFrame, rulebook: Rulebook) -> pl.LazyFrame:
    """The values with their points, each rule by its own grade."""
    worth: pl.Expr = pl.lit(None, dtype=pl.Float64)
    for rule in rulebook.rules:
        graded = rule_points(rule, pl.col("value"), better_of(rule), pl.col("kind"))
        worth = pl.when(pl.col("rule") == rule.name).then(graded).otherwise(worth)
    return values.with_columns(worth.alias("points")).select(*KEYS, "rule", "kind", "value", "n", "points")


def _weighed(joined: pl.LazyFrame, rulebook: Rulebook) -> pl.LazyFrame:
    """With weights, and what stands in for missing values."""
    facts = pl.LazyFrame(
        {
            "rule": [r.name for r in rulebook.rules],
            "weight": [float(r.weight) for r in rulebook.rules],
            "instead": [instead_of(r, rulebook) for r in rulebook.rules],
        },
        schema={"rule": pl.String, "weight": pl.Float64, "instead": pl.Float64},
    )
    is_measured = pl.col("points").is_not_null().alias("is_measured")
    return (
        joined.join(facts, on="rule", validate="m:1")
        .with_columns(is_measured, pl.coalesce("points", "instead").alias("points"))
        .sort(*KEYS, "rule")
    )
