"""Which accounts made the score? Those without which it would be most different, and why, in a sentence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from scoring.peers.books import Codes, Vector
from scoring.rules import Rulebook
from scoring.scorecard.context import Context
from scoring.scorecard.happened import WORDS, happened, held
from scoring.scorecard.judged import Judged
from scoring.scorecard.summed import coded, largest

SHOWN = 8
"""How many accounts a card names."""
_DIGITS = 9
_KEY = ["manager_id", "account_id"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """What can be told of managers' accounts, by manager and account: name and amounts of the book, movements, the
    largest first, and the quarters in which it counts, where accounts are compared. What was told once is kept.
    """

    booked: Mapping[tuple[str, str], tuple[str, Decimal, Decimal]]
    moves: Mapping[tuple[str, str], Sequence[Row]]
    quarters: Mapping[tuple[str, str], int]
    rulebook: Rulebook
    _kept: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    @staticmethod
    def of(rows: pl.DataFrame, moves: pl.DataFrame, trace: pl.DataFrame, rulebook: Rulebook) -> "Accounts":
        """The accounts of a book with its movements; `trace` is empty where values are graded."""
        booked = rows.select(*_KEY, pl.coalesce("account", "account_id").alias("name"), "before", "after")
        counted = trace.group_by(_KEY).agg(pl.col("ends_on").n_unique())
        return Accounts(
            {(m, a): (name, before, after) for m, a, name, before, after in booked.iter_rows()},
            _movements_by_account(moves.filter(pl.col("kind").is_in(list(WORDS)))),
            {(m, a): n for m, a, n in counted.iter_rows()},
            rulebook,
        )

    def told(self, top: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
        """Manager to what the card says of accounts, in their order; `top` has their points."""
        made: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for manager, account, points in top.select(*_KEY, "points").iter_rows():
            key = (manager, account)
            if key not in self._kept:
                self._kept[key] = self._entry(key)
            made[manager].append({**self._kept[key], "points": round(points, _DIGITS) + 0.0})
        return made

    def _entry(self, key: tuple[str, str]) -> dict[str, Any]:
        rulebook = self.rulebook
        name, before, after = self.booked[key]
        moves, is_dated = self.moves.get(key, ()), rulebook.basis == "contracts"
        return {
            "account_id": key[1],
            "name": name or key[1],
            "before": str(before),
            "after": str(after),
            "points": 0.0,
            "sentence": happened(before, after, moves, currency=rulebook.currency, is_dated=is_dated)
            or held(self.quarters.get(key, 0), rulebook.window.quarters),
        }


def drivers(
    judged: Judged, rows: pl.DataFrame, moves: pl.DataFrame, context: Context
) -> dict[str, list[dict[str, Any]]]:
    """Manager to the accounts that mattered most, by what each adds to the score.

    `points` is what the account adds where accounts are compared, and the score less the score without it where
    values are graded. Up to SHOWN accounts, the best first.
    """
    top = most_felt(judged.accounts.join(rows, on=_KEY, how="semi", maintain_order="left"), judged.scores)
    rows, moves, trace = (f.join(top, on=_KEY, how="semi") for f in (rows, moves, judged.trace))
    return Accounts.of(rows, moves, trace, context.rulebook).told(top)


def most_felt(accounts: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """The accounts that cards name, the best first, of managers with a score.

    `accounts` as `Judged.accounts`, those in the book.
    """
    codes = coded(accounts)
    whose = accounts.select("manager_id")[np.flatnonzero(np.diff(codes, prepend=-1))]
    given = whose.join(scores.select("manager_id", "score"), on="manager_id", how="left", maintain_order="left")
    is_given = given["score"].is_not_null().to_numpy()[codes]
    kept = np.flatnonzero(is_given & accounts["points"].is_not_null().to_numpy())
    return accounts[kept[chosen(codes[kept], accounts["points"].to_numpy()[kept])]]


def chosen(manager: Codes, points: Vector) -> Codes:
    """The places of the accounts that cards name, manager by manager and the best first.

    Accounts are in order of managers and ids; those that add alike come by id.
    """
    shown = np.round(points, _DIGITS)
    top = np.sort(largest(manager, np.abs(shown), SHOWN))
    return np.asarray(top[np.lexsort((top, -shown[top], manager[top]))], dtype=np.int64)


def without_largest(accounts: pl.DataFrame, largest: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Manager to the largest account and the score without it.

    `accounts` as `Judged.accounts`, `largest` as `largest_accounts`. `share` is the account's part of the manager's
    revenue at the start and end together.
    """
    found = largest.join(accounts, on=_KEY, how="inner", validate="1:1")
    return {
        manager: {
            "account_id": account,
            "name": name,
            "share": round(part, _DIGITS),
            "score": None if score is None else round(score, _DIGITS) + 0.0,
        }
        for manager, account, name, part, score in found.select(*_KEY, "name", "part", "score_without").iter_rows()
    }


def largest_accounts(rows: pl.DataFrame) -> pl.DataFrame:
    """The largest account of each manager: manager_id, account_id, name and its part of the manager's revenue."""
    size = (pl.col("before") + pl.col("after")).cast(pl.Float64)
    sized = rows.with_columns(size.alias("size")).filter(pl.col("size") > 0)
    sized = sized.with_columns((pl.col("size") / pl.col("size").sum().over("manager_id")).alias("part"))
    return (
        sized.sort("manager_id", "size", "account_id", descending=[False, True, False])
        .group_by("manager_id", maintain_order=True)
        .first()
        .select(*_KEY, pl.coalesce("account", "account_id").alias("name"), "part")
    )


def _movements_by_account(moves: pl.DataFrame) -> dict[tuple[str, str], list[Row]]:
    made: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in moves.sort("amount", "moved_on", "kind", descending=[True, False, False]).iter_rows(named=True):
        made[row["manager_id"], row["account_id"]].append(row)
    return made
