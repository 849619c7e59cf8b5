"""What happened to an account? One sentence: over the window first, then the largest movements of the period."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

import polars as pl

from scoring.days import DAY, months_back
from scoring.lengths import MONTHS_A_QUARTER
from scoring.metrics import CATALOGUE
from scoring.numbers import figure, money, percent
from scoring.scorecard.context import day

MOVES_TOLD = 2
NOT_PAYING = "did not pay in the window"
QUARTERS = ("manager_id", "account_id", "rule", "ends_on", "observed", "expected")
"""What is told of a quarter of an account by a rule."""
_KEY = QUARTERS[:2]
_DIGITS = 12

WORDS = {
    "new": "new with {amount}",
    "reactivation": "back with {amount}",
    "expansion": "{amount} more",
    "contraction": "{amount} less",
    "churn": "left with {amount}",
}
"""The kinds of movements that are told."""
_ELSEWHERE = {
    "new": "came",
    "reactivation": "came back",
    "expansion": "paid more",
    "contraction": "paid less",
    "churn": "left",
}
BETWEEN_WINDOWS = {"churn": "bought for {amount} before, nothing now"}
"""What is said otherwise where two windows of invoices are compared."""


def happened(
    before: Decimal, after: Decimal, moves: Iterable[Mapping[str, Any]], *, currency: str, is_dated: bool
) -> str:
    """What happened to the account between the two ends, and the first of its movements, which come largest first.

    On contracts movements have a day; on invoices a movement is the difference of two windows and has none. Empty
    where nothing of it is the manager's at either end.
    """
    words = WORDS if is_dated else WORDS | BETWEEN_WINDOWS
    told = [
        words[m["kind"]].format(amount=money(m["amount"], currency)) + (f" on {day(m['moved_on'])}" if is_dated else "")
        for m in islice(moves, MOVES_TOLD)
    ]
    stays = before > 0 and after > 0
    over = [_over_window(before, after)] if stays or not told else []
    return "; ".join(said for said in (*over, *told) if said)


def felt_quarters(trace: pl.DataFrame) -> pl.DataFrame:
    """In which quarter most happened to each manager's account by each rule, as `QUARTERS`, and the points of all.

    `trace` as that of `Judged`. It does not hang on the weights; of quarters alike it is the latest.
    """
    size = (pl.col("part") * (pl.col("observed") - pl.col("expected"))).abs().round(_DIGITS)
    most = pl.col("ends_on", "observed", "expected").sort_by(size, descending=True, maintain_order=True).first()
    return (
        trace.sort(*_KEY, "rule", "ends_on", descending=[False, False, False, True])
        .group_by(*_KEY, "rule", maintain_order=True)
        .agg(most, pl.col("points").sum())
        .select(*QUARTERS, "points")
    )


def in_quarter(quarter: Mapping[str, Any], metric: str, currency: str) -> str:
    """What happened to the account in the quarter, by the metric's figures."""
    found, unit = CATALOGUE[metric], str(CATALOGUE[metric].unit)
    observed, expected = (figure(quarter[name], unit, currency) for name in ("observed", "expected"))
    last = quarter["ends_on"] - DAY
    return f"{found.label} {observed} in the quarter to {day(last)}, {expected} expected"


def elsewhere(quarter: Mapping[str, Any], moves: Iterable[Mapping[str, Any]]) -> str:
    """What moved the account in that quarter while others answered for it; `moves` are its movements, which come
    largest first. Empty where nothing did.
    """
    start = months_back(quarter["ends_on"], MONTHS_A_QUARTER)
    there = (m for m in moves if start <= m["moved_on"] < quarter["ends_on"])
    told = next(there, None)
    return (
        "" if told is None else f"{_ELSEWHERE[told['kind']]} on {day(told['moved_on'])}, when it was not the manager's"
    )


def _over_window(before: Decimal, after: Decimal) -> str:
    if before <= 0:
        return "new in the window" if after > 0 else ""
    if after <= 0:
        return "left in the window"
    growth = after / before - 1
    if growth == 0:
        return "unchanged over the window"
    return f"{'grew' if growth > 0 else 'shrank'} by {percent(abs(growth))} over the window"
