"""What must be kept of a run so that its scores can be weighed otherwise? Two frames, and what comes back of them.

Everything in them is as if all weight were one rule's, so that other weights need nothing but sums.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.peers.resample import WHOLE
from scoring.rules import Rulebook
from scoring.scorecard.apart import Apart, Told
from scoring.scorecard.cards import Scored
from scoring.scorecard.moving import CAUSES

NOW, BEFORE, WITH_ALL, PUBLISHED = "now", "before", "with_all", "published"
"""The scores that are kept: of the period, of the one before by the same rules, of the period with the accounts that
are excluded, and, where other rules were in force, those of the period before as they were given, of no rule."""

_FIGURES = {
    "observed": "observed",
    "difference": "difference",
    "z": "z",
    "own_part": "own_part",
    "peer_mean": "peer_mean",
    "peer_observed": "peer_observed",
    "theta": "theta",
    "error": "doubt",
    "range_error": "range_error",
    "peers": "peers",
    "reason": "reason",
    "accounts": "account_quarters",
}
"""What a score needs of an estimate, and what it is called where it is kept."""
ESTIMATES = {
    "side": pl.String(),
    "manager_id": pl.String(),
    "rule": pl.String(),
    "replica": pl.Int64(),
    "accounts": pl.Int64(),
    "is_measured": pl.Boolean(),
    "points": pl.Float64(),
    "error": pl.Float64(),
    "observed": pl.Float64(),
    "difference": pl.Float64(),
    "z": pl.Float64(),
    "own_part": pl.Float64(),
    "peer_mean": pl.Float64(),
    "peer_observed": pl.Float64(),
    "theta": pl.Float64(),
    "doubt": pl.Float64(),
    "range_error": pl.Float64(),
    "peers": pl.Int64(),
    "reason": pl.String(),
    "account_quarters": pl.Int64(),
    "between": pl.Float64(),
    "together": pl.List(pl.Float64()),
}
"""One row per side, manager, rule and replica: the points of the rule with their error, and where accounts are
compared the figures behind them, the variance between managers, and how the rule goes together with each."""
ACCOUNT_POINTS = {
    "manager_id": pl.String(),
    "account_id": pl.String(),
    "rule": pl.String(),
    "points": pl.Float64(),
    "without": pl.Float64(),
    "before": pl.Float64(),
    **dict.fromkeys(CAUSES, pl.Float64()),
}
"""One row per manager, account and rule: as `apart.OF_RULES` and `moving.PARTS`. `before`, where other rules were in
force, is what it added in the period before by these, and on rows without a rule by those."""
_KEY = ["manager_id", "account_id", "rule"]


def estimates(now: Scored, before: Scored | None, rulebook: Rulebook) -> pl.DataFrame:
    """The frame of `ESTIMATES`."""
    judged = {NOW: now.judged, WITH_ALL: now.with_all, BEFORE: before and before.alike}
    found = [_kept(j.apart, rulebook).with_columns(side=pl.lit(side)) for side, j in judged.items() if j]
    if before and before.again:
        found.append(before.judged.scores.select("manager_id", points="score", side=pl.lit(PUBLISHED)))
    empty = pl.DataFrame(schema=ESTIMATES)
    return pl.concat([empty, *found], how="diagonal").sort("side", "manager_id", "rule", "replica")


def account_points(now: Scored, before: Scored | None) -> pl.DataFrame:
    """The frame of `ACCOUNT_POINTS`."""
    found, changed = now.judged.of_rules, now.changed
    if changed is not None:
        found = found.join(changed, on=_KEY, how="full", coalesce=True, nulls_equal=True, validate="1:1")
    if before and before.again and before.judged.trace.height:
        again = before.again.of_rules.select(*_KEY, pl.col("points").alias("before"))
        then = before.judged.accounts.select("manager_id", "account_id", pl.col("points").alias("before"))
        found = found.join(again, on=_KEY, how="full", coalesce=True, nulls_equal=True, validate="1:1")
        found = pl.concat([found, then], how="diagonal")
    empty = pl.DataFrame(schema=ACCOUNT_POINTS)
    return pl.concat([empty, found], how="diagonal").sort(_KEY)


def _kept(apart: Apart, rulebook: Rulebook) -> pl.DataFrame:
    """What is kept of one side."""
    if not apart.told:
        return apart.lines.join(apart.accounts, on="manager_id", how="left", validate="m:1")
    found = []
    for n, (rule, told) in enumerate(zip(rulebook.rules, apart.told, strict=True)):
        lines = apart.lines.filter(pl.col("rule") == rule.name).drop("rule")
        figures = told.figures.rows.select("manager_id", *(pl.col(c).alias(name) for c, name in _FIGURES.items()))
        beside = figures.with_columns(error=pl.Series(told.errors, nan_to_null=True))
        scale = told.figures.scale
        found.append(
            lines.join(beside, on="manager_id", how="full", coalesce=True, validate="1:1").with_columns(
                rule=pl.lit(rule.name),
                replica=pl.lit(WHOLE, dtype=pl.Int64),
                between=pl.lit(scale.between if scale else None, dtype=pl.Float64),
                together=pl.lit(pl.Series([apart.together[n].tolist()])).first(),
            )
        )
    return pl.concat(found).join(apart.accounts, on="manager_id", how="left", validate="m:1")


@dataclass(frozen=True, slots=True)
class _Scale:
    between: float


@dataclass(frozen=True, slots=True, eq=False)
class _Figures:
    metric: str
    rows: pl.DataFrame
    scale: _Scale | None


def aparts(kept: pl.DataFrame, rulebook: Rulebook) -> Mapping[str, Apart]:
    """Side to what the rules say, of those that were kept; `kept` as `ESTIMATES`."""
    sides = kept.filter(pl.col("side") != PUBLISHED).partition_by("side", as_dict=True, maintain_order=True)
    return {str(side): _apart(frame, rulebook) for (side,), frame in sides.items()}


def _apart(frame: pl.DataFrame, rulebook: Rulebook) -> Apart:
    booked = frame.filter(pl.col("accounts").is_not_null())
    accounts = booked.select("manager_id", "accounts").unique("manager_id").sort("manager_id")
    lines = booked.select("manager_id", "rule", "points", "is_measured", "replica")
    if frame["together"].null_count() == frame.height:
        return Apart(lines, accounts)
    told, together = [], []
    for rule in rulebook.rules:
        mine = frame.filter((pl.col("rule") == rule.name) & pl.col("account_quarters").is_not_null())
        rows = mine.select("manager_id", *(pl.col(name).alias(c) for c, name in _FIGURES.items()))
        between = mine["between"].first()
        scale = _Scale(between) if isinstance(between, float) else None
        points, errors = (mine[c].fill_null(np.nan).to_numpy() for c in ("points", "error"))
        told.append(Told(_Figures(rule.name, rows, scale), points, errors))
        together.append(frame.filter(pl.col("rule") == rule.name)["together"].first())
    return Apart(lines.drop("replica"), accounts, tuple(told), np.array(together, dtype=np.float64))
