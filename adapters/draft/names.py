"""Which money is of accounts that only another system lists? A file with names beside its ids lists them itself."""

from collections.abc import Iterator

import polars as pl

from adapters.draft.exports import Unmapped
from adapters.draft.recognise import Guess, compact
from adapters.draft.sketch import GUESSED, Line, flow, remark, scalar
from adapters.draft.vocabulary import IDS_OF_ACCOUNTS, NAMES_OF_ACCOUNTS

_OF_MONEY = ("contracts", "invoices")


def names_beside(export: Unmapped, guess: Guess) -> list[Line]:
    """The entry that takes accounts with their names from a file of money; none where it has no names."""
    ids, cells = guess.theirs("account_id"), export.cells
    if guess.table not in _OF_MONEY or guess.missing or cells is None or compact(ids or "") not in IDS_OF_ACCOUNTS:
        return []
    taken = {m.theirs for m in guess.matches}
    likely = (h for h in export.header if h not in taken and compact(h) in NAMES_OF_ACCOUNTS)
    names = next((h for h in likely if _is_of_each(cells.select(id=str(ids), name=h))), None)
    return list(_lines(export, str(ids), names)) if names else []


def _is_of_each(pairs: pl.DataFrame) -> bool:
    """Whether ids have one name each, and most of them one of their own."""
    pairs = pairs.drop_nulls().unique()
    ids, names = pairs["id"].n_unique(), pairs["name"].n_unique()
    return pairs.height == ids > 0 and 2 * names > ids


def _lines(export: Unmapped, ids: str, names: str) -> Iterator[Line]:
    yield Line(f"- file: {scalar(export.file)}", indent=2)
    yield Line("table: accounts", remark(GUESSED, f"by {names} they meet those of another system"))
    yield from (Line(f"{setting}: {flow(value)}") for setting, value in export.declared.items())
    yield Line(f"columns: {flow({'account_id': ids, 'name': names})}")
    yield Line(f"where: {flow({ids: {'filled': True}})}")
    yield Line("distinct: true")
