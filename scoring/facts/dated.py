"""What happened to accounts on days, to be credited to who held them then?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

At = Literal["at_open", "at_event", "at_close", "time_weighted"]


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """Amounts and counts by account and day.

    `rows` has account_id, `on` (the day that decides whose they are) and `columns`, all as MONEY, so that
    shared accounts share them exactly. `way` is the policy of credit, `follows` whose day it looks at: that of
    movements of the period, or that of outcomes.
    """

    rows: pl.LazyFrame
    columns: tuple[str, ...]
    way: At = "at_event"
    follows: Literal["moves", "outcome"] = "moves"


def found(happened: Sequence[Dated]) -> list[Dated]:
    """What did happen, collected once: where there are no rows, the book need not be joined with them."""
    frames = pl.collect_all([dated.rows for dated in happened])
    return [replace(d, rows=rows.lazy()) for d, rows in zip(happened, frames, strict=True) if rows.height]


def alike(happened: Sequence[Dated]) -> list[Dated]:
    """The same, those that are credited alike as one: shared out and joined once for all of their columns."""
    groups: dict[tuple[str, str], list[Dated]] = {}
    for dated in happened:
        groups.setdefault((dated.way, dated.follows), []).append(dated)
    return [_as_one(group) for group in groups.values()]


def _as_one(group: Sequence[Dated]) -> Dated:
    rows = pl.concat([dated.rows.select("account_id", "on", *dated.columns) for dated in group], how="diagonal")
    return replace(group[0], rows=rows, columns=tuple(column for dated in group for column in dated.columns))
