"""Which line takes the place of another before that ends?

One that names it, and of several contracts of one product each that of one (`ledger.following`), where neither names
another or is named. A contract for which none is left was renewed together with those that end on its day, and ends
where the last of them does; one that ends alone goes on. Only lines that are paid for follow or are followed unnamed. A
credit that ends with contracts of its product ends where the last of them does.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from scoring.days import NEVER
from scoring.ledger.following import DAYS, NONE, UNSIGNED, New, Old, followers

_PLACE, _NEW, _GROUP, _CUT, _SIGNED = "place", "new", "group", "cut", "new_signed_on"
_FOUND = (_PLACE, "ends_on", _CUT)
"""A line that may end earlier: the row's number, where it would end, and where it does."""


def replaced_on(lines: pl.DataFrame, key: Sequence[str], early: int, grace: int) -> pl.DataFrame:
    """The lines that end earlier than they say: `place` (the row's number) and `ends_on`, where they do.

    Lines of one account and product have the same `key`, those of no product null in it; `monthly` says what they
    bring. No line is joined with another of its product, as there may be many.
    """
    rows = lines.lazy().with_row_index(_PLACE)
    serving = rows.filter(pl.col("ends_on") > pl.col("starts_on"))
    said = _said(rows, serving)
    found = [said.group_by(_PLACE, "ends_on").agg(pl.col(_CUT).min()).select(*_FOUND)]
    if lines["signed_on"].null_count() < lines.height:
        found.append(_early(serving, said, key, early, grace))
    cut = pl.concat(found).filter(pl.col(_CUT) < pl.col("ends_on"))
    return pl.concat([cut, _credits(serving, cut, key)]).select(_PLACE, pl.col(_CUT).alias("ends_on"))


def _said(rows: pl.LazyFrame, serving: pl.LazyFrame) -> pl.DataFrame:
    """The lines that others name: as `_FOUND`, with the number of the other's row, its end and when it was signed."""
    naming = serving.filter(pl.col("renews").is_not_null()).select(
        "renews", pl.col(_PLACE).alias(_NEW), pl.col("starts_on").alias(_CUT), pl.col("ends_on").alias("new_ends_on"),
        pl.col("signed_on").alias(_SIGNED),
    )  # fmt: skip
    both = rows.select(_PLACE, "line_id", "ends_on").join(naming, left_on="line_id", right_on="renews")
    return both.filter(pl.col(_NEW) != pl.col(_PLACE)).drop("line_id").collect()


def _early(serving: pl.LazyFrame, said: pl.DataFrame, key: Sequence[str], early: int, grace: int) -> pl.DataFrame:
    """The contracts whose place another takes although nobody says it, as `_FOUND`."""
    paid = serving.filter(pl.col("monthly") > 0, *(pl.col(name).is_not_null() for name in key))
    found = _overlapping(paid, said, key)
    columns = ("starts_on", "ends_on", "signed_on")
    start, end, signed = (found[name].cast(pl.Int64).fill_null(UNSIGNED).to_numpy() for name in columns)
    base, order = found[_GROUP].to_numpy() * DAYS, np.lexsort((start, end))
    is_naming, is_named = (found[_PLACE].is_in(said[name].implode()).to_numpy() for name in (_NEW, _PLACE))
    old = Old(base[order], start[order], end[order], signed[order], ~is_named[order])
    new = New(base + start, start, end, signed, is_naming)
    chosen = pl.Series(followers(old, new, early, grace)).replace(NONE, None)
    contracts = found[order].with_columns(
        found["starts_on"].gather(chosen).alias(_CUT), found["signed_on"].gather(chosen).alias(_SIGNED)
    )
    renewed = [_in_groups(said, found), contracts.drop_nulls(_CUT)]
    with_them = _together(contracts.filter(~is_named[order]), pl.concat(renewed, how="diagonal"), early)
    return pl.concat([contracts.drop_nulls(_CUT).select(*_FOUND), with_them])


def _overlapping(paid: pl.LazyFrame, said: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The lines of accounts and products of which one starts before another ends that nobody names, sorted, with the
    number of their `group`: mostly few."""
    is_first = pl.any_horizontal(pl.col(name) != pl.col(name).shift() for name in key).fill_null(value=True)
    is_met = (pl.col(_GROUP).shift(-1) == pl.col(_GROUP)) & (pl.col("starts_on").shift(-1) < pl.col("ends_on"))
    ordered = (
        paid.select(*key, "starts_on", "ends_on", "signed_on", _PLACE)
        .sort(*key, "starts_on", "ends_on", "signed_on", _PLACE)
        .with_columns(is_first.cast(pl.Int64).cum_sum().alias(_GROUP))
        .collect()
    )
    met = ordered.filter(is_met & pl.col("signed_on").is_not_null())
    groups = met.join(said, on=_PLACE, how="anti")[_GROUP].unique()
    return ordered.filter(pl.col(_GROUP).is_in(groups.implode()))


def _in_groups(said: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The renewals that are said, of contracts among those found, by a later end, for the same product."""
    old = said.filter(pl.col("new_ends_on") > pl.col("ends_on")).join(found.select(_PLACE, _GROUP), on=_PLACE)
    return old.join(found.select(pl.col(_PLACE).alias(_NEW), _GROUP), on=[_NEW, _GROUP], how="semi")


def _together(contracts: pl.DataFrame, renewed: pl.DataFrame, days: int) -> pl.DataFrame:
    """The contracts that were renewed together with others, as `_FOUND`.

    They end on the day of the others, and what renewed the last of those started in their last days, and was signed
    after them.
    """
    day = [_GROUP, "ends_on"]
    alone = contracts.filter(pl.col(_CUT).is_null()).drop(_CUT, _SIGNED)
    last = renewed.join(alone, on=day, how="semi").sort(_CUT, _SIGNED).group_by(day).last()
    return (
        alone.join(last.select(*day, _CUT, _SIGNED), on=day)
        .filter(
            pl.col(_CUT).is_between("starts_on", "ends_on", closed="none"),
            pl.col(_CUT) >= pl.col("ends_on") - timedelta(days=days),
            pl.col(_SIGNED) > pl.col("signed_on"),
        )
        .select(*_FOUND)
    )


def _credits(serving: pl.LazyFrame, cut: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The credits that would end on one day with paid lines, of which each ends earlier, and that have begun by then,
    as `_FOUND`.

    They end where the last of those lines does.
    """
    sooner = cut.lazy().select(_PLACE, _CUT)
    credits = (
        serving.filter(pl.col("monthly") < 0, pl.col("ends_on") < NEVER).join(sooner, on=_PLACE, how="anti").collect()
    )
    if credits.is_empty():
        return cut.clear()
    day, paid = [*key, "ends_on"], serving.filter(pl.col("monthly") > 0)
    beside = paid.join(credits.lazy(), on=day, how="semi", nulls_equal=True).join(sooner, on=_PLACE, how="left")
    last = beside.group_by(day).agg(pl.coalesce(_CUT, "ends_on").max().alias(_CUT))
    found = credits.lazy().join(last, on=day, nulls_equal=True, validate="m:1")
    return found.filter(pl.col("starts_on") < pl.col(_CUT), pl.col(_CUT) < pl.col("ends_on")).select(*_FOUND).collect()
