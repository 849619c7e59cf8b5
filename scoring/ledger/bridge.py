"""Does the revenue add up? Opening plus movements must be closing, for everybody, to the last digit."""

import polars as pl

from scoring.errors import NotConservedError, UnbalancedError
from scoring.ledger.movements import KINDS, LOSSES
from scoring.money import added

TRANSFERS = ("transfer_in", "transfer_out")
OUTGOING = (*LOSSES, "transfer_out")
MOVES = (*KINDS, *TRANSFERS)
COLUMNS = ("opening", *MOVES, "closing")
"""The lines of a bridge; contraction, churn and transfer_out are positive amounts that subtract."""
IN_LEDGER = pl.any_horizontal(pl.col(name) != 0 for name in ("share", *COLUMNS))
"""Whether a row of a book has revenue or a part of an outcome; others are there only if what they have is asked."""


def net_moves(*, transfers: bool = True) -> pl.Expr:
    """What the moves of a bridge row add up to, with or without what was handed over."""
    moves = MOVES if transfers else KINDS
    return pl.sum_horizontal([-pl.col(m) if m in OUTGOING else pl.col(m) for m in moves])


def check_balance(bridge: pl.DataFrame, grain: str, name: str, *, transfers: bool) -> None:
    """Raises UnbalancedError for the first row, by name, whose moves do not lead from opening to closing.

    Without `transfers` they must do so by themselves: an account and the company receive nothing from others.
    """
    off = bridge.with_columns(net_moves(transfers=transfers).alias("moves")).filter(
        pl.col("opening") + pl.col("moves") != pl.col("closing")
    )
    if off.height:
        first = off.sort(name).row(0, named=True)
        raise UnbalancedError(
            grain, str(first[name]), str(first["opening"]), str(first["moves"]), str(first["closing"])
        )


def check_conserved(whole: pl.DataFrame, parts: pl.DataFrame, columns: tuple[str, ...]) -> None:
    """Raises NotConservedError when what is credited of a money column does not add up to the whole's."""
    for column in columns:
        before, after = added(whole[column]), added(parts[column])
        if before != after:
            raise NotConservedError("crediting", column, str(before), str(after))
