"""Which contract lines run for a term, and which line took the place of which? Read from dates alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.ledger.history import ACCOUNT
from scoring.lengths import DAYS_A_MONTH
from scoring.lifetime.fit import Counts

COMMON = 0.05
"""A length is one of the company's terms where at least this share of its lines has it."""
FAR_DAY = 3_000_000
"""Stands for "no end" among day numbers."""

NEAR_DAYS = 3.5
"""A length is one of whole months if it is no further from them."""
_APART = 4 * FAR_DAY
"""Day numbers of one account and the next lie further apart than any two of the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Contract lines with who follows whom.

    `follows` holds for each line the one in force at its end that lasts longest, -1 where nothing is; `first`
    the lines with which an account begins, or begins anew after an interruption.
    """

    follows: Counts
    first: Counts


@dataclass(frozen=True, slots=True)
class Lengths:
    """Which lengths are terms of the company: `common`, in months, and the `usual` one, None where there is none."""

    common: frozenset[int]
    usual: int | None

    @classmethod
    def of(cls, counted: Sequence[pl.DataFrame]) -> "Lengths":
        """What the company's are, from `lengths_of` all its lines."""
        every = pl.concat(counted).group_by("months").sum()
        in_force, lines = (int(every[kind].sum()) for kind in ("in_force", "lines"))
        shows, of = ("shows", in_force) if in_force else ("whole", lines)
        common = every.filter((pl.col("whole") > 0) & (pl.col(shows) >= COMMON * of))
        usual = common.sort(-pl.col("whole").cast(pl.Int64), "months")["months"]
        return cls(frozenset(common["months"]), next(iter(usual), None))


def lengths_of(lines: pl.LazyFrame, instant: date) -> pl.LazyFrame:
    """How long the lines of some accounts are that bring money and began before the instant, for `Lengths.of` all.

    One row per length: `months`, null where there is no end; how many `lines` have it, how many of them in `whole`
    months, and how many of these show that it is a term, as they still run and nobody asked for their end; `in_force`
    how many are in force.
    """
    whole = pl.col("is_whole")
    return (
        _paying(lines, instant)
        .group_by("months")
        .agg(
            pl.len().alias("lines"),
            whole.sum().alias("whole"),
            (whole & pl.col("is_ahead")).sum().alias("shows"),
            pl.col("is_in_force").sum().alias("in_force"),
        )
    )


def paying_lines(lines: pl.LazyFrame, instant: date, lengths: Lengths | None = None) -> pl.DataFrame:
    """The lines that bring money and began before the instant, account by account, by start and end, with their term.

    `is_term`: its end was known ahead. That is believed of a length in whole months (to 3 days) which at least
    one in twenty of the lines now in force has (of all lines, where none is in force), and of an end still to
    come that nobody asked for. Any other end is a cancellation, or the day another line took its place.
    `term_months`: its length, or the company's usual one where that is odd. `is_in_force` at the instant.
    The company's `lengths` are asked of the lines, if they are not given.
    """
    if lengths is None:
        lengths = Lengths.of([lengths_of(lines, instant).collect()])
    months = pl.col("months")
    is_common = pl.col("is_whole") & months.is_in(lengths.common)
    usual = months if lengths.usual is None else pl.lit(lengths.usual, dtype=pl.Int64)
    told = (
        _paying(lines, instant)
        .with_columns(is_common.alias("is_common"))
        .select(
            "account_id", ACCOUNT, "line_id", "starts_on", "ends_on", "is_in_force",
            (pl.col("is_common") | pl.col("is_ahead")).alias("is_term"),
            pl.when("is_common").then(months).otherwise(usual).alias("term_months"),
        )
    )  # fmt: skip
    return _in_order(told.collect())


def _paying(lines: pl.LazyFrame, instant: date) -> pl.LazyFrame:
    """The lines that bring money and began before the instant, with how long they are and whether they still run."""
    days = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days()
    months = (days / DAYS_A_MONTH).round().clip(lower_bound=1).cast(pl.Int64)
    whole = ((days - months * DAYS_A_MONTH).abs() <= NEAR_DAYS).fill_null(value=False) & ~pl.col("at_risk")
    stopped = pl.col("status").is_in(["cancelled", "ended"]).fill_null(value=False)
    in_force = pl.col("ends_on").is_null() | (pl.col("ends_on") >= instant) | pl.col("at_risk")
    return lines.filter((pl.col("monthly") > 0) & (pl.col("starts_on") < instant)).with_columns(
        months.alias("months"),
        whole.alias("is_whole"),
        in_force.alias("is_in_force"),
        (in_force & pl.col("ends_on").is_not_null() & ~stopped).alias("is_ahead"),
    )


def _in_order(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of each account together, by start, end (none is last) and id.

    All but the last are one number, as texts sort slowly; that of an account says nothing but which lines are its own.
    """
    start, end = (pl.col(day).to_physical().fill_null(FAR_DAY) + FAR_DAY for day in ("starts_on", "ends_on"))
    place = (pl.col(ACCOUNT).cast(pl.Int128) * _APART + start) * _APART + end
    by_id = lines if lines["line_id"].is_sorted() else lines.sort("line_id")  # which they are, unless they are invoices
    return by_id.sort(place, maintain_order=True)


def chain(lines: pl.DataFrame) -> Chain:
    """Who follows whom among `paying_lines`, collected.

    One pass over sorted day numbers: the furthest end so far is a running maximum, and the lines that began by
    a given day are found by bisection.
    """
    if lines.is_empty():
        return Chain(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    base = lines[ACCOUNT].rle_id().cast(pl.Int64).to_numpy() * _APART
    start, end = base + day_numbers(lines["starts_on"]), base + day_numbers(lines["ends_on"])
    reach = np.maximum.accumulate(end)
    rises = np.r_[True, reach[1:] > reach[:-1]]
    longest = np.maximum.accumulate(np.where(rises, np.arange(end.size), 0))
    there = longest[np.searchsorted(start, end, side="right") - 1]
    opens = start[np.r_[True, start[1:] > reach[:-1]]]
    return Chain(
        follows=np.where(end[there] > end, there, -1),
        first=longest[np.searchsorted(start, opens, side="right") - 1],
    )


def day_numbers(days: pl.Series) -> NDArray[np.int64]:
    """Days since 1970, and a far one for none."""
    found = days.to_numpy()
    return np.where(np.isnat(found), FAR_DAY, found.astype(np.int64))
