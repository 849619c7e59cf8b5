"""Is every key there once? Repeated keys, and ids that only look different to a machine."""

import polars as pl

from scoring.checks.findings import NR, ORIGIN, PLACE, Finding, Saying, found
from scoring.checks.suggestions import normal_form
from scoring.errors import Severity
from scoring.frame import Table


def repeated(frame: pl.DataFrame, table: Table) -> list[Finding]:
    """Keys that several rows have: as exact copies, of which the first can stay, or in conflict."""
    twice = _rows_of_repeated_keys(frame, table)
    if twice.is_empty():
        return []
    content = [c for c in frame.columns if c not in (*ORIGIN, NR)]
    by = twice.sort(*ORIGIN, NR).with_columns(
        first=PLACE.first().over(table.key),
        is_first=pl.col(NR) == pl.col(NR).first().over(table.key),
        is_exact=pl.struct(content).n_unique().over(table.key) == 1,
        key=pl.concat_str(table.key, separator=", ", ignore_nulls=True),
    )
    column = ", ".join(table.key)
    copies = by.filter(pl.col("is_exact") & ~pl.col("is_first")).with_columns(
        detail=pl.format("the same row as {}", "first")
    )
    conflicts = by.filter(~pl.col("is_exact")).with_columns(
        detail=pl.format("the same key as {}, with other values", "first")
    )
    copied = Saying("the row is there twice", "remove one of them", column, "detail", "key")
    conflicting = Saying("the key is there twice, with different values", "keep the right one", column, "detail", "key")
    return [
        *found(table.name, copies, copied),
        *found(table.name, conflicts, conflicting, named=conflicts.filter(~pl.col("is_first"))),
    ]


def look_alikes(frame: pl.DataFrame, table: Table) -> list[Finding]:
    """Ids that differ only by case, blanks, invisible characters or Unicode form, as warnings."""
    (key,) = table.key
    ids = frame.select(key, *ORIGIN, NR).sort(*ORIGIN, NR).unique(key, keep="first", maintain_order=True)
    seen = ids.with_columns(seen=normal_form(pl.col(key)))
    if seen.get_column("seen").n_unique() == len(seen):
        return []
    alike = seen.filter(pl.len().over("seen") > 1, pl.col(key).is_not_null()).sort(*ORIGIN, NR)
    later = alike.with_columns(first=pl.col(key).first().over("seen"), place=PLACE.first().over("seen")).filter(
        pl.col(key) != pl.col("first")
    )
    later = later.with_columns(detail=pl.format('looks like "{}" of {}', "first", "place"))
    what = "an id looks like another"
    remedy = "if they are one, write both the same way"
    return found(table.name, later, Saying(what, remedy, key, "detail", severity=Severity.WARNING))


def _rows_of_repeated_keys(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows whose key, where its required part is filled, is not unique."""
    needed = [n for n in table.key if table.column(n).required]
    if len(table.key) == 1:
        key = frame.get_column(table.key[0])
        if key.n_unique() == len(key):
            return frame.clear()
        return frame.filter(key.is_duplicated() & key.is_not_null())
    keys = frame.group_by(table.key).agg(pl.len().alias("_len")).filter(pl.col("_len") > 1).drop("_len")
    rows = frame.join(keys, on=table.key, how="semi", nulls_equal=True) if len(keys) else frame.clear()
    return rows.drop_nulls(needed)
