"""Why did a score move, and could it be chance? A change split into parts that add up, and what chance alone does."""

from collections.abc import Sequence
from itertools import combinations
from math import factorial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.peers.books import Vector
from scoring.peers.intervals import Matrix, joint_error

POINTS = 10.0
"""Points of score per true standard deviation."""


def chance_error(z: Matrix, weights: Vector, correlation: Matrix) -> Vector:
    """The standard deviation, in points, that chance alone gives each score: 10 sqrt(Z (1 - Z)) of one metric.

    `z` holds the credibility of each manager (rows) in each metric (columns).
    """
    return POINTS * joint_error(np.sqrt(z * (1 - z)) * weights, correlation)


def product_effects(old: Sequence[Vector], new: Sequence[Vector]) -> NDArray[np.float64]:
    """What each factor adds to the change of their product, averaged over all orders in which they could change.

    One row per factor; the rows add up to the change (Das Gupta 1993; the Shapley value of a product).
    """
    n = len(old)
    before, after = np.asarray(old, dtype=np.float64), np.asarray(new, dtype=np.float64)
    effects = np.zeros_like(before)
    for k in range(n):
        rest = [f for f in range(n) if f != k]
        for size in range(n):
            share = factorial(size) * factorial(n - 1 - size) / factorial(n)
            for moved in combinations(rest, size):
                others = [after[f] if f in moved else before[f] for f in rest]
                effects[k] += share * np.prod(np.stack([*others, np.ones_like(before[k])]), axis=0)
        effects[k] *= after[k] - before[k]
    return effects


def account_parts(accounts: pl.DataFrame, managers: pl.DataFrame) -> pl.DataFrame:
    """What each account did to its manager's change of score, in points.

    `accounts` has manager_id, metric, account_id and, before and after, its weight in the book, outcome and
    expectation: q0, y0, e0, q1, y1, e1; null on the side where it was not in the book. `managers` has manager_id,
    metric, and mean, z and scale (the points per unit of difference, 10 omega / tau) before and after: mean0, z0,
    scale0, mean1, z1, scale1. One row per manager, metric and account with result, expectation, weight, came,
    left, in points; sorted. Together with `manager_parts` they add up to the change.
    """
    factor = _factors(managers).select("manager_id", "metric", "factor")
    both = accounts.join(factor, on=["manager_id", "metric"], validate="m:1")
    before, after = pl.col("y0") - pl.col("e0"), pl.col("y1") - pl.col("e1")
    own = ["manager_id", "metric"]
    centre = ((pl.col("q0") * before).sum() + (pl.col("q1") * after).sum()).over(own, order_by="account_id") / 2
    stays = pl.col("q0").is_not_null() & pl.col("q1").is_not_null()
    weight = (pl.col("q0") + pl.col("q1")) / 2
    middle = (before + after) / 2 - pl.col("centre")
    moves = {
        "result": pl.when(stays).then(weight * (pl.col("y1") - pl.col("y0"))),
        "expectation": pl.when(stays).then(-weight * (pl.col("e1") - pl.col("e0"))),
        "weight": pl.when(stays).then(middle * (pl.col("q1") - pl.col("q0"))),
        "came": pl.when(pl.col("q0").is_null()).then(pl.col("q1") * (after - pl.col("centre"))),
        "left": pl.when(pl.col("q1").is_null()).then(-pl.col("q0") * (before - pl.col("centre"))),
    }
    return (
        both.with_columns(centre.alias("centre"))
        .select(*own, "account_id", *((pl.col("factor") * v).fill_null(0.0).alias(k) for k, v in moves.items()))
        .sort(*own, "account_id")
    )


def manager_parts(differences: pl.DataFrame, managers: pl.DataFrame) -> pl.DataFrame:
    """What moved a score beside the accounts: peers, evidence and rules, in points; one row per manager and metric.

    `managers` is as for `account_parts`; `differences` has manager_id, metric and the difference before and
    after, d0 and d1.
    """
    both = _factors(managers).join(differences, on=["manager_id", "metric"], validate="1:1")
    before, after = ((both[f"d{t}"] - both[f"mean{t}"]).to_numpy() for t in (0, 1))
    _, evidence, rules = product_effects(
        [before, both["z0"].to_numpy(), both["scale0"].to_numpy()],
        [after, both["z1"].to_numpy(), both["scale1"].to_numpy()],
    )
    return both.select(
        "manager_id",
        "metric",
        (-pl.col("factor") * (pl.col("mean1") - pl.col("mean0"))).alias("peers"),
        pl.Series("evidence", evidence),
        pl.Series("rules", rules),
    ).sort("manager_id", "metric")


def _factors(managers: pl.DataFrame) -> pl.DataFrame:
    """The managers with `factor`, the points that one unit of difference moves, credibility and scale averaged."""
    z, scale = ([managers[f"{name}{t}"].to_numpy() for t in (0, 1)] for name in ("z", "scale"))
    one = np.ones(managers.height)
    factor = product_effects([0 * one, z[0], scale[0]], [one, z[1], scale[1]])[0]
    return managers.with_columns(pl.Series("factor", factor))
