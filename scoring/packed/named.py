"""What do people see of a history? Frames with names and money."""

import numpy as np
import polars as pl

from scoring.money import MONEY, from_units
from scoring.packed.history import History
from scoring.packed.owners import SEVERAL

BOOK = {
    "account_id": pl.String(), "starts_on": pl.Date(), "opening": MONEY, "closing": MONEY, "retained": MONEY,
    "revenue": MONEY, "tier_before": pl.Int8(), "tier_after": pl.Int8(), "manager_id": pl.String(),
}  # fmt: skip
"""One row per account and span that pays at its start or end, or is invoiced in it. `retained` is what it pays at the
end, at most what it paid at the start; tiers are rungs, from 0; `manager_id` who holds it on the last day, null where
that is several."""


def book(history: History, spans: range) -> pl.DataFrame:
    """The accounts in the spans of these numbers, as `BOOK`, sorted by span and account_id."""
    levels, owners, some = history.levels, history.owners, slice(spans.start, spans.stop)
    revenue = history.sales.revenue[:, some]
    opening, closing = (np.maximum(grid[:, some], 0) for grid in (levels.opening, levels.closing))
    span, who = np.nonzero(((opening != 0) | (closing != 0) | (revenue != 0)).T)
    opening, closing, revenue = (grid[who, span] for grid in (opening, closing, revenue))
    span += spans.start
    holder = pl.Series(owners.grid[who, history.months.length * (span + 1)])
    rows = pl.DataFrame(
        {
            "account": who, "opening": opening, "closing": closing, "revenue": revenue,
            "retained": np.minimum(opening, closing), "tier_before": levels.rung_before[who, span],
            "tier_after": levels.rung_after[who, span],
            "manager_id": pl.Series(owners.managers).gather(holder.replace(SEVERAL, None)),
            "starts_on": pl.Series(history.months.spans).gather(span),
        }
    )  # fmt: skip
    return history.ids.named(rows).select(
        "account_id",
        "starts_on",
        *(_money(name) for name in ("opening", "closing", "retained", "revenue")),
        *(pl.when(pl.col(name) >= 0).then(name).alias(name) for name in ("tier_before", "tier_after")),
        "manager_id",
    )


def _money(name: str) -> pl.Expr:
    return from_units(pl.col(name).cast(pl.Int128)).alias(name)


def moves(history: History, spans: range) -> pl.DataFrame:
    """The movement of each account in each month of the spans of these numbers: account_id, month (its first day),
    kind, amount; by month and account_id."""
    first, after = (history.months.length * span for span in (spans.start, spans.stop))
    inside = (pl.col("month") >= first) & (pl.col("month") < after)
    moves = history.moves.filter(inside).sort("month", maintain_order=True)
    firsts = pl.Series(history.months.firsts).gather(moves["month"])
    return history.ids.named(moves.select("account", firsts.alias("month"), "kind", _money("amount")))


def orders(history: History) -> pl.DataFrame:
    """What each account ordered within all months: account_id, `first_on`, `last_on`, `orders` (days), `amount`."""
    return history.ids.named(history.ordered.orders()).with_columns(_money("amount"))
