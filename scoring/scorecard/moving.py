"""How is a change of score told? What each rule moved, weighed and added up, with the accounts behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scoring.peers.books import Codes, Vector
from scoring.peers.intervals import Matrix
from scoring.scorecard.summed import coded, combined, largest

RULES = "rules"
"""The part that other rules made."""
LABELS = {
    "kept": "Accounts kept",
    "taken_over": "Accounts taken over",
    "handed_over": "Accounts handed over",
    "new": "New accounts",
    "gone": "Accounts that no longer count",
    "weights": "Weight of the accounts",
    "table": "What is expected of such accounts",
    "peers": "Average of the peers",
    "evidence": "How much is believed",
    "scale": "Scale of the points",
    "measured": "Rules compared in one period only",
    "together": "Shared accounts solved together",
    RULES: "Other rules than in the period before",
}
"""The parts of a change, in the order of the card. The last one comes from `switched`."""
CAUSES = tuple(cause for cause in LABELS if cause != RULES)
BY_ACCOUNT, BESIDE = CAUSES[:7], CAUSES[7:]
"""The parts that accounts move, and those that are of no account."""
PARTS = {
    "manager_id": pl.String(),
    "account_id": pl.String(),
    "rule": pl.String(),
    **dict.fromkeys(CAUSES, pl.Float64()),
}
"""One row per manager, account and rule, sorted, and one without an account for what is of none: the points by which
each part moved the score, all weight being the rule's."""
SHOWN = 5
"""How many accounts of a part are named."""
NOTHING = 1e-9
"""Points of so few are none."""

_DIGITS = 9

Part = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """The parts of all changes, to be weighed again and again.

    One entry of `accounts`, `names` and each column per manager and account, in order, the account None for what is of
    none; `manager` is the place of its manager in `managers`. `columns` has for each part a column per rule.
    """

    managers: tuple[str, ...]
    manager: Codes
    accounts: tuple[str | None, ...]
    names: tuple[str | None, ...]
    columns: Mapping[str, Matrix]

    @staticmethod
    def of(found: pl.DataFrame, rules: Sequence[str], names: Mapping[str, str]) -> "Moving":
        """The parts as `PARTS`; what is weighed later is weighed in the order of the rules.

        `names` is what accounts are called.
        """
        key = ["manager_id", "account_id"]
        keys = found.select(key).unique().sort(key)
        placed = found.join(
            keys.with_row_index("row"), on=key, how="left", nulls_equal=True, maintain_order="left"
        ).with_columns(pl.col(CAUSES).fill_null(0.0))
        columns = {cause: np.zeros((keys.height, len(rules))) for cause in CAUSES}
        for n, rule in enumerate(rules):
            mine = placed.filter(pl.col("rule") == rule)
            for cause, made in columns.items():
                made[mine["row"].to_numpy(), n] = mine[cause].to_numpy()
        columns = {cause: made for cause, made in columns.items() if made.any()}
        managers, accounts = keys["manager_id"].unique().sort(), tuple(keys["account_id"])
        called = tuple(None if account is None else names.get(account, account) for account in accounts)
        return Moving(tuple(managers), coded(keys), accounts, called, columns)

    def told(self, share: Sequence[float]) -> dict[str, list[Part]]:
        """Manager to the parts of the change, in the order of the card, by each rule's part of all weight.

        `points` of all parts add up to the change; those that moved nothing are left out. Up to SHOWN accounts each,
        the largest first.
        """
        made: dict[str, list[Part]] = {manager: [] for manager in self.managers}
        for cause, of_rules in self.columns.items():
            points = combined(of_rules, list(share))
            whole = np.bincount(self.manager, points, len(self.managers))
            named = self._named(points) if cause in BY_ACCOUNT else {}
            for n in np.flatnonzero(np.abs(whole) > NOTHING).tolist():
                made[self.managers[n]].append(
                    {
                        "part": cause,
                        "label": LABELS[cause],
                        "points": round(float(whole[n]), 9) + 0.0,
                        "accounts": named.get(n, []),
                    }
                )
        return made

    def _named(self, points: Vector) -> dict[int, list[Part]]:
        """The place of each manager to the accounts that moved most, the largest first."""
        moving = np.flatnonzero(np.abs(points) > NOTHING)
        chosen = moving[largest(self.manager[moving], np.abs(points[moving]), SHOWN)]
        made: dict[int, list[Part]] = {}
        shown = (np.round(points[chosen], _DIGITS) + 0.0).tolist()
        for row, manager, value in zip(chosen.tolist(), self.manager[chosen].tolist(), shown, strict=True):
            said = {"account_id": self.accounts[row], "name": self.names[row], "points": value}
            made.setdefault(manager, []).append(said)
        return made


def most(accounts: pl.DataFrame, names: Mapping[str, str]) -> dict[tuple[str, str], list[Part]]:
    """Manager and cause to the accounts that moved most, the largest first."""
    moving = accounts.filter(pl.col("points").abs() > NOTHING)
    top = (
        moving.sort(pl.col("points").abs(), "account_id", descending=[True, False])
        .group_by("manager_id", "cause", maintain_order=True)
        .head(SHOWN)
    )
    made: dict[tuple[str, str], list[Part]] = {}
    for row in top.iter_rows(named=True):
        said = {"account_id": row["account_id"], "name": names.get(row["account_id"], row["account_id"])}
        made.setdefault((row["manager_id"], row["cause"]), []).append(said | {"points": round(row["points"], 9) + 0.0})
    return made
