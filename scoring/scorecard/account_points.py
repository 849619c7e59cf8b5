"""What does each account add to a score that compares? Points that add up, and the score without the account.

S - 50 is the sum over rules, accounts and quarters of scale * Z * part of the book * (outcome - expected - peers'
mean), so every account owns its points. Without an account its manager's average, noise and evidence are others;
expectations, spread and the peers' mean stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.peers.books import Codes, Vector, added, or_nought
from scoring.peers.change import POINTS
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.rules import Rulebook
from scoring.scorecard.apart import NO_RULES, OF_RULES, shares_of
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
the rule's scale * z * part * (observed - expected - the peers' mean), and by method joint as large a part of what
solving for all at once adds."""
NO_TRACE = pl.DataFrame(schema=TRACE)

_WHOLE = 1e-9
"""An account whose part of the book is nearer to 1 leaves nothing behind."""


@dataclass(frozen=True, slots=True, eq=False)
class AccountPoints:
    """What accounts add, each rule by itself as if all weight were its own: `trace` as `TRACE`, and `by_rule` as
    `OF_RULES`."""

    trace: pl.DataFrame
    by_rule: pl.DataFrame

    def weighed(self, rulebook: Rulebook) -> pl.DataFrame:
        """The trace by the rulebook's weights."""
        share = pl.col("rule").replace_strict(shares_of(rulebook), default=None, return_dtype=pl.Float64)
        return self.trace.with_columns(pl.col("points") * share + 0.0)


NO_ACCOUNTS = AccountPoints(NO_TRACE, NO_RULES)


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """Rows of a rule in the order of managers and accounts, and the codes of both."""

    rows: pl.DataFrame
    manager: Codes
    account: Codes


def account_points(company: Company, estimates: Sequence[Estimate], rulebook: Rulebook) -> AccountPoints:
    """What each account adds to its manager's score, by rule, whatever the rules weigh."""
    rules = sorted(zip(rulebook.rules, estimates, strict=True), key=lambda both: both[0].name)
    traces, sums = list[_Coded](), list[_Coded]()
    for rule, found in rules:
        if found.heard is None:
            continue
        parts, named = _parts(company, found), pl.lit(rule.name).alias("rule")
        turned = parts.rows.with_columns(pl.col("observed", "expected") * sign_of(rule) + 0.0, named)
        all_one = np.zeros_like(parts.account)  # a trace is by manager and rule, and only then by account
        traces.append(_Coded(turned.select(*TRACE), parts.manager, all_one))
        accounts = _by_account(parts, found)
        sums.append(_Coded(accounts.rows.with_columns(named).select(*OF_RULES), accounts.manager, accounts.account))
    return AccountPoints(_merged(traces), _merged(sums)) if traces else NO_ACCOUNTS


def _merged(frames: Sequence[_Coded]) -> pl.DataFrame:
    """The rows by manager, account and place of the frame; those alike stay in their order.

    Codes are in the order of ids, and are sorted in no time, where the ids of two million rows take seconds.
    """
    manager, account = (np.concatenate([getattr(one, name) for one in frames]) for name in ("manager", "account"))
    return pl.concat([one.rows for one in frames])[np.lexsort((account, manager))]


def _parts(company: Company, found: Estimate) -> _Coded:
    """The parts of a rule, one row each, by manager, account and quarter.

    Beside the columns of `TRACE` but the rule: missed (part of what happened less what was expected), spread (its
    standard deviation by chance), and what is the same for all of a manager: unit (points for one of the metric's),
    z, mean of the peers and jointly, what solving for all at once adds to the believed difference: nobody's account is
    the cause, so each has as much of it as it is of the book.
    """
    books, heard, between = found.books, found.heard, found.scale.between if found.scale else 0.0
    if heard is None:
        raise ValueError(found.metric)
    units = company.shelf.units.filter(pl.Series(found.measured))
    order = np.lexsort((books.unit, books.manager))
    at, whose, part = books.unit[order], books.manager[order], found.part[order]
    observed, expected = found.values[at], found.expectation.expected[at]
    frame = pl.DataFrame(
        {
            "manager_id": company.shelf.managers.gather(whose),
            "account_id": units["account_id"].gather(at),
            "ends_on": units["ends_on"].gather(at),
            "part": part,
            "observed": observed,
            "expected": expected,
            "missed": part * (observed - expected),
            "spread": part * np.sqrt(heard.unit[at]),
        }
    )
    unit = POINTS / float(np.sqrt(between)) if between > 0 else 0.0
    believed = pl.col("z") * (pl.col("difference") - pl.col("peer_mean"))
    jointly = pl.col("theta") - pl.col("peer_mean") - believed
    known = found.rows.drop_nulls(["theta", "peer_mean"]).select(
        "manager_id", "z", pl.col("peer_mean").alias("mean"), jointly.alias("jointly")
    )
    own = pl.col("z") * (pl.col("missed") - pl.col("part") * pl.col("mean"))
    rows = (
        frame.join(known, on="manager_id", how="left", validate="m:1", maintain_order="left")
        .with_columns(pl.lit(unit).alias("unit"))
        .with_columns((pl.col("unit") * (own + pl.col("part") * pl.col("jointly"))).alias("points"))
    )
    counts = rows["points"].is_not_null()
    return _Coded(rows.filter(counts), whose[counts.to_numpy()], books.account[at][counts.to_numpy()])


def _by_account(parts: _Coded, found: Estimate) -> _Coded:
    """What each account adds to the rule, and what the rule would add without it: a row per account of a manager, with
    manager_id, account_id, points and without."""
    repeat, between = found.heard.repeat if found.heard else 0.0, found.scale.between if found.scale else 0.0
    begins = (np.diff(parts.manager, prepend=-1) != 0) | (np.diff(parts.account, prepend=-1) != 0)
    account, first = np.cumsum(begins) - 1, np.flatnonzero(begins)
    rows, manager = parts.rows, parts.manager[first]

    def summed(values: Vector) -> Vector:
        return added(values, account, len(first))

    def rest(values: Vector) -> Vector:
        """What the manager's other accounts add up to."""
        whole = added(values, manager, int(manager.max(initial=-1)) + 1)
        return np.asarray(whole[manager] - values, dtype=np.float64)

    spread = rows["spread"].to_numpy()
    alone = summed(spread**2)
    noise = alone + repeat * (summed(spread) ** 2 - alone)
    part, missed = (summed(rows[column].to_numpy()) for column in ("part", "missed"))
    unit, mean, jointly = (rows[column].to_numpy()[first] for column in ("unit", "mean", "jointly"))
    left = np.where(1 - part > _WHOLE, 1 - part, np.nan)
    variance = np.maximum(rest(noise), 0.0) / left**2
    z = between / (between + variance) if between > 0 else np.zeros_like(left)
    without = np.nan_to_num(unit * (z * (rest(missed) / left - mean) + jointly))
    points = summed(or_nought(rows["points"]))
    told = rows[first].select(*KEY, pl.Series("points", points), pl.Series("without", without))
    return _Coded(told, manager, parts.account[first])
