"""Who is meant where an export names an owner by name or mail address? The manager of the list, if it is one."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from adapters.delivery import Delivery, Fault
from adapters.joining.forms import FEW_DIGITS
from adapters.wording import counted, listed

_NAMING: Mapping[str, str] = {
    "ownership": "manager_id",
    "targets": "manager_id",
    "exclusions": "manager_id",
    "contracts": "seller_id",
    "invoices": "seller_id",
    "managers": "reports_to",
}
"""The column of each table that names a manager."""


def with_owners(delivery: Delivery) -> Delivery:
    """The delivery with managers' ids where names or addresses of managers stood.

    A name that several managers have is an error of each of its rows, which names them, and null in the frame, as it
    cannot be read; one that nobody has is left.
    Numbers that two systems may both have counted are told.
    """
    if "managers" not in delivery.tables:
        return delivery
    called = _called(delivery.tables["managers"])
    ids = delivery.tables["managers"]["manager_id"]
    tables, faulty, faults = dict(delivery.tables), dict(delivery.faulty), [*delivery.faults, *_counted_twice(delivery)]
    for name, column in _NAMING.items():
        frame = tables.get(name)
        if frame is None or column not in frame.columns:
            continue
        key = _bare(pl.col(column))
        meant = pl.when(~pl.col(column).is_in(ids.implode())).then(key).alias(" called")
        found = frame.with_columns(meant).join(
            called, left_on=" called", right_on="key", how="left", validate="m:1", maintain_order="left"
        )
        several = found.filter(pl.col(" ids").list.len() > 1)
        named = found.filter(pl.col(" ids").list.len() == 1)
        is_one, is_none = pl.col(" ids").list.len() == 1, pl.col(" ids").is_null()
        tables[name] = found.with_columns(
            pl.when(is_one).then(pl.col(" ids").list.first()).when(is_none).then(column).alias(column)
        ).drop(" called", " ids")
        faults += [*_named(named, column, name), *_several(several, column, name)]
        if not several.is_empty():
            touched = [*([faulty[name]] if name in faulty else []), several.select("origin_file", "origin_row")]
            faulty[name] = pl.concat(touched).unique(maintain_order=True)
    return replace(delivery, tables=tables, faults=tuple(faults), faulty=faulty)


def _called(managers: pl.DataFrame) -> pl.DataFrame:
    """One row per name or address in small letters, with the ids of all managers who are called so."""
    pairs = [
        managers.select(key=_bare(pl.col(c)), id="manager_id").drop_nulls()
        for c in ("email", "name")
        if c in managers.columns
    ]
    if not pairs:
        return pl.DataFrame(schema={"key": pl.String, " ids": pl.List(pl.String)})
    return (
        pl.concat(pairs).unique().sort("key", "id").group_by("key", maintain_order=True).agg(pl.col("id").alias(" ids"))
    )


def _counted_twice(delivery: Delivery) -> list[Fault]:
    """A warning for owners by a number that is a manager's of another system, as both may just count."""
    system, owner, faults = pl.col(" system"), pl.col(" owner"), []
    managers = delivery.tables["managers"].select(
        delivery.system.alias(" system"), pl.col("manager_id").alias(" owner")
    )
    for name, column in _NAMING.items():
        frame = delivery.tables.get(name)
        if frame is None or column not in frame.columns:
            continue
        rows = frame.select(
            "origin_file", "origin_row", delivery.system.alias(" system"), pl.col(column).alias(" owner")
        )
        numbers = rows.filter((system != "") & owner.str.contains(FEW_DIGITS))
        foreign = numbers.join(managers, on=[" system", " owner"], how="anti", maintain_order="left")
        foreign = foreign.join(managers.filter(system != ""), on=" owner", how="semi", maintain_order="left")
        for (file,), part in foreign.group_by("origin_file", maintain_order=True):
            what = f"{counted(part.height, 'row')} with an owner by a number of another system's manager; the first"
            remedy = "both may just count from 1; name owners by mail address, unless it is the same person"
            first = part["origin_row"][0], column, part[" owner"][0], name
            faults.append(Fault(what, remedy, str(file), *first, severity="warning"))
    return faults


def _bare(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()


def _named(rows: pl.DataFrame, column: str, table: str) -> list[Fault]:
    return [
        Fault(
            f"{counted(part.height, 'row')} with an owner by name or mail address, whose id was taken from managers",
            file=str(file),
            column=column,
            table=table,
            severity="note",
        )
        for (file,), part in rows.group_by("origin_file", maintain_order=True)
    ]


def _several(rows: pl.DataFrame, column: str, table: str) -> list[Fault]:
    """One fault for each name that several have, at its first row."""
    faults = []
    for (file, name), part in rows.group_by("origin_file", column, maintain_order=True):
        what = (
            f"{counted(part.height, 'row')} with an owner whom several managers are called: {listed(part[' ids'][0])}"
        )
        remedy = "make the names differ, or export what tells them apart: an address, or the id that managers has"
        faults.append(Fault(what, remedy, str(file), part["origin_row"][0], column, str(name), table))
    return faults
