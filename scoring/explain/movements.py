"""What happened to the accounts? The movements credited to a manager, and the rows of the exports behind them."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.explain.model import Account, Movement
from scoring.explain.refusals import UnexplainedError
from scoring.ledger.movements import KINDS, LOSSES
from scoring.ledger.places import listed

Row = Mapping[str, Any]


def accounts(rows: pl.DataFrame, moves: pl.DataFrame) -> tuple[Account, ...]:
    """The accounts of a manager's book, by id, with the manager's movements.

    Raises UnexplainedError where movements do not add up to what the book says of an account.
    """
    by_account: dict[str, list[Movement]] = defaultdict(list)
    for row in moves.sort("account_id", "moved_on", "kind").iter_rows(named=True):
        by_account[row["account_id"]].append(_movement(row))
    return tuple(
        _account(row, tuple(by_account[row["account_id"]])) for row in rows.sort("account_id").iter_rows(named=True)
    )


def of_no_book(account_id: str, name: str) -> Account:
    """An account of which the manager's score asks, and the manager's book holds nothing."""
    nothing = Decimal(0)
    return Account(account_id, name, nothing, nothing, nothing, nothing, nothing, nothing, ())


def _movement(row: Row) -> Movement:
    sign = -1 if row["kind"] in LOSSES else 1
    places = tuple(place for place in listed(row["origin"]) if place)
    return Movement(row["kind"], row["moved_on"], row["amount"], sign * row["amount"], row["gap_days"], places)


def _account(row: Row, moves: tuple[Movement, ...]) -> Account:
    for kind in KINDS:
        moved = sum((m.amount for m in moves if m.kind == kind), Decimal(0))
        if moved != row[kind]:
            raise UnexplainedError(f"{kind} of account {row['account_id']}", moved, row[kind])
    transferred = row["transfer_in"] - row["transfer_out"]
    closing = row["opening"] + sum(m.adds for m in moves) + transferred
    if closing != row["closing"]:
        raise UnexplainedError(f"the closing of account {row['account_id']}", closing, row["closing"])
    return Account(
        account_id=row["account_id"],
        name=row["account"] or row["account_id"],
        share=row["share"],
        before=row["before"],
        after=row["after"],
        opening=row["opening"],
        closing=row["closing"],
        transferred=transferred,
        movements=moves,
    )
