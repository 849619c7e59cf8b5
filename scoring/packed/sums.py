"""What do the accounts of each manager add up to in each span? Whole numbers added to a table of managers by spans."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.ledger.movements import GAINS, LOSSES
from scoring.money import MONEY, from_units
from scoring.packed.history import KINDS, History
from scoring.packed.shared import of_shared

MONEYS = ("opening", *KINDS, "transfers", "closing", "retained", "revenue")
COUNTS = ("accounts", "ups", "downs")
SCHEMA = {
    "manager_id": pl.String(), "starts_on": pl.Date(), "accounts": pl.Int64(), **dict.fromkeys(MONEYS, MONEY),
    "ups": pl.Int64(), "downs": pl.Int64(),
}  # fmt: skip
"""One row per manager and span. Opening is of who held an account the day before the span; closing, `retained`,
`revenue`, `accounts` (that pay at either end) and rungs climbed and fallen (by those that pay at both) of who holds it
on the last day; movements of who holds it at the end of their month. `transfers` is what came by hand-overs less what
went, so that opening + gains − losses + transfers = closing. A shared account is counted for each of its managers, and
its money divided."""

Whole = NDArray[np.int64]

_SLICE = 1 << 12
"""Accounts that are looked at at a time, so that what is made of them is still at hand."""


def sums(history: History) -> pl.DataFrame:
    """The sums of each manager and span, as `SCHEMA`, by span and id; `unassigned` for what nobody holds."""
    shape = (len(history.owners.managers), len(history.months.spans) - 1)
    tables = {name: np.zeros(shape, dtype=np.int64) for name in (*MONEYS, *COUNTS)}
    own = ~history.owners.shared
    for first in range(0, len(own), _SLICE):
        _add_ends(tables, history, slice(first, first + _SLICE), own)
    _add_moves(tables, history, own)
    made = _framed(tables, history)
    if history.owners.shared.any():
        theirs = of_shared(history, at_ends(history, np.flatnonzero(history.owners.shared)), COUNTS)
        made = (
            pl.concat([made, theirs.select(made.columns)])
            .group_by("manager_id", "starts_on")
            .agg(pl.col(*tables).sum())
        )
    net = pl.sum_horizontal(GAINS) - pl.sum_horizontal(LOSSES)
    return (
        made.with_columns((pl.col("closing") - pl.col("opening") - net).alias("transfers"))
        .filter(pl.any_horizontal(pl.col(*tables) != 0))
        .with_columns(from_units(pl.col(name).cast(pl.Int128)).alias(name) for name in MONEYS)
        .select(*SCHEMA)
        .sort("starts_on", "manager_id")
    )


def _add_ends(tables: dict[str, Whole], history: History, who: slice, own: NDArray[np.bool_]) -> None:
    """Adds what is counted of some accounts at the ends of each span."""
    holders = history.owners.grid[who, :: history.months.length].T.astype(np.int64)
    count = len(holders) - 1
    for name, amounts in at_ends(history, who).items():
        holder = holders[:-1] if name == "opening" else holders[1:]
        place = (holder * count + np.arange(count)[:, None]).reshape(-1)
        some = np.flatnonzero((amounts.T != 0) & own[who])
        np.add.at(tables[name].reshape(-1), place[some], amounts.T.reshape(-1)[some])


def at_ends(history: History, who: slice | Whole) -> dict[str, Whole]:
    """What is counted of some accounts (rows) at the ends of each span (columns); money in ten-thousandths."""
    levels = history.levels
    opening, closing = levels.opening[who], levels.closing[who]
    before, after = levels.rung_before[who].astype(np.int64), levels.rung_after[who].astype(np.int64)
    pays = (opening > 0) & (closing > 0)  # a credit may leave a plan that is free
    climbed = np.where(pays & (before >= 0) & (after >= 0), after - before, 0)
    return {
        "accounts": ((opening > 0) | (closing > 0)).astype(np.int64),
        "opening": opening,
        "closing": closing,
        "retained": np.maximum(np.minimum(opening, closing), 0),
        "revenue": history.sales.revenue[who],
        "ups": np.maximum(climbed, 0),
        "downs": np.maximum(-climbed, 0),
    }


def _add_moves(tables: dict[str, Whole], history: History, own: NDArray[np.bool_]) -> None:
    """Adds the movements of each kind."""
    account, month = (history.moves[name].to_numpy() for name in ("account", "month"))
    amount, kind = history.moves["amount"].to_numpy(), history.moves["kind"]
    owner, span = history.owners.grid[account, month + 1], month // history.months.length
    for name in KINDS:
        some = (kind == name).to_numpy() & own[account]
        np.add.at(tables[name], (owner[some], span[some]), amount[some])


def _framed(tables: dict[str, Whole], history: History) -> pl.DataFrame:
    managers, spans = pl.Series(history.owners.managers), pl.Series(history.months.spans[:-1])
    count = len(spans)
    place = np.arange(len(managers) * count)
    return pl.DataFrame(
        {"manager_id": managers.gather(place // count), "starts_on": spans.gather(place % count)}
        | {name: table.reshape(-1) for name, table in tables.items()}
    )
