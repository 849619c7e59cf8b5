"""How much of the revenue has rows that could not be used?"""

from collections.abc import Iterator

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.ledger.parents import topmost
from scoring.numbers import percent
from scoring.plurals import many
from scoring.trust.gate import Finding, Gate, Looked, beyond
from scoring.trust.needed import OF_ACCOUNTS

_REMEDY = "mend the rows that bookscore check names"


def find(looked: Looked) -> Iterator[Finding]:
    """Exports with many rows that are, or have to be, set aside, and managers with much of their revenue in accounts
    that had such rows."""
    limits = looked.rulebook.trust.set_aside
    of_file = {
        file: table for table in sorted(looked.needed.difference(OF_ACCOUNTS)) for file in looked.files_of(table)
    }
    for file in looked.files:
        wanted = file.rows - file.filtered
        level = beyond(file.set_aside / wanted, limits) if wanted and file.name in of_file else None
        if level:
            what = f"{file.set_aside:,} of {wanted:,} rows ({percent(file.set_aside / wanted)}) cannot be used"
            yield Finding(COVERAGE.name, level, what, _REMEDY, table=of_file[file.name], file=file.name)
    names = dict(looked.tables["managers"].select("manager_id", pl.coalesce("name", "manager_id")).iter_rows())
    for manager, part, accounts in _of_managers(looked):
        if level := beyond(part, limits):
            theirs = f"{many(accounts, 'account')} with {percent(part)} of the opening revenue"
            what = f"rows were set aside for {theirs} of {names.get(manager, manager)}"
            yield Finding(COVERAGE.name, level, what, _REMEDY, managers=(manager,))


def _of_managers(looked: Looked) -> Iterator[tuple[str, float, int]]:
    """Manager, part of the opening revenue whose accounts had rows set aside, and how many accounts these are.

    An account of which no opening revenue is known counts as an average one of the manager's.
    """
    touched = _touched(looked)
    if looked.rows is None or touched.is_empty():
        return
    book = looked.rows.filter(pl.col("manager_id") != UNASSIGNED)
    book = book.select("manager_id", "account_id", pl.col("opening").cast(pl.Float64))
    gone = _held(looked, touched.join(book, on="account_id", how="anti"))
    gone = gone.join(book, on="manager_id", how="semi").with_columns(pl.lit(None, dtype=pl.Float64).alias("opening"))
    size = pl.when(pl.col("opening") > 0).then("opening")
    whose = (
        pl.concat([book, gone])
        .with_columns(size.alias("size"))
        .with_columns(
            pl.col("size").fill_null(pl.col("size").mean().over("manager_id")).fill_null(1.0),
            pl.col("account_id").is_in(touched["account_id"].implode()).alias("is_touched"),
        )
    )
    its = pl.col("size").filter("is_touched")
    found = whose.group_by("manager_id").agg((its.sum() / pl.col("size").sum()).alias("part"), its.len().alias("n"))
    yield from found.filter(pl.col("n") > 0).sort("manager_id").iter_rows()


def _touched(looked: Looked) -> pl.DataFrame:
    """The accounts that a row set aside speaks of, if a score rests on it: account_id, as it is scored."""
    named = [
        f.select("account_id") for t, f in looked.aside.items() if t in looked.needed and "account_id" in f.columns
    ]
    if not named:
        return pl.DataFrame(schema={"account_id": pl.String})
    ids = pl.concat(named).drop_nulls().unique()
    if looked.rulebook.grain != "parent":
        return ids
    payers = ids.join(topmost(looked.read["accounts"]), on="account_id", how="left", validate="m:1")
    return payers.select(pl.coalesce("top", "account_id").alias("account_id")).unique()


def _held(looked: Looked, accounts: pl.DataFrame) -> pl.DataFrame:
    """Who had the accounts at any time of the period, by the rows of ownership: manager_id, account_id."""
    begins, ends = pl.col("starts_on").fill_null(looked.period.start), pl.col("ends_on").fill_null(looked.period.end)
    held = looked.whole("ownership").filter(begins < looked.period.end, ends > looked.period.start)
    return held.join(accounts, on="account_id", how="semi").select("manager_id", "account_id").drop_nulls().unique()


COVERAGE = Gate("coverage", find)
