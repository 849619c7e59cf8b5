"""Can the rules carry what they decide? How much of each is signal, noise or luck, and what measures the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

import numpy as np
import polars as pl

from scoring.compare.kinds import KindOfAccounts, kinds
from scoring.compare.subject import Subject, of_folder
from scoring.credit.ownership import UNASSIGNED
from scoring.errors import Problem
from scoring.intake import Request
from scoring.peers.company import Company
from scoring.peers.diagnosis import diagnose
from scoring.peers.estimate import Estimate
from scoring.peers.evidence import REASONS
from scoring.peers.features import comparable
from scoring.peers.figures import FEW_COMPARABLE
from scoring.peers.methods import compare
from scoring.peers.score import correlation
from scoring.peers.settings import Fairness
from scoring.scorecard.estimates import Compared, outcome_of, settings_of
from scoring.scorecard.of_rules import metric_of
from scoring.scorecard.weighing import Pair, Weighing, pairs

GRADED = "target_bands"
BESIDE = ("raw", "weighted", "oe_credibility")
"""The methods that stand beside the one in use."""
AS_IF_COMPARED = (
    "Method target_bands grades values and compares nothing; the figures are of what comparing would see, by the "
    "rules' other settings."
)
_DIGITS = 12
_SHOWN = 3
_NO_DATA = "No account has a value of it in these quarters."
_NO_PEERS = REASONS["no_peers"]
_NO_SPREAD = "Managers do not differ in it beyond chance, and no opinion says that they do."
_NO_LUCK = "Fewer than three managers have a value, or all have the same."


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What a rule rests on.

    `k` is how many account-quarters are as good as knowing the peers; `tau` the true standard deviation between
    managers and `tau_data` what the data alone say of it; `noise` the standard deviation of one account-quarter,
    `repeat` how far the quarters of an account go together. `reliability` is the mean Z. `managers` have accounts in
    it, of whom `published` have a figure. `luck`: by method the correlation of values with what was expected of the
    books. `largest_part` is that of one account in a book, over managers. `few_comparable` account-quarters have
    fewer than 20 of their kind in other books. tau and noise are in the metric's unit; where a figure is None,
    `reasons` says why, by its name.
    """

    rule: str
    metric: str
    unit: str
    weight: float
    account_quarters: int
    managers: int
    published: int
    k: float | None
    is_frozen: bool
    tau: float | None
    tau_data: float | None
    noise: float | None
    repeat: float | None
    reliability: float | None
    luck: Mapping[str, float | None]
    largest_part: float | None
    largest_part_median: float | None
    largest_part_manager: str | None
    few_comparable: int
    reasons: Mapping[str, str]

    @property
    def published_share(self) -> float | None:
        """The part of the managers that have a figure."""
        return self.published / self.managers if self.managers else None


@dataclass(frozen=True, slots=True)
class Owned:
    """Account-quarters of which something is odd, of how many accounts, and some of their names."""

    account_quarters: int
    accounts: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What scores rest on.

    `least_z` is the mean Z below which no score is published. `weighing` is what the rules say that the others do
    not, as a run has it; its pairs are known even where values are graded. `overlapping` were claimed by several at
    once, `late` had nobody in the window of responsibility but only up to the outcome, `unassigned` nobody at all;
    where `is_sold`, those who claim an account are its sellers. `kinds` is what is expected of which accounts. `says`
    is what must be known before reading it, if anything.
    """

    period: str
    as_of: date
    method: str
    currency: str
    least_z: float
    quarters: int
    account_quarters: int
    managers: int
    scored: int
    rules: tuple[RuleFigures, ...]
    weighing: Weighing
    is_sold: bool
    overlapping: Owned
    late: Owned
    unassigned: Owned
    kinds: tuple[KindOfAccounts, ...]
    says: str | None

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Each two rules, and how far they go together."""
        return self.weighing.pairs


def of_request(request: Request) -> tuple[Diagnosis, tuple[Problem, ...]]:
    """The diagnosis of a folder's period, and what is odd about rules and exports. Raises ProblemsFoundError."""
    found = of_folder(request)
    return diagnosis(found), found.problems


def diagnosis(subject: Subject) -> Diagnosis:
    """What the period's scores rest on. Nothing is stored."""
    rulebook = subject.rulebook
    judged = subject.judged(rulebook, weighs=True)
    compared = subject.trail.until(subject.period, subject.made)
    company, estimates = subject.estimates(judged)
    seen = _Seen(subject, company, settings_of(rulebook), judged.lines)
    rules = tuple(_figures(seen, n, found) for n, found in enumerate(estimates))
    together = correlation(estimates)
    overlapping, late, unassigned = (
        _owned(compared, pl.col(c)) for c in ("is_overlapping", "is_fallback", "is_unassigned")
    )
    scores = [card["score"] for card in subject.cards(judged, rulebook)]
    scored = sum(score is not None for score in scores)
    return Diagnosis(
        subject.period.name,
        subject.as_of,
        rulebook.method,
        rulebook.currency,
        rulebook.publish.min_z,
        rulebook.window.quarters,
        compared.units.height,
        len(scores),
        scored,
        rules,
        replace(judged.weighing, pairs=pairs(rulebook, estimates, together)),
        rulebook.ownership.policy == "seller",
        overlapping,
        late,
        unassigned,
        kinds(seen.company, estimates, rulebook),
        AS_IF_COMPARED if rulebook.method == GRADED else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What all rules are looked at with; `lines` as `Judged.lines`."""

    subject: Subject
    company: Company
    settings: Fairness
    lines: pl.DataFrame


def _figures(seen: _Seen, n: int, found: Estimate) -> RuleFigures:
    rule, scale = seen.subject.rulebook.rules[n], found.scale
    rows = found.rows.filter(pl.col("accounts") > 0)
    luck, reliability = _luck(seen, n, found)
    parts = rows.sort("largest_part", "manager_id", descending=[True, False])
    middle = parts["largest_part"].median()
    between = scale.between if scale else 0.0
    numbers = {
        "k": scale.k if scale else None,
        "tau": sqrt(between) if scale else None,
        "tau_data": sqrt(scale.found) if scale else None,
        "noise": sqrt(scale.within) if scale else None,
        "repeat": scale.repeat if scale else None,
        "reliability": reliability,
        "largest_part": parts["largest_part"][0] if parts.height else None,
        "largest_part_median": float(middle) if isinstance(middle, float) else None,
    }
    rounded = {name: None if v is None else round(v, _DIGITS) for name, v in numbers.items()}
    return RuleFigures(
        rule=rule.name,
        metric=metric_of(rule).name,
        unit=str(metric_of(rule).unit),
        weight=rule.weight,
        account_quarters=int(found.measured.sum()),
        managers=rows.height,
        published=rows["reason"].null_count(),
        is_frozen=found.metric in seen.settings.frozen_k,
        luck=luck,
        largest_part_manager=seen.subject.name_of(parts["manager_id"][0]) if parts.height else None,
        few_comparable=_rare(found),
        reasons=_reasons(found, {**rounded, **{f"luck.{method}": v for method, v in luck.items()}}),
        **rounded,
    )


def _luck(seen: _Seen, n: int, found: Estimate) -> tuple[dict[str, float | None], float | None]:
    """By method how much of its values is luck with the book, and the mean Z."""
    rulebook = seen.subject.rulebook
    luck: dict[str, float | None] = {}
    reliability = None
    for method in dict.fromkeys((rulebook.method, *BESIDE)):
        if method == GRADED:
            said = _graded(seen, rulebook.rules[n].name, found)
        else:
            said = compare(seen.company, outcome_of(rulebook, n), method, seen.settings)
        told = diagnose(said, found.rows)
        luck[method], reliability = told["luck"], told["reliability"]
    return luck, reliability


def _graded(seen: _Seen, rule: str, found: Estimate) -> pl.DataFrame:
    """The points that the rule gives by its grade, beside what was expected of the books."""
    points = pl.when("is_measured").then("points").alias("value")
    mine = seen.lines.filter(pl.col("rule") == rule).select("manager_id", points)
    return found.rows.select("manager_id", "expected").join(mine, on="manager_id", how="left", validate="1:1")


def _rare(found: Estimate) -> int:
    """The account-quarters with few of their kind in other books."""
    kinds = comparable(found.features, found.books)
    return int(np.count_nonzero(kinds < FEW_COMPARABLE))


def _reasons(found: Estimate, numbers: Mapping[str, float | None]) -> dict[str, str]:
    """Why there is no figure, by the names of those there are none of."""
    nothing = not found.measured.any()
    told = found.rows.filter(pl.col("accounts") > 0)["reason"].drop_nulls()
    why = REASONS.get(told[0], _NO_DATA) if len(told) else _NO_DATA
    reasons = {}
    for name, number in numbers.items():
        if number is not None:
            continue
        if nothing:
            reasons[name] = _NO_DATA
        elif name.startswith("luck."):
            reasons[name] = _NO_LUCK
        elif found.scale is None:
            reasons[name] = why
        else:
            reasons[name] = _NO_SPREAD if name == "k" else _NO_PEERS
    return reasons


def _owned(compared: Compared, is_odd: pl.Expr) -> Owned:
    """The account-quarters whose shares are odd. What is excluded was somebody's on some days, and is not of nobody."""
    of_nobody = (pl.col("manager_id") == UNASSIGNED) & (pl.col("days") == 0)
    flagged = compared.shares.with_columns(of_nobody.alias("is_unassigned")).filter(is_odd)
    keys = flagged.select("account_id", "quarter").unique()
    named = compared.units.join(keys, on=["account_id", "quarter"], how="semi").group_by("account_id")
    names = named.agg(pl.col("account").drop_nulls().first()).sort("account_id")
    first = names.head(_SHOWN).select(pl.coalesce("account", "account_id")).to_series()
    return Owned(keys.height, names.height, tuple(first))
