"""Why is the score another one than in the period before? Parts that add up to the change, each with its accounts.

The trailing quarters of two periods are mostly the same, so the parts fall out by account and quarter: what entered
and left the window of accounts that stayed is their performance, what else entered or left came by hand-over or is new
or gone, and where a quarter stands in both only what is expected of it, and its weight, can be another. How changes of
several factors are shared out: `peers.change`.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from scoring.peers.books import in_turn, sums
from scoring.peers.change import account_parts, manager_parts
from scoring.rules import Rulebook
from scoring.scorecard.apart import shares_of
from scoring.scorecard.judged import Judged
from scoring.scorecard.moving import BESIDE, BY_ACCOUNT, CAUSES, PARTS, Moving

_SIDES = {"part": "q", "observed": "y", "expected": "e"}
_RULE = ["manager_id", "metric"]


def moved(changed: pl.DataFrame, rulebook: Rulebook, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Manager to the parts of the change of score, by the rulebook's weights; only those that moved it.

    `changed` as `parts`. `points` of all parts add up to the change of 50 + the points of all accounts. Up to SHOWN
    accounts each.
    """
    shares = shares_of(rulebook)
    return Moving.of(changed, tuple(shares), names).told(tuple(shares.values()))


def parts(now: Judged, before: Judged) -> pl.DataFrame:
    """What moved the scores rule by rule, as if all weight were the rule's, as `moving.PARTS`.

    Both periods are judged by the same rules.
    """
    both = _factors(now, before)
    rules = both.partition_by("metric") or [both]  # in turn, as texts of all account-quarters are much to hold
    accounts = pl.concat([_by_account(now, before, of_rule) for of_rule in rules])
    return pl.concat([accounts, _beside_accounts(now, before, both, accounts)]).sort("manager_id", "account_id", "rule")


def _factors(now: Judged, before: Judged) -> pl.DataFrame:
    """One row per manager and rule that is compared in both periods: mean, z, scale and d (difference), 0 before and 1
    after."""
    sides = [
        j.lines.filter(pl.col("is_measured") & pl.col("peer_mean").is_not_null()).select(
            "manager_id",
            pl.col("rule").alias("metric"),
            pl.col("peer_mean").alias(f"mean{n}"),
            pl.col("z").alias(f"z{n}"),
            pl.col("unit").alias(f"scale{n}"),
            pl.col("difference").alias(f"d{n}"),
        )
        for n, j in enumerate((before, now))
    ]
    return sides[0].join(sides[1], on=_RULE, validate="1:1").sort(_RULE)


def _by_account(now: Judged, before: Judged, both: pl.DataFrame) -> pl.DataFrame:
    """What the accounts moved, as `PARTS`."""
    sides = [
        j.trace.rename({"rule": "metric"})
        .join(both, on=_RULE, how="semi")
        .select(
            *_RULE,
            pl.col("account_id").alias("account"),
            pl.format("{} {}", "account_id", "ends_on").alias("account_id"),
            *(pl.col(c).alias(f"{letter}{n}") for c, letter in _SIDES.items()),
        )
        for n, j in enumerate((before, now))
    ]
    units = sides[0].join(sides[1], on=[*_RULE, "account", "account_id"], how="full", coalesce=True, validate="1:1")
    parts = account_parts(units.sort(*_RULE, "account_id"), both).join(
        units.select(*_RULE, "account_id", "account"), on=[*_RULE, "account_id"], validate="1:1", maintain_order="left"
    )
    was, is_ = (_holders(j) for j in (before, now))
    known = parts.join(was, on=["manager_id", "account"], how="left").join(
        is_, on=["manager_id", "account"], how="left", suffix="_now"
    )
    held = known.with_columns(
        pl.col("account").is_in(was["account"].unique().implode()).alias("was_somebodys"),
        pl.col("account").is_in(is_["account"].unique().implode()).alias("is_somebodys"),
    )
    mine = pl.col("holds").is_not_null(), pl.col("holds_now").is_not_null()
    came = (
        pl.when(mine[0]).then(pl.lit("kept")).when("was_somebodys").then(pl.lit("taken_over")).otherwise(pl.lit("new"))
    )
    left = (
        pl.when(mine[1]).then(pl.lit("kept")).when("is_somebodys").then(pl.lit("handed_over")).otherwise(pl.lit("gone"))
    )
    return _summed(held.sort(*_RULE, "account_id"), came, left)


def _summed(held: pl.DataFrame, came: pl.Expr, left: pl.Expr) -> pl.DataFrame:
    """What the account-quarters moved, by account; `came` and `left` say which part it is where one entered or left."""
    stayed = [pl.when(cause == "kept").then(part).otherwise(0.0) for part, cause in (("came", came), ("left", left))]
    points = {"kept": pl.col("result") + sum(stayed), "weights": pl.col("weight"), "table": pl.col("expectation")}
    points |= {cause: pl.when(came == cause).then("came").otherwise(0.0) for cause in ("taken_over", "new")}
    points |= {cause: pl.when(left == cause).then("left").otherwise(0.0) for cause in ("handed_over", "gone")}
    told = held.select(
        "manager_id",
        pl.col("account").alias("account_id"),
        pl.col("metric").alias("rule"),
        *(points.get(cause, pl.lit(None, dtype=pl.Float64)).alias(cause) for cause in CAUSES),
    )
    key = ["manager_id", "account_id", "rule"]
    nothing = (pl.lit(None, dtype=pl.Float64).alias(cause) for cause in BESIDE)
    return sums(told, key, *BY_ACCOUNT).with_columns(*nothing).select(*PARTS)


def _holders(judged: Judged) -> pl.DataFrame:
    """Who has a part of which account."""
    pairs = (
        judged.trace.select("manager_id", pl.col("account_id").alias("account")).unique().sort("manager_id", "account")
    )
    return pairs.with_columns(pl.lit(value=True).alias("holds"))


def _beside_accounts(now: Judged, before: Judged, both: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """What moved beside the accounts, as `PARTS`."""
    key = ["manager_id", "rule"]
    sides = [j.of_rules.select(*key, pl.col("points") * sign) for j, sign in ((before, -1), (now, 1))]
    changed = sums(pl.concat(sides), key, "points").rename({"points": "changed"})
    by_accounts = sums(accounts, key, *BY_ACCOUNT).select(*key, in_turn(BY_ACCOUNT).alias("by_accounts"))
    beside = manager_parts(both.select(*_RULE, "d0", "d1"), both.drop("d0", "d1")).select(
        "manager_id", pl.col("metric").alias("rule"), "peers", "evidence", pl.col("rules").alias("scale")
    )
    in_both = pl.col("peers").is_not_null()
    whole = (
        changed.join(beside, on=key, how="full", coalesce=True, validate="1:1")
        .join(by_accounts, on=key, how="left", validate="1:1")
        .with_columns(pl.when(~in_both).then("changed").otherwise(0.0).alias("measured"))
        .with_columns(pl.col("changed", "by_accounts", "peers", "evidence", "scale", "measured").fill_null(0.0))
    )
    walked = in_turn(("by_accounts", "peers", "evidence", "scale", "measured"))
    nobody = [pl.lit(None, dtype=kind).alias(name) for name, kind in PARTS.items() if name not in (*key, *BESIDE)]
    return whole.with_columns((pl.col("changed") - walked).alias("together"), *nobody).select(*PARTS)
