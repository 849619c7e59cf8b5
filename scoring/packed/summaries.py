"""What did lines do, be they read now or before? What contract lines are worth put together, invoices in parts.

Where nothing is kept, lines are priced as they are read, which is faster; where files are known from before, they are
facts until then.
"""

from collections.abc import Iterator
from itertools import chain

import polars as pl

from scoring.packed import valued
from scoring.packed.each import priced
from scoring.packed.events import events, paying
from scoring.packed.facts import NotPackedError, added, facts, gathered
from scoring.packed.ids import Ids
from scoring.packed.invoiced import invoiced
from scoring.packed.kept import Kept
from scoring.packed.lines import Lines
from scoring.packed.reading import Reading

_AT_ONCE = 250_000
"""Facts of invoices that are priced at a time, so that the same memory serves all of them."""


def of_contracts(contracts: Lines, ids: Ids, by: Reading, kept: Kept | None) -> pl.DataFrame:
    """What all contract lines are worth, as `valued.SCHEMA`. Files that are kept are not read, others are kept.

    Raises NotPackedError, and OSError where they cannot be kept.
    """
    if kept is None:
        return valued.of_lines((paying(piece, ids, by) for _, piece in contracts.pieces()), by)
    parts = kept.parts(contracts.digests)
    read = (gathered(events(paying(piece, ids, by), "count", "each")) for _, piece in contracts.pieces(kept.known))
    known, *others = [part.facts for part in parts] or [facts([])]
    found = added(known, facts(chain(others, read)))
    if len(parts) != 1 or kept.known != contracts.digests:
        kept.keep(contracts.digests, found)
    kept.forget([contracts.digests])
    return valued.of_facts(found, by)


def of_invoices(invoices: Lines, ids: Ids, by: Reading, kept: Kept | None) -> Iterator[pl.DataFrame]:
    """The invoice lines at the rates, as `sales.sales` takes them, some at a time. Otherwise as `of_contracts`."""
    if kept is None:
        for _, piece in invoices.pieces():
            yield _whole(priced(invoiced(piece, ids, by), by.rates).collect(engine="streaming"))
        return
    used = []
    for part in kept.parts(invoices.digests):
        used.append(part.digests)
        yield from _priced(part.facts, by)
    for digests, piece in invoices.pieces(kept.known):
        found = gathered(invoiced(piece, ids, by))
        kept.keep(digests, found)
        used.append(frozenset(digests))
        yield from _priced(found, by)
    kept.forget(used)


def _priced(found: pl.DataFrame, by: Reading) -> Iterator[pl.DataFrame]:
    for some in found.iter_slices(_AT_ONCE):
        yield _whole(priced(some.lazy(), by.rates).collect(engine="in-memory"))


def _whole(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows. Raises NotPackedError where one has no key or no rate."""
    if rows["key"].null_count() or rows["value"].null_count():
        raise NotPackedError
    return rows
