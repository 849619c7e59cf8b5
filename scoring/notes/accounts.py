"""Which accounts stand out? Those without any revenue, those that return more than they buy, the dominant ones."""

import polars as pl

from scoring.notes.seen import Seen, counted, named
from scoring.numbers import percent

LARGE = 0.2
"""An account with more than this part of a book's revenue is named on the card."""

_LINES = {"contracts": "contract", "invoices": "invoice, order or deal"}


def idle(seen: Seen) -> list[str]:
    """Accounts for which there is not one line."""
    basis = seen.rulebook.basis
    known = seen.tables["accounts"]
    without = known.filter(~pl.col("account_id").is_in(seen.tables[basis]["account_id"].implode()))
    if without.is_empty():
        return []
    names = named(without.select(pl.coalesce("name", "account_id")).to_series().sort())
    has, count = ("has", "counts") if without.height == 1 else ("have", "count")
    return [
        f"{without.height:,} of {counted(known.height, 'account')} {has} no {_LINES[basis]} at all and {count} "
        f"nowhere: {names}."
    ]


def returning(seen: Seen) -> list[str]:
    """Accounts whose revenue is below zero: they count as not paying, and their money with its sign."""
    below = seen.rows.group_by("account_id").agg(pl.col("closing").sum()).filter(pl.col("closing") < 0)
    if below.is_empty():
        return []
    amount, they = seen.money(below["closing"].sum()), "it counts" if below.height == 1 else "they count"
    return [f"{counted(below.height, 'account')} gave back more than was sold ({amount}): {they} as not paying."]


def dominant(seen: Seen) -> dict[str, str]:
    """By manager, the account that makes up much of the book."""
    part = pl.col("closing").cast(pl.Float64) / pl.col("closing").cast(pl.Float64).sum().over("manager_id")
    large = (
        seen.rows.filter(pl.col("closing") > 0)
        .with_columns(part.alias("part"))
        .filter(pl.col("part") > LARGE)
        .sort("manager_id", "part", "account_id", descending=[False, True, False])
        .group_by("manager_id", maintain_order=True)
        .first()
    )
    named_so = large.with_columns(pl.coalesce("account", "account_id").alias("shown"))
    return {
        manager: f"{account} alone is {percent(share)} of the revenue; look at the score without it."
        for manager, account, share in named_so.select("manager_id", "shown", "part").iter_rows()
    }
