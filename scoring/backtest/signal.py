"""Does a figure tell anything of what comes? Its rank correlation with the outcome, and what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np

from scoring.backtest.errors import Vector, correlation, ranks
from scoring.numbers import fixed, signed

_Z = 1.959963984540054
"""Standard deviations to both sides that hold 95 % of a normal distribution."""
LEAST = 30
"""Accounts below which nothing is said."""
_WHOLE = 0.999999

VERDICTS = {
    "signal": "carries signal",
    "none": "no signal can be seen",
    "wrong": "points the wrong way",
    "few": "too few accounts",
    "alike": "all alike, so nothing to be seen",
    "unsaid": "not measured",
}
"""Code to words."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A figure and what came after it, at one origin: `ids` of the accounts, which may stand at several origins."""

    ids: Sequence[str]
    figure: Vector
    outcome: Vector


@dataclass(frozen=True, slots=True)
class Signal:
    """What a metric said of the time ahead.

    `rho` is Spearman's correlation over all origins, between -1 and 1, `low` and `high` its 95 % interval;
    `accounts` are different ones. `verdict` a key of VERDICTS.
    """

    metric: str
    label: str
    outcome: str
    rho: float | None
    low: float | None
    high: float | None
    accounts: int
    origins: int
    verdict: str

    @property
    def sentence(self) -> str:
        """What is to be known of it, in words."""
        said = VERDICTS[self.verdict]
        if self.rho is None:
            return f"{self.label}: {said}."
        interval = f"{fixed(self.low, 2)} to {fixed(self.high, 2)}"
        return f"{self.label}: {said} of {self.outcome} ({signed(self.rho, 2)}, likely {interval})."


def pooled(pairs: Sequence[Pair]) -> tuple[float | None, float | None, float | None, int, int]:
    """Spearman's correlation over the origins, its 95 % interval, the different accounts, and the origins that count.

    The origins' values are averaged as Fisher's z, each weighing by its accounts less three. The variance of z is
    (1 + rho²/2) / (n - 3) (Bonett and Wright 2000), with n the different accounts: what an account does at one origin
    is much what it does at the next, so it counts once, however many origins it stands at.
    """
    found = [(correlation(ranks(p.figure), ranks(p.outcome)), p) for p in pairs if len(p.ids) > 3]
    known = [(rho, pair) for rho, pair in found if rho is not None]
    accounts = len({one for pair in pairs for one in pair.ids})
    if not known or accounts <= 3:
        return None, None, None, accounts, 0
    weights = np.array([len(pair.ids) - 3 for _, pair in known], dtype=np.float64)
    z = np.array([atanh(max(-_WHOLE, min(_WHOLE, rho))) for rho, _ in known])
    mean = float((weights * z).sum() / weights.sum())
    reach = _Z * sqrt((1 + tanh(mean) ** 2 / 2) / (accounts - 3))
    return tanh(mean), tanh(mean - reach), tanh(mean + reach), accounts, len(known)


def signal(name: tuple[str, str], outcome: str, pairs: Sequence[Pair], *, less_is_better: bool = False) -> Signal:
    """The verdict on a metric, by its name and label. Where less is better, a falling figure should foretell more."""
    rho, low, high, accounts, origins = pooled(pairs)
    if rho is None or low is None or high is None or accounts < LEAST:
        code = "unsaid" if not accounts else "few" if accounts < LEAST else "alike"
        return Signal(*name, outcome, None, None, None, accounts, origins, code)
    sign = -1 if less_is_better else 1
    worst, best = sorted((sign * low, sign * high))
    code = "signal" if worst > 0 else "wrong" if best < 0 else "none"
    return Signal(*name, outcome, rho, low, high, accounts, origins, code)
