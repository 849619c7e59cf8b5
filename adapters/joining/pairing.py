"""Whose account is it? For each account of another system the match, or why there is none."""

from collections.abc import Collection

import polars as pl

from adapters.joining.forms import bare_name, domain
from adapters.joining.rules import rules

MATCHED, PROPOSED, AMBIGUOUS, UNMATCHED = "matched", "proposed", "ambiguous", "unmatched"
CONFIRMED = "confirmed"
"""The rule of a match that a person decided."""

SCHEMA: dict[str, pl.DataType] = {
    "system": pl.String(),
    "their_id": pl.String(),
    "their_name": pl.String(),
    "account_id": pl.String(),
    "account_name": pl.String(),
    "rule": pl.String(),
    "state": pl.String(),
    "candidates": pl.List(pl.String()),
    "kept_id": pl.String(),
}
"""The ledger of matches: one row per account of another system.

`kept_id` is the id that it has from now on; `account_id` is the account it is, or may be; `rule` how that was found;
of several candidates none is chosen.
"""

_ADDRESSES = ("domain", "website", "email")
"""Columns of accounts that hold a web or mail address; the first that is filled tells the domain."""


def comparable(accounts: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """One row per id with what accounts are compared by: id, name, bare_name, called, domain, and further columns.

    An account without a name is called by its id. An id without a row in `accounts` that is a mail address has its
    domain.
    """
    known = accounts.unique("account_id", keep="first", maintain_order=True).drop("origin_file", "origin_row")
    rows = ids.drop_nulls().unique(maintain_order=True).alias("account_id").to_frame()
    rows = rows.join(known, on="account_id", how="left", validate="1:1", maintain_order="left")
    name = pl.col("name") if "name" in rows.columns else pl.lit(None, dtype=pl.String)
    given = [domain(pl.col(c)) for c in _ADDRESSES if c in rows.columns]
    is_address = pl.col("account_id").str.contains("@")
    own = pl.when(is_address).then(domain(pl.col("account_id")))
    bare = bare_name(name)
    called = pl.coalesce(bare, bare_name(pl.col("account_id")))
    return rows.with_columns(
        name.alias("name"),
        bare.alias("bare_name"),
        called.alias("called"),
        pl.coalesce(*given, own).alias("domain"),
    )


def paired(
    system: str,
    theirs: pl.DataFrame,
    ours: pl.DataFrame,
    by: Collection[str],
    decided: pl.DataFrame,
    lent: pl.DataFrame,
    *,
    least: float,
) -> pl.DataFrame:
    """The ledger of one system, as SCHEMA, sorted by their id.

    `theirs` and `ours` are `comparable`; rules of `by` match, the others propose. What a person decided goes first:
    `decided` has their_id, account_id and is_same; those of accounts that are not ours are not used. `lent` has
    account_id and domain: further domains of ours, which count where our own find nobody. `least` is the part of a
    column's values that must be ids of the other system.
    """
    left = theirs.rename({"account_id": "their_id"})
    refused = decided.filter(~pl.col("is_same")).select("their_id", "account_id")
    confirmed = decided.filter("is_same").select("their_id", "account_id").join(ours, on="account_id", how="semi")
    found = [confirmed.unique().with_columns(rule=pl.lit(CONFIRMED), place=pl.lit(-1))]
    found_by = rules(least)
    looks = [(name, rows) for name in found_by for rows in ((ours, lent) if name == "domain" else (ours,))]
    for place, (name, rows) in enumerate(looks):
        pairs = found_by[name](left, rows).join(refused, on=["their_id", "account_id"], how="anti")
        found.append(pairs.with_columns(rule=pl.lit(name), place=pl.lit(place)))
    first = pl.concat(found, how="diagonal").filter(pl.col("place") == pl.col("place").min().over("their_id"))
    one = first.unique().sort("their_id", "account_id").group_by("their_id", "rule", maintain_order=True)
    chosen = one.agg(candidates=pl.col("account_id"), is_number=pl.col("is_number").any())
    known = left.select("their_id", their_name="name", their_bare="bare_name")
    rows = known.join(chosen, on="their_id", how="left", validate="1:1")
    is_one = pl.col("candidates").list.len() == 1
    named = ours.select("account_id", account_name="name", our_bare="bare_name")
    rows = rows.with_columns(account_id=pl.when(is_one).then(pl.col("candidates").list.first()))
    rows = rows.join(named, on="account_id", how="left", validate="m:1")
    stated = _stated(rows, by).with_columns(pl.lit(system).alias("system"))
    return stated.with_columns(_kept_id(ours["account_id"]).alias("kept_id")).select(list(SCHEMA)).sort("their_id")


def _kept_id(ours: pl.Series) -> pl.Expr:
    """Our id of a match; else their own, with the system in front where one of ours has the same."""
    apart = pl.format("{}:{}", "system", "their_id")
    own = pl.when(pl.col("their_id").is_in(ours.implode())).then(apart).otherwise("their_id")
    return pl.when(pl.col("state") == MATCHED).then("account_id").otherwise(own)


def _stated(rows: pl.DataFrame, by: Collection[str]) -> pl.DataFrame:
    """The rows with their state.

    The same id under wholly different names is a proposal only, as both systems may just count. So is a number of a few
    digits in a column, unless the names are the same: it may be a number of anything.
    """
    other_name = (pl.col("their_bare") != pl.col("our_bare")).fill_null(value=False)
    same_name = (pl.col("their_bare") == pl.col("our_bare")).fill_null(value=False)
    rule, is_number = pl.col("rule"), pl.col("is_number").fill_null(value=False)
    is_doubtful = ((rule == "id") & other_name) | (is_number & ~same_name)
    is_sure = rule.is_in([*by, CONFIRMED]) & ~is_doubtful
    unsure = pl.when(pl.col("candidates").is_null()).then(pl.lit(UNMATCHED))
    state = unsure.when(pl.col("account_id").is_null()).then(pl.lit(AMBIGUOUS)).when(is_sure).then(pl.lit(MATCHED))
    return rows.with_columns(state.otherwise(pl.lit(PROPOSED)).alias("state"))
