"""What does a run say of everybody, by every metric? Grain after grain, and accounts some at a time.

A book of many accounts has a hundred measures for each: all of them at once would be the most that a run holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import chain

import polars as pl
import polars.selectors as cs

from scoring import book
from scoring.asked import loose_costs
from scoring.calendar import Period
from scoring.credit.tree import under_heads
from scoring.engine import Engine
from scoring.measure import COMPANY, SCHEMA, attainment, measure_at, read_by, sorted_by_key, with_loose
from scoring.metrics import OVER_BOOK, Metric
from scoring.metrics.acquisition import SPENDING
from scoring.parquet import parquet_of
from scoring.parts import ACCOUNT, Part, Tables
from scoring.rules import Rulebook
from scoring.windows import windows_of

AT_ONCE = 1 << 14
"""Rows of books that are measured together: few enough to hold, many enough that making plans costs little."""

_SPENT = (COMPANY, "team", "manager_id")
"""Grains at which it is told what was spent."""
_BRANCH = "branch"


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
    grains = [*_SPENT, *(kind for kind in rulebook.breakdowns if kind in rows.columns), _BRANCH]
    count = max(1, AT_ONCE // max(1, rows.height))

    def at(some: Sequence[str]) -> list[pl.DataFrame]:
        once = _books(rows, some, tables["managers"], metrics)
        spent = {grain: with_loose(once[grain], loose, grain) for grain in some if grain in _SPENT}
        asked = ((once, _everywhere(metrics)), (spent, [m for m in metrics if m in SPENDING]))
        return pl.collect_all([measure_at(books, its, basis=rulebook.basis) for books, its in asked])

    figures = pl.concat(found for n in range(0, len(grains), count) for found in at(grains[n : n + count]))
    reached = attainment(figures.lazy(), tables["targets"].lazy(), period.name).collect()
    return sorted_by_key(pl.concat([figures, reached]))


def _everywhere(metrics: Sequence[Metric]) -> list[Metric]:
    """The metrics that are measured at every grain."""
    return [m for m in metrics if m not in SPENDING]


def _books(
    rows: pl.DataFrame, grains: Sequence[str], managers: pl.DataFrame, metrics: Sequence[Metric]
) -> dict[str, pl.LazyFrame]:
    """The book at each of the grains, collected, with what the metrics read."""
    by_grain = {g: under_heads(rows.lazy(), managers) if g == _BRANCH else rows.lazy() for g in grains}
    read = cs.by_name(*read_by(metrics), *grains, require_all=False)
    books = pl.collect_all([book.at(theirs, grain).select(read) for grain, theirs in by_grain.items()])
    return {grain: found.lazy() for grain, found in zip(grains, books, strict=True)}


def _pieces(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The book cut between accounts, AT_ONCE rows each and those of its last account; one piece where it is empty."""
    ids, begin, end = rows[ACCOUNT], 0, -1
    while end < rows.height:
        end = min(begin + AT_ONCE, rows.height)
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
