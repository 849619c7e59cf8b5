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
from scoring.packed.plainly import facts_plainly, sold_plainly
from scoring.packed.sales import Sales, sales, sold
from scoring.packed.walked import walked

KINDS = (*GAINS, *LOSSES)
Pieces = Callable[[], Iterable[pl.LazyFrame]]


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Where a history is read from: the tables of that name, those of many lines in pieces that are read one by one.

    `spans` as `credit.ownership.SPANS`. `is_checked`: every account, currency and amount is known to be one, so that
    lines that the fast form cannot read may be read in the plain one; else they are left to whoever checks.
    """

    accounts: pl.LazyFrame
    contracts: Pieces
    invoices: Pieces
    spans: pl.LazyFrame
    rates: pl.LazyFrame
    is_checked: bool


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

    Raises NotPackedError where a line that nobody checked cannot be read in the fast form, HashesCollideError.
    """
    ids = ids_of(ledger.accounts)
    day = months.spans[-2]
    until = max(months.firsts[-1], as_of) + timedelta(days=terms.gap_tolerance_days + 1)
    by = Reading(terms, _rates_on(ledger.rates, day), as_of, until)
    found, is_fast = _facts(ledger, ids, by, day)
    spans = [number(first) for first in months.spans]
    firsts = [number(first) for first in months.firsts]
    return History(
        months=months,
        ids=ids,
        moves=walked(found, firsts, terms.reactivation_window_days),
        levels=levels(found, len(ids), spans, len(terms.tiers), largest=terms.largest_tier),
        sales=_sales(ledger, ids, by, spans, day),
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
    _check_plain(ledger)
    return facts_plainly(_whole(ledger.contracts()), ids, by, ledger.rates, day), False


def _sales(ledger: Ledger, ids: Ids, by: Reading, spans: Sequence[int], day: date) -> Sales:
    """What was invoiced, read in the fast form unless some amount or rate is too wide for it."""
    if not by.has_wide_rates:
        try:
            return sales((sold(piece, ids, spans, by) for piece in ledger.invoices()), len(ids), spans)
        except NotPackedError:
            pass  # some line looks at another, or is beyond Int64: all of them are read in full
    _check_plain(ledger)
    lines = sold_plainly(_whole(ledger.invoices()), ids, spans, by, ledger.rates, day)
    return sales([lines], len(ids), spans)


def _check_plain(ledger: Ledger) -> None:
    """Raises NotPackedError where nobody checked the lines: the plain form leaves out what it does not know."""
    if not ledger.is_checked:
        raise NotPackedError


def _whole(pieces: Iterable[pl.LazyFrame]) -> pl.LazyFrame:
    return pl.concat(list(pieces), how="diagonal")


def _rates_on(rates: pl.LazyFrame, day: date) -> Mapping[str, int]:
    """Currency to the last rate known on the day, or the first there is, in millionths."""
    known = rates_in_millionths(rates).collect()
    first = known.group_by("currency", maintain_order=True).agg(pl.col("rate").first())
    last = known.filter(pl.col("dated_on") <= day).group_by("currency", maintain_order=True).agg(pl.col("rate").last())
    return {**dict(first.iter_rows()), **dict(last.iter_rows())}
