"""Which exports were read? Each by its hash, with what was used of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

RULES, SOURCES = "rules.yaml", "sources.yaml"
"""The files of a folder that are no exports."""


@dataclass(frozen=True, slots=True)
class Input:
    """An export as it was read for one table: name, content hash, rows, how many of them were not used, its last day.

    `table` is None where it was only looked up in. `last_on` is the day of the last thing that it says happened; None
    where its rows have no day.
    """

    name: str
    sha256: str
    rows: int
    filtered: int
    set_aside: int
    last_on: date | None = None
    table: str | None = None


def input_json(read: Input) -> dict[str, Any]:
    """An export as other programs read of it."""
    return {
        "file": read.name,
        "table": read.table,
        "sha256": read.sha256,
        "rows": read.rows,
        "rows_filtered": read.filtered,
        "rows_set_aside": read.set_aside,
        "last_day": None if read.last_on is None else read.last_on.isoformat(),
    }
