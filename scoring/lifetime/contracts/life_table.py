"""How many were up for their n-th renewal, and how many of them left? All a renewal model needs to know."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.lifetime.fit import Counts, Vector

FEW_LOSSES = 50
"""Below this many losses a weak prior steadies the estimate."""


@dataclass(frozen=True, slots=True, eq=False)
class LifeTable:
    """Renewals and losses by opportunity.

    One element per opportunity that came up: `at` its number (1 is the first renewal), `renewed` and `lost` the
    accounts that did either.
    """

    at: Vector
    renewed: Vector
    lost: Vector

    @property
    def losses(self) -> float:
        """The accounts that left."""
        return float(self.lost.sum())

    @property
    def renewals(self) -> float:
        """The renewals made."""
        return float(self.renewed.sum())


def life_table(entered: Counts, made: Counts, is_lost: NDArray[np.bool_], weight: Vector) -> LifeTable:
    """The table of accounts of which each was seen from `entered` renewals on to `made`, and then left or not.

    What came before an account was seen does not count (left truncation): of those, only the loyal were seen.
    """
    size = int(made.max(initial=0)) + 2
    came = np.bincount(entered, weights=weight, minlength=size + 1)
    went = np.bincount(made, weights=weight, minlength=size + 1)
    renewed = np.cumsum(came - went)[: size - 1]
    lost = np.bincount(made, weights=weight * is_lost, minlength=size)[: size - 1]
    there = (renewed > 0) | (lost > 0)
    return LifeTable(*(v[there].astype(np.float64) for v in (np.arange(1, size), renewed, lost)))


def likelihood(log_kept: Vector, kept: Vector, lost: Vector) -> float:
    """The log-likelihood of `kept` and `lost`, where ln of the chance to be kept is `log_kept`."""
    stay = np.sum(np.where(kept > 0, kept * log_kept, 0.0))
    with np.errstate(divide="ignore"):
        leave = np.sum(np.where(lost > 0, lost * np.log(-np.expm1(log_kept)), 0.0))
    return float(stay + leave)


def surface(
    log_kept: Vector, gradient: Vector, hessian: Vector, kept: Vector, lost: Vector
) -> tuple[float, Vector, Vector]:
    """The log-likelihood with its gradient and Hessian, from those of each `log_kept` (a row each)."""
    value = likelihood(log_kept, kept, lost)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        odds = 1.0 / np.expm1(-log_kept)
        first = kept - np.where(lost > 0, lost * odds, 0.0)
        second = -np.where(lost > 0, lost * odds * (1.0 + odds), 0.0)
        slope = first @ gradient
        bend = np.einsum("n,nij->ij", first, hessian) + np.einsum("n,ni,nj->ij", second, gradient, gradient)
    if not (np.all(np.isfinite(slope)) and np.all(np.isfinite(bend))):
        return -np.inf, np.zeros(gradient.shape[1]), -np.eye(gradient.shape[1])
    return value, slope, bend


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of renewals before any is seen, and how much that weighs.

    `churn` is the share expected to leave at a renewal, `strength` how many renewals that belief weighs;
    `polarisation` how far accounts lie apart, from 0 (all alike) to 1 (each surely loyal or surely leaving),
    `spread` how many accounts' worth of evidence that is.
    """

    churn: float = 0.2
    strength: float = 4.0
    polarisation: float = 0.2
    spread: float = 2.5

    @classmethod
    def monthly(cls, churn: float, strength: float, term_months: float) -> "Prior":
        """The prior of terms of so many months, from a monthly churn and its weight in account-months."""
        months = max(1.0, term_months)
        return cls(churn=float(-np.expm1(months * np.log1p(-churn))), strength=max(1.0, strength / months))

    def surface(self, a: float, b: float) -> tuple[float, Vector, Vector]:
        """The log of the prior at beta parameters a and b, with gradient and Hessian in ln a and ln b."""
        both, more = a + b, 1.0 + a + b
        go, stay = self.strength * self.churn, self.strength * (1 - self.churn)
        apart, alike = self.spread * self.polarisation, self.spread * (1 - self.polarisation)
        # ln a, ln b, ln(a + b), ln(1 + a + b) with these weights
        weight = np.array([go, stay, alike - go - stay, -apart - alike])
        value = float(weight @ np.log([a, b, both, more]))
        share, part = np.array([a, b]) / both, np.array([a, b]) / more
        slope = np.array([go, stay]) + weight[2] * share + weight[3] * part
        bend = weight[2] * (np.diag(share) - np.outer(share, share))
        bend += weight[3] * (np.diag(part) - np.outer(part, part))
        return value, slope, bend

    def start(self) -> Vector:
        """ln a and ln b where the prior alone is highest."""
        apart = 1.0 / self.polarisation - 1.0
        return np.log([self.churn * apart, (1 - self.churn) * apart])
