"""What did lines do, be they read now or before? Contracts as facts put together, invoices at rates and in parts."""

from collections.abc import Iterator
from itertools import chain

import polars as pl

from scoring.packed.each import priced
from scoring.packed.events import events
from scoring.packed.facts import NotPackedError, facts, gathered
from scoring.packed.ids import Ids
from scoring.packed.invoiced import invoiced
from scoring.packed.kept import Kept
from scoring.packed.lines import Lines
from scoring.packed.reading import Reading

_AT_ONCE = 4_000_000
"""Facts of invoices that are priced at a time."""


def of_contracts(contracts: Lines, ids: Ids, by: Reading, kept: Kept | None) -> pl.DataFrame:
    """The facts of all lines, as `facts.facts`. Files that are kept are not read, others are kept.

    Raises NotPackedError, and OSError where they cannot be kept.
    """
    parts = kept.parts(contracts.digests) if kept else []
    known = kept.known if kept else frozenset()
    read = (gathered(events(piece, ids, by)) for _, piece in contracts.pieces(known))
    found = facts(chain((part.facts for part in parts), read))
    if kept:
        if len(parts) != 1 or known != contracts.digests:
            kept.keep(contracts.digests, found)
        kept.forget([contracts.digests])
    return found


def of_invoices(invoices: Lines, ids: Ids, by: Reading, kept: Kept | None) -> Iterator[pl.DataFrame]:
    """The lines at the rates, as `sales.sales` takes them, some at a time. Otherwise as `of_contracts`."""
    used = []
    for part in kept.parts(invoices.digests) if kept else []:
        used.append(part.digests)
        yield from _priced(part.facts, by)
    for digests, piece in invoices.pieces(kept.known if kept else frozenset()):
        found = gathered(invoiced(piece, ids, by))
        if kept:
            used.append(frozenset(digests))
            kept.keep(digests, found)
        yield from _priced(found, by)
    if kept:
        kept.forget(used)


def _priced(found: pl.DataFrame, by: Reading) -> Iterator[pl.DataFrame]:
    """Raises NotPackedError where there is no rate."""
    for some in found.iter_slices(_AT_ONCE):
        valued = priced(some.lazy(), by.rates).collect(engine="in-memory")
        if valued["value"].null_count():
            raise NotPackedError
        yield valued
