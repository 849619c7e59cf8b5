"""What became of the rows that `where` leaves out? Counted, and their money with them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from adapters.files.rows import ROW
from adapters.left_out import LeftOut
from adapters.mapping.conditions import Check

_MOST_CURRENCIES = 5


def first_failed(checks: Sequence[Check]) -> pl.Expr:
    """The number of the first condition a row fails; null for a row that is kept."""
    return pl.coalesce(*(pl.when(~c.holds).then(n) for n, c in enumerate(checks)), pl.lit(None, dtype=pl.Int32))


def left_out(
    failed: pl.Series, typed: pl.DataFrame, checks: Sequence[Check], kinds: Mapping[str, str], file: str, table: str
) -> tuple[LeftOut, ...]:
    """What each condition left out, with the money of it."""
    found, is_none_left = [], failed.null_count() == 0
    for number, check in enumerate(checks):
        rows = typed.filter(failed == number)
        if not rows.is_empty():
            count = rows[ROW].n_unique()
            money = _money(rows, kinds, "its" if count == 1 else "their")
            found.append(LeftOut(file, table, count, check.reason, money, is_none_left and check.names_words))
    return tuple(found)


def _money(rows: pl.DataFrame, kinds: Mapping[str, str], whose: str) -> str:
    """The sum of the first column of money, by currency where it is known."""
    columns = sorted((c for c in rows.columns if kinds.get(c) == "money"), key=lambda c: c != "amount")
    if not columns:
        return ""
    column = columns[0]
    by = pl.col("currency") if "currency" in rows.columns else pl.lit("").alias("currency")
    sums = rows.group_by(by).agg(pl.col(column).sum()).sort("currency", nulls_last=True)
    shown = [f"{currency or ''} {amount(total)}".strip() for currency, total in sums.iter_rows()]
    further = len(shown) - _MOST_CURRENCIES
    more = f" and {further} further {'currency' if further == 1 else 'currencies'}" if further > 0 else ""
    return f"; {whose} {column} adds up to {', '.join(shown[:_MOST_CURRENCIES])}{more}"


def amount(value: Decimal) -> str:
    """The amount with thousands separators and two decimals, more only where it has them."""
    shown = f"{value:,.4f}"
    return shown.removesuffix("0").removesuffix("0")
