"""Does every id lead somewhere? References to accounts and managers, and chains that bite their tail."""

from collections.abc import Iterator, Mapping
from functools import partial

import polars as pl

from scoring.checks.findings import NR, ORIGIN, Finding, Saying, found
from scoring.checks.suggestions import did_you_mean
from scoring.errors import Problem, Severity
from scoring.frame import Column, Table, conform
from scoring.tables import TABLES, UNNAMED

Frames = Mapping[str, pl.DataFrame]

PARENTS = {"accounts": "parent_id", "managers": "reports_to"}
"""The columns by which the rows of a table form a tree."""

_BETWEEN = ";"
"""Between several ids in one cell."""

_PRIMARY = {"accounts": "set a primary one and export that; with HubSpot, Associated Company IDs (Primary)"}


def references(table: Table) -> Iterator[Column]:
    """The columns of the table that refer to another row."""
    return (c for c in table.columns if c.refers_to)


def derived(frames: Frames, target: Table) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows of a table nobody delivered, one for each id that other tables use, and a note about it.

    Each row's origin is the first row that uses the id.
    """
    (key,) = target.key
    parts = {
        f"{name}.{column.name}": frames[name].select(pl.col(column.name).alias(key), *ORIGIN)
        for name, table in TABLES.items()
        if name in frames and name != target.name
        for column in references(table)
        if column.refers_to == target.name
    }
    used = {name: ids for name, part in parts.items() if len(ids := part.drop_nulls(key))}
    if not used:
        return target.empty(), []
    rows = pl.concat(list(used.values())).sort(*ORIGIN).unique(key, keep="first", maintain_order=True)
    many = "1 row is the id" if len(rows) == 1 else f"{len(rows):,} rows are the ids"
    what = f"there is no such table; its {many} in {' and '.join(used)}"
    note = Problem(what, table=target.name, severity=Severity.NOTE)
    return conform(rows.sort(key).lazy(), target).collect(), [
        Finding(target.name, what, rows.clear()[key], (note,), Severity.NOTE)
    ]


def teamless(costs: pl.DataFrame, managers: pl.DataFrame) -> list[Finding]:
    """The costs on no account of teams that no manager is in, as warnings, the first of each team."""
    known = managers.get_column("team").drop_nulls().unique()
    lost = strangers(costs.get_column("team"), pl.concat([known, pl.Series([UNNAMED])]))
    bad = costs.filter(pl.col("account_id").is_null() & pl.col("team").is_in(lost.implode()))
    what = "no manager is in the team, so its costs count for the company alone"
    otherwise = "write the team as managers does, or leave the cell empty"
    advice = partial(did_you_mean, known=known, otherwise=otherwise)
    named = bad.sort(*ORIGIN, NR).unique("team", keep="first", maintain_order=True)
    return found("costs", bad, Saying(what, advice, "team", severity=Severity.WARNING), named=named)


def unknown(frame: pl.DataFrame, table: Table, keys: Mapping[str, pl.Series]) -> list[Finding]:
    """The rows that refer to an account or manager that is not among the keys, by table, given here."""
    findings: list[Finding] = []
    for column in references(table):
        target = column.refers_to or ""
        if target not in keys:
            continue
        known = keys[target]
        strange = strangers(frame.get_column(column.name), known)
        if strange.is_empty():
            continue
        bad = frame.filter(pl.col(column.name).is_in(strange.implode()))
        is_list = pl.col(column.name).is_in(_lists(strange, known).implode())
        what = f"{column.name} is not among the {target}"
        advice = partial(did_you_mean, known=known, otherwise=f"add it to {target} or mend the id")
        several = Saying(f"{column.name} names several of the {target}", _PRIMARY.get(target, "name one"), column.name)
        findings += found(table.name, bad.filter(~is_list), Saying(what, advice, column.name))
        findings += found(table.name, bad.filter(is_list), several)
    return findings


def strangers(used: pl.Series, known: pl.Series) -> pl.Series:
    """The values used that are not known, once each."""
    strange = used.alias("id").to_frame().join(known.alias("id").to_frame(), on="id", how="anti").get_column("id")
    return strange.drop_nulls().unique() if strange.null_count() < len(strange) else strange.clear()


def _lists(strange: pl.Series, known: pl.Series) -> pl.Series:
    """Those of the unknown values that are several ids in one cell, one of which at least is known."""
    values = strange.filter(strange.str.contains(_BETWEEN, literal=True)).alias("value").to_frame()
    parts = values.with_columns(id=pl.col("value").str.split(_BETWEEN)).explode("id")
    ids = parts.with_columns(pl.col("id").str.strip_chars())
    return ids.join(known.alias("id").to_frame(), on="id", how="semi").get_column("value").unique()


def cycles(frame: pl.DataFrame, table: Table) -> list[Finding]:
    """The rows that come back to themselves when one follows their parents."""
    (key,), parent = table.key, PARENTS[table.name]
    filled = frame.filter(pl.col(parent).is_not_null()).sort(*ORIGIN, NR)
    linked = filled.unique(key, keep="first", maintain_order=True)
    inside = linked.filter(_on_a_cycle(linked.get_column(key), linked.get_column(parent)))
    saying = Saying(f"{parent} leads back to the row itself", "one of them must be the top", parent)
    return found(table.name, inside, saying)


def orphaned(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows one of whose ancestors is not in the frame. Keys are unique, and there are no cycles."""
    (key,), parent = table.key, PARENTS[table.name]
    at = _parent_rows(frame.get_column(key), frame.get_column(parent))
    end = len(frame)
    lost = pl.concat([at.is_null() & frame.get_column(parent).is_not_null(), pl.Series([False])])
    at = pl.concat([at.fill_null(end), pl.Series([end], dtype=at.dtype)])
    for _ in range(end.bit_length()):
        lost, at = lost | lost.gather(at), at.gather(at)
    return frame.filter(lost.head(end))


def _on_a_cycle(ids: pl.Series, parents: pl.Series) -> pl.Series:
    """Whether following the parents from an id comes back to it.

    Steps are doubled: after as many steps as there are ids, only cycles have somebody standing on them.
    """
    end = len(ids)
    at = _parent_rows(ids, parents).fill_null(end)
    at = pl.concat([at, pl.Series([end], dtype=at.dtype)])
    for _ in range(end.bit_length()):
        at = at.gather(at)
    return pl.int_range(end, eager=True).is_in(at.unique().implode())


def _parent_rows(ids: pl.Series, parents: pl.Series) -> pl.Series:
    """The number of the row that each row's parent stands in, null where it stands in none."""
    rows = pl.DataFrame({"id": ids}).with_row_index("at")
    return pl.DataFrame({"id": parents}).join(rows, on="id", how="left", maintain_order="left").get_column("at")
