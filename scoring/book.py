"""What is in whose book? One row per account and credited manager, the table every metric is written over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from scoring.credit import crediting
from scoring.credit.policy import Answering
from scoring.facts import ADDING, KNOWN, Dated, alike, lifetime_value
from scoring.facts.flags import FLAGS
from scoring.frame import further_columns
from scoring.ledger.bridge import COLUMNS, TRANSFERS, net_moves
from scoring.ledger.build import Ledger
from scoring.ledger.movements import KINDS
from scoring.money import MONEY
from scoring.tables import ACCOUNTS

OUTCOME = ("share", "before", "after", "kept", "lost", "gained")
ADDITIVE = (*OUTCOME, *COLUMNS, *ADDING)
"""Columns whose parts add up to the account's, and so to the company's."""

NOT_ATTRIBUTES = ("account_id", "name", "parent_id", "created_on", "origin_file", "origin_row", "recorded_at")
CONSTANTS = (
    "tier", "top_tier", "margin", "horizon_months", "prior_losses", "prior_months", "company_closing", "interval_z",
    "value_error",
)  # fmt: skip
"""What the rulebook makes of every row."""
COMPARED = ("quarter", "size_band", "tenure_band", "first_on", "starts_on", "ends_on", "cancelled_on")
"""What accounts have that are compared with others."""
OWN = frozenset(
    {
        *ADDITIVE, *KNOWN, *lifetime_value.KNOWN, *CONSTANTS, *COMPARED, *FLAGS, "account", "manager", "manager_id",
        "team", "branch", "company", "kind", "replica", "tenth", "tier_before", "tier_after", "losses",
        "account_months", "losses_before", "account_months_before", "has_returned", "is_free",
    }
)  # fmt: skip
"""Names that are used here; an attribute of such a name is called `account_<name>`."""


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """The book and the movements it was made from, both with who is credited.

    `rows`: account_id, manager_id, the account's attributes, `ADDITIVE`, tiers, exposure and constants of
    the run; sorted by account and manager. `moves`: movements with manager_id.
    """

    rows: pl.LazyFrame
    moves: pl.LazyFrame


def build(
    ledger: Ledger,
    whose: Answering,
    credit: Mapping[str, str],
    accounts: pl.LazyFrame,
    facts: pl.LazyFrame,
    constants: Mapping[str, pl.Expr],
    *,
    happened: Sequence[Dated] = (),
) -> Book:
    """The book of every manager.

    `credit` names a policy per kind of movement and one for the `outcome`; `facts` has one row per account
    (account_id and whatever was measured of it); `happened` is credited day by day, each by its own policy.
    """
    moves = crediting.movements(ledger.moves, whose.moves, credit, ledger.eve)
    opening = crediting.level(ledger.bridge, whose.moves, whose.moves.opens_on, "opening")
    closing = crediting.level(ledger.bridge, whose.moves, whose.moves.closes_on, "closing")
    outcome = crediting.outcomes(ledger.outcome, whose.outcome, credit["outcome"])
    key = ["account_id", "manager_id"]
    whole = bridge_rows(opening, closing, moves).join(outcome, on=key, how="full", coalesce=True, validate="1:1")
    for dated in alike(happened):
        answers = whose.outcome if dated.follows == "outcome" else whose.moves
        theirs = crediting.dated(dated.rows, dated.columns, answers, dated.way)
        whole = whole.join(theirs, on=key, how="full", coalesce=True, validate="1:1")
    return Book(rows=_known(whole, ledger, accounts, facts, constants, happened).sort(key), moves=moves)


def by_account(
    ledger: Ledger,
    accounts: pl.LazyFrame,
    facts: pl.LazyFrame,
    constants: Mapping[str, pl.Expr],
    *,
    happened: Sequence[Dated] = (),
) -> pl.LazyFrame:
    """The book at the grain of accounts, as `at` gives it, made without asking who is credited."""
    kept = pl.min_horizontal("before", "after")
    outcome = ledger.outcome.select(
        "account_id", pl.lit(1).cast(MONEY).alias("share"), "before", "after", kept.alias("kept"),
        (pl.col("before") - kept).alias("lost"), (pl.col("after") - kept).alias("gained"),
    )  # fmt: skip
    amount = pl.col("amount")
    moves = ledger.moves.group_by("account_id").agg(amount.filter(pl.col("kind") == k).sum().alias(k) for k in KINDS)
    bridge = ledger.bridge.select("account_id", "opening", "closing").join(
        moves, on="account_id", how="full", coalesce=True, validate="1:1"
    )
    whole = bridge.join(outcome, on="account_id", how="full", coalesce=True, validate="1:1")
    for dated in alike(happened):
        theirs = dated.rows.group_by("account_id").agg(pl.col(*dated.columns).sum())
        whole = whole.join(theirs, on="account_id", how="full", coalesce=True, validate="1:1")
    whole = whole.with_columns(pl.lit(0).alias(name) for name in TRANSFERS)
    return _known(whole, ledger, accounts, facts, constants, happened).sort("account_id")


def _known(
    whole: pl.LazyFrame,
    ledger: Ledger,
    accounts: pl.LazyFrame,
    facts: pl.LazyFrame,
    constants: Mapping[str, pl.Expr],
    happened: Sequence[Dated],
) -> pl.LazyFrame:
    """The rows that hold anything, with all that is known of their accounts."""
    found = [column for dated in happened for column in dated.columns]
    return (
        whole.select(pl.exclude(found), *found, *(pl.lit(0).alias(name) for name in ADDING if name not in set(found)))
        .with_columns(pl.col(*ADDITIVE).fill_null(0).cast(MONEY))
        .filter(pl.any_horizontal(pl.col(*ADDITIVE) != 0))
        .join(attributes(accounts), on="account_id", how="left", validate="m:1")
        .join(ledger.tiers, on="account_id", how="left", validate="m:1")
        .join(facts, on="account_id", how="left", validate="m:1")
        .with_columns(expr.alias(name) for name, expr in constants.items())
    )


def bridge_rows(opening: pl.LazyFrame, closing: pl.LazyFrame, moves: pl.LazyFrame) -> pl.LazyFrame:
    """The bridge of each account and manager, hand-overs as transfers.

    One row per account_id and manager_id with the columns of `ledger.bridge`. What a book gained or lost
    although the account did not move is a transfer; over all managers the transfers of an account are 0.
    """
    key = ["account_id", "manager_id"]
    long = pl.concat(
        [
            opening.select(*key, pl.lit("opening").alias("kind"), pl.col("opening").alias("amount")),
            closing.select(*key, pl.lit("closing").alias("kind"), pl.col("closing").alias("amount")),
            moves.select(*key, "kind", "amount"),
        ]
    )
    amount = pl.col("amount")
    wide = long.group_by(key).agg(
        amount.filter(pl.col("kind") == name).sum().cast(MONEY).alias(name) for name in ("opening", *KINDS, "closing")
    )
    untransferred = wide.with_columns(pl.lit(0).cast(MONEY).alias(name) for name in TRANSFERS)
    moved = pl.col("closing") - pl.col("opening") - net_moves()
    return untransferred.with_columns(_netted(moved)).select(*key, *COLUMNS)


def attributes(accounts: pl.LazyFrame) -> pl.LazyFrame:
    """What is known of each account for grouping: account_id, `account`, its name, and every attribute."""
    named = attribute_names(accounts.collect_schema().names())
    return accounts.select(
        "account_id",
        pl.coalesce("name", "account_id").alias("account"),
        *(pl.col(theirs).alias(ours) for theirs, ours in named.items()),
    )


def attribute_names(present: Sequence[str]) -> dict[str, str]:
    """The columns of the accounts that are attributes, each with its name in the book."""
    declared = [c.name for c in ACCOUNTS.columns if c.name not in NOT_ATTRIBUTES]
    theirs = [*declared, *further_columns(present, ACCOUNTS)]
    return {name: _called(name, theirs) for name in theirs}


def kind_column(attribute: str) -> str:
    """Where an attribute stands beside columns that are not the book's: under a name that none of these has."""
    return f"kind: {attribute}"


def _called(name: str, theirs: Collection[str]) -> str:
    """The name of an attribute in the book: its own, unless that is taken."""
    while name in OWN:
        name = f"account_{name}"
        while name in theirs:
            name = f"account_{name}"
    return name


def at(rows: pl.LazyFrame, grain: str) -> pl.LazyFrame:
    """The book with each account once per value of `grain` (a column), or once at all for the `company`.

    One row per account_id and `grain`; what adds up is added up, the rest is the account's own, and
    transfers inside the grain cancel.
    """
    if grain == "manager_id":
        return rows
    key = ["account_id"] if grain in ("company", "account_id") else ["account_id", grain]
    names = rows.collect_schema().names()
    rest = [n for n in names if n not in (*ADDITIVE, *key, "manager_id")]
    return (
        rows.group_by(key)
        .agg(
            pl.col(ADDITIVE).sum().cast(MONEY),
            pl.col(rest).first(),
        )
        .with_columns(_netted(pl.col("transfer_in") - pl.col("transfer_out")))
        .sort(key)
    )


def _netted(moved: pl.Expr) -> list[pl.Expr]:
    zero = pl.lit(0).cast(MONEY)
    return [
        pl.max_horizontal(moved, zero).cast(MONEY).alias("transfer_in"),
        pl.max_horizontal(-moved, zero).cast(MONEY).alias("transfer_out"),
    ]
