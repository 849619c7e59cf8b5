"""What of a run do many digests look up? Kept whole on the shelf, and told only of managers who are seen.

Everything here is keyed by manager: whoever asks has the manager from `Seen.cards`, the one filter.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.compare import Difference, Side, diff
from scoring.compare.differences import ManagerChange
from scoring.facts.renewals import WITHIN
from scoring.money import MONEY
from scoring.numbers import Figure, percent, rounded
from scoring.scorecard.happened import MOVES_TOLD, WORDS, happened
from scoring.view import Seen

Rows = Sequence[Mapping[str, Any]]

_DUE = [f"due_in_{days}" for days in WITHIN]
_DUES = [f"dues_in_{days}" for days in WITHIN]
_RISKS = ("chance_active", "nps_answers", "nps_detractors", "engagement_score", "contraction")
"""What is known of an account that may leave; not every book has all of it."""


def difference(then: Seen, now: Seen) -> Mapping[str, ManagerChange]:
    """Manager to what differs between two runs, worked out once for all who ask."""
    return _by_manager(then, now)[1]


def differing(then: Seen, now: Seen) -> Difference:
    """What differs between two runs: of it, only what is about nobody may be told to everybody."""
    return _by_manager(then, now)[0]


def dues(seen: Seen) -> Mapping[str, Rows]:
    """Manager to the rows of the book with contracts that come up for renewal.

    `due_open` and `dues_open` are what is due in the period itself and not decided.
    """

    def made() -> Mapping[str, Rows]:
        book = seen.shelf.frame(seen.run_id, "book")
        if _DUE[-1] not in book.columns:
            return {}
        names = [name for name in ("account", "share", *_DUE, *_DUES, *_RISKS) if name in book.columns]
        has_open = {"due", "due_decided", "dues", "dues_decided"} <= set(book.columns)
        book = book.with_columns(
            (pl.col(due) - pl.col(f"{due}_decided") if has_open else pl.lit(0).cast(MONEY)).alias(f"{due}_open")
            for due in ("due", "dues")
        )
        coming = (pl.col(_DUE[-1]) > 0) | (pl.col("due_open") > 0)
        found = book.filter(coming).select("account_id", "manager_id", *names, "due_open", "dues_open")
        return _grouped(found.sort("manager_id", "account_id"))

    return seen.shelf.made(("digest.dues", seen.run_id), made)


def happened_to(seen: Seen, manager_id: str, account_id: str, after: date | None = None, *, is_own: bool) -> str:
    """What happened to the account in the period, or since a day of it, the largest movements first; else empty.

    Amounts are the manager's, and where they are a part of the account's it is said so.
    """
    facts = seen.facts
    rows = _moves(seen).get((manager_id, account_id), ())
    moves = [m for m in rows if after is None or (m["moved_on"] is not None and m["moved_on"] > after)]
    nothing, is_dated = Decimal(0), facts["basis"] == "contracts"

    def told(move: Mapping[str, Any]) -> str:
        one = happened(nothing, nothing, [move], currency=facts["currency"], is_dated=is_dated)
        return one + (f", {part_of(move['part'], is_own=is_own)}" if is_part(move["part"]) else "")

    return "; ".join(map(told, moves[:MOVES_TOLD]))


def is_part(part: Figure) -> bool:
    """Whether that much of an account is printed as less than all of it; an unknown part is no part."""
    return part is not None and rounded(part, 2) not in (0, 1)


def part_of(part: Figure, *, is_own: bool) -> str:
    """Whose part an amount is, as your part of 60 %."""
    return f"{'your' if is_own else 'the manager’s'} part of {percent(part, 0)}"


def _moves(seen: Seen) -> Mapping[tuple[str, str], list[Mapping[str, Any]]]:
    """Manager and account to the movements of the period, the largest first."""

    def made() -> Mapping[tuple[str, str], list[Mapping[str, Any]]]:
        moves = seen.shelf.frame(seen.run_id, "movements").filter(pl.col("kind").is_in(list(WORDS)))
        every = pl.col("amount").sum().over("account_id", "moved_on", "kind", "origin").cast(pl.Float64)
        part = pl.when(every != 0).then(pl.col("amount").cast(pl.Float64) / every)
        moves = moves.select("manager_id", "account_id", "amount", "moved_on", "kind", part=part)
        found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for row in moves.sort("amount", "moved_on", "kind", descending=[True, False, False]).iter_rows(named=True):
            found[row["manager_id"], row["account_id"]].append(row)
        return dict(found)

    return seen.shelf.made(("digest.moves", seen.run_id), made)


def _by_manager(then: Seen, now: Seen) -> tuple[Difference, Mapping[str, ManagerChange]]:
    def made() -> tuple[Difference, Mapping[str, ManagerChange]]:
        found = diff(_side(then), _side(now))
        return found, {manager.manager_id: manager for manager in found.managers}

    return now.shelf.made(("digest.diff", then.run_id, now.run_id), made)


def _side(seen: Seen) -> Side:
    held = seen.shelf.run(seen.run_id)
    return Side(held.summary, held.cards, seen.shelf.frame(seen.run_id, "book"))


def _grouped(rows: pl.DataFrame) -> Mapping[str, Rows]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        found[row["manager_id"]].append(row)
    return dict(found)
