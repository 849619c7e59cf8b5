"""What is everybody's score beside what accounts like these did in anybody's hands? From account-quarters to scores.

The peers' engine says, rule by rule, how far each manager's accounts beat what was expected of them, and how much of
it is believed. Points are 50 for the peers' average and 10 for one true standard deviation between managers, so a
score is the weighted mean of its rules' points here as where values are graded.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.books import Vector
from scoring.peers.change import POINTS
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.peers.methods import compare
from scoring.peers.resample import WHOLE
from scoring.peers.score import MIDDLE, correlation
from scoring.peers.settings import Fairness
from scoring.rules import Rulebook
from scoring.scorecard.account_points import NO_ACCOUNTS, account_points
from scoring.scorecard.apart import APART, Apart, Told, shares_of, with_weights
from scoring.scorecard.estimates import Compared, company_of, estimate_of, outcome_of, settings_of
from scoring.scorecard.expected import NOTHING_EXPECTED, expected
from scoring.scorecard.judged import Judged
from scoring.scorecard.lines import targets_of, values
from scoring.scorecard.lost import lost_by_manager
from scoring.scorecard.of_rules import believes, metric_of, sign_of
from scoring.scorecard.summed import AccountSums
from scoring.scorecard.total import freedom, published, weighed_total
from scoring.scorecard.weighing import Weighing, of_estimates, of_totals, pairs


def judge_compared(
    rows: pl.DataFrame,
    rulebook: Rulebook,
    targets: pl.DataFrame,
    period: str,
    compared: Compared,
    *,
    weighs: bool = False,
) -> Judged:
    """The scores of everybody in the book or in the account-quarters, by the rulebook's method.

    `rows` is the book of the period, whose values stand on the cards; the points come from the account-quarters, so who
    had accounts in some of them has a score, whether or not anything of the book is theirs.
    With `weighs` the rules are weighed against each other (scores are worked out once more without each of them), and
    what stands behind what is expected is told.
    """
    owned = rows.lazy().filter(pl.col("manager_id") != UNASSIGNED)
    everybody = _everybody(owned, compared)
    said = _said(owned, rulebook, targets, period, everybody)
    settings = settings_of(rulebook)
    made = company_of(compared, rulebook, settings)
    estimates, told = list[Estimate](), list[Told]()
    for n in range(len(rulebook.rules)):
        found = estimate_of(made, rulebook, n, settings, said)
        estimates.append(found)
        told.append(Told(found, *_points(made, rulebook, n, found, settings)))
    lined = _lines(said, rulebook, told, [e.books.by_manager(e.books.share)[made.is_person] for e in estimates])
    counts = _counts(owned, everybody)
    together = correlation(estimates)
    apart = Apart(lined.select(APART), counts, tuple(told), together)
    made_of = account_points(made, estimates, rulebook) if believes(rulebook) else NO_ACCOUNTS
    scored, is_told = weighed_total(apart, rulebook), weighs and believes(rulebook)
    return Judged(
        lines=lined,
        scores=published(scored, rulebook),
        accounts=AccountSums.of(made_of.by_rule, rulebook).weighed(rulebook, scored),
        kinds=_NO_KINDS,
        trace=made_of.weighed(rulebook),
        weighing=_weighing(rulebook, estimates, lined, apart, settings) if weighs else Weighing(),
        lost=lost_by_manager(made, settings),
        expected=expected(made, estimates, rulebook, settings.folds) if is_told else NOTHING_EXPECTED,
        apart=apart,
        of_rules=made_of.by_rule,
    )


def _weighing(
    rulebook: Rulebook, estimates: Sequence[Estimate], lines: pl.DataFrame, apart: Apart, settings: Fairness
) -> Weighing:
    """What the rules say that the others do not."""
    if believes(rulebook):
        return of_estimates(rulebook, estimates, lines, apart.together, settings)
    found = of_totals(rulebook, lines, lambda book: published(weighed_total(apart, book), book))
    return replace(found, pairs=pairs(rulebook, estimates, apart.together))


_NO_KINDS = pl.DataFrame(
    schema={
        "manager_id": pl.String,
        "rule": pl.String,
        "kind": pl.String,
        "value": pl.Float64,
        "n": pl.Int64,
        "points": pl.Float64,
    }
)


def _everybody(owned: pl.LazyFrame, compared: Compared) -> pl.DataFrame:
    """manager_id of all who are scored, sorted."""
    both = pl.concat([owned.select("manager_id"), compared.answering.lazy()])
    return both.unique().sort("manager_id").collect()


def _counts(owned: pl.LazyFrame, everybody: pl.DataFrame) -> pl.DataFrame:
    """How many accounts of the period's book each manager answers for: manager_id, accounts."""
    answered = owned.filter(pl.col("share") > 0).group_by("manager_id").agg(pl.len().cast(pl.Int64).alias("accounts"))
    both = everybody.lazy().join(answered, on="manager_id", how="left", validate="1:1", maintain_order="left")
    return both.with_columns(pl.col("accounts").fill_null(0)).collect()


def _said(
    owned: pl.LazyFrame, rulebook: Rulebook, targets: pl.DataFrame, period: str, everybody: pl.DataFrame
) -> pl.DataFrame:
    """What each rule's metric is of each manager over the period's book: manager_id, rule, value, n, target, reason."""
    whole = owned.with_columns(pl.lit(WHOLE).alias("replica"))
    found = pl.concat(values(whole, rulebook.rules, rulebook, targets_of(targets, period), ())).drop("replica")
    metrics = [metric_of(rule) for rule in rulebook.rules]
    of_nobody = ["too_few" if rulebook.min_n.get(metric.name) else metric.undefined for metric in metrics]
    asked = pl.LazyFrame({"rule": [rule.name for rule in rulebook.rules], "of_nobody": of_nobody})
    has_none = pl.col("n").is_null()
    return (
        everybody.lazy()
        .join(asked, how="cross")
        .join(found, on=["manager_id", "rule"], how="left", validate="1:1")
        .with_columns(pl.when(has_none).then("of_nobody").otherwise("reason").alias("reason"), pl.col("n").fill_null(0))
        .drop("of_nobody")
        .sort("manager_id", "rule")
        .collect()
    )


def _lines(said: pl.DataFrame, rulebook: Rulebook, told: Sequence[Told], held: Sequence[Vector]) -> pl.DataFrame:
    """One row per manager and rule, as `Judged.lines`; `held` is how many account-quarters a manager's parts make."""
    frames, shares = [], shares_of(rulebook)
    for rule, one, whole in zip(rulebook.rules, told, held, strict=True):
        found, sign = one.figures, sign_of(rule)
        between = found.scale.between if found.scale else 0.0
        unit = sign * POINTS / float(np.sqrt(between)) if between > 0 else 0.0
        frames.append(
            found.rows.select(
                "manager_id",
                pl.lit(rule.name).alias("rule"),
                *(
                    (pl.col(c) * sign + 0.0).alias(c)
                    for c in ("observed", "expected", "difference", "theta", "peer_mean")
                ),
                pl.lit(unit).alias("unit"),
                pl.lit(unit * shares[rule.name]).alias("scale"),
                "z",
                "evidence",
                "peers",
                "label",
                "few_comparable",
                pl.col("accounts").alias("account_quarters"),
                pl.Series("held", whole),
                pl.col("reason").alias("why_not"),
                pl.Series("points", one.points, nan_to_null=True).round(12),
                pl.Series("error", one.errors, nan_to_null=True),
                freedom(pl.col("peers")).alias("freedom"),
            )
        )
    both = said.join(pl.concat(frames), on=["manager_id", "rule"], how="left", validate="1:1")
    is_measured = pl.col("points").is_not_null().alias("is_measured")
    return (
        with_weights(both, rulebook)
        .with_columns(
            is_measured,
            pl.coalesce("reason", "why_not").alias("why_not"),
            pl.col("points").fill_null(MIDDLE),
            pl.lit(MIDDLE).alias("instead"),
        )
        .sort("manager_id", "rule")
    )


def _points(made: Company, rulebook: Rulebook, n: int, found: Estimate, settings: Fairness) -> tuple[Vector, Vector]:
    """The points of each manager and their standard error; NaN where there are none."""
    rows = found.rows
    none = np.full(rows.height, np.nan)
    if believes(rulebook):
        between = found.scale.between if found.scale else 0.0
        theta, mean, error = (rows[c].to_numpy() for c in ("theta", "peer_mean", "range_error"))
        if between <= 0:
            return np.where(np.isnan(theta), np.nan, MIDDLE), none
        unit = POINTS / np.sqrt(between)
        return MIDDLE + unit * (theta - mean), unit * error
    value = compare(made, outcome_of(rulebook, n), rulebook.method, settings)["value"].to_numpy()
    value = np.where(rows["reason"].fill_null("") == "too_few", np.nan, value)
    if rulebook.method == "peer_percentile":
        return value, none
    known = value[~np.isnan(value)]
    spread = float(np.std(known)) if len(known) > 1 else 0.0
    if spread <= 0:
        return np.where(np.isnan(value), np.nan, MIDDLE), none
    noise = np.sqrt(rows["noise"].to_numpy()) if rulebook.method == "oe" else none
    return MIDDLE + POINTS * (value - float(np.mean(known))) / spread, POINTS * noise / spread
