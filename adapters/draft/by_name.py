"""Whose are rows that call accounts by name? Of those that another file lists with an id, found by a lookup."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl

from adapters.draft.exports import Unmapped
from adapters.draft.recognise import Guess, compact
from adapters.draft.sketch import GUESSED, Line, flow, remark, scalar
from adapters.draft.vocabulary import SYNONYMS

_FOUND = "account by name"
"""The column that the lookup adds."""


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """The file that lists accounts, and which of its columns hold their ids and their names."""

    export: Unmapped
    ids: str
    names: str


def listings_of(placed: Iterable[tuple[Unmapped, Guess | None]]) -> list[Listing]:
    """The files that list accounts with ids and names."""
    return [
        Listing(export, ids, names)
        for export, guess in placed
        if guess is not None and guess.table == "accounts" and export.cells is not None
        if (ids := guess.theirs("account_id")) and (names := guess.theirs("name")) and ids != names
    ]


def apart(listings: Sequence[Listing]) -> str:
    """What to do where several files list accounts under other ids; an empty text where none do."""
    for one, other in combinations(listings, 2):
        ours, theirs = (of.export.cells[of.ids] for of in (one, other) if of.export.cells is not None)
        if one.export.file != other.export.file and _share(theirs.drop_nulls(), ours) == 0:
            files = f"{one.export.file} and {other.export.file}"
            how = "name the system of each file under system, and see docs/sources.md on accounts of several systems"
            return f"{files} list accounts under other ids, so that none is one of the other's: {how}"
    return ""


def currencies_in(listing: Listing) -> str | None:
    """The column of the list that names the currency of each account, where there are several."""
    words, cells = SYNONYMS["rates"]["currency"].split(), listing.export.cells
    found = (h for h in listing.export.header if compact(h) in words and cells is not None and cells[h].n_unique() > 1)
    return next(found, None)


def by_id(lines: Sequence[Line], export: Unmapped, listing: Listing | None) -> Iterator[Line]:
    """The lines of an entry; where its accounts are told by name, with a lookup of their ids."""
    called = None if listing is None or listing.export is export else _called(lines, export, listing)
    for line in lines:
        if called and listing and line.text == "columns:":
            other = {"file": listing.export.file, **listing.export.declared}
            lookup = {**other, "on": {called: listing.names}, "take": {_FOUND: listing.ids}, "may_repeat": True}
            yield Line(f"lookups: [{flow(lookup)}]", remark(GUESSED, f"{called} has names of accounts"))
        is_account = called and line.text == f"account_id: {scalar(called)}"
        yield replace(line, text=f"account_id: {_FOUND}") if is_account else line


def _called(lines: Sequence[Line], export: Unmapped, listing: Listing) -> str | None:
    """The column of accounts, where most of its values are names of the list and most are none of its ids."""
    column = next((h for h in export.header for line in lines if line.text == f"account_id: {scalar(h)}"), None)
    if column is None or export.cells is None or listing.export.cells is None:
        return None
    values, known = export.cells[column].drop_nulls(), listing.export.cells
    named, ids = (_share(values, known[of]) for of in (listing.names, listing.ids))
    return column if named > 0.5 > ids else None


def _share(values: pl.Series, known: pl.Series) -> float:
    """The part of the values that is among those known."""
    return int(values.is_in(known.drop_nulls().implode()).sum()) / max(values.len(), 1)
