"""What did every account, manager and the company do, month by month, from the first line on? The packed line.

ids → facts → gaps → movements, levels, sales, owners → frames with names. Definitions are those of `ledger`, with one
movement an account and month, at the rates of one day.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from scoring.ledger.currency import rates_in_millionths
from scoring.ledger.movements import GAINS, LOSSES
from scoring.ledger.terms import Terms
from scoring.packed.events import as_seen_on
from scoring.packed.facts import NotPackedError
from scoring.packed.gaps import bridged
from scoring.packed.ids import Ids, ids_of
from scoring.packed.kept import Kept
from scoring.packed.keys import number
from scoring.packed.levels import Levels, levels
from scoring.packed.lines import Lines
from scoring.packed.months import Months
from scoring.packed.owners import Owners, owners
from scoring.packed.plainly import facts_plainly, sold_plainly
from scoring.packed.reading import Reading
from scoring.packed.sales import Sales, sales
from scoring.packed.summaries import of_contracts, of_invoices
from scoring.packed.walked import walked

KINDS = (*GAINS, *LOSSES)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Where a history is read from: the tables of that name, those of many lines in files, read a few at a time.

    `spans` as `credit.ownership.SPANS`. `is_checked`: every account, currency and amount is known to be one, so that
    lines that the fast form cannot read may be read in the plain one; else they are left to whoever checks. `beside` is
    what accounts, spans and rates are known by, where files of lines are known by digests; empty where they are not.
    """

    accounts: pl.LazyFrame
    contracts: Lines
    invoices: Lines
    spans: pl.LazyFrame
    rates: pl.LazyFrame
    is_checked: bool
    beside: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """All that happened, in whole numbers; `named` gives it names.

    `moves` as `walked.SCHEMA`; `levels` at the ends of spans; `sales` in spans; `owners` on the day before each month
    and on the last of all, from `spans`. `is_fast` says whether the fast form could read all lines,
    `known_files` how many files were known from before.
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
    known_files: int = 0


def history(ledger: Ledger, terms: Terms, months: Months, as_of: date, kept: Path | None = None) -> History:
    """The history of the months. Rates are those of the first day of the last span, as in a run of that span.

    In the folder `kept` are the facts of files that were read before, and those of new files are put there.
    Raises NotPackedError where a line that nobody checked cannot be read in the fast form, HashesCollideError, and
    OSError where facts cannot be kept.
    """
    ids = ids_of(ledger.accounts)
    day = months.spans[-2]
    until = max(months.firsts[-1], as_of) + timedelta(days=terms.gap_tolerance_days + 1)
    by = Reading(terms, _rates_on(ledger.rates, day), as_of, until)
    known = _kept(ledger, ids, by, kept)
    with ThreadPoolExecutor(1) as beside:  # what NumPy does, it does on one core: the others read the other table
        sold = beside.submit(_sales, ledger, ids, by, months, known[1])
        found, is_fast = _facts(ledger, ids, by, day, known[0])
    spans = [number(first) for first in months.spans]
    firsts = [number(first) for first in months.firsts]
    return History(
        months=months,
        ids=ids,
        moves=walked(found, firsts, terms.reactivation_window_days),
        levels=levels(found, len(ids), spans, len(terms.tiers), largest=terms.largest_tier),
        sales=sold.result(),
        owners=owners(ledger.spans, ids, [first - 1 for first in firsts]),
        spans=ledger.spans,
        tiers=terms.tiers,
        is_fast=is_fast,
        known_files=sum(len(of_table.known) for of_table in known if of_table),
    )


def _kept(ledger: Ledger, ids: Ids, by: Reading, folder: Path | None) -> tuple[Kept | None, Kept | None]:
    """What is known of contracts and of invoices, where their files have digests."""
    known: list[Kept | None] = [None, None]
    if folder and "" not in ledger.contracts.digests:
        known[0] = Kept(folder / "contracts", f"{by.terms} {as_seen_on(ledger.contracts, by)}", ids)
    if folder and "" not in ledger.invoices.digests:
        known[1] = Kept(folder / "invoices", by.terms.currency, ids)
    return known[0], known[1]


def _facts(ledger: Ledger, ids: Ids, by: Reading, day: date, kept: Kept | None) -> tuple[pl.DataFrame, bool]:
    """What all lines are worth, and whether the fast form read them."""
    if not by.is_plain:
        try:
            found = of_contracts(ledger.contracts, ids, by, kept)
            return bridged(found, by.terms.gap_tolerance_days, number(by.as_of) + 1), True
        except NotPackedError:
            pass  # some line looks at another, or is beyond Int64: all of them are read in full
    _check_plain(ledger)
    return facts_plainly(ledger.contracts.whole(), ids, by, ledger.rates, day), False


def _sales(ledger: Ledger, ids: Ids, by: Reading, months: Months, kept: Kept | None) -> Sales:
    """What was invoiced, read in the fast form unless some amount or rate is too wide for it."""
    if not by.has_odd_rates:
        try:
            return sales(of_invoices(ledger.invoices, ids, by, kept), len(ids), months)
        except NotPackedError:
            pass  # some line is beyond Int64: all of them are read in full
    _check_plain(ledger)
    lines = sold_plainly(ledger.invoices.whole(), ids, by, ledger.rates, months.spans[-2])
    return sales([lines], len(ids), months)


def _check_plain(ledger: Ledger) -> None:
    """Raises NotPackedError where nobody checked the lines: the plain form leaves out what it does not know."""
    if not ledger.is_checked:
        raise NotPackedError


def _rates_on(rates: pl.LazyFrame, day: date) -> Mapping[str, int]:
    """Currency to the last rate known on the day, or the first there is, in millionths."""
    known = rates_in_millionths(rates).collect()
    first = known.group_by("currency", maintain_order=True).agg(pl.col("rate").first())
    last = known.filter(pl.col("dated_on") <= day).group_by("currency", maintain_order=True).agg(pl.col("rate").last())
    return {**dict(first.iter_rows()), **dict(last.iter_rows())}
