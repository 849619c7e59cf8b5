"""Which contract takes the place of another before that ends? Of several of one product, each that of one.

A line follows another that it was signed after, in whose last days it starts, and that it outlasts. Which of several
it follows, nobody says. So the lines choose in the order in which they end: each is followed by the first that follows
it and no other yet, be it only on the day it ends. One for which none is left is renewed together with another, and
ends where the first that follows it starts. Only lines that are paid for follow or are followed; a credit that ends
with such lines ends where the last of them does.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

_PLACE, _GROUP, _CUT = "place", "group", "cut"
_DAYS = 1 << 23
"""More than the days of all years that have four digits, counted from a day in the middle of them."""
_NEVER = -(_DAYS // 2)
_NOBODY = np.iinfo(np.int64).max


def replaced_on(lines: pl.DataFrame, key: tuple[str, str], days: int) -> pl.DataFrame:
    """The lines that end earlier than they say: `place` (the row's number) and `ends_on`, where they do.

    Lines of one account and product have the same `key`, those of no product null in it; `monthly` says what they
    bring. No line is joined with another, as an account may have many of one product: they are asked in rounds, all at
    once, each about the one line that starts next.
    """
    serving = lines.lazy().with_row_index(_PLACE).filter(
        pl.col("ends_on") > pl.col("starts_on"), *(pl.col(name).is_not_null() for name in key)
    )  # fmt: skip
    found = _overlapping(serving.filter(pl.col("monthly") > 0), key)
    columns = ("starts_on", "ends_on", "signed_on")
    start, end, signed = (found[name].cast(pl.Int64).fill_null(_NEVER).to_numpy() for name in columns)
    base, order = found[_GROUP].to_numpy() * _DAYS, np.lexsort((start, end))
    new = _New(base + start, start, end, signed)
    old = _Old(base[order], start[order], end[order], signed[order])
    ends = pl.Series(_CUT, _ends(old, new, days), pl.Int64).cast(pl.Int32).cast(pl.Date)
    paid = found[order].with_columns(ends)
    credits = _with_their_lines(serving.filter(pl.col("monthly") < 0), paid.lazy(), key)
    return pl.concat([cut.select(_PLACE, pl.col(_CUT).alias("ends_on")) for cut in (
        paid.filter(pl.col(_CUT) < pl.col("ends_on")), credits
    )])  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Old:
    """Lines that may be followed, in the order in which they choose."""

    base: Numbers
    start: Numbers
    end: Numbers
    signed: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class _New:
    """Lines that may follow, sorted; `at` is the base of their account and product and the day they start."""

    at: Numbers
    start: Numbers
    end: Numbers
    signed: Numbers

    def alike(self) -> Numbers:
        """After each how many more are the same in all this."""
        both = np.stack((self.at, self.end, self.signed))
        group = np.concatenate(([0], np.cumsum((both[:, 1:] != both[:, :-1]).any(axis=0))))[: self.at.size]
        return np.searchsorted(group, group, side="right") - 1 - np.arange(self.at.size)


def _overlapping(lines: pl.LazyFrame, key: tuple[str, str]) -> pl.DataFrame:
    """The lines of accounts and products of which one starts before another ends, sorted, with the number of their
    `group`: mostly few."""
    is_first = pl.any_horizontal(pl.col(name) != pl.col(name).shift() for name in key).fill_null(value=True)
    is_met = (pl.col(_GROUP).shift(-1) == pl.col(_GROUP)) & (pl.col("starts_on").shift(-1) < pl.col("ends_on"))
    ordered = (
        lines.select(*key, "starts_on", "ends_on", "signed_on", _PLACE)
        .sort(*key, "starts_on", "ends_on", "signed_on", _PLACE)
        .with_columns(is_first.cast(pl.Int64).cum_sum().alias(_GROUP))
        .collect()
    )
    groups = ordered.filter(is_met & pl.col("signed_on").is_not_null())[_GROUP].unique()
    return ordered.filter(pl.col(_GROUP).is_in(groups.implode()))


def _with_their_lines(credits: pl.LazyFrame, paid: pl.LazyFrame, key: tuple[str, str]) -> pl.DataFrame:
    """The credits that would end on one day with paid lines, of which each ends earlier, and that have begun by then.

    They end where the last of those lines does.
    """
    all_cut = paid.group_by(*key, "ends_on").agg(pl.col(_CUT).max()).filter(pl.col(_CUT) < pl.col("ends_on"))
    return (
        credits.join(all_cut, on=[*key, "ends_on"], validate="m:1").filter(pl.col("starts_on") < pl.col(_CUT)).collect()
    )


def _ends(old: _Old, new: _New, days: int) -> Numbers:
    """Where each of the old ends.

    In each round every old line asks one new line. That goes with the old one that chooses first, and the others, also
    one it went with until then, ask the next.
    """
    early = np.where(old.signed == _NEVER, old.end, np.maximum(old.start + 1, old.end - days))
    at, last = np.searchsorted(new.at, old.base + early), np.searchsorted(new.at, old.base + old.end, side="right")
    alike, goes_with = new.alike(), np.full(new.at.size, _NOBODY)
    first = np.full(at.size, -1)
    asking = np.flatnonzero(at < last)
    while asking.size:
        asked = at[asking]
        is_later = (new.signed[asked] > old.signed[asking]) & (new.end[asked] > old.end[asking])
        follows = is_later | (new.start[asked] == old.end[asking])
        at[asking[~follows]] += alike[asked[~follows]] + 1
        asks, others = asking[follows], asking[~follows]
        met = asks[first[asks] < 0]
        first[met] = at[met]
        before = goes_with[at[asks]]
        np.minimum.at(goes_with, at[asks], asks)
        wins = goes_with[at[asks]] == asks
        left = before[wins]
        lost = np.concatenate((asks[~wins], left[left != _NOBODY]))
        at[lost] = _next(lost, at[lost], alike)
        asking = np.concatenate((others, lost))
        asking = asking[at[asking] < last[asking]]
    chosen = np.where(at < last, at, first)
    return np.where(chosen >= 0, new.start[chosen], old.end)


def _next(who: Numbers, at: Numbers, alike: Numbers) -> Numbers:
    """Whom those ask next who asked in vain: of several who asked one, each another, as long as those are alike."""
    order = np.lexsort((who, at))
    asked = at[order]
    before = np.arange(at.size) - np.searchsorted(asked, asked)
    found = np.empty_like(at)
    found[order] = asked + np.minimum(before, alike[asked]) + 1
    return found
