"""Which accounts moved a figure from one book to another? Each by its part of the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from scoring.compare.figures import PLACES, Figure, parts_of
from scoring.metrics import Metric
from scoring.metrics.metric import in_book

NAMED = 3
"""How many accounts are named of a change."""

KEYS = ("manager_id", "account_id")


@dataclass(frozen=True, slots=True)
class Moved:
    """An account, and what it put into a change: money for sums, else a part of the value."""

    account_id: str
    name: str
    amount: Decimal


def moved(then: pl.DataFrame, now: pl.DataFrame, metrics: Sequence[Metric]) -> Mapping[tuple[str, str], list[Moved]]:
    """Manager and metric to the accounts that moved the value most; `then` and `now` are books.

    Metrics that are not made of accounts, and those that a book lacks the columns of, are left out.
    """
    told = {m.name: m for m in metrics if m.parts and all(_has(book, m) for book in (then, now))}
    before = (_whole("was_top") / _whole("was_bottom")).over("manager_id")
    sides = ([parts_of(book.lazy(), m, KEYS) for book in (then, now)] for m in told.values())
    frames = [_most(was, is_, before) for was, is_ in sides if was is not None and is_ is not None]
    found: dict[tuple[str, str], list[Moved]] = {}
    for name, frame in zip(told, pl.collect_all(frames), strict=True):
        for manager, *account in frame.iter_rows():
            found.setdefault((manager, name), []).append(_moved(*account))
    return found


def moved_together(old: Figure, new: Figure, less: Decimal) -> tuple[Moved, ...]:
    """The accounts that moved a figure of the company most; `less` is what it is below the ratio of its parts."""
    if old.accounts is None or new.accounts is None or old.value is None:
        return ()
    then, now = (frame.lazy().with_columns(manager_id=pl.lit("")) for frame in (old.accounts, new.accounts))
    frame = _most(then, now, pl.lit(float(old.value + less))).collect()
    return tuple(_moved(*account) for _, *account in frame.iter_rows())


def _moved(account_id: str, name: str, by: Decimal | float) -> Moved:
    return Moved(account_id, name, by if isinstance(by, Decimal) else Decimal(repr(by)))


def _has(book: pl.DataFrame, metric: Metric) -> bool:
    return {*in_book(metric, book.columns).columns} <= {*book.columns}


def _whole(column: str) -> pl.Expr:
    return pl.col(column).sum().cast(pl.Float64)


def _most(then: pl.LazyFrame, now: pl.LazyFrame, before: pl.Expr) -> pl.LazyFrame:
    """One row per manager and account among the first of each manager: manager_id, account_id, name, by.

    All of a manager's accounts together make the change. A value T/B, which is `before`, becomes T'/B' by the sum of
    (t' - t - (b' - b) T/B) / B'; where nothing is divided, T becomes T' by that of t' - t.
    """
    was = then.rename(lambda name: name if name in KEYS else f"was_{name}")
    both = was.join(now, on=KEYS, how="full", coalesce=True, validate="1:1")
    by, below = (pl.col(c).fill_null(0) - pl.col(f"was_{c}").fill_null(0) for c in ("top", "bottom"))
    if "bottom" in now.collect_schema():
        part = by.cast(pl.Float64) - before * below.cast(pl.Float64)
        by = (part / _whole("bottom").over("manager_id")).round(PLACES)
    return (
        both.select(*KEYS, pl.coalesce("account", "was_account", "account_id").alias("name"), by.alias("by"))
        .filter((pl.col("by") != 0) & pl.col("by").cast(pl.Float64).is_finite())
        .sort("manager_id", pl.col("by").abs(), "account_id", descending=[False, True, False])
        .group_by("manager_id", maintain_order=True)
        .head(NAMED)
    )
