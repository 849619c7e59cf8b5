"""Whose is what of accounts that several managers share? Few accounts, each amount divided as `credit` divides it."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.credit.shares import on_days
from scoring.credit.split import split
from scoring.days import DAY
from scoring.money import from_units, units
from scoring.packed.history import KINDS, History

Whole = NDArray[np.int64]


def of_shared(history: History, ends: Mapping[str, Whole], counts: Sequence[str]) -> pl.DataFrame:
    """The sums of shared accounts by manager and span, in the columns of `ends` and one for each kind of movement.

    `ends` holds what is counted of them (rows) at the ends of each span (columns); those of `counts` are not divided,
    but counted for each manager. Whole numbers; 0 where there is nothing.
    """
    wanted = pl.concat([*_at_ends(history, ends), *_of_moves(history)]).lazy()
    weights = on_days(wanted.select("account_id", "on").unique(), history.spans, divide=False)
    parts = wanted.join(weights, on=["account_id", "on"])
    is_count = pl.col("name").is_in(list(counts))
    money = parts.filter(~is_count).with_columns(from_units(pl.col("amount").cast(pl.Int128)).alias("amount"))
    divided = split(money, ["amount"], ["account_id", "starts_on", "on", "name"])
    rows = [divided.with_columns(units(pl.col("amount")).cast(pl.Int64)), parts.filter(is_count)]
    keep = ["manager_id", "starts_on", "name", "amount"]
    summed = pl.concat([frame.select(keep) for frame in rows]).group_by(keep[:-1]).agg(pl.col("amount").sum())
    names = [*ends, *KINDS]
    return (
        summed.group_by("manager_id", "starts_on")
        .agg(pl.col("amount").filter(pl.col("name") == name).sum().alias(name) for name in names)
        .with_columns(pl.lit(0, dtype=pl.Int64).alias("transfers"))
        .collect()
    )


def _at_ends(history: History, ends: Mapping[str, Whole]) -> list[pl.DataFrame]:
    who = np.flatnonzero(history.owners.shared)
    firsts = history.months.spans
    return [
        _rows(history, who, amounts[:, span], firsts[span], firsts[span if name == "opening" else span + 1], name)
        for name, amounts in ends.items()
        for span in range(amounts.shape[1])
    ]


def _of_moves(history: History) -> list[pl.DataFrame]:
    firsts, length = history.months.firsts, history.months.length
    shared = history.moves.filter(pl.Series(history.owners.shared).gather(history.moves["account"]))
    parts = shared.partition_by("month", "kind", as_dict=True, include_key=False)
    made = []
    for (month, kind), rows in parts.items():
        begins, after = firsts[month - month % length], firsts[month + 1]
        made.append(_rows(history, rows["account"].to_numpy(), rows["amount"].to_numpy(), begins, after, kind))
    return made


def _rows(history: History, who: Whole, amounts: Whole, starts_on: object, after: object, name: object) -> pl.DataFrame:
    """One row per account: what is counted, of which span, and the day before `after`, on which holders count."""
    rows = pl.DataFrame({"account": who, "amount": amounts}, schema={"account": pl.Int64, "amount": pl.Int64})
    return history.ids.named(rows).select(
        "account_id",
        "amount",
        pl.lit(starts_on).alias("starts_on"),
        (pl.lit(after) - DAY).alias("on"),
        pl.lit(name).alias("name"),
    )
