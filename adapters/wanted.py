"""What is asked of an adapter? The tables, their columns and kinds, in plain words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.delivery import Layout

ORIGIN = ("origin_file", "origin_row")
"""The columns every adapter fills itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The layout, the tables that take further text columns, and the key of each table where it is known.

    `time_zone` is the business's, None where it is not known; one that sources.yaml declares wins.
    """

    layout: Layout
    open_tables: Collection[str] = ()
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    time_zone: str | None = None

    def kinds(self, table: str) -> dict[str, str]:
        """Column to kind of the table, without the columns of origin."""
        return {name: kind for name, kind in self.layout[table].items() if name not in ORIGIN}
