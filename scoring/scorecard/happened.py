"""What happened to an account? One sentence: over the window first, then the largest movements of the period."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from scoring.numbers import money, percent
from scoring.scorecard.context import day

MOVES_TOLD = 2

WORDS = {
    "new": "new with {amount}",
    "reactivation": "back with {amount}",
    "expansion": "{amount} more",
    "contraction": "{amount} less",
    "churn": "left with {amount}",
}
"""The kinds of movements that are told."""
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


def held(quarters: int, of: int) -> str:
    """What is said of an account that the manager is credited with at neither end, but in some of the `of` quarters."""
    if not quarters:
        return "did not pay in the window"
    return f"the manager's in {quarters} of the {of} quarters, and at neither end"


def _over_window(before: Decimal, after: Decimal) -> str:
    if before <= 0:
        return "new in the window" if after > 0 else ""
    if after <= 0:
        return "left in the window"
    growth = after / before - 1
    if growth == 0:
        return "unchanged over the window"
    return f"{'grew' if growth > 0 else 'shrank'} by {percent(abs(growth))} over the window"
