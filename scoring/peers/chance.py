"""What could be chance? Quantiles, likely ranges, and who differs from the median beyond many comparisons."""

from collections.abc import Mapping
from functools import lru_cache
from statistics import median

import scipy

LEAST_PEERS = 5
"""Below this many scored managers nobody is put above or below the median."""

CHANGE_COVERAGE = 0.95
"""How sure a change must be to be called more than chance."""


@lru_cache(maxsize=1024)
def quantile(coverage: float, freedom: float) -> float:
    """How many standard errors a two-sided range of that coverage reaches, by Student's t."""
    return float(scipy.special.stdtrit(freedom, (1 + coverage) / 2))


def likely_range(
    score: float, error: float, coverage: float, freedom: float, *, is_bounded: bool
) -> tuple[float, float]:
    """The range around a score; within 0 and 100 where the scores themselves are."""
    reach = quantile(coverage, freedom) * error
    low, high = score - reach, score + reach
    return (max(0.0, low), min(100.0, high)) if is_bounded else (low, high)


def change_band(before: float, after: float, freedom: float, shared: float = 0.0) -> float:
    """How far two scores may differ by chance, of which chance alone gives each that standard deviation.

    What the two windows share, as a part of them, moves both scores alike, and so not their difference.
    """
    error = (after**2 + before**2 - 2 * shared * after * before) ** 0.5
    return float(quantile(CHANGE_COVERAGE, freedom) * error)


def groups(scores: Mapping[str, tuple[float, float, float]], chance: float) -> dict[str, str]:
    """Who is `above`, `within` or `below` the median of the scores.

    `scores` maps an id to its score, standard error and degrees of freedom. Benjamini & Hochberg 1995: among those
    set apart, at most the share `chance` is expected to be so by chance alone. Below LEAST_PEERS all are `within`.
    """
    apart = dict.fromkeys(scores, "within")
    if len(scores) < LEAST_PEERS:
        return apart
    middle = median(score for score, _, _ in scores.values())
    doubts = sorted((_doubt(score - middle, error, freedom), name) for name, (score, error, freedom) in scores.items())
    sure = [n for n, (doubt, _) in enumerate(doubts, 1) if doubt <= chance * n / len(doubts)]
    for _, name in doubts[: max(sure, default=0)]:
        apart[name] = "above" if scores[name][0] > middle else "below"
    return apart


def _doubt(difference: float, error: float, freedom: float) -> float:
    """How likely so large a difference is by chance, by Student's t."""
    if error == 0:
        return 1.0 if difference == 0 else 0.0
    return float(2 * scipy.special.stdtr(freedom, -abs(difference) / error))
