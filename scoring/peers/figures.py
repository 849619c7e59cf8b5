"""How are a metric's estimates written down? One row per manager, rounded, with reasons where there is no figure."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.measure import DIGITS
from scoring.peers import evidence, intervals
from scoring.peers.books import Books, Flags, Vector, counted
from scoring.peers.company import Company
from scoring.peers.credibility import Peers, Shrunk
from scoring.peers.settings import Fairness

FEW_COMPARABLE = 20
NUMBERS = (
    "observed",
    "expected",
    "difference",
    "noise",
    "evidence",
    "z",
    "own_part",
    "peer_mean",
    "peer_observed",
    "theta",
    "error",
    "range_error",
    "low",
    "high",
    "chance_above",
    "largest_part",
)
COUNTS = ("accounts", "peers", "peer_level", "few_comparable")
WORDS = ("grade", "label", "reason")


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """A metric's averages by manager: what happened, what was expected, the variance of their difference, and how much
    of the units was the manager's (`own_part`)."""

    observed: Vector
    expected: Vector
    noise: Vector
    own_part: Vector

    @property
    def difference(self) -> Vector:
        """Observed less expected."""
        return self.observed - self.expected


def compared(
    averages: Averages,
    known: Peers,
    shrunk: Shrunk,
    told: Flags,
    *,
    stray: Vector,
    within: float,
    freedom: int,
    settings: Fairness,
) -> pl.DataFrame:
    """The figures of managers who can be compared; null for the others.

    `known`, `shrunk` and `stray`, the errors of ranges, are of those who are `told` of, the averages of all. `within`
    is the variance of one unit, `freedom` what it was estimated with, which matters to those without peers.
    """
    alone = known.count == 0
    count = np.where(alone, freedom + 1, known.count)
    reach = intervals.reach(count, settings.coverage, compare=settings.compare) * stray
    sure = intervals.chance_above(shrunk.theta - known.mean, shrunk.error, count)
    own_part = averages.own_part[told]
    own = evidence.of_own(shrunk.z, own_part)
    numbers = {
        "observed": averages.observed[told],
        "expected": averages.expected[told],
        "difference": averages.difference[told],
        "noise": averages.noise[told],
        "evidence": within / averages.noise[told],
        "z": np.where(alone, np.nan, shrunk.z),
        "own_part": own_part,
        "peer_mean": np.where(alone, np.nan, known.mean),
        "theta": np.where(alone, np.nan, shrunk.theta),
        "error": shrunk.error,
        "range_error": stray,
        "low": shrunk.theta - reach,
        "high": shrunk.theta + reach,
        "chance_above": np.where(alone, np.nan, sure),
    }
    words = {
        "grade": np.where(alone, "none", evidence.grades(own, settings.least_z)),
        "label": np.where(alone | (own < settings.least_z), "", evidence.labels(sure, settings.sure)),
        "reason": evidence.reasons(own, known.count, settings.least_z),
    }
    codes = {"manager": np.flatnonzero(told), "peers": known.count, "peer_level": known.level}
    said = pl.DataFrame({**codes, **numbers, **words}).with_columns(
        pl.col(*numbers).fill_nan(None),
        pl.when(pl.col("peer_level") >= 0).then("peer_level").alias("peer_level"),
        *(pl.when(pl.col(c) != "").then(pl.col(c)).alias(c) for c in words),
    )
    everybody = pl.DataFrame({"manager": np.arange(len(told))})
    return everybody.join(said, on="manager", how="left", maintain_order="left")


def uncompared(observed: Vector, expected: Vector, reason: str) -> pl.DataFrame:
    """The figures where nothing can be told apart: what happened and was expected, and why there is no more."""
    return pl.DataFrame({"observed": observed, "expected": expected}).with_columns(
        (pl.col("observed") - pl.col("expected")).alias("difference"), pl.lit(reason).alias("reason")
    )


def of_books(books: Books, part: Vector, kinds: Vector) -> list[pl.Series]:
    """The units of each book, those with few of their kind elsewhere (`kinds` counts them), and its largest account."""
    largest = np.zeros(books.managers)
    np.maximum.at(largest, *books.by_account(part))
    rare = (kinds < FEW_COMPARABLE)[books.unit].astype(np.float64)
    return [
        pl.Series("accounts", counted(books.manager, books.managers).astype(np.int64)),
        pl.Series("few_comparable", books.by_manager(rare).astype(np.int64)),
        pl.Series("largest_part", largest),
    ]


def framed(company: Company, metric: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of people, with their ids, rounded; who has no accounts has nothing but that reason."""
    some = pl.col("accounts") > 0
    kinds = dict.fromkeys(NUMBERS, pl.Float64()) | dict.fromkeys(COUNTS, pl.Int64()) | dict.fromkeys(WORDS, pl.String())
    said = {c: (pl.col(c) if c in rows.columns else pl.lit(None)).cast(kind) for c, kind in kinds.items()}
    said |= {c: pl.when(some).then(said[c].round_sig_figs(DIGITS)) for c in NUMBERS}
    said["reason"] = pl.when(some).then(said["reason"]).otherwise(pl.lit("no_eligible_accounts"))
    told = rows.select(
        company.shelf.managers.alias("manager_id"),
        pl.lit(metric).alias("metric"),
        *(expr.alias(c) for c, expr in said.items()),
    )
    return told.filter(pl.Series(company.is_person))
