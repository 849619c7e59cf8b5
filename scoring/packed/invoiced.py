"""What does each invoice line add to its account's month? Money, and a bit for the day on which it is an order."""

import polars as pl

from scoring.packed.each import count, each
from scoring.packed.ids import Ids
from scoring.packed.keys import bit_of, day_of, month_of, on, packed
from scoring.packed.reading import Reading
from scoring.packed.whole import WIDEST, in_units, is_one_of
from scoring.tables import INVOICE_KINDS, ORDER_KINDS

OTHER, ORDER = 0, 1
"""The codes of lines in a key, whose day is the number of a month here."""


def invoiced(invoices: pl.LazyFrame, ids: Ids, by: Reading) -> pl.LazyFrame:
    """One row per invoice line: `key` (null: not read here), `count` of `each`, and in `days` the bit of an order.

    Columns as the table `invoices`, those that are there. A line that is worth nothing has no row.
    """
    schema = invoices.collect_schema()
    there = set(schema)
    lines = invoices.select(
        ids.hashed(),
        day_of("dated_on").alias("day"),
        in_units("amount", schema["amount"]).alias("units"),
        by.currency_of(there).alias("currency"),
        (buys() if "kind" in there else pl.lit(value=True)).alias("buys"),
        (~is_one_of("kind", INVOICE_KINDS) if "kind" in there else pl.lit(value=False)).alias("is_wrong"),
    ).filter(pl.col("units").ne_missing(0))
    is_unknown = pl.any_horizontal(pl.col("units", "day", "currency").is_null())
    is_odd = (pl.col("units").abs() > WIDEST) | is_unknown | pl.col("is_wrong") | by.is_early("day")
    told = lines.with_columns((pl.col("buys") & (pl.col("units") > 0)).alias("is_order")).select(
        "hash",
        pl.when(~is_odd).then(in_month("is_order")).alias("place"),
        each("units", "currency").alias("each"),
        count("units", "currency").fill_null(1).alias("count"),
        bits("is_order").alias("days"),
    )
    return ids.numbered(told).select(packed(pl.col("account"), pl.col("place")).alias("key"), "each", "count", "days")


def buys() -> pl.Expr:
    """Whether an account buys by a line of this kind."""
    return is_one_of("kind", ORDER_KINDS)


def in_month(is_order: str) -> pl.Expr:
    """The key without the account, of a line on `day`."""
    return on(pl.col(is_order).cast(pl.Int64), month_of("day"))


def bits(is_order: str) -> pl.Expr:
    """The bit of the `day` of an order; 0 for other lines."""
    return pl.when(is_order).then(bit_of("day")).otherwise(pl.lit(0, dtype=pl.Int32))
