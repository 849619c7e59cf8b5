"""What is known of a sealed run? All that a later run may look at: what it read, its rules, and how it closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.calendar import Period
from scoring.ledger.parents import rolled_up
from scoring.rules import Rulebook
from scoring.tables import TABLES


@dataclass(frozen=True, slots=True, eq=False)
class Sealed:
    """A run that is the published truth of its period.

    `sha256` is the hash of its seal; `tables` are the rows that it read, as far as there were any; `book` its book.
    """

    period: Period
    sha256: str
    run_id: str
    as_of: date
    rulebook: Rulebook
    tables: Mapping[str, pl.LazyFrame]
    book: pl.LazyFrame

    def read(self) -> dict[str, pl.DataFrame]:
        """All tables as the run read them."""
        return {n: self.tables[n].collect() if n in self.tables else t.empty() for n, t in TABLES.items()}


def as_scored(tables: Mapping[str, pl.DataFrame], rulebook: Rulebook) -> dict[str, pl.DataFrame]:
    """The tables of what the rulebook calls a customer."""
    return rolled_up(tables) if rulebook.grain == "parent" else dict(tables)
