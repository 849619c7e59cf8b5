"""What is known of an account in a manager's book? Its figures, its movements, and the rows they were read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from scoring import explain
from scoring.explain import Explanation
from scoring.ledger.places import parted
from scoring.view.seen import NotVisibleError, Seen

_TABLES = ("contracts", "invoices")
_NOT_SHOWN = frozenset({"origin_file", "origin_row", "account_id", "recorded_at"})


@dataclass(frozen=True, slots=True)
class RowSeen:
    """A row of an export: where it stands, what was read in it, and what it is used as.

    `read` is column to value, without empty ones, and with the account's id only where the row is of one that the
    account pays for; `before` and `after` are what it counts with at both ends of the
    window, in the reporting currency, None where the row counts in a movement only.
    """

    file: str
    row: int
    table: str
    read: Mapping[str, Any]
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account as explained, with the rows behind it, in the order of files and rows."""

    explained: Explanation
    account_id: str
    name: str
    rows: tuple[RowSeen, ...]


def account(seen: Seen, manager_id: str, account_id: str) -> AccountSeen:
    """The account in the manager's book, without points where the score is withheld. Raises NotVisibleError."""
    seen.card(manager_id)  # so that it is theirs to see
    book = seen.book_of(manager_id, account_id)
    if book.is_empty():
        raise NotVisibleError("account")
    evidence = seen.evidence(manager_id)
    lines = seen.once(("lines", manager_id), lambda: explain.lines_of(evidence, manager_id))
    told = explain.explain(evidence, manager_id, account=account_id, lines=lines)
    name = book["account"][0] if "account" in book.columns else None
    return AccountSeen(told, account_id, name or account_id, _rows(seen, account_id))


def _rows(seen: Seen, account_id: str) -> tuple[RowSeen, ...]:
    """Every row behind the account's ends and movements."""
    its = pl.col("account_id") == account_id
    lines = seen.frame("lines").filter(its)
    places = pl.concat([lines.select("origin_file", "origin_row"), _places(seen.frame("movements").filter(its))])
    used = {(r["origin_file"], r["origin_row"]): r for r in lines.iter_rows(named=True)}
    found = []
    for table in _TABLES:
        for row in seen.read(table, places).iter_rows(named=True):
            at = used.get((row["origin_file"], row["origin_row"]), {})
            own = {"account_id": row["account_id"]} if row["account_id"] != account_id else {}
            read = own | {k: v for k, v in row.items() if k not in _NOT_SHOWN and v is not None}
            found.append(RowSeen(row["origin_file"], row["origin_row"], table, read, at.get("before"), at.get("after")))
    return tuple(sorted(found, key=lambda r: (r.file, r.row)))


def _places(movements: pl.DataFrame) -> pl.DataFrame:
    """One row per place that a movement came from, out of texts such as `a.csv:7, a.csv:9`."""
    each = movements.select(parted(pl.col("origin").drop_nulls()).explode(empty_as_null=False))["origin"]
    apart = each.str.extract_groups(r"^(?<origin_file>.*):(?<origin_row>\d+)$").struct.unnest()
    return apart.select("origin_file", pl.col("origin_row").cast(pl.Int64)).drop_nulls()
