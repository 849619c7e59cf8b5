"""What is everybody's score, and how far can it be trusted? From the book of a period to scores with ranges."""

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.resample import WHOLE, replicas, spread
from scoring.rules import Rulebook
from scoring.scorecard.account_points import NO_TRACE
from scoring.scorecard.apart import APART, OF_RULES, Apart, with_weights
from scoring.scorecard.judged import NOT_SAID, Judged
from scoring.scorecard.leave_out import points_without, scores_without
from scoring.scorecard.lines import graded_kinds, instead_of, lines, targets_of, totals
from scoring.scorecard.weighing import Weighing, of_totals


def judge(
    rows: pl.DataFrame, rulebook: Rulebook, targets: pl.DataFrame, period: str, *, weighs: bool = False
) -> Judged:
    """The scores of every manager in the book; `unassigned` has none.

    `rows` is the book, `targets` the table of targets. With `weighs` scores are worked out once more without each rule.
    """
    owned = rows.lazy().filter(pl.col("manager_id") != UNASSIGNED)
    agreed = targets_of(targets, period)
    lined = lines(replicas(owned), rulebook, agreed).collect().lazy()
    whole = lined.filter(pl.col("replica") == WHOLE).drop("replica")
    counts = owned.group_by("manager_id").agg((pl.col("share") > 0).sum().cast(pl.Int64).alias("accounts"))
    behind = counts.rename({"accounts": "n"})
    noise_of_rules = spread(lined.select("manager_id", "rule", "replica", "points"), behind, "points", by=("rule",))
    apart_of_kinds = [r.name for r in rulebook.rules if r.segments is not None]
    kinds = graded_kinds(owned.with_columns(pl.lit(WHOLE).alias("replica")), rulebook, agreed).drop("replica")
    kinds = kinds.filter(pl.col("rule").is_in(apart_of_kinds)).sort("manager_id", "rule", "kind")
    with_ranges = whole.join(noise_of_rules, on=["manager_id", "rule"], how="left", validate="1:1")
    without = points_without(owned, rulebook, agreed)
    judged_lines, told, counted, of_rules, of_kinds = pl.collect_all(
        [
            with_ranges.sort("manager_id", "rule"),
            lined.select("replica", *APART),
            counts.sort("manager_id"),
            without.with_columns(pl.lit(None, dtype=pl.Float64).alias("points")).select(*OF_RULES),
            kinds,
        ]
    )
    apart = Apart(told, counted)
    scores = graded_total(apart, rulebook)
    return Judged(
        judged_lines,
        scores,
        graded_accounts(of_rules, apart, rulebook, scores),
        of_kinds,
        NO_TRACE,
        weighing=of_totals(rulebook, judged_lines, lambda book: graded_total(apart, book)) if weighs else Weighing(),
        apart=apart,
        of_rules=of_rules,
    )


def graded_total(apart: Apart, rulebook: Rulebook) -> pl.DataFrame:
    """The scores of every manager of the book by the rulebook's weights, as `Judged.scores`."""
    scored = totals(with_weights(apart.lines, rulebook).lazy(), rulebook).collect().lazy()
    counts = apart.accounts.lazy()
    noise = spread(scored.select("manager_id", "replica", "score"), counts.rename({"accounts": "n"}), "score")
    return (
        scored.filter(pl.col("replica") == WHOLE)
        .drop("replica")
        .join(counts, on="manager_id", validate="1:1")
        .join(noise, on="manager_id", how="left", validate="1:1")
        .with_columns((pl.col("score").is_not_null() & pl.col("error").is_null()).alias("is_thin"))
        .with_columns(
            pl.when(~pl.col("is_thin")).then("score").alias("score"),
            pl.col("error").alias("chance"),
            *(pl.lit(None, dtype=kind).alias(name) for name, kind in NOT_SAID.items()),
        )
        .sort("manager_id")
        .collect()
    )


def graded_accounts(of_rules: pl.DataFrame, apart: Apart, rulebook: Rulebook, scores: pl.DataFrame) -> pl.DataFrame:
    """The score of each manager less the score without each account, and that one, as `Judged.accounts`.

    `of_rules` as `apart.OF_RULES`.
    """
    instead = {rule.name: instead_of(rule, rulebook) for rule in rulebook.rules}
    whole = with_weights(apart.whole, rulebook).with_columns(
        pl.col("rule").replace_strict(instead, default=None, return_dtype=pl.Float64).alias("instead")
    )
    return (
        scores_without(of_rules.lazy().drop("points"), whole.lazy())
        .join(scores.lazy().select("manager_id", "score"), on="manager_id", validate="m:1")
        .select(
            "manager_id",
            "account_id",
            (pl.col("score") - pl.col("score_without")).alias("points"),
            "score_without",
            pl.lit(None, dtype=pl.String).alias("rule"),
        )
        .sort("manager_id", "account_id")
        .collect()
    )
