"""Which accounts made the score? Those without which it would be most different, and why, in a sentence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.numbers import money, percent
from scoring.scorecard.context import Context, day
from scoring.scorecard.judged import Judged

SHOWN = 8
"""How many accounts a card names."""

MOVES_TOLD = 2

WORDS = {
    "new": "new with {amount}",
    "reactivation": "back with {amount}",
    "expansion": "{amount} more",
    "contraction": "{amount} less",
    "churn": "left with {amount}",
}
BETWEEN_WINDOWS = {"churn": "bought for {amount} before, nothing now"}
"""What is said otherwise where two windows of invoices are compared."""

Row = Mapping[str, Any]


def drivers(
    judged: Judged, rows: pl.DataFrame, moves: pl.DataFrame, context: Context
) -> dict[str, list[dict[str, Any]]]:
    """Manager to the accounts that mattered most, by what each adds to the score.

    `points` is what the account adds where accounts are compared, and the score less the score without it where
    values are graded. Up to SHOWN accounts, the best first.
    """
    by_account = _with_points(judged, rows)
    counted = _quarters(judged)
    top = (
        by_account.sort(pl.col("points").abs(), "account_id", descending=[True, False])
        .group_by("manager_id", maintain_order=True)
        .head(SHOWN)
        .sort("manager_id", "points", "account_id", descending=[False, True, False])
    )
    moved = moves.filter(pl.col("kind").is_in(list(WORDS)))
    told = _movements_by_account(moved.join(top, on=["manager_id", "account_id"], how="semi"))
    made: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in top.iter_rows(named=True):
        made[row["manager_id"]].append(
            {
                "account_id": row["account_id"],
                "name": row["account"] or row["account_id"],
                "before": str(row["before"]),
                "after": str(row["after"]),
                "points": round(row["points"], 9) + 0.0,
                "sentence": _sentence(row, told[row["manager_id"], row["account_id"]], context)
                or _held(counted.get((row["manager_id"], row["account_id"]), 0), context),
            }
        )
    return made


def without_largest(judged: Judged, rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Manager to the largest account and the score without it.

    `share` is the account's part of the manager's revenue at the start and end together.
    """
    size = (pl.col("before") + pl.col("after")).cast(pl.Float64)
    sized = rows.with_columns(size.alias("size")).filter(pl.col("size") > 0)
    sized = sized.with_columns((pl.col("size") / pl.col("size").sum().over("manager_id")).alias("part"))
    largest = (
        sized.sort("manager_id", "size", "account_id", descending=[False, True, False])
        .group_by("manager_id", maintain_order=True)
        .first()
        .join(judged.accounts, on=["manager_id", "account_id"], how="inner", validate="1:1")
    )
    return {
        row["manager_id"]: {
            "account_id": row["account_id"],
            "name": row["account"] or row["account_id"],
            "share": round(row["part"], 9),
            "score": None if row["score_without"] is None else round(row["score_without"], 9) + 0.0,
        }
        for row in largest.iter_rows(named=True)
    }


def _with_points(judged: Judged, rows: pl.DataFrame) -> pl.DataFrame:
    given = judged.scores.filter(pl.col("score").is_not_null())
    return (
        judged.accounts.join(given, on="manager_id", how="semi")
        .with_columns(pl.col("points").round(9))
        .filter(pl.col("points").is_not_null())
        .join(
            rows.select("manager_id", "account_id", "account", "before", "after"),
            on=["manager_id", "account_id"],
            validate="1:1",
        )
    )


def _movements_by_account(moves: pl.DataFrame) -> dict[tuple[str, str], list[Row]]:
    made: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in moves.sort("amount", "moved_on", "kind", descending=[True, False, False]).iter_rows(named=True):
        made[row["manager_id"], row["account_id"]].append(row)
    return made


def _sentence(row: Row, moves: Iterable[Row], context: Context) -> str:
    """What happened to the account: over the window first, then the largest movements of the period.

    On contracts movements have a day; on invoices a movement is the difference of two windows and has none. Empty
    where nothing of it is the manager's at either end.
    """
    currency, is_dated = context.rulebook.currency, context.rulebook.basis == "contracts"
    words = WORDS if is_dated else WORDS | BETWEEN_WINDOWS
    told = [
        words[m["kind"]].format(amount=money(m["amount"], currency)) + (f" on {day(m['moved_on'])}" if is_dated else "")
        for m in list(moves)[:MOVES_TOLD]
    ]
    stays = row["before"] > 0 and row["after"] > 0
    over = [_over_window(row["before"], row["after"])] if stays or not told else []
    return "; ".join(words for words in (*over, *told) if words)


def _quarters(judged: Judged) -> dict[tuple[str, str], int]:
    """Manager and account to the quarters in which it counts, where accounts are compared."""
    counted = judged.trace.group_by("manager_id", "account_id").agg(pl.col("ends_on").n_unique())
    return {(manager, account): n for manager, account, n in counted.iter_rows()}


def _held(quarters: int, context: Context) -> str:
    """What is said of an account that the manager is credited with at neither end."""
    if not quarters:
        return "did not pay in the window"
    return f"the manager's in {quarters} of the {context.rulebook.window.quarters} quarters, and at neither end"


def _over_window(before: Decimal, after: Decimal) -> str:
    if before <= 0:
        return "new in the window" if after > 0 else ""
    if after <= 0:
        return "left in the window"
    growth = after / before - 1
    if growth == 0:
        return "unchanged over the window"
    return f"{'grew' if growth > 0 else 'shrank'} by {percent(abs(growth))} over the window"
