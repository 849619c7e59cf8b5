"""What is known of a sealed run? All that a later run may look at: what it read, its rules, and how it closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from scoring.calendar import Period
from scoring.ledger.parents import rolled_up
from scoring.rules import Rulebook
from scoring.tables import TABLES


@dataclass(frozen=True, slots=True, eq=False)
class Sealed:
    """A run that is the published truth of its period.

    `sha256` is the hash of its seal; `tables` are the rows that it read, as far as there were any; `book` its book;
    `scores` are by manager, None where there is none.
    """

    period: Period
    sha256: str
    run_id: str
    as_of: date
    rulebook: Rulebook
    tables: Mapping[str, pl.LazyFrame]
    book: pl.LazyFrame
    scores: Mapping[str, float | None] = field(default_factory=dict)

    def read(self) -> dict[str, pl.DataFrame]:
        """All tables as the run read them."""
        return {n: self.tables[n].collect() if n in self.tables else t.empty() for n, t in TABLES.items()}


def as_scored(tables: Mapping[str, pl.DataFrame], rulebook: Rulebook) -> dict[str, pl.DataFrame]:
    """The tables of what the rulebook calls a customer; behind a name that several have stands the id."""
    made = rolled_up(tables) if rulebook.grain == "parent" else dict(tables)
    return {**made, "accounts": called_apart(made["accounts"])}


def called_apart(accounts: pl.DataFrame) -> pl.DataFrame:
    """The accounts with the id behind a name that several have, whatever its case."""
    name = pl.col("name").str.strip_chars()
    is_shared = name.is_not_null() & name.str.to_lowercase().is_duplicated()
    told = pl.when(is_shared).then(pl.format("{} ({})", name, "account_id")).otherwise("name")
    return accounts.with_columns(told.alias("name"))
