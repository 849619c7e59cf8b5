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
from scoring.scorecard.happened import NOT_PAYING, WORDS, elsewhere, felt_quarters, happened, in_quarter
from scoring.scorecard.judged import Judged
from scoring.scorecard.summed import coded, largest

SHOWN = 8
"""How many accounts a card names."""
_DIGITS = 9
_NOUGHT = Decimal("0.0000")
_KEY = ["manager_id", "account_id"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """What can be told of managers' accounts, by manager and account: amounts of the book, and movements, the largest
    first. Of those that are the manager's at neither end of the window, where accounts are compared: by rule, the
    quarter in which most happened, and by account the movements, whose ever it was. `names` are those of accounts in
    anybody's book. What was told once is kept.
    """

    booked: Mapping[tuple[str, str], tuple[Decimal, Decimal]]
    names: Mapping[str, str]
    moves: Mapping[tuple[str, ...], Sequence[Row]]
    quarters: Mapping[tuple[str, str, str], Row]
    everybody: Mapping[tuple[str, ...], Sequence[Row]]
    rulebook: Rulebook
    _kept: dict[tuple[str, str, str | None], dict[str, Any]] = field(default_factory=dict)

    @staticmethod
    def of(rows: pl.DataFrame, moves: pl.DataFrame, trace: pl.DataFrame, rulebook: Rulebook) -> "Accounts":
        """The accounts of a book with all their movements; `trace` is empty where values are graded."""
        told = moves.filter(pl.col("kind").is_in(list(WORDS)))
        there = rows.filter((pl.col("before") > 0) | (pl.col("after") > 0)).select(*_KEY, "before", "after")
        felt = felt_quarters(trace.join(there, on=_KEY, how="anti"))
        return Accounts(
            {(m, a): (before, after) for m, a, before, after in there.iter_rows()},
            dict(rows.select("account_id", pl.coalesce("account", "account_id")).iter_rows()),
            _movements(told, *_KEY),
            {(row["manager_id"], row["account_id"], row["rule"]): row for row in felt.iter_rows(named=True)},
            _movements(told.join(felt, on="account_id", how="semi"), "account_id"),
            rulebook,
        )

    def told(self, top: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
        """Manager to what the card says of accounts, in their order; `top` has their points and rules as `Judged`."""
        made: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for manager, account, points, rule in top.select(*_KEY, "points", "rule").iter_rows():
            key = (manager, account, rule)
            if key not in self._kept:
                self._kept[key] = self._entry(key)
            made[manager].append({**self._kept[key], "points": round(points, _DIGITS) + 0.0})
        return made

    def _entry(self, key: tuple[str, str, str | None]) -> dict[str, Any]:
        rulebook = self.rulebook
        before, after = self.booked.get(key[:2], (_NOUGHT, _NOUGHT))
        moves, is_dated = self.moves.get(key[:2], ()), rulebook.basis == "contracts"
        return {
            "account_id": key[1],
            "name": self.names.get(key[1], key[1]),
            "before": str(before),
            "after": str(after),
            "points": 0.0,
            "sentence": happened(before, after, moves, currency=rulebook.currency, is_dated=is_dated)
            or self._not_at_the_ends(*key),
        }

    def _not_at_the_ends(self, manager: str, account: str, rule: str | None) -> str:
        """What is said of an account with which the manager is credited at neither end of the window."""
        quarter, rulebook = self.quarters.get((manager, account, rule or "")), self.rulebook
        if quarter is None:
            return NOT_PAYING
        moved = elsewhere(quarter, self.everybody.get((account,), ())) if rulebook.basis == "contracts" else ""
        metric = next(known.metric for known in rulebook.rules if known.name == rule)
        return moved or in_quarter(quarter, metric, rulebook.currency)


def drivers(
    judged: Judged, rows: pl.DataFrame, moves: pl.DataFrame, context: Context
) -> dict[str, list[dict[str, Any]]]:
    """Manager to the accounts that mattered most, by what each adds to the score.

    `points` is what the account adds where accounts are compared, and the score less the score without it where
    values are graded. Up to SHOWN accounts, the best first.
    """
    top = most_felt(judged.accounts, judged.scores)
    rows, moves = (frame.join(top, on="account_id", how="semi") for frame in (rows, moves))
    trace = judged.trace.join(top, on=_KEY, how="semi")
    return Accounts.of(rows, moves, trace, context.rulebook).told(top)


def most_felt(accounts: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """The accounts that cards name, the best first, of managers with a score.

    `accounts` as `Judged.accounts`.
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
    sized = rows.select(*_KEY, "account", size.alias("size")).filter(pl.col("size") > 0)
    sized = sized.with_columns((pl.col("size") / pl.col("size").sum().over("manager_id")).alias("part"))
    return (
        sized.sort("manager_id", "size", "account_id", descending=[False, True, False])
        .group_by("manager_id", maintain_order=True)
        .first()
        .select(*_KEY, pl.coalesce("account", "account_id").alias("name"), "part")
    )


def _movements(moves: pl.DataFrame, *key: str) -> dict[tuple[str, ...], list[Row]]:
    """The movements by those columns, the largest first."""
    made: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in moves.sort("amount", "moved_on", "kind", descending=[True, False, False]).iter_rows(named=True):
        made[tuple(row[name] for name in key)].append(row)
    return made
