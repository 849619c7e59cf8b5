"""What does a run say of everybody, by every metric? Grain after grain, and accounts some at a time.

A book of many accounts has a hundred measures for each: all of them at once would be the most that a run holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import chain
from typing import TypeVar

import polars as pl
import polars.selectors as cs

from scoring import book
from scoring.calendar import Period
from scoring.credit.tree import branches, under_heads
from scoring.engine import Engine
from scoring.measure import COMPANY, SCHEMA, attainment, measure_at, read_by, sorted_by_key, with_loose
from scoring.metrics import OVER_BOOK, Metric
from scoring.metrics.acquisition import SPENDING
from scoring.parquet import parquet_of
from scoring.parts import ACCOUNT, Part, Tables
from scoring.period.asked import loose_costs
from scoring.period.windows import windows_of
from scoring.rules import Rulebook

AT_ONCE = 1 << 14
"""Rows of books that are measured together: few enough to hold, many enough that making plans costs little."""
ACCOUNTS_AT_ONCE = 1 << 12
"""The same where each account is measured by itself, and has a row for every metric."""

_SPENT = (COMPANY, "team", "manager_id")
"""Grains at which it is told what was spent."""
_BRANCH = "branch"

Thing = TypeVar("Thing")
_Sized = tuple[tuple[str, pl.LazyFrame], int]
"""A grain and rows of the book for it, and how many they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Measures as `measure.SCHEMA`: those of `groups`, which is everybody but accounts, and all of them `packed`.

    `packed` is a Parquet file, sorted by grain, id and metric.
    """

    groups: pl.DataFrame
    packed: bytes

    @property
    def rows(self) -> pl.DataFrame:
        """All of them, read from the file each time."""
        return pl.read_parquet(BytesIO(self.packed))


def measured(
    rows: pl.DataFrame,
    rulebook: Rulebook,
    tables: Tables,
    period: Period,
    metrics: Sequence[Metric] = OVER_BOOK,
    engine: Engine | None = None,
) -> Measures:
    """Each metric for the company, teams, branches, managers, accounts, and the kinds of accounts asked for.

    `rows` is the book, sorted by account; a branch is a manager with everybody below.
    """
    groups = _of_groups(rows, rulebook, tables, period, metrics)
    everywhere = _everywhere(metrics)
    if engine is not None and engine.splits:
        step = partial(_of_part, metrics=everywhere, basis=rulebook.basis)
        accounts = (pl.read_parquet(BytesIO(packed)) for packed in engine.map(step, {"rows": rows}, {}))
    else:
        accounts = (_of_accounts(some, everywhere, rulebook.basis) for some in _pieces(rows))
    before, after = groups.filter(pl.col("grain") < ACCOUNT), groups.filter(pl.col("grain") > ACCOUNT)
    named = pl.col("grain").replace({"manager_id": "manager", ACCOUNT: "account"})
    every = (found.with_columns(named) for found in chain([before], accounts, [after]))
    return Measures(groups.with_columns(named), parquet_of(every, pl.Schema(SCHEMA)))


def _of_groups(
    rows: pl.DataFrame, rulebook: Rulebook, tables: Tables, period: Period, metrics: Sequence[Metric]
) -> pl.DataFrame:
    """The measures of all grains but accounts, sorted by their key."""
    loose = loose_costs(tables, rulebook, windows_of(rulebook, period)).lazy()
    grains = [*_SPENT, *(kind for kind in rulebook.breakdowns if kind in rows.columns)]
    every = [*(((grain, rows.lazy()), rows.height) for grain in grains), *_branches(rows, tables["managers"])]

    def at(some: Mapping[str, pl.LazyFrame]) -> list[pl.DataFrame]:
        once = _books(some, metrics)
        spent = {grain: with_loose(once[grain], loose, grain) for grain in some if grain in _SPENT}
        asked = ((once, _everywhere(metrics)), (spent, [m for m in metrics if m in SPENDING]))
        return pl.collect_all([measure_at(books, its, basis=rulebook.basis) for books, its in asked])

    figures = pl.concat(found for some in _within(every, AT_ONCE) for found in at(dict(some)))
    reached = attainment(figures.lazy(), tables["targets"].lazy(), period.name).collect()
    return sorted_by_key(pl.concat([figures, reached]))


def _everywhere(metrics: Sequence[Metric]) -> list[Metric]:
    """The metrics that are measured at every grain."""
    return [m for m in metrics if m not in SPENDING]


def _branches(rows: pl.DataFrame, managers: pl.DataFrame) -> Iterator[_Sized]:
    """The rows below some heads at a time, no more than the book has, but where one head has more."""
    held = rows.group_by("manager_id").agg(pl.len().cast(pl.Int64).alias("rows"))
    pairs = branches(managers).join(held, on="manager_id")
    heads = pairs.group_by(_BRANCH).agg(pl.col("rows").sum()).sort(_BRANCH)
    for some in _within(zip(heads[_BRANCH], heads["rows"], strict=True), max(AT_ONCE, rows.height)):
        theirs = pairs.filter(pl.col(_BRANCH).is_in(some))
        yield (_BRANCH, under_heads(rows.lazy(), theirs.lazy())), int(theirs["rows"].sum())


def _within(sized: Iterable[tuple[Thing, int]], most: int) -> Iterator[list[Thing]]:
    """The things in turn, as many at a time as are no larger together, but where one by itself is."""
    some: list[Thing] = []
    size = 0
    for thing, its in sized:
        if some and size + its > most:
            yield some
            some, size = [], 0
        some.append(thing)
        size += its
    if some:
        yield some


def _books(rows: Mapping[str, pl.LazyFrame], metrics: Sequence[Metric]) -> dict[str, pl.LazyFrame]:
    """The book at each of the grains, collected, with what the metrics read."""
    read = cs.by_name(*read_by(metrics), *rows, require_all=False)
    books = pl.collect_all([book.at(theirs, grain).select(read) for grain, theirs in rows.items()])
    return {grain: found.lazy() for grain, found in zip(rows, books, strict=True)}


def _pieces(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The book cut behind so many rows at the least, never inside an account; one piece where it is empty."""
    ids, begin, end = rows[ACCOUNT], 0, -1
    while end < rows.height:
        end = min(begin + ACCOUNTS_AT_ONCE, rows.height)
        while end < rows.height and ids[end] == ids[end - 1]:
            end += 1
        yield rows[begin:end]
        begin = end


def _of_accounts(rows: pl.DataFrame, metrics: Sequence[Metric], basis: str) -> pl.DataFrame:
    """Each metric for each of some accounts, sorted by their key."""
    return measure_at({ACCOUNT: book.at(rows.lazy(), ACCOUNT)}, metrics, basis=basis).collect()


def _of_part(part: Part, _: Tables, metrics: Sequence[Metric], basis: str) -> bytes:
    """As `_of_accounts`, from their part of the book, as a Parquet file, which is small to send and to hold."""
    return parquet_of((_of_accounts(some, metrics, basis) for some in _pieces(part.tables["rows"])), pl.Schema(SCHEMA))
