"""Which accounts stand out? Those without any revenue, those that return more than they buy, the dominant ones."""

import polars as pl

from scoring.notes.seen import Seen, named
from scoring.numbers import percent
from scoring.plurals import many
from scoring.scorecard.drivers import largest_accounts

LARGE = 0.2
"""An account with more than this part of a book is named on the card."""

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
        f"{without.height:,} of {many(known.height, 'account')} {has} no {_LINES[basis]} at all and {count} "
        f"nowhere: {names}."
    ]


def returning(seen: Seen) -> list[str]:
    """Accounts whose revenue is below zero: they count as not paying, and their money with its sign."""
    below = seen.rows.group_by("account_id").agg(pl.col("closing").sum()).filter(pl.col("closing") < 0)
    if below.is_empty():
        return []
    amount, they = seen.money(below["closing"].sum()), "it counts" if below.height == 1 else "they count"
    return [f"{many(below.height, 'account')} gave back more than was sold ({amount}): {they} as not paying."]


def dominant(seen: Seen) -> dict[str, str]:
    """By manager, the account that makes up much of the book, as the card says the score without it."""
    large = largest_accounts(seen.rows).filter(pl.col("part") > LARGE)
    return {
        manager: f"{account} alone is {percent(part)} of the book; look at the score without it."
        for manager, account, part in large.select("manager_id", "name", "part").iter_rows()
    }
