"""Which number stands for which account? Text is hashed once, at the door, and never compared again."""

from dataclasses import dataclass

import polars as pl

from scoring.errors import BookscoreError

_SEEDS = range(1, 9)


class HashesCollideError(BookscoreError):
    """No seed gives every account a hash of its own."""

    def __init__(self) -> None:
        super().__init__("two accounts have the same hash under every seed that was tried")


@dataclass(frozen=True, slots=True, eq=False)
class Ids:
    """The accounts that are known, numbered in the order of their ids.

    `table`: account_id, `account` (its number), `hash`; sorted by account_id. No two have the same hash.
    """

    table: pl.DataFrame
    seed: int

    def __len__(self) -> int:
        return self.table.height

    def hashed(self) -> pl.Expr:
        """The `hash` of column account_id."""
        return pl.col("account_id").hash(self.seed).alias("hash")

    def numbered(self, lines: pl.LazyFrame) -> pl.LazyFrame:
        """The lines with `account` for their `hash`; null where it is none of the known. They may come in any order.

        Every further column costs as much as the hash itself, so few should come along.
        """
        known = self.table.lazy().select("hash", "account")
        return lines.join(known, on="hash", how="left", validate="m:1").drop("hash")

    def named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with account_id for `account`, in the first place."""
        names = self.table["account_id"].gather(frame["account"])
        return frame.select(names.alias("account_id"), pl.exclude("account"))


def ids_of(accounts: pl.LazyFrame) -> Ids:
    """The numbers of the accounts in column account_id; raises HashesCollideError."""
    known = accounts.select("account_id").drop_nulls().unique().sort("account_id").collect()
    for seed in _SEEDS:
        hashed = known.with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("account"), pl.col("account_id").hash(seed).alias("hash")
        )
        if hashed["hash"].n_unique() == hashed.height:
            return Ids(hashed, seed)
    raise HashesCollideError
