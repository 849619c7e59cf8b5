"""What does each account add to a score that compares? Points that add up, and the score without the account.

S - 50 is the sum over rules, accounts and quarters of scale * Z * part of the book * (outcome - expected - peers'
mean), so every account owns its points. Without an account its manager's average, noise and evidence are others;
expectations, spread and the peers' mean stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.peers.books import Vector, added, sums
from scoring.peers.change import POINTS
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.rules import Rulebook
from scoring.scorecard.apart import OF_RULES, shares_of
from scoring.scorecard.of_rules import sign_of

KEY = ("manager_id", "account_id")
TRACE = {
    "manager_id": pl.String(),
    "rule": pl.String(),
    "account_id": pl.String(),
    "ends_on": pl.Date(),
    "part": pl.Float64(),
    "observed": pl.Float64(),
    "expected": pl.Float64(),
    "points": pl.Float64(),
}
"""One row per manager, rule, account and quarter (named by the day after it) that counts, sorted: the `part` it weighs
in the book of the rule, what happened and what was expected, in the metric's unit, and the points it adds to the score:
the rule's scale * z * part * (observed - expected - the peers' mean)."""
NO_TRACE = pl.DataFrame(schema=TRACE)

_WHOLE = 1e-9
"""An account whose part of the book is nearer to 1 leaves nothing behind."""
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class AccountPoints:
    """What accounts add, each rule by itself as if all weight were its own.

    `trace` as `TRACE`; `without`: manager_id, account_id, rule and the points that the rule would add without it.
    """

    trace: pl.DataFrame
    without: pl.DataFrame

    @property
    def by_rule(self) -> pl.DataFrame:
        """What each account adds to each rule, as `OF_RULES`."""
        key = [*KEY, "rule"]
        return (
            sums(self.trace.sort(*key, "ends_on"), key, "points")
            .join(self.without, on=key, validate="1:1", maintain_order="left")
            .select(*OF_RULES)
        )

    def weighed(self, rulebook: Rulebook) -> pl.DataFrame:
        """The trace by the rulebook's weights."""
        share = pl.col("rule").replace_strict(shares_of(rulebook), default=None, return_dtype=pl.Float64)
        return self.trace.with_columns(pl.col("points") * share + 0.0)


NO_ACCOUNTS = AccountPoints(
    NO_TRACE, pl.DataFrame(schema={**dict.fromkeys((*KEY, "rule"), pl.String), "without": pl.Float64})
)


def account_points(company: Company, estimates: Sequence[Estimate], rulebook: Rulebook) -> AccountPoints:
    """What each account adds to its manager's score, by rule, whatever the rules weigh."""
    traces, without = [], []
    for rule, found in zip(rulebook.rules, estimates, strict=True):
        if found.heard is None:
            continue
        parts = _parts(company, found).with_columns(pl.lit(rule.name).alias("rule"))
        sign = sign_of(rule)
        traces.append(parts.select(*TRACE).with_columns(pl.col("observed", "expected") * sign + 0.0))
        without.append(_without(parts, found))
    if not traces:
        return NO_ACCOUNTS
    return AccountPoints(
        pl.concat(traces).sort("manager_id", "rule", "account_id", "ends_on"), pl.concat(without).sort(*KEY, "rule")
    )


def _parts(company: Company, found: Estimate) -> pl.DataFrame:
    """The parts of a rule, one row each.

    Beside the columns of `TRACE` but the rule: missed (part of what happened less what was expected), spread (its
    standard deviation by chance), and what is the same for all of a manager: unit (points for one of the metric's),
    z, mean of the peers and drawn, what solving jointly made of the believed difference.
    """
    books, heard, between = found.books, found.heard, found.scale.between if found.scale else 0.0
    if heard is None:
        raise ValueError(found.metric)
    units = company.shelf.units.filter(pl.Series(found.measured))
    at = books.unit
    observed, expected = found.values[at], found.expectation.expected[at]
    frame = pl.DataFrame(
        {
            "manager_id": company.shelf.managers.gather(books.manager),
            "account_id": units["account_id"].gather(at),
            "ends_on": units["ends_on"].gather(at),
            "part": found.part,
            "observed": observed,
            "expected": expected,
            "missed": found.part * (observed - expected),
            "spread": found.part * np.sqrt(heard.unit[at]),
        }
    )
    unit = POINTS / float(np.sqrt(between)) if between > 0 else 0.0
    believed = pl.col("z") * (pl.col("difference") - pl.col("peer_mean"))
    drawn = pl.when(believed.abs() > _NOTHING).then((pl.col("theta") - pl.col("peer_mean")) / believed).otherwise(1.0)
    known = found.rows.drop_nulls(["theta", "peer_mean"]).select(
        "manager_id", "z", pl.col("peer_mean").alias("mean"), drawn.alias("drawn")
    )
    given = pl.col("unit") * pl.col("z") * pl.col("drawn") * (pl.col("missed") - pl.col("part") * pl.col("mean"))
    return (
        frame.join(known, on="manager_id", validate="m:1", maintain_order="left")
        .with_columns(pl.lit(unit).alias("unit"))
        .with_columns(given.alias("points"))
        .filter(pl.col("points").is_not_null())
    )


def _without(parts: pl.DataFrame, found: Estimate) -> pl.DataFrame:
    """What the rule would add without each account: manager_id, account_id, rule, without."""
    repeat, between = found.heard.repeat if found.heard else 0.0, found.scale.between if found.scale else 0.0
    alone = (pl.col("spread") ** 2).sum()
    accounts = (
        parts.sort(*KEY, "ends_on")
        .group_by(*KEY, "rule", maintain_order=True)
        .agg(
            pl.col("part", "missed").sum(),
            (alone + repeat * (pl.col("spread").sum() ** 2 - alone)).alias("noise"),
            pl.col("unit", "mean", "drawn").first(),
        )
    )
    manager = accounts["manager_id"].rank("dense").to_numpy().astype(np.int64) - 1
    part, missed, noise, unit, mean, drawn = (
        accounts[c].to_numpy() for c in ("part", "missed", "noise", "unit", "mean", "drawn")
    )

    def rest(values: Vector) -> Vector:
        """What the manager's other accounts add up to."""
        whole = added(values, manager, int(manager.max(initial=-1)) + 1)
        return np.asarray(whole[manager] - values, dtype=np.float64)

    left = np.where(1 - part > _WHOLE, 1 - part, np.nan)
    variance = np.maximum(rest(noise), 0.0) / left**2
    z = between / (between + variance) if between > 0 else np.zeros_like(left)
    without = np.nan_to_num(unit * z * drawn * (rest(missed) / left - mean))
    return accounts.select(*KEY, "rule", pl.Series("without", without))
