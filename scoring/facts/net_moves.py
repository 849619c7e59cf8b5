"""What did the period change in the end? Each account once, its opening against its closing at constant currency.

Beside the movements day by day (the event basis): what grew and shrank again, or came and went, is nothing here.
"""

from collections.abc import Mapping
from typing import cast

import polars as pl

from scoring.facts.dated import At, Dated
from scoring.ledger.build import Ledger
from scoring.ledger.movements import GAINS, LOSSES, signed
from scoring.money import MONEY

KINDS = (*GAINS, *LOSSES)
COLUMNS = tuple(f"net_{kind}" for kind in KINDS)


def facts(ledger: Ledger, policies: Mapping[str, str]) -> list[Dated]:
    """The net movement of each account, credited as movements of its kind are, on the day of the last of them.

    `policies` names the policy of credit by kind.
    """
    moves = net_moves(ledger)
    by_way: dict[str, list[str]] = {}
    for kind in KINDS:
        by_way.setdefault(policies[kind], []).append(kind)
    return [
        Dated(_wide(moves.filter(pl.col("kind").is_in(kinds)), kinds), tuple(f"net_{k}" for k in kinds), cast(At, way))
        for way, kinds in by_way.items()
    ]


def net_moves(ledger: Ledger) -> pl.LazyFrame:
    """One row per account whose revenue is another at the close: account_id, kind, `amount`, `on`.

    Losses are positive amounts. Who paid at neither end has none; who came back is new again only if it was so
    when it first came in the period. A churn is of the last day of service, where there is any.
    """
    kind, amount = pl.col("kind"), pl.col("amount")
    joined = kind.filter(kind.is_in(["new", "reactivation"]))
    changes = (
        ledger.moves.filter(kind.is_in(KINDS))
        .sort("account_id", "moved_on", "kind")
        .group_by("account_id")
        .agg(
            signed(kind, amount).sum().cast(MONEY).alias("change"),
            joined.first().alias("joined"),
            pl.col("moved_on").last().alias("on"),
        )
    )
    before = pl.col("opening").fill_null(0)
    after = before + pl.col("change")
    net = (
        pl.when(pl.col("change") == 0).then(None)
        .when((before <= 0) & (after > 0)).then(pl.coalesce("joined", pl.lit("new")))
        .when((before > 0) & (after <= 0)).then(pl.lit("churn"))
        .when(pl.col("change") > 0).then(pl.lit("expansion"))
        .otherwise(pl.lit("contraction"))
    )  # fmt: skip
    left = pl.col("kind") == "churn"
    return (
        changes.join(ledger.bridge, on="account_id", how="left", validate="1:1")
        .with_columns(net.alias("kind"))
        .filter(pl.col("kind").is_not_null())
        .select(
            "account_id",
            "kind",
            pl.col("change").abs().alias("amount"),
            pl.when(left).then(pl.col("on") - ledger.eve).otherwise("on").alias("on"),
        )
    )


def _wide(moves: pl.LazyFrame, kinds: list[str]) -> pl.LazyFrame:
    zero = pl.lit(0).cast(MONEY)
    return moves.select(
        "account_id",
        "on",
        *(pl.when(pl.col("kind") == kind).then("amount").otherwise(zero).alias(f"net_{kind}") for kind in kinds),
    )
