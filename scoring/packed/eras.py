"""At which rates is what worth how much? A span has those of its first day, and an era is spans that have the same.

So a span is told at the rates at which a run of it tells it, whatever rates do later. Where an era begins, what runs on
from before is worth more or less than it was: that is no movement, and `valued` keeps it apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from scoring.packed import each
from scoring.packed.keys import DAYS, day_in, month_number, number
from scoring.packed.months import Months
from scoring.packed.reading import Rates


@dataclass(frozen=True, slots=True)
class Era:
    """From `first` on, a day on which a span begins, these rates hold; those of the first era before it, too."""

    first: date
    rates: Rates


def eras_of(months: Months, rates: Sequence[Rates]) -> list[Era]:
    """The eras of the months, whose spans are the last of those that have these rates."""
    spans = months.spans[:-1]
    found: list[Era] = []
    for first, own in zip(spans, rates[-len(spans) :], strict=True):
        if not found or found[-1].rates != own:
            found.append(Era(first, own))
    return found


def priced(facts: pl.LazyFrame, eras: Sequence[Era], *, by_month: bool = False) -> pl.LazyFrame:
    """The facts with their `value` for `each` and `count`, at the rates of their days; null where there is no rate.

    `by_month`: the days in their keys are the numbers of months.
    """
    which = era_of([month_number(era.first) if by_month else number(era.first) for era in eras])
    return each.priced(facts, [one.rates for one in eras], which)


def era_of(firsts: Sequence[int]) -> pl.Expr | None:
    """The place of the era that the day of a key is in, by the first day of each; None where there is only one."""
    if len(firsts) == 1:
        return None
    table = np.searchsorted(firsts[1:], np.arange(DAYS), side="right")
    return pl.lit(pl.Series(table)).gather(day_in(pl.col("key")))
