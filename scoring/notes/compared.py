"""What is odd about whose the compared accounts were? Days claimed twice or by nobody, and accounts passed on late."""

from datetime import timedelta

import polars as pl

from scoring.credit.ownership import UNASSIGNED, from_history, handed_over
from scoring.notes.seen import Seen, named
from scoring.peers.books import KEY
from scoring.plurals import many

LATE = timedelta(days=45)
"""An account that leaves so soon after a hand-over is named on the cards of both."""
_ANSWERS = (
    "Who had them before answers for the loss.",
    "Who had them before and who had them after answer for the loss in part.",
    "Who had them after answers for the loss.",
)
"""Whose an account was lost, by how much of it is the taker's: nothing, a part, all."""


def overlapping(seen: Seen) -> dict[str, str]:
    """Manager to how many account-quarters were claimed by more than one owner, or had more than one seller."""
    is_sold = seen.rulebook.ownership.policy == "seller"
    said = (
        "had more than one seller; they share it by what each sold."
        if is_sold
        else "had days that more than one owner claimed whole; these days were split."
    )
    return {m: f"{many(n, 'account-quarter')} {said}" for m, n in _flagged(seen, "is_overlapping")}


def without_owner(seen: Seen) -> dict[str, str]:
    """Manager to how many account-quarters nobody had in the days that count."""
    own = seen.rulebook.responsibility
    asked = {
        "share": f"in the {own.days} days that count, which end {own.end_before_outcome} days before the outcome",
        "snapshot": "on the last day of the quarter",
        "quarter_days": "in the quarter up to the outcome",
        "event_owner": "on the day before the outcome",
    }[own.rule]
    instead = f"the last {many(own.days, 'day')} before the outcome"
    return {
        m: f"{many(n, 'account-quarter')} had no owner {asked}; what counts instead is {instead}."
        for m, n in _flagged(seen, "is_fallback")
    }


def passed_on_late(seen: Seen) -> dict[str, str]:
    """Manager to the accounts that left soon after they were handed over or taken over, and who answers for that.

    Not those of which a part is excluded, so that it is unassigned: nobody answers for that.
    """
    if seen.compared is None or seen.rulebook.ownership.policy != "history":
        return {}
    excluded = seen.compared.shares.filter(pl.col("manager_id") == UNASSIGNED)
    ended = seen.compared.units.filter(pl.col("cancelled_on").is_not_null()).join(excluded, on=KEY, how="anti")
    left = ended.select(*KEY, "account", "cancelled_on")
    of_taker = seen.compared.shares.select("account_id", "quarter", pl.col("manager_id").alias("taker"), "share")
    share = pl.col("share").fill_null(0.0)
    answers = pl.when(share <= 0).then(0).when(share < 1).then(1).otherwise(2)
    on, gone = pl.col("handed_on"), pl.col("cancelled_on")
    soon = (on <= gone) & (gone - on <= LATE)
    passed = (
        handed_over(from_history(seen.tables["ownership"].lazy()).collect())
        .join(left, on="account_id")
        .filter(soon)
        .join(of_taker, on=["account_id", "quarter", "taker"], how="left")
        .with_columns(pl.coalesce("account", "account_id").alias("name"), answers.alias("answers"))
        .unique(["giver", "taker", "account_id"])
        .sort("name", "account_id")
    )
    said: dict[str, list[str]] = {}
    for who, done in (("giver", "Handed over"), ("taker", "Taken over")):
        grouped = passed.group_by(who, "answers", maintain_order=True).agg("name").sort(who, "answers")
        for manager, answer, names in grouped.iter_rows():
            told = f"{done} {LATE.days} days or less before leaving: {named(names)}. {_ANSWERS[answer]}"
            said.setdefault(manager, []).append(told)
    return {manager: " ".join(told) for manager, told in said.items()}


def _flagged(seen: Seen, column: str) -> list[tuple[str, int]]:
    """Manager and how many parts have the flag; managers without any left out."""
    if seen.compared is None:
        return []
    shares = seen.compared.shares.filter(column)
    return list(shares.group_by("manager_id").len().sort("manager_id").iter_rows())
