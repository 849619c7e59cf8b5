"""What is everybody's score, and how far can it be trusted? From the book of a period to scores with ranges."""

from dataclasses import dataclass

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.resample import WHOLE, replicas, spread
from scoring.rules import Rulebook
from scoring.scorecard.leave_out import points_without, scores_without
from scoring.scorecard.lines import lines, totals


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The scores of a period.

    `lines`: manager_id, rule, value, n, reason, points, weight, is_measured. `scores`: manager_id, score,
    coverage, is_withheld, accounts (rows of the book), error and groups (null where unknown). `accounts`:
    manager_id, account_id, score_without. All sorted by manager.
    """

    lines: pl.DataFrame
    scores: pl.DataFrame
    accounts: pl.DataFrame


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
    counts = owned.group_by("manager_id").agg(pl.len().cast(pl.Int64).alias("accounts"))
    noise = spread(scored.select("manager_id", "replica", "score"), counts.rename({"accounts": "n"}))
    scores = (
        scored.filter(pl.col("replica") == WHOLE)
        .drop("replica")
        .join(counts, on="manager_id", validate="1:1")
        .join(noise, on="manager_id", how="left", validate="1:1")
        .sort("manager_id")
    )
    left_out = scores_without(points_without(owned, rulebook, agreed), whole)
    collected = pl.collect_all([whole.sort("manager_id", "rule"), scores, left_out])
    return Judged(*collected)
