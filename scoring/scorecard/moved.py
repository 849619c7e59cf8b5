"""Why is the score another one than in the period before? Parts that add up to the change, each with its accounts.

The trailing quarters of two periods are mostly the same, so the parts fall out by account and quarter: what entered
and left the window of accounts that stayed is their performance, what else entered or left came by hand-over or is new
or gone, and where a quarter stands in both only what is expected of it, and its weight, can be another. How changes of
several factors are shared out: `peers.change`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
_DAYS = 1 << 32
"""More than any number of a day, so that an account and the day after a quarter are one number."""


def moved(changed: pl.DataFrame, rulebook: Rulebook, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Manager to the parts of the change of score, by the rulebook's weights; only those that moved it.

    `changed` as `parts`. `points` of all parts add up to the change of 50 + the points of all accounts. Up to SHOWN
    accounts each.
    """
    shares = shares_of(rulebook)
    return Moving.of(changed, tuple(shares), names).told(tuple(shares.values()))


def parts(now: Judged, before: Judged) -> pl.DataFrame:
    """What moved the scores rule by rule, as if all weight were the rule's, as `moving.PARTS`.

    Both periods are judged by the same rules. Ids are numbers in between, as texts take long to be put in order.
    """
    both, ids = _factors(now, before), _Ids.of(now, before)
    holders = [ids.numbered(j.trace.select("manager_id", "account_id").unique()) for j in (before, now)]
    rules = both.partition_by("metric") or [both]  # in turn, as all account-quarters are much to hold
    accounts = pl.concat([_by_account((before, now), of_rule, holders, ids) for of_rule in rules])
    beside = _beside_accounts(now, before, both, ids.named(accounts))
    every = pl.concat([accounts, ids.numbered(beside).select(accounts.columns)])
    return ids.named(every.sort("manager_id", "account_id", "rule")).select(*PARTS)


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids of two periods by the column they stand in, as kinds that compare as their texts do."""

    kinds: Mapping[str, pl.Enum]

    @classmethod
    def of(cls, now: Judged, before: Judged) -> "_Ids":
        """The ids that occur in either."""
        frames = [frame for j in (now, before) for frame in (j.trace, j.lines, j.of_rules)]
        whose, which, what = (
            _enum([frame[name] for frame in frames if name in frame.columns])
            for name in ("manager_id", "account_id", "rule")
        )
        return cls({"manager_id": whose, "account_id": which, "rule": what, "metric": what})

    def numbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with ids as these kinds."""
        return frame.with_columns(pl.col(name).cast(kind) for name, kind in self.kinds.items() if name in frame.columns)

    def named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with ids as texts."""
        return frame.with_columns(pl.col(name).cast(pl.String) for name in self.kinds if name in frame.columns)


def _enum(columns: Sequence[pl.Series]) -> pl.Enum:
    return pl.Enum(pl.concat([column.unique() for column in columns]).drop_nulls().unique().sort())


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


def _by_account(
    periods: Sequence[Judged], both: pl.DataFrame, holders: Sequence[pl.DataFrame], ids: "_Ids"
) -> pl.DataFrame:
    """What the accounts moved by the rules of `both`, as `PARTS`; `holders` are who has a part of which account."""
    traces = [ids.numbered(j.trace.rename({"rule": "metric"}).join(both, on=_RULE, how="semi")) for j in periods]
    quarter = pl.col("account_id").to_physical().cast(pl.Int64) * _DAYS + pl.col("ends_on").to_physical()
    sides = [
        trace.select(
            *_RULE,
            pl.col("account_id").alias("account"),
            quarter.alias("account_id"),
            *(pl.col(c).alias(f"{letter}{n}") for c, letter in _SIDES.items()),
        )
        for n, trace in enumerate(traces)
    ]
    units = sides[0].join(sides[1], on=[*_RULE, "account", "account_id"], how="full", coalesce=True, validate="1:1")
    parts = account_parts(units.sort(*_RULE, "account_id"), ids.numbered(both)).join(
        units.select(*_RULE, "account_id", "account"), on=[*_RULE, "account_id"], validate="1:1", maintain_order="left"
    )
    was, is_ = (pairs.rename({"account_id": "account"}).with_columns(holds=pl.lit(value=True)) for pairs in holders)
    known = parts.join(was, on=["manager_id", "account"], how="left").join(
        is_, on=["manager_id", "account"], how="left", suffix="_now"
    )
    number = pl.col("account").to_physical()
    held = known.with_columns(
        number.is_in(was["account"].to_physical().unique().implode()).alias("was_somebodys"),
        number.is_in(is_["account"].to_physical().unique().implode()).alias("is_somebodys"),
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
