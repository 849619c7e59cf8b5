"""What does each rule say that the others do not? How much it has to go by, scores without it, and what is like it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.peers.estimate import Estimate
from scoring.peers.intervals import TOO_ALIKE, Matrix
from scoring.peers.score import scores
from scoring.peers.settings import Fairness
from scoring.rules import Rule, Rulebook
from scoring.scorecard.apart import may_be_given, withholding
from scoring.scorecard.of_rules import metric_of

_DIGITS = 12

Total = Callable[[Rulebook], pl.DataFrame]
"""The scores that are given by a rulebook's weights: manager_id, `score`."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two rules go together: the correlation of what accounts did beyond what was expected of their books.

    `both` account-quarters have both; without a correlation there is a reason.
    """

    rules: tuple[str, str]
    both: int
    correlation: float | None
    is_alike: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A rule and what hangs on it.

    `measured` of `account_quarters` have a value of its metric, and `told` of `managers` any such account-quarter, or a
    value where values are graded; the first two are None there. `differs` says whether managers differ in it beyond
    chance, None where that is not known. Without the rule a score moves by `moves` points at most, and `labels`
    managers have another label, or come to have a score or to have none; None where there is nothing to compare, or
    where labels hang on more than scores.
    """

    rule: str
    metric: str
    weight: float
    measured: int | None
    account_quarters: int | None
    told: int
    managers: int
    differs: bool | None
    moves: float | None
    labels: int | None


@dataclass(frozen=True, slots=True)
class Weighing:
    """The rules in their order, and each two of them; no pairs where values are graded. `quarters` are looked at."""

    rules: tuple[Weighed, ...] = ()
    pairs: tuple[Pair, ...] = ()
    quarters: int = 1


def of_estimates(
    rulebook: Rulebook, estimates: Sequence[Estimate], lines: pl.DataFrame, together: Matrix, settings: Fairness
) -> Weighing:
    """The rules by which accounts are compared and evidence is weighed.

    `lines` are the rules of each manager, as `Judged.lines`, `together` how the estimates' residuals go together.
    """
    weights = {e.metric: rule.weight for e, rule in zip(estimates, rulebook.rules, strict=True)}
    given = _given(scores(estimates, weights, settings, together=together), lines, rulebook)
    found = []
    for rule, estimate in zip(rulebook.rules, estimates, strict=True):
        rest = weights | {estimate.metric: 0.0}
        is_one_of_more = rule.weight > 0 and any(rest.values())
        without = scores(estimates, rest, settings, together=together) if is_one_of_more else None
        moves, labels = _apart(given, _given(without, lines, rulebook, rule)) if without is not None else (None, None)
        rows = estimate.rows.filter(pl.col("accounts") > 0)
        found.append(
            Weighed(
                rule.name,
                metric_of(rule).name,
                rule.weight,
                int(estimate.measured.sum()),
                len(estimate.measured),
                len(rows),
                lines["manager_id"].n_unique(),
                estimate.scale.between > 0 if estimate.scale else None,
                moves,
                labels,
            )
        )
    return Weighing(tuple(found), pairs(rulebook, estimates, together), rulebook.window.quarters)


def _given(scored: pl.DataFrame, lines: pl.DataFrame, rulebook: Rulebook, left_out: Rule | None = None) -> pl.DataFrame:
    """Manager to the score and label that are given, null where there are none."""
    weight, is_measured = pl.col("weight"), pl.col("is_measured")
    kept = lines if left_out is None else lines.filter(pl.col("rule") != left_out.name)
    covered = kept.group_by("manager_id").agg(
        (weight.filter(is_measured).sum() / weight.sum()).alias("coverage"),
        (pl.col("rule").is_in(withholding(rulebook)) & ~is_measured).any().alias("is_withheld"),
    )
    is_given = may_be_given(rulebook) & pl.col("is_published")
    both = covered.join(scored, on="manager_id", how="left", validate="1:1").sort("manager_id")
    return both.select("manager_id", *(pl.when(is_given).then(c).alias(c) for c in ("score", "label")))


def _apart(now: pl.DataFrame, without: pl.DataFrame) -> tuple[float | None, int]:
    """The most that a score moves, and how many labels are others."""
    both = now.join(without, on="manager_id", suffix="_without", validate="1:1")
    moved = (both["score"] - both["score_without"]).abs().max()
    labels = int(both["label"].ne_missing(both["label_without"]).sum())
    return (round(moved, _DIGITS) if isinstance(moved, float) else None), labels


def pairs(rulebook: Rulebook, estimates: Sequence[Estimate], together: Matrix) -> tuple[Pair, ...]:
    """Each two rules, in their order; `together` is how the residuals of each two go together."""
    found = []
    for b, other in enumerate(estimates):
        for a, one in enumerate(estimates[:b]):
            both = one.measured & other.measured
            varies = all(bool(np.any((e.inner != 0) & both)) for e in (one, other))
            said = round(float(together[a, b]), _DIGITS) if varies else None
            reason = None if varies else "one of the two does not vary" if both.any() else "no account-quarter has both"
            names = (rulebook.rules[a].name, rulebook.rules[b].name)
            found.append(Pair(names, int(both.sum()), said, said is not None and abs(said) > TOO_ALIKE, reason))
    return tuple(found)


def of_totals(rulebook: Rulebook, lines: pl.DataFrame, total: Total) -> Weighing:
    """The rules where no evidence is weighed.

    `lines` as `Judged.lines`, `total` the scores by a rulebook that differs in its weights. Labels are said where
    values are graded; elsewhere they hang on ranges as well.
    """
    is_graded, now, found = rulebook.method == "target_bands", total(rulebook).with_columns(_place(rulebook)), []
    for n, rule in enumerate(rulebook.rules):
        rest = (*rulebook.rules[:n], rule.model_copy(update={"weight": 0.0}), *rulebook.rules[n + 1 :])
        moves = labels = None
        if rule.weight > 0 and any(r.weight for r in rest):
            without = total(rulebook.model_copy(update={"rules": rest})).with_columns(_place(rulebook))
            moves, labels = _apart(*(scored.select("manager_id", "score", "label") for scored in (now, without)))
        mine = lines.filter(pl.col("rule") == rule.name)
        told, labels = int(mine["is_measured"].sum()), labels if is_graded else None
        found.append(
            Weighed(rule.name, metric_of(rule).name, rule.weight, None, None, told, mine.height, None, moves, labels)
        )
    return Weighing(tuple(found))


def _place(rulebook: Rulebook) -> pl.Expr:
    """The place of the score's label among those of the rules."""
    above = pl.sum_horizontal((pl.col("score") < grade.from_).cast(pl.Int64) for grade in rulebook.grades)
    return pl.when(pl.col("score").is_not_null()).then(above).alias("label")
