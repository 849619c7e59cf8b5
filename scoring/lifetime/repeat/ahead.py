"""What is to come from each account, whatever the model: expected orders, their present value, their spread?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.lifetime.fit import Counts, Vector
from scoring.lifetime.special import legendre

NEGLIGIBLE = 45.0
"""What is discounted by exp(-45) is nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A fitted model's view of some accounts from the last day seen on.

    Accounts of one kind have the same future once they are alive; what is costly is computed once per kind. `alive`
    per account the probability that it still buys, `kind` per account its row in what follows, `shares` per
    account how likely each stage of regular timing is (one row each, None where there is one stage).
    `orders` takes the weeks ahead per kind and returns the orders of an account that is alive, one row per
    kind, one column per stage. `at_least` takes kinds, counts (from 1) and weeks, and returns the probability of
    so many orders of an account that is alive, one row per pair, one column per stage. `bend` per kind the
    weeks in which the expectation changes its slope.
    """

    alive: Vector
    kind: Counts
    bend: Vector
    orders: Callable[[Vector], Vector]
    at_least: Callable[[Counts, Counts, float], Vector]
    shares: Vector | None = None

    def each(self, by_kind: Vector) -> Vector:
        """Per account: its kind's value over its stages, times the probability that it is alive."""
        return self.alive * self._mixed(by_kind[self.kind], slice(None))

    def _mixed(self, by_stage: Vector, accounts: slice | Counts) -> Vector:
        if self.shares is None:
            return by_stage[:, 0]
        return np.asarray(np.einsum("ij,ij->i", by_stage, self.shares[accounts]), dtype=np.float64)

    def beyond(self, accounts: Counts, n: Counts, weeks: float) -> Vector:
        """P(N >= n) of some accounts, n from 1: evaluated once for each pair of kind and count."""
        kind = self.kind[accounts]
        width = int(n.max()) + 1 if len(n) else 1
        pairs, row = np.unique(kind * width + n, return_inverse=True)
        found = self.at_least(pairs // width, pairs % width, weeks)
        return self.alive[accounts] * self._mixed(found[row], accounts)

    def expected(self, weeks: float) -> Vector:
        """Per account the expected orders in the next `weeks`, those of an account that has stopped being none."""
        return self.each(self.orders(np.full(len(self.bend), _span(weeks))))

    def discounted(self, weeks: float | None, rate: float) -> Vector:
        """Per account the expected orders of the next `weeks`, each discounted from its instant at `rate` a week.

        `rate` is continuous: ln(1 + yearly rate) / 52. None for `weeks` means for ever, which needs a rate above 0; the
        expectation of some models has no end without one. The discount is integrated by parts, so that the
        quadrature concerns only what is lost by waiting, in time that slows down as the expectation does.
        """
        if weeks is None and rate <= 0:
            raise ValueError("orders for ever have a present value only at a rate above 0")
        end = NEGLIGIBLE / rate if weeks is None else _span(weeks)
        total = np.exp(-rate * end) * self.orders(np.full(len(self.bend), end))
        if rate == 0 or end == 0 or not len(self.bend):
            return self.each(total)
        length = np.log1p(end / self.bend)
        nodes = int(10 + 5 * np.ceil(length.max())) + (24 if weeks is None else 0)
        for point, weight in zip(*legendre(nodes), strict=True):
            since = self.bend * np.expm1(length * point)
            factor = rate * weight * length * (since + self.bend) * np.exp(-rate * since)
            total = total + factor[:, None] * self.orders(since)
        return self.each(total)

    def count_probabilities(self, weeks: float, most: int) -> Vector:
        """P(N = n) of the orders in the next `weeks`: one row per account, one column per n from 0 to `most`.

        What a row lacks to 1 is the probability of more than `most`.
        """
        kinds, n = np.arange(len(self.bend)), np.arange(1, most + 2)
        found = self.at_least(np.repeat(kinds, len(n)), np.tile(n, len(kinds)), _span(weeks))
        cube = found.reshape(len(kinds), len(n), found.shape[1])[self.kind]
        beyond = cube[:, :, 0] if self.shares is None else np.einsum("inj,ij->in", cube, self.shares)
        beyond = np.concatenate([np.ones((len(beyond), 1)), self.alive[:, None] * beyond], axis=1)
        return np.maximum(beyond[:, :-1] - beyond[:, 1:], 0.0)

    def count_range(self, weeks: float, level: float) -> tuple[Counts, Counts]:
        """Per account the least and the most orders of the next `weeks`, at probability `level`.

        The quantiles at (1 - level) / 2 and (1 + level) / 2 of the exact distribution; since counts are whole, the
        range holds `level` or more.
        """
        if not 0 < level < 1:
            raise ValueError("a level lies between 0 and 1")
        tail = (1 - level) / 2
        return _quantile(self, _span(weeks), 1 - tail), _quantile(self, _span(weeks), tail)


def _quantile(ahead: Ahead, weeks: float, tail: float) -> Counts:
    """The smallest n with P(N > n) <= `tail`: doubled until it is enough, then halved into, all accounts at once."""
    low = np.full(len(ahead.alive), -1, dtype=np.int64)
    high = np.zeros(len(ahead.alive), dtype=np.int64)
    open_ = np.flatnonzero(ahead.alive > tail)
    while len(open_):
        more = open_[ahead.beyond(open_, high[open_] + 1, weeks) > tail]
        low[more] = high[more]
        high[more] = np.maximum(2 * high[more], 1)
        open_ = more
    open_ = np.flatnonzero(high - low > 1)
    while len(open_):
        middle = (low[open_] + high[open_]) // 2
        is_over = ahead.beyond(open_, middle + 1, weeks) > tail
        low[open_[is_over]] = middle[is_over]
        high[open_[~is_over]] = middle[~is_over]
        open_ = open_[high[open_] - low[open_] > 1]
    return high


def _span(weeks: float) -> float:
    """The weeks ahead, which must be a number that is not negative."""
    if not 0 <= weeks < np.inf:
        raise ValueError("the weeks ahead are a finite number from 0")
    return float(weeks)
