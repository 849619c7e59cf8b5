"""Which accounts do not count in scores, for how long, and who approved it? Decisions with a reason and an end.

An exclusion holds for account-quarters whose last day it covers: the day of the cancellation, else that of the
quarter. It touches scores alone, never a measure or money, and nothing is left out that nobody approved.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.days import DAY
from scoring.numbers import exact, fixed, rounded
from scoring.peers.books import KEY
from scoring.peers.window import outcome_on
from scoring.scorecard.context import day
from scoring.scorecard.estimates import DECIDED, Compared

Entry = dict[str, Any]
People = Mapping[str, Mapping[str, str | None]]

NO_APPROVER, LATER, NO_QUARTER, BY_TARGETS = "no_approver", "approved_later", "no_quarter", "target_bands"
WITH_PARENT = "scored_with_parent"
"""Why an exclusion is not applied."""
SHOWN = 8
"""Exclusions that a card names one by one; the others are counted."""


def without_excluded(compared: Compared, exclusions: pl.DataFrame, as_of: date) -> Compared:
    """What managers are compared by, less what is excluded.

    An exclusion for everybody takes out the account-quarter; one for a manager makes that manager's part unassigned.
    """
    if exclusions.is_empty():
        return compared
    covered = _covered(compared, exclusions, as_of)
    decided = covered.select(*DECIDED).unique().sort("decision", "manager_id")
    applied = covered.filter("is_applied")
    whole = applied.filter(pl.col("only").is_null()).select(KEY).unique()
    own = applied.filter(pl.col("only").is_not_null()).select(*KEY, "manager_id").unique()
    left = [f.join(whole, on=KEY, how="anti", maintain_order="left") for f in (compared.units, compared.shares)]
    return replace(compared, units=left[0], shares=_unassigned(left[1], own), decided=decided)


def _covered(compared: Compared, exclusions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per exclusion, account-quarter it covers and manager whose part it speaks of: `KEY`, `DECIDED`, only."""
    decisions = exclusions.with_row_index("decision").select(
        "decision",
        "account_id",
        pl.col("manager_id").alias("only"),
        pl.col("starts_on").alias("from_on"),
        pl.col("ends_on").alias("to_on"),
        _is_approved(as_of).alias("is_applied"),
    )
    last = compared.units.select(*KEY, (outcome_on() - DAY).alias("last_on"))
    held = compared.shares.filter(pl.col("share") > 0).select(*KEY, "manager_id")
    return (
        last.join(decisions, on="account_id")
        .filter((pl.col("from_on") <= pl.col("last_on")) & (pl.col("last_on") < pl.col("to_on")))
        .join(held, on=KEY)
        .filter(pl.col("only").is_null() | (pl.col("only") == pl.col("manager_id")))
    )


def _is_approved(as_of: date) -> pl.Expr:
    """Whether somebody had approved it when the day was over."""
    named = pl.col("approved_by").str.strip_chars().fill_null("") != ""
    return named & (pl.col("approved_on").is_null() | (pl.col("approved_on") <= as_of))


def _unassigned(shares: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """The shares with those parts `unassigned`, so that they still add up to 1."""
    if own.is_empty():
        return shares
    touched = shares.join(own, on=KEY, how="semi", maintain_order="left")
    mine = touched.join(own.with_columns(is_out=True), on=[*KEY, "manager_id"], how="left", maintain_order="left")
    merged = (
        mine.with_columns(pl.when("is_out").then(pl.lit(UNASSIGNED)).otherwise("manager_id").alias("manager_id"))
        .group_by(*KEY, "manager_id", maintain_order=True)
        .agg(pl.col("days", "share").sum(), pl.col("is_fallback", "is_overlapping").any())
    )
    rest = shares.join(own, on=KEY, how="anti", maintain_order="left")
    return pl.concat([rest, merged.select(shares.columns)]).sort(*KEY, "manager_id")


@dataclass(frozen=True, slots=True)
class Excluded:
    """All exclusions as entries for people and programs, and those of each manager whose accounts they concern."""

    every: Sequence[Entry] = ()
    by_manager: Mapping[str, Sequence[Entry]] = field(default_factory=dict)

    @property
    def are_applied(self) -> bool:
        """Whether any changes a score."""
        return any(e["applied"] for e in self.every)


def excluded(
    tables: Mapping[str, pl.DataFrame], compared: Compared | None, as_of: date, people: People, *, every: pl.DataFrame
) -> Excluded:
    """The exclusions of the tables, by account; `compared` is None where values are graded, and none is applied.

    `every` has all accounts, also those that are no customers by themselves.
    """
    decided = pl.DataFrame(schema=DECIDED) if compared is None else compared.decided
    names = dict(every.select("account_id", pl.coalesce("name", "account_id")).iter_rows())
    apart = set(every["account_id"]) - set(tables["accounts"]["account_id"])
    numbered = tables["exclusions"].with_row_index("decision").with_columns(_is_approved(as_of).alias("is_approved"))
    touched = set(decided["decision"])
    made = {
        row["decision"]: _entry(row, names, people, BY_TARGETS if compared is None else _why_not(row, touched, apart))
        for row in numbered.sort("account_id", "starts_on", "manager_id").iter_rows(named=True)
    }
    by_manager: dict[str, list[Entry]] = defaultdict(list)
    for decision, entry in made.items():
        for manager in decided.filter(pl.col("decision") == decision)["manager_id"]:
            by_manager[manager].append(entry)
    return Excluded(tuple(made.values()), by_manager)


def _why_not(row: Mapping[str, Any], touched: set[int], apart: set[str]) -> str | None:
    if not row["is_approved"]:
        return LATER if (row["approved_by"] or "").strip() else NO_APPROVER
    if row["decision"] in touched:
        return None
    return WITH_PARENT if row["account_id"] in apart else NO_QUARTER


def _entry(row: Mapping[str, Any], names: Mapping[str, str], people: People, why_not: str | None) -> Entry:
    approver = (row["approved_by"] or "").strip() or None
    return {
        "account_id": row["account_id"],
        "name": names.get(row["account_id"], row["account_id"]),
        "manager_id": row["manager_id"],
        "reason": row["reason"],
        "starts_on": row["starts_on"].isoformat(),
        "ends_on": row["ends_on"].isoformat(),
        "approved_by": (approver and people.get(approver, {}).get("name")) or approver,
        "approved_on": row["approved_on"] and row["approved_on"].isoformat(),
        "note": row["note"],
        "applied": why_not is None,
        "why_not": why_not,
    }


def sentences(card: Mapping[str, Any]) -> list[str]:
    """What a card says of exclusions: the score without them, which accounts do not count, and which still do."""
    mine = card.get("exclusions") or ()
    out, still = ([e for e in mine if e["applied"] == is_applied] for is_applied in (True, False))
    told = [_with_all(card, is_touched=bool(out))]
    told += [f"Not counted: {_listed(out)}."] if out else []
    told += [f"Counted all the same, as nobody had approved leaving it out: {_listed(still)}."] if still else []
    return [words for words in told if words]


def _with_all(card: Mapping[str, Any], *, is_touched: bool) -> str:
    """The score without exclusions; of a card whose accounts all count only where others' move it."""
    score, whole = exact(card["score"]), exact(card.get("score_with_all"))
    if is_touched:
        none = "there would be no score, either" if score is None else "there would be no score"
        return f"Without exclusions {none if whole is None else f'the score would be {fixed(whole)}'}."
    if whole is None or (score is not None and rounded(score) == rounded(whole)):
        return ""
    return f"Accounts of others are excluded; without exclusions the score would be {fixed(whole)}."


def _listed(entries: Sequence[Entry]) -> str:
    told = [f"{e['name']} ({', '.join(_about(e))})" for e in entries[:SHOWN]]
    more = len(entries) - SHOWN
    return f"{', '.join(told)} and {more:,} more" if more > 0 else ", ".join(told)


def _about(entry: Entry) -> list[str]:
    """Reason, end and approver of an exclusion."""
    until = date.fromisoformat(entry["ends_on"]) - DAY
    alone = ["for this manager alone"] if entry["manager_id"] else []
    approved = [f"approved by {entry['approved_by']}"] if entry["applied"] else []
    return [entry["reason"].replace("_", " "), *alone, f"until {day(until)}", *approved]
