"""Why is the past another one? The rows behind a line: recorded late, changed without a word, or none at all."""

from collections.abc import Mapping

import polars as pl

from scoring.ledger.parents import topmost
from scoring.ledger.places import joined, parted, place
from scoring.rules import Rulebook

Tables = Mapping[str, pl.DataFrame]

CAUSED = {"cause": pl.String(), "origin": pl.String(), "recorded_at": pl.Datetime("us", "UTC")}
"""`cause` is late, silent, rates, version, or time where no row changed; `origin` lists the rows, up to eight."""

_ROWS = 8
_OF_OWNERS = ("ownership", "accounts", "managers")


def caused(lines: pl.DataFrame, changes: pl.DataFrame, then: Tables, now: Tables, rulebook: Rulebook) -> pl.DataFrame:
    """The lines with the rows that changed them.

    A movement is laid to the changed rows that it came from, else to those of its account that say the same kind of
    thing, else to all of its account. What came or went by hand-over is dated by the change of owner.
    """
    rows = _rows(changes, then, now, rulebook)
    numbered = lines.with_row_index("nr")
    places = numbered.select("nr", "account_id", parted(pl.col("origin")).alias("place")).explode("place")
    exact = places.join(rows, on=["account_id", "place"]).group_by("nr").agg(*_summed("exact"))
    is_transfer = pl.col("kind").is_in(["transfer_in", "transfer_out"])
    of_owners = rows.filter(pl.col("table").is_in(_OF_OWNERS)).group_by("account_id").agg(*_summed("owner"))
    of_money = rows.filter(~pl.col("table").is_in(_OF_OWNERS)).group_by("account_id").agg(*_summed("money"))
    told = numbered.join(exact, on="nr", how="left", validate="1:1")
    for by in (of_owners, of_money):
        told = told.join(by, on="account_id", how="left", validate="m:1")
    has_rates = not changes.filter((pl.col("table") == "rates") & pl.col("touches")).is_empty()

    def found(what: str) -> pl.Expr:
        owner, money = pl.col(f"owner {what}"), pl.col(f"money {what}")
        near = pl.when(is_transfer).then(pl.coalesce(owner, money)).otherwise(pl.coalesce(money, owner))
        return pl.when(pl.col("kind") != "version").then(pl.coalesce(f"exact {what}", near)).alias(what)

    otherwise = (
        pl.when(pl.col("kind") == "version")
        .then(pl.lit("version"))
        .otherwise(pl.when(pl.lit(has_rates)).then(pl.lit("rates")).otherwise(pl.lit("time")))
    )
    day = pl.min_horizontal(pl.col("owner day"), pl.col("effective_on"))
    return (
        told.drop("origin")
        .with_columns(
            pl.coalesce(found("cause"), otherwise).alias("cause"),
            found("origin").fill_null(""),
            found("recorded_at"),
            pl.when(is_transfer).then(day)
            .when(pl.col("kind") == "revenue").then(pl.coalesce("money day", "effective_on"))
            .otherwise("effective_on").alias("effective_on"),
        )
        .select(*(c for c in lines.columns if c != "origin"), *CAUSED)
    )  # fmt: skip


def _rows(changes: pl.DataFrame, then: Tables, now: Tables, rulebook: Rulebook) -> pl.DataFrame:
    """The changed rows of accounts that money can come from: account_id, table, place, cause, day, recorded_at."""
    found = []
    for name in ("accounts", "ownership", rulebook.basis):
        its = changes.filter(pl.col("table") == name)
        places = {side: _places(tables[name])[its[side]] for side, tables in (("then", then), ("now", now))}
        both = its.select("table", "cause", "day", pl.col("subject").alias("account_id")).with_columns(
            now[name]["recorded_at"][its["now"]].alias("recorded_at"),
            *(series.alias(side) for side, series in places.items()),
        )
        told = pl.coalesce("now", "then").alias("told")
        found += [
            both.select("account_id", "table", "cause", "day", "recorded_at", told, pl.col(side).alias("place"))
            for side in ("then", "now")
        ]
    rows = pl.concat(found).filter(pl.col("place").is_not_null()).unique(maintain_order=True)
    if rulebook.grain != "parent":
        return rows
    above = pl.concat([topmost(now["accounts"]), topmost(then["accounts"])]).unique("account_id", keep="first")
    named = rows.join(above, on="account_id", how="left", validate="m:1", maintain_order="left")
    return named.with_columns(pl.coalesce("top", "account_id").alias("account_id")).drop("top")


def _places(frame: pl.DataFrame) -> pl.Series:
    return frame.select(place()).to_series()


def _summed(prefix: str) -> list[pl.Expr]:
    """What several rows say together: silent if any of them is, and when the last of them was recorded."""
    is_silent = (pl.col("cause") == "silent").any()
    return [
        pl.when(is_silent).then(pl.lit("silent")).otherwise(pl.lit("late")).alias(f"{prefix} cause"),
        joined(pl.col("told").unique().sort().head(_ROWS)).alias(f"{prefix} origin"),
        pl.col("recorded_at").max().alias(f"{prefix} recorded_at"),
        pl.col("day").min().alias(f"{prefix} day"),
    ]
