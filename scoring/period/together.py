"""How do the books of parts of a company become its book? Laid one below the other, and what looks at all made anew."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from scoring.credit.crediting import MOVEMENT
from scoring.facts import ADDING


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The book of some accounts: `rows` and `moves` as `booking.Booked`.

    `found` are the columns of what happened to any of these accounts and `asked` of what was looked for, both in the
    order in which they stand in the book.
    """

    rows: pl.DataFrame
    moves: pl.DataFrame
    found: tuple[str, ...]
    asked: tuple[str, ...]


def together(pieces: Sequence[Piece]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Book and movements of all accounts, the same to the byte as of one piece."""
    if len(pieces) == 1:
        return pieces[0].rows, pieces[0].moves
    columns = _columns(pieces)
    rows = _below([piece.rows.select(columns) for piece in pieces], ["account_id", "manager_id"])
    rows = rows.with_columns(pl.col("closing").sum().alias("company_closing"))
    return rows, _below([piece.moves for piece in pieces], [*MOVEMENT, "manager_id"])


def _below(frames: Sequence[pl.DataFrame], keys: Sequence[str]) -> pl.DataFrame:
    """The frames one below the other, sorted; rows alike in the keys are of one frame and stay as they are."""
    return pl.concat(frames).sort(keys, maintain_order=True).rechunk()


def _columns(pieces: Sequence[Piece]) -> list[str]:
    """The columns of the book in their order: what happened to any account stands before what happened to none."""
    names = pieces[0].rows.columns
    asked = dict.fromkeys(name for piece in pieces for name in piece.asked)
    found = {name for piece in pieces for name in piece.found}
    adding = [*(n for n in asked if n in found), *(n for n in ADDING if n not in found)]
    first = next(n for n, name in enumerate(names) if name in adding)
    return [*names[:first], *adding, *(name for name in names[first:] if name not in adding)]
