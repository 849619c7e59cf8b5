"""What do the rules say one by one, before they are weighed? All that a score is made of, whatever the weights."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from scoring.peers.books import Vector
from scoring.peers.intervals import Matrix
from scoring.peers.resample import WHOLE
from scoring.peers.score import Figures
from scoring.rules import Rulebook

OF_RULES = {
    "manager_id": pl.String(),
    "account_id": pl.String(),
    "rule": pl.String(),
    "points": pl.Float64(),
    "without": pl.Float64(),
}
"""One row per manager, account and rule, sorted, all weight being the rule's: the points that the account adds to the
score (null where values are graded), and those that the rule would add, or give where values are graded, without it."""
APART = ("manager_id", "rule", "points", "is_measured")
"""What a line says before it is weighed."""
NO_RULES = pl.DataFrame(schema=OF_RULES)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a rule says of each manager: the figures, and by row of them the points and their standard error."""

    figures: Figures
    points: Vector
    errors: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """What the rules say of each manager of the book.

    `lines`, one row per manager and rule: points, is_measured; where values are graded, one per replica. `accounts`:
    manager_id and the accounts that the manager answers for. `told`, in the order of the rules, and `together`, how
    their residuals go together, only where accounts are compared.
    """

    lines: pl.DataFrame
    accounts: pl.DataFrame
    told: tuple[Told, ...] = ()
    together: Matrix = field(default_factory=lambda: np.eye(0))

    @property
    def whole(self) -> pl.DataFrame:
        """The lines of the whole book, no replicas."""
        return self.lines if self.told else self.lines.filter(pl.col("replica") == WHOLE)


def shares_of(rulebook: Rulebook) -> dict[str, float]:
    """Each rule's part of all weight, in their order."""
    whole = sum(rule.weight for rule in rulebook.rules)
    return {rule.name: rule.weight / whole for rule in rulebook.rules}


def with_weights(lines: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """The lines with the `weight` of each rule."""
    weights = {rule.name: float(rule.weight) for rule in rulebook.rules}
    return lines.with_columns(
        pl.col("rule").replace_strict(weights, default=None, return_dtype=pl.Float64).alias("weight")
    )


def withholding(rulebook: Rulebook) -> list[str]:
    """The rules with weight without whose value there is no score."""
    return [r.name for r in rulebook.rules if (r.missing or rulebook.missing) == "withhold" and r.weight > 0]


def may_be_given(rulebook: Rulebook) -> pl.Expr:
    """Whether there is a score: enough of the weight is measured (`coverage`), and no rule withholds it."""
    return (pl.col("coverage") >= rulebook.min_coverage - 1e-12) & ~pl.col("is_withheld")
