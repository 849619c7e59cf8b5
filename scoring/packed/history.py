"""What did every account, manager and the company do, month by month, from the first line on? The packed line.

ids → facts → gaps → movements, levels, sales, owners → frames with names. Definitions are those of `ledger`, with one
movement an account and month, at the rates of one day.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from scoring.ledger.currency import rates_in_millionths
from scoring.ledger.movements import GAINS, LOSSES
from scoring.ledger.terms import Terms
from scoring.packed.events import Reading
from scoring.packed.facts import NotPackedError, facts
from scoring.packed.gaps import bridged
from scoring.packed.ids import Ids, ids_of
from scoring.packed.keys import number
from scoring.packed.levels import Levels, levels
from scoring.packed.owners import Owners, owners
from scoring.packed.plainly import facts_plainly
from scoring.packed.sales import Sales, sales
from scoring.packed.walked import walked

KINDS = (*GAINS, *LOSSES)
Pieces = Callable[[], Iterable[pl.LazyFrame]]


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Where a history is read from: the tables of that name, those of many lines in pieces that are read one by one.

    `spans` as `credit.ownership.SPANS`.
    """

    accounts: pl.LazyFrame
    contracts: Pieces
    invoices: Pieces
    spans: pl.LazyFrame
    rates: pl.LazyFrame


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a history: `firsts` are their first days and the day after the last; `length` months are a span."""

    firsts: tuple[date, ...]
    length: int = 3

    @property
    def spans(self) -> tuple[date, ...]:
        """The first day of each span, and the day after the last."""
        return self.firsts[:: self.length]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """All that happened, in whole numbers; `named` gives it names.

    `moves` as `walked.SCHEMA`; `levels` at the ends of spans; `sales` in spans; `owners` on the day before each month
    and on the last of all, from `spans`. `is_fast` says whether the fast form could read all lines.
    """

    months: Months
    ids: Ids
    moves: pl.DataFrame
    levels: Levels
    sales: Sales
    owners: Owners
    spans: pl.LazyFrame
    tiers: Sequence[str]
    is_fast: bool


def history(ledger: Ledger, terms: Terms, months: Months, as_of: date) -> History:
    """The history of the months. Rates are those of the first day of the last span, as in a run of that span.

    Raises NotPackedError where an invoice has an unknown account or no rate, HashesCollideError.
    """
    ids = ids_of(ledger.accounts)
    day = months.spans[-2]
    rates = _rates_on(ledger.rates, day)
    until = max(months.firsts[-1], as_of) + timedelta(days=terms.gap_tolerance_days + 1)
    by = Reading(terms, rates, as_of, until)
    found, is_fast = _facts(ledger, ids, by, day)
    spans = [number(first) for first in months.spans]
    firsts = [number(first) for first in months.firsts]
    return History(
        months=months,
        ids=ids,
        moves=walked(found, firsts, terms.reactivation_window_days),
        levels=levels(found, len(ids), spans, len(terms.tiers), largest=terms.largest_tier),
        sales=sales(ledger.invoices(), ids, spans, rates, terms.currency),
        owners=owners(ledger.spans, ids, [first - 1 for first in firsts]),
        spans=ledger.spans,
        tiers=terms.tiers,
        is_fast=is_fast,
    )


def _facts(ledger: Ledger, ids: Ids, by: Reading, day: date) -> tuple[pl.DataFrame, bool]:
    """The facts of all lines, and whether the fast form read them."""
    if not by.is_plain:
        try:
            found = facts(ledger.contracts(), ids, by)
            return bridged(found, by.terms.gap_tolerance_days, number(by.as_of) + 1), True
        except NotPackedError:
            pass  # some line looks at another, or is beyond Int64: all of them are read in full
    whole = pl.concat(list(ledger.contracts()), how="diagonal")
    return facts_plainly(whole, ids, by, ledger.rates, day), False


def _rates_on(rates: pl.LazyFrame, day: date) -> Mapping[str, int]:
    """Currency to the last rate known on the day, or the first there is, in millionths."""
    known = rates_in_millionths(rates).collect()
    first = known.group_by("currency", maintain_order=True).agg(pl.col("rate").first())
    last = known.filter(pl.col("dated_on") <= day).group_by("currency", maintain_order=True).agg(pl.col("rate").last())
    return {**dict(first.iter_rows()), **dict(last.iter_rows())}
