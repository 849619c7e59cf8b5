"""What is everybody's score, and how far can it be trusted? From the book of a period to scores with ranges."""

from dataclasses import dataclass

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.resample import WHOLE, replicas, spread
from scoring.rules import Rulebook
from scoring.scorecard.leave_out import points_without, scores_without
from scoring.scorecard.lines import graded_kinds, lines, totals


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The scores of a period.

    `lines`: manager_id, rule, value, n, reason, points, weight, is_measured, error and freedom. `scores`:
    manager_id, score, coverage, is_withheld, is_thin (it would rest on too few accounts to have a range, so it is
    not given), accounts (those the manager answers for), error and freedom. Errors are in points, null where
    unknown. `accounts`: manager_id, account_id, score_without. `kinds`: manager_id, rule, kind, value, n, points
    of the rules that grade kinds of accounts apart. All sorted by manager.
    """

    lines: pl.DataFrame
    scores: pl.DataFrame
    accounts: pl.DataFrame
    kinds: pl.DataFrame


def judge(rows: pl.DataFrame, rulebook: Rulebook, targets: pl.DataFrame, period: str) -> Judged:
    """The scores of every manager in the book; `unassigned` has none.

    `rows` is the book, `targets` the table of targets.
    """
    owned = rows.lazy().filter(pl.col("manager_id") != UNASSIGNED)
    agreed = (
        targets.lazy()
        .filter(pl.col("period") == period)
        .select("manager_id", "metric", pl.col("value").cast(pl.Float64).alias("target"))
    )
    lined = lines(replicas(owned), rulebook, agreed).collect().lazy()
    scored = totals(lined, rulebook).collect().lazy()
    whole = lined.filter(pl.col("replica") == WHOLE).drop("replica")
    counts = owned.group_by("manager_id").agg((pl.col("share") > 0).sum().cast(pl.Int64).alias("accounts"))
    behind = counts.rename({"accounts": "n"})
    noise = spread(scored.select("manager_id", "replica", "score"), behind, "score")
    noise_of_rules = spread(lined.select("manager_id", "rule", "replica", "points"), behind, "points", by=("rule",))
    scores = (
        scored.filter(pl.col("replica") == WHOLE)
        .drop("replica")
        .join(counts, on="manager_id", validate="1:1")
        .join(noise, on="manager_id", how="left", validate="1:1")
        .with_columns((pl.col("score").is_not_null() & pl.col("error").is_null()).alias("is_thin"))
        .with_columns(pl.when(~pl.col("is_thin")).then("score").alias("score"))
        .sort("manager_id")
    )
    left_out = scores_without(points_without(owned, rulebook, agreed), whole)
    apart = [r.name for r in rulebook.rules if r.segments is not None]
    kinds = graded_kinds(owned.with_columns(pl.lit(WHOLE).alias("replica")), rulebook, agreed).drop("replica")
    kinds = kinds.filter(pl.col("rule").is_in(apart)).sort("manager_id", "rule", "kind")
    with_ranges = whole.join(noise_of_rules, on=["manager_id", "rule"], how="left", validate="1:1")
    collected = pl.collect_all([with_ranges.sort("manager_id", "rule"), scores, left_out, kinds])
    return Judged(*collected)
