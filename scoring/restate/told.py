"""How is a row that changed told? What it said then, what it says now, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from scoring.restate.pasts import ORIGIN
from scoring.restate.sealed import called_apart

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is new, gone or edited: `edits` are column, value then and value now, as text; None where empty.

    `subject` is the account, else the manager or the currency that it is about, `name` what people call it.
    `cause` is late where the row was recorded after the earlier run, else silent; places are `file:row`.
    """

    table: str
    state: str
    cause: str
    subject: str | None
    name: str | None
    day: date | None
    edits: tuple[tuple[str, str | None, str | None], ...]
    then: str | None
    now: str | None
    recorded_at: str | None


def told(changes: pl.DataFrame, then: Tables, now: Tables, zone: str) -> Iterator[RowChange]:
    """The changes in words, in their order; when a row was recorded in the business time zone."""
    accounts, managers = ({**was, **is_} for was, is_ in zip(_names(then), _names(now), strict=True))
    for row in changes.iter_rows(named=True):
        name = row["table"]
        was = {} if row["then"] is None else then[name].row(row["then"], named=True)
        new = {} if row["now"] is None else now[name].row(row["now"], named=True)
        names = accounts if "account_id" in now[name].columns else managers
        values = ((c, _text(was.get(c)), _text(new.get(c))) for c in row["columns"])
        yield RowChange(
            table=name,
            state=row["state"],
            cause=row["cause"],
            subject=row["subject"],
            name=names.get(row["subject"]),
            day=row["day"],
            edits=tuple(v for v in values if v[1] != v[2]),
            then=_place(was),
            now=_place(new),
            recorded_at=_text(at.astimezone(ZoneInfo(zone)) if (at := new.get(ORIGIN[2])) else None),
        )


def _names(tables: Tables) -> tuple[dict[str, str], dict[str, str]]:
    """Account, and manager, to what people call it, where it has a name."""
    named = pl.col("name").is_not_null()
    accounts, managers = (
        dict(frame.filter(named).select(key, "name").iter_rows())
        for frame, key in ((called_apart(tables["accounts"]), "account_id"), (tables["managers"], "manager_id"))
    )
    return accounts, managers


def _place(row: Mapping[str, Any]) -> str | None:
    return f"{row['origin_file']}:{row['origin_row']}" if row else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
