"""What did every account, manager and the company do, month by month, from the first line on? The packed line.

ids → facts → gaps → movements, levels, sales, owners → frames with names. Definitions are those of `ledger`, with one
movement an account and month, and each span is told at the rates of its first day, as a run of it tells it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from scoring.ledger.currency import rates_in_millionths
from scoring.ledger.movements import GAINS, LOSSES
from scoring.ledger.terms import Terms
from scoring.packed import summaries, valued
from scoring.packed.eras import eras_of
from scoring.packed.events import as_seen_on
from scoring.packed.facts import INVOICED, NotPackedError, added
from scoring.packed.gaps import bridged
from scoring.packed.ids import Ids, ids_of
from scoring.packed.kept import Kept
from scoring.packed.keys import day_in, month_number, number
from scoring.packed.levels import Levels, levels
from scoring.packed.lines import Lines
from scoring.packed.months import Months
from scoring.packed.owners import Owners, Spans, owners, spans_of
from scoring.packed.plainly import facts_plainly, sold_plainly
from scoring.packed.reading import Rates, Reading
from scoring.packed.sales import Ordered, Sales, sales
from scoring.packed.walked import changes_of, walked

KINDS = (*GAINS, *LOSSES)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Where a history is read from: the tables of that name, those of many lines in files, read a few at a time.

    `spans` as `credit.ownership.SPANS`. `is_checked`: every account, currency and amount is known to be one, so that
    lines that the fast form cannot read may be read in the plain one; else they are left to whoever checks. `beside` is
    what accounts, spans and rates are known by, where files of lines are known by digests; empty where they are not.
    `look` is called before anything is made of them, and raises NotPackedError where they are not fit for use.
    """

    accounts: pl.LazyFrame
    contracts: Lines
    invoices: Lines
    spans: pl.LazyFrame
    rates: pl.LazyFrame
    is_checked: bool
    beside: str = ""
    look: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Of which ledger and months a history is asked, and by what it is read: accounts, rates, owners."""

    ledger: Ledger
    months: Months
    ids: Ids
    by: Reading
    spans: Spans

    @property
    def settles(self) -> date:
        """The first day of the last span before which nothing waits for a renewal any more; if need be, of the first.

        What happened before it is only changed by lines of earlier days.
        """
        latest = number(self.by.as_of) + 1 - self.by.terms.gap_tolerance_days
        first, *others = self.months.spans[:-1]
        return max((first, *(day for day in others if number(day) <= latest)))


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """What is known of the spans before `first`, and of all lines in some files, so that only later ones are told.

    `contracts` are facts in which days before `first` may be short, `invoices` the facts of its month and later ones,
    and `ordered` what was in the months before; of the files with these digests.
    """

    first: date
    contracts: pl.DataFrame
    invoices: pl.DataFrame
    ordered: Ordered
    contract_files: frozenset[str]
    invoice_files: frozenset[str]

    @property
    def files(self) -> int:
        """How many files are known."""
        return len(self.contract_files) + len(self.invoice_files)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """All that happened, in whole numbers; `named` gives it names.

    `moves` as `walked.SCHEMA`; `levels` at the ends of spans; `sales` in spans; `owners` on the day before each month
    and on the last of all, from `spans`. `ordered` is of all months that were asked for, those before the history's,
    too. `is_fast` says whether the fast form could read all lines, `known_files` how many files were known from before;
    `contracts` and `invoices` are the facts that it is made of, where facts are kept, those of invoices from the day on
    that `Asked.settles`.
    """

    months: Months
    ids: Ids
    moves: pl.DataFrame
    levels: Levels
    sales: Sales
    ordered: Ordered
    owners: Owners
    spans: pl.LazyFrame
    tiers: Sequence[str]
    is_fast: bool
    known_files: int = 0
    contracts: pl.DataFrame | None = None
    invoices: pl.DataFrame | None = None


def asked(ledger: Ledger, terms: Terms, months: Months, as_of: date) -> Asked:
    """What a history hangs on. Raises HashesCollideError, and NotPackedError as the ledger's `look` does."""
    ledger.look()
    ids = ids_of(ledger.accounts)
    until = max(months.firsts[-1], as_of) + timedelta(days=terms.gap_tolerance_days + 1)
    by = Reading(terms, _rates_on(ledger.rates, months.spans[:-1]), as_of, until, _rates_since(ledger.rates))
    return Asked(ledger, months, ids, by, spans_of(ledger.spans, ids))


def history(of: Asked, kept: Path | None = None, before: Before | None = None) -> History:
    """The history of the months; of those from `before.first` on, where there is such.

    In the folder `kept` are the facts of files that were read before, and those of new files are put there.
    Raises NotPackedError where a line that nobody checked cannot be read in the fast form, or none may be known from
    before, and OSError where facts cannot be kept.
    """
    known = _kept(of, kept)
    months = of.months.since(before.first) if before else of.months
    firsts = [number(first) for first in months.firsts]
    spans, terms = [number(first) for first in months.spans], of.by.terms
    with ThreadPoolExecutor(1) as beside:  # what NumPy does, it does on one core: the others go on meanwhile
        selling = beside.submit(_sales, of, months, known[1], before)
        contracts, found, changes, is_fast = _facts(of, months, known[0], before)
        invoices, sold = selling.result()
        standing = beside.submit(levels, found, len(of.ids), spans, len(terms.tiers), largest=terms.largest_tier)
        moves = walked(found, changes, firsts, terms.reactivation_window_days)
    return History(
        months=months,
        ids=of.ids,
        moves=moves,
        levels=standing.result(),
        sales=sold,
        ordered=before.ordered.then(sold.ordered) if before else sold.ordered,
        owners=owners(of.spans, [first - 1 for first in firsts]),
        spans=of.ledger.spans,
        tiers=terms.tiers,
        is_fast=is_fast,
        known_files=sum(len(of_table.known) for of_table in known if of_table) + (before.files if before else 0),
        contracts=contracts,
        invoices=invoices,
    )


def _kept(of: Asked, folder: Path | None) -> tuple[Kept | None, Kept | None]:
    """What is known of contracts and of invoices, where their files have digests."""
    known: list[Kept | None] = [None, None]
    if folder and "" not in of.ledger.contracts.digests:
        known[0] = Kept(folder / "contracts", way_of_contracts(of), of.ids, of.by)
    if folder and "" not in of.ledger.invoices.digests:
        known[1] = Kept(folder / "invoices", of.by.terms.currency, of.ids, of.by)
    return known[0], known[1]


def way_of_contracts(of: Asked) -> str:
    """What the facts of contract lines hang on but the lines."""
    return f"{of.by.terms} {as_seen_on(of.ledger.contracts, of.by)}"


def _facts(
    of: Asked, months: Months, kept: Kept | None, before: Before | None
) -> tuple[pl.DataFrame | None, pl.DataFrame, pl.LazyFrame, bool]:
    """The facts of all lines, where they are kept; what they are worth; as changes; whether the fast form read them."""
    by, lines, eras = of.by, of.ledger.contracts, eras_of(months, of.by.rates)
    if not by.is_plain:
        try:
            facts = _all_facts(of, kept, before)
            counted = bridged(facts, by)
            return facts if kept else None, valued.of_facts(counted, eras), changes_of(counted), True
        except NotPackedError:
            if before:
                raise
            # some line looks at another, or is beyond Int64: all of them are read in full
    _check_plain(of.ledger)
    return None, *facts_plainly(lines.whole(), of.ids, by, of.ledger.rates, eras), False


def _all_facts(of: Asked, kept: Kept | None, before: Before | None) -> pl.DataFrame:
    """The facts of all lines, of known files as they are known."""
    if kept is None:
        return summaries.read_contracts(of.ledger.contracts, of.ids, of.by)
    if before is None:
        return summaries.facts_of_contracts(of.ledger.contracts, of.ids, of.by, kept)
    new = summaries.new_contracts(of.ledger.contracts, of.ids, of.by, kept, before.contract_files)
    return added(before.contracts, new)


def _sales(of: Asked, months: Months, kept: Kept | None, before: Before | None) -> tuple[pl.DataFrame | None, Sales]:
    """What was invoiced, read in the fast form unless some amount or rate is too wide for it; before it the facts from
    the day on that `Asked.settles`, where facts are kept."""
    by, lines, count, eras = of.by, of.ledger.invoices, len(of.ids), eras_of(months, of.by.rates)
    if not by.has_odd_rates:
        try:
            if kept is None:
                return None, sales(summaries.read_invoices(lines, of.ids, by, eras), count, months)
            later = [pl.DataFrame(schema=INVOICED)]
            parts = _later(_sold(of, kept, before), month_number(of.settles), later)
            sold = sales(summaries.priced_invoices(parts, eras), count, months)
            return pl.concat(later), sold
        except NotPackedError:
            if before:
                raise
            # some line is beyond Int64: all of them are read in full
    _check_plain(of.ledger)
    return None, sales([sold_plainly(lines.whole(), of.ids, by, of.ledger.rates, eras)], count, months)


def _sold(of: Asked, kept: Kept, before: Before | None) -> Iterator[pl.DataFrame]:
    """The facts of all invoices, or from the first open month on, in parts."""
    if before is None:
        yield from summaries.facts_of_invoices(of.ledger.invoices, of.ids, of.by, kept)
        return
    yield before.invoices
    yield from summaries.new_invoices(of.ledger.invoices, of.ids, of.by, kept, before.invoice_files)


def _later(parts: Iterable[pl.DataFrame], month: int, later: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same parts; what is in them from a month on is put to the later ones."""
    for part in parts:
        later.append(part.filter(day_in(pl.col("key")) >= month))
        yield part


def _check_plain(ledger: Ledger) -> None:
    """Raises NotPackedError where nobody checked the lines: the plain form leaves out what it does not know."""
    if not ledger.is_checked:
        raise NotPackedError


def _rates_on(rates: pl.LazyFrame, days: Iterable[date]) -> list[Rates]:
    """For each day, currency to the last rate known on it, or the first there is."""
    known = rates_in_millionths(rates).collect()
    first = known.group_by("currency", maintain_order=True).agg(pl.col("rate").first())
    found: list[Rates] = []
    for day in days:
        last = known.filter(pl.col("dated_on") <= day).group_by("currency", maintain_order=True)
        found.append({**dict(first.iter_rows()), **dict(last.agg(pl.col("rate").last()).iter_rows())})
    return found


def _rates_since(rates: pl.LazyFrame) -> dict[str, date]:
    """Currency to the first day on which it has a rate."""
    return dict(rates.group_by("currency").agg(pl.col("dated_on").min()).sort("currency").collect().iter_rows())
