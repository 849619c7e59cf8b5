"""By which rules is an account of one system one of another? Each gives pairs, the surer rule has the first word.

`theirs` has a row per account of another system: `their_id`, and `called` and `domain` in the form that is compared;
`ours` the same with `account_id`. A pair is `their_id`, `account_id`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from adapters.joining.forms import FEW_DIGITS, short_id

Frame = pl.DataFrame

_NO_REFERENCE = ("own", "name", "bare_name", "called", "domain", "parent_id")
"""Columns that hold no ids of the other system; a parent is another account, whose owner may be another, too."""


def by_id(theirs: Frame, ours: Frame) -> Frame:
    """The same id in both systems; 15 and 18 characters of one id are the same."""
    left = theirs.select("their_id", key=short_id(pl.col("their_id")))
    return left.join(ours.select("account_id", key=short_id(pl.col("account_id"))), on="key").drop("key")


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of accounts in which ids of another system stand: `found` is the id for each of its `values`, if it is
    one; both beside the `own` id of the account."""

    column: str
    values: Frame

    @property
    def share(self) -> float:
        """The part of its values that are ids of the other system."""
        return 1 - self.values["found"].null_count() / self.values.height


def by_id_column(theirs: Frame, ours: Frame, least: float) -> Frame:
    """A column of one system that holds ids of the other: at least that part of its values are some.

    `is_number` says of a pair that no column holds more than a number of a few digits for it.
    """
    number = pl.col("found").str.contains(FEW_DIGITS).alias("is_number")
    ways = [
        references.values.select(pl.col(their).alias("their_id"), pl.col(our).alias("account_id"), number)
        for found, their, our in ((in_ours(theirs, ours), "found", "own"), (in_theirs(theirs, ours), "own", "found"))
        for references in found
        if references.share >= least
    ]
    none = pl.DataFrame(schema={"their_id": pl.String, "account_id": pl.String, "is_number": pl.Boolean})
    pairs = pl.concat([none, *ways]).drop_nulls().group_by("their_id", "account_id", maintain_order=True)
    return pairs.agg(pl.col("is_number").all())


def in_ours(theirs: Frame, ours: Frame) -> list[Reference]:
    """Our columns with ids of theirs."""
    return _references(ours.rename({"account_id": "own"}), theirs["their_id"])


def in_theirs(theirs: Frame, ours: Frame) -> list[Reference]:
    """Their columns with ids of ours."""
    return _references(theirs.rename({"their_id": "own"}), ours["account_id"])


def by_domain(theirs: Frame, ours: Frame) -> Frame:
    """The same host in web or mail address."""
    return _equal(theirs, ours, "domain")


def by_name(theirs: Frame, ours: Frame) -> Frame:
    """The same name, but for capitals, accents, signs and legal form."""
    return _equal(theirs, ours, "called")


def rules(least: float) -> Mapping[str, Callable[[Frame, Frame], Frame]]:
    """All rules, the surest first."""
    return {"id": by_id, "id_column": partial(by_id_column, least=least), "domain": by_domain, "name": by_name}


def _equal(theirs: Frame, ours: Frame, column: str) -> Frame:
    left = theirs.select("their_id", key=column).drop_nulls()
    return left.join(ours.select("account_id", key=column).drop_nulls(), on="key").drop("key")


def _references(frame: Frame, ids: pl.Series) -> list[Reference]:
    """The further columns of the accounts that hold any of the ids."""
    known = ids.drop_nulls().unique().alias("key").to_frame().select(short_id(pl.col("key")), found="key")
    made = []
    for column in frame.columns:
        if column in _NO_REFERENCE or frame.schema[column] != pl.String:
            continue
        filled = frame.select("own", value=column, key=short_id(pl.col(column))).drop_nulls()
        values = filled.join(known, on="key", how="left", maintain_order="left").drop("key")
        if values["found"].count():
            made.append(Reference(column, values))
    return made
