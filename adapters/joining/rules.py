"""By which rules is an account of one system one of another? Each gives pairs, the surer rule has the first word.

`theirs` has a row per account of another system: `their_id`, and `name` and `domain` in the form that is compared;
`ours` the same with `account_id`. A pair is `their_id`, `account_id`.
"""

from collections.abc import Callable, Mapping

import polars as pl

from adapters.joining.forms import short_id

Frame = pl.DataFrame

_LEAST_SHARE = 0.5
"""Part of a column's values that must be ids of the other system before the column is taken for theirs."""

_NO_REFERENCE = ("own", "name", "bare_name", "domain", "parent_id")
"""Columns that hold no ids of the other system; a parent is another account, whose owner may be another, too."""


def by_id(theirs: Frame, ours: Frame) -> Frame:
    """The same id in both systems; 15 and 18 characters of one id are the same."""
    left = theirs.select("their_id", key=short_id(pl.col("their_id")))
    return left.join(ours.select("account_id", key=short_id(pl.col("account_id"))), on="key").drop("key")


def by_id_column(theirs: Frame, ours: Frame) -> Frame:
    """A column of one system that holds ids of the other."""
    forth = _in_columns(ours.rename({"account_id": "own"}), theirs["their_id"])
    back = _in_columns(theirs.rename({"their_id": "own"}), ours["account_id"])
    pairs = [
        forth.select(their_id="found", account_id="own"),
        back.select(their_id="own", account_id="found"),
    ]
    return pl.concat(pairs).unique(maintain_order=True)


def by_domain(theirs: Frame, ours: Frame) -> Frame:
    """The same host in web or mail address."""
    return _equal(theirs, ours, "domain")


def by_name(theirs: Frame, ours: Frame) -> Frame:
    """The same name, but for capitals, accents, signs and legal form."""
    return _equal(theirs, ours, "bare_name")


RULES: Mapping[str, Callable[[Frame, Frame], Frame]] = {
    "id": by_id,
    "id_column": by_id_column,
    "domain": by_domain,
    "name": by_name,
}
"""All rules, the surest first."""


def _equal(theirs: Frame, ours: Frame, column: str) -> Frame:
    left = theirs.select("their_id", key=column).drop_nulls()
    return left.join(ours.select("account_id", key=column).drop_nulls(), on="key").drop("key")


def _in_columns(frame: Frame, ids: pl.Series) -> Frame:
    """`own` and `found` for each value of a further column that is one of the ids, where most of its values are."""
    known = ids.drop_nulls().unique().alias("key").to_frame().select(short_id(pl.col("key")), found="key")
    pairs = [pl.DataFrame(schema={"own": pl.String, "found": pl.String})]
    for column in frame.columns:
        if column in _NO_REFERENCE or frame.schema[column] != pl.String:
            continue
        filled = frame.select("own", key=short_id(pl.col(column))).drop_nulls()
        hits = filled.join(known, on="key")
        if not hits.is_empty() and hits.height >= _LEAST_SHARE * filled.height:
            pairs.append(hits.select("own", "found"))
    return pl.concat(pairs)
