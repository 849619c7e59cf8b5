"""Which accounts moved a manager's figure from one book to another? Each by its part of the change."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from scoring.compare.bridging import NAMED, Moved
from scoring.compare.figures import PLACES
from scoring.metrics import Metric
from scoring.metrics.metric import in_book
from scoring.money import MONEY

KEYS = ("manager_id", "account_id")


def moved(then: pl.DataFrame, now: pl.DataFrame, metrics: Sequence[Metric]) -> Mapping[tuple[str, str], list[Moved]]:
    """Manager and metric to the accounts that moved the value most, in money for sums, else as a part of the value.

    `then` and `now` are books. All of a manager's accounts together make the change: a value T/B becomes T'/B' by
    the sum of (t' - t - (b' - b) T/B) / B'. Metrics that are not made of accounts, and those that a book lacks the
    columns of, are left out.
    """
    told = [m for m in metrics if m.parts is not None and all(_has(book, m) for book in (then, now))]
    found: dict[tuple[str, str], list[Moved]] = {}
    for metric, frame in zip(told, pl.collect_all([_moved(then, now, m) for m in told]), strict=True):
        for manager, account, name, by in frame.iter_rows():
            amount = by if isinstance(by, Decimal) else Decimal(repr(by))
            found.setdefault((manager, metric.name), []).append(Moved(account, name, amount))
    return found


def _has(book: pl.DataFrame, metric: Metric) -> bool:
    return {*in_book(metric, book.columns).columns} <= {*book.columns}


def _moved(then: pl.DataFrame, now: pl.DataFrame, metric: Metric) -> pl.LazyFrame:
    """One row per manager and account among the first of each manager: manager_id, account_id, name, by."""
    is_sum = metric.parts is not None and metric.parts.bottom is None
    was = _parts(then, metric).rename({"top": "was_top", "bottom": "was_bottom", "account": "was_account"})
    both = was.join(_parts(now, metric), on=KEYS, how="full", coalesce=True, validate="1:1")
    kind = MONEY if is_sum else pl.Float64
    t, b, t0, b0 = (pl.col(c).cast(kind).fill_null(0) for c in ("top", "bottom", "was_top", "was_bottom"))
    if is_sum:
        by = t - t0
    else:
        before, whole = t0.sum().over("manager_id") / b0.sum().over("manager_id"), b.sum().over("manager_id")
        by = ((t - t0 - (b - b0) * before) / whole).round(PLACES)
    return (
        both.select(*KEYS, pl.coalesce("account", "was_account", "account_id").alias("name"), by.alias("by"))
        .filter((pl.col("by") != 0) & pl.col("by").cast(pl.Float64).is_finite())
        .sort("manager_id", pl.col("by").abs(), "account_id", descending=[False, True, False])
        .group_by("manager_id", maintain_order=True)
        .head(NAMED)
    )


def _parts(book: pl.DataFrame, metric: Metric) -> pl.LazyFrame:
    metric = in_book(metric, book.columns)
    parts = metric.parts
    if parts is None:
        raise ValueError(metric.name)
    bottom = pl.lit(None, dtype=MONEY) if parts.bottom is None else parts.bottom
    return (
        book.lazy()
        .filter(metric.base.rows)
        .select(*KEYS, "account", parts.top.cast(MONEY).alias("top"), bottom.cast(MONEY).alias("bottom"))
    )
