"""By what are lines read? The policies, the rates of each span, and the day up to which things are known."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

import polars as pl

from scoring.ledger.terms import Terms
from scoring.money import RATE_SCALE
from scoring.packed import codes
from scoring.packed.each import OWN, currency_number
from scoring.packed.keys import number
from scoring.packed.whole import looked_up

Rates = Mapping[str, int]
"""Currency to what one of it is worth in the reporting currency, in millionths."""


@dataclass(frozen=True, slots=True)
class Reading:
    """By what lines are read: `rates` in each of the spans, all of the same currencies; `until` the last day that
    counts; `since` the first day on which each currency has a rate."""

    terms: Terms
    rates: Sequence[Rates]
    as_of: date
    until: date
    since: Mapping[str, date] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether some policy or rate asks for what only `ledger.history` can do."""
        terms = self.terms
        return (
            terms.discounts != "net"
            or terms.fx == "at_start"
            or len(terms.tiers) > codes.MOST_RUNGS
            or self.has_odd_rates
        )

    @property
    def has_odd_rates(self) -> bool:
        """Whether an amount times some rate may leave Int64, or some currency has no number."""
        every = chain.from_iterable(rates.items() for rates in self.rates)
        return any(currency_number(c) is None or not 0 < r < 9 * RATE_SCALE for c, r in every)

    def currency_of(self, there: Set[str]) -> pl.Expr:
        """The number of a line's currency, or `OWN`; null for one that has no rate. `there` are the columns."""
        if "currency" not in there:
            return pl.lit(OWN, dtype=pl.Int64)
        known = looked_up("currency", {**self._numbers, self.terms.currency: OWN})
        return pl.when(pl.col("currency").is_null()).then(OWN).otherwise(known)

    def is_early(self, day: str) -> pl.Expr:
        """Whether a line with that number as its `currency` is of a day, a number, before that has a rate."""
        first = [(n, number(self.since[code])) for code, n in self._numbers.items() if code in self.since]
        early = [(pl.col("currency") == n) & (pl.col(day) < begins) for n, begins in first]
        return pl.any_horizontal(early) if early else pl.lit(value=False)

    @property
    def rated_since(self) -> dict[str, str]:
        """Currency to the first day on which it has a rate, as text, for the notes beside what is kept."""
        return {code: str(day) for code, day in self.since.items()}

    def is_rated_since(self, then: Mapping[str, str]) -> bool:
        """Whether each currency has its first rate no later than then (as `rated_since`): no line became early."""
        return all(code in self.since and str(self.since[code]) <= day for code, day in then.items())

    @property
    def _numbers(self) -> dict[str, int]:
        """Currency to its number, of those that have rates."""
        return {code: n for code in self.rates[0] if (n := currency_number(code)) is not None}
