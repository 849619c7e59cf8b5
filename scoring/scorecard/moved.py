"""Why is the score another one than in the period before? Parts that add up to the change, each with its accounts.

The trailing quarters of two periods are mostly the same, so the parts fall out by account and quarter: what entered
and left the window of accounts that stayed is their performance, what else entered or left came by hand-over or is new
or gone, and where a quarter stands in both only what is expected of it, and its weight, can be another. How changes of
several factors are shared out: `peers.change`.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from scoring.peers.change import account_parts, manager_parts
from scoring.scorecard.judged import Judged

RULES = "rules"
"""The part that other rules made."""
LABELS = {
    "kept": "Accounts kept",
    "taken_over": "Accounts taken over",
    "handed_over": "Accounts handed over",
    "new": "New accounts",
    "gone": "Accounts that no longer count",
    "weights": "Weight of the accounts",
    "table": "What is expected of such accounts",
    "peers": "Average of the peers",
    "evidence": "How much is believed",
    "scale": "Scale of the points",
    "measured": "Rules compared in one period only",
    "together": "Shared accounts solved together",
    RULES: "Other rules than in the period before",
}
"""The parts of a change, in the order of the card. The last one comes from `switched`."""
SHOWN = 5
"""How many accounts of a part are named."""
NOTHING = 1e-9
"""Points of so few are none."""

_SIDES = {"part": "q", "observed": "y", "expected": "e"}
_RULE = ["manager_id", "metric"]


def moved(now: Judged, before: Judged, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Manager to the parts of the change of score; only those that moved it.

    Both periods are judged by the same rules. `points` of all parts add up to the change of 50 + the points of all
    accounts. Up to SHOWN accounts each.
    """
    both = _factors(now, before)
    accounts = _by_account(now, before, both)
    rest = _beside_accounts(now, before, both, accounts)
    made: dict[str, list[dict[str, Any]]] = {}
    summed = pl.concat([accounts.select("manager_id", "cause", "points"), rest]).group_by("manager_id", "cause")
    whole = {(m, c): p for m, c, p in summed.agg(pl.col("points").sum()).sort("manager_id", "cause").iter_rows()}
    named = most(accounts, names)
    for manager in sorted({m for m, _ in whole}):
        made[manager] = [
            {
                "part": cause,
                "label": label,
                "points": round(points, 9) + 0.0,
                "accounts": named.get((manager, cause), []),
            }
            for cause, label in LABELS.items()
            if abs(points := whole.get((manager, cause), 0.0)) > NOTHING
        ]
    return made


def _factors(now: Judged, before: Judged) -> pl.DataFrame:
    """One row per manager and rule that is compared in both periods: mean, z, scale and d (difference), 0 before and 1
    after."""
    sides = [
        j.lines.filter(pl.col("is_measured") & pl.col("peer_mean").is_not_null()).select(
            "manager_id",
            pl.col("rule").alias("metric"),
            pl.col("peer_mean").alias(f"mean{n}"),
            pl.col("z").alias(f"z{n}"),
            pl.col("scale").alias(f"scale{n}"),
            pl.col("difference").alias(f"d{n}"),
        )
        for n, j in enumerate((before, now))
    ]
    return sides[0].join(sides[1], on=_RULE, validate="1:1").sort(_RULE)


def _by_account(now: Judged, before: Judged, both: pl.DataFrame) -> pl.DataFrame:
    """What the accounts moved: manager_id, account_id, cause, points; one row each, sorted."""
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
    causes = {"result": pl.lit("kept"), "expectation": pl.lit("table"), "weight": pl.lit("weights")}
    causes |= {"came": came, "left": left}
    rows = [
        held.select(
            "manager_id", pl.col("account").alias("account_id"), cause.alias("cause"), pl.col(part).alias("points")
        )
        for part, cause in causes.items()
    ]
    key = ["manager_id", "account_id", "cause"]
    return pl.concat(rows).sort(*key, "points").group_by(key, maintain_order=True).agg(pl.col("points").sum())


def _holders(judged: Judged) -> pl.DataFrame:
    """Who has a part of which account."""
    pairs = (
        judged.trace.select("manager_id", pl.col("account_id").alias("account")).unique().sort("manager_id", "account")
    )
    return pairs.with_columns(pl.lit(value=True).alias("holds"))


def _beside_accounts(now: Judged, before: Judged, both: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """What moved beside the accounts: manager_id, cause, points."""
    beside = manager_parts(both.select(*_RULE, "d0", "d1"), both.drop("d0", "d1"))
    causes = {"peers": "peers", "evidence": "evidence", "rules": "scale"}
    rows = [
        beside.select("manager_id", pl.lit(cause).alias("cause"), pl.col(part).alias("points"))
        for part, cause in causes.items()
    ]
    sides = [
        j.trace.rename({"rule": "metric"}).with_columns(pl.col("points") * sign) for j, sign in ((before, -1), (now, 1))
    ]
    changed = pl.concat(sides).select(*_RULE, "points")
    alone = changed.join(both, on=_RULE, how="anti").select("manager_id", pl.lit("measured").alias("cause"), "points")
    walked = pl.concat([*rows, alone, accounts.select("manager_id", "cause", "points")])
    left = pl.concat([changed.select("manager_id", "points"), walked.select("manager_id", -pl.col("points"))])
    together = left.select("manager_id", pl.lit("together").alias("cause"), "points")
    return pl.concat([*rows, alone, together])


def most(accounts: pl.DataFrame, names: Mapping[str, str]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Manager and cause to the accounts that moved most, the largest first."""
    moving = accounts.filter(pl.col("points").abs() > NOTHING)
    top = (
        moving.sort(pl.col("points").abs(), "account_id", descending=[True, False])
        .group_by("manager_id", "cause", maintain_order=True)
        .head(SHOWN)
    )
    made: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in top.iter_rows(named=True):
        said = {"account_id": row["account_id"], "name": names.get(row["account_id"], row["account_id"])}
        made.setdefault((row["manager_id"], row["cause"]), []).append(said | {"points": round(row["points"], 9) + 0.0})
    return made
