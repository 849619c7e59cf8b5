"""What is settled is told again, and only what comes after it is made: histories are the same with it and without."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from test_kept import LINES
from test_packed import packable
from worlds import World, examples, worlds

from scoring.credit import ownership
from scoring.ledger.terms import Terms
from scoring.lifetime.exposure import months_back
from scoring.packed.answers import answer
from scoring.packed.frames import FRAMES
from scoring.packed.history import Ledger
from scoring.packed.lines import A_PIECE, File, Lines
from scoring.packed.months import Months

DAYS_OF = {"contracts": "starts_on", "invoices": "dated_on"}
LAST = 3
"""The number of the last file of each table: in the first are lines of all days until some quarters before the end."""


@dataclass(frozen=True)
class Step:
    """What is asked: of the files to that number, the year to some quarter before the last; each file has a quarter."""

    file: int
    ago: int


STEPS = st.lists(st.builds(Step, st.integers(0, LAST), st.integers(0, LAST)), max_size=2)
QUARTER_BY_QUARTER = [Step(n, LAST - n) for n in range(LAST + 1)]


def asked(
    world: World, terms: Terms, tables: dict[str, pl.DataFrame], step: Step
) -> tuple[Ledger, Terms, Months, date]:
    """The ledger and the months of a step; accounts are those of the lines."""
    until = months_back(world.period.end, 3 * step.ago)
    months = Months(tuple(months_back(until, n) for n in range(12, -1, -1)), 3)
    found = {name: list(by_quarter(tables[name], DAYS_OF[name], world.period.end))[: step.file + 1] for name in LINES}
    contracts, invoices = (
        Lines([File(rows.lazy(), A_PIECE, f"{name} {n}") for n, rows in enumerate(found[name])]) for name in LINES
    )
    seen = pl.concat([rows["account_id"] for files in found.values() for rows in files]).unique()
    accounts = tables["accounts"].filter(pl.col("account_id").is_in(seen.implode()))
    spans = ownership.from_history(tables["ownership"].lazy())
    beside = f"{accounts['account_id'].to_list()}"
    ledger = Ledger(accounts.lazy(), contracts, invoices, spans, tables["rates"].lazy(), is_checked=True, beside=beside)
    return ledger, terms, months, until - timedelta(days=1)


def by_quarter(rows: pl.DataFrame, day: str, end: date) -> Iterator[pl.DataFrame]:
    """The lines of each file."""
    edges = [date.min, *(months_back(end, 3 * n) for n in range(LAST, 0, -1)), date.max]
    for first, after in pairwise(edges):
        yield rows.filter((pl.col(day) >= first) & (pl.col(day) < after))


def bills(contracts: pl.DataFrame) -> pl.DataFrame:
    """Two invoice lines for each contract line, so that there are some of the same accounts and days."""
    days = [pl.col("starts_on") + timedelta(days=n) for n in (0, 40)]
    kind = pl.when(pl.int_range(pl.len()) % 3 > 0).then(pl.lit("order"))
    return pl.concat(
        [contracts.select("account_id", "amount", "currency", day.alias("dated_on"), kind=kind) for day in days]
    )


@given(
    world=worlds(basis="contracts"), steps=STEPS, tolerance=st.sampled_from([0, 1, 20, 45, 100]), one_rate=st.booleans()
)
@examples(60)
def test_a_history_goes_on_from_what_is_settled_as_if_all_was_read(
    world: World, steps: list[Step], tolerance: int, *, one_rate: bool
) -> None:
    """With accounts between others, quarter by quarter and back and forth, at rates that stay and at others."""
    tables, terms = packable(world)
    tables["invoices"] = bills(tables["contracts"])
    terms = replace(terms, gap_tolerance_days=tolerance)
    if one_rate:
        tables["contracts"] = tables["contracts"].drop("past_due_on")
        tables["rates"] = tables["rates"].unique("currency", keep="first", maintain_order=True)
    with TemporaryDirectory() as folder:
        for step in [*QUARTER_BY_QUARTER, *steps]:
            asking = asked(world, terms, tables, step)
            assert answer(*asking, FRAMES, Path(folder)).files == answer(*asking, FRAMES).files
