"""What did lines do, be they read now or before? Facts of contract lines put together, those of invoices in parts.

Where nothing is kept, invoices are priced as they are read, which is faster.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain

import polars as pl

from scoring.packed.eras import Era, priced
from scoring.packed.events import events, paying
from scoring.packed.facts import NotPackedError, added, facts, gathered
from scoring.packed.ids import Ids
from scoring.packed.invoiced import invoiced
from scoring.packed.kept import Kept
from scoring.packed.lines import Lines
from scoring.packed.reading import Reading

_AT_ONCE = 250_000
"""Facts of invoices that are priced at a time, so that the same memory serves all of them."""


def read_contracts(contracts: Lines, ids: Ids, by: Reading) -> pl.DataFrame:
    """The facts of all contract lines. Raises NotPackedError."""
    return facts(gathered(_events(piece, ids, by)) for _, piece in contracts.pieces())


def read_invoices(invoices: Lines, ids: Ids, by: Reading, eras: Sequence[Era]) -> Iterator[pl.DataFrame]:
    """All invoice lines at the rates, as `sales.sales` takes them, some at a time. Raises NotPackedError."""
    for _, piece in invoices.pieces():
        yield _whole(priced(invoiced(piece, ids, by), eras, by_month=True).collect(engine="streaming"))


def facts_of_contracts(contracts: Lines, ids: Ids, by: Reading, kept: Kept) -> pl.DataFrame:
    """The facts of all contract lines. Files that are kept are not read, others are kept, all of them as one part.

    Raises NotPackedError, and OSError where they cannot be kept.
    """
    parts = kept.parts(contracts.digests)
    read = (gathered(_events(piece, ids, by)) for _, piece in contracts.pieces(kept.known))
    known, *others = [part.facts for part in parts] or [facts([])]
    found = added(known, facts(chain(others, read)))
    if contracts.files and (len(parts) != 1 or kept.known != contracts.digests):
        kept.keep(contracts.digests, found)
    kept.forget([contracts.digests])
    return found


def facts_of_invoices(invoices: Lines, ids: Ids, by: Reading, kept: Kept) -> Iterator[pl.DataFrame]:
    """The facts of all invoice lines, in parts. Files that are kept are not read, others are kept; errors as above."""
    used = []
    for digests, found in _invoices(invoices, ids, by, kept, frozenset()):
        used.append(digests)
        yield found
    kept.forget(used)


def new_contracts(contracts: Lines, ids: Ids, by: Reading, kept: Kept, known: Set[str]) -> pl.DataFrame:
    """The facts of the files that are not `known`, kept as a part of their own. Errors as above."""
    wanted = contracts.digests - known
    parts = kept.parts(wanted)
    left = contracts.pieces(known | kept.known)
    found = facts(chain((part.facts for part in parts), (gathered(_events(piece, ids, by)) for _, piece in left)))
    if kept.known != wanted:
        kept.keep(wanted, found)
    return found


def new_invoices(invoices: Lines, ids: Ids, by: Reading, kept: Kept, known: Set[str]) -> Iterator[pl.DataFrame]:
    """The facts of the files that are not `known`, in parts, which are kept. Errors as above."""
    yield from (found for _, found in _invoices(invoices, ids, by, kept, known))


def _invoices(
    invoices: Lines, ids: Ids, by: Reading, kept: Kept, known: Set[str]
) -> Iterator[tuple[frozenset[str], pl.DataFrame]]:
    yield from ((part.digests, part.facts) for part in kept.parts(invoices.digests - known))
    for digests, piece in invoices.pieces(known | kept.known):
        found = gathered(invoiced(piece, ids, by))
        kept.keep(digests, found)
        yield frozenset(digests), found


def _events(piece: pl.LazyFrame, ids: Ids, by: Reading) -> pl.LazyFrame:
    return events(paying(piece, ids, by), "count", "each")


def priced_invoices(found: Iterable[pl.DataFrame], eras: Sequence[Era]) -> Iterator[pl.DataFrame]:
    """Facts of invoices at the rates, as `sales.sales` takes them, some at a time. Raises NotPackedError."""
    for part in found:
        for some in part.iter_slices(_AT_ONCE):
            yield _whole(priced(some.lazy(), eras, by_month=True).collect(engine="in-memory"))


def _whole(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows. Raises NotPackedError where one has no key or no rate."""
    if rows["key"].null_count() or rows["value"].null_count():
        raise NotPackedError
    return rows
