"""Which accounts do not count in scores, who approved it, and how much revenue is that?"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from scoring.money import added
from scoring.notes.seen import Seen, named
from scoring.plurals import many
from scoring.scorecard.exclusions import BY_TARGETS, LATER, NO_APPROVER, NO_QUARTER, WITH_PARENT, Entry


def applied(seen: Seen) -> list[str]:
    """How many exclusions change scores, by whom they were approved, and the revenue of their accounts."""
    found = [e for e in seen.exclusions if e["applied"]]
    if not found:
        return []
    by = Counter(str(e["approved_by"]) for e in found)
    who = ", ".join(f"{name} ({n:,})" for name, n in sorted(by.items()))
    ids = {e["account_id"] for e in found}
    opening, closing = _revenue(seen.rows, found)
    was, them = ("was", "it") if len(found) == 1 else ("were", "them")
    return [
        f"{many(len(found), 'exclusion')} of {many(len(ids), 'account')} {was} applied to scores, approved by "
        f"{who}. Excluded closing revenue: {seen.money(closing)}{seen.part(closing)}; opening: {seen.money(opening)}. "
        f"Measures and money hold {them} all the same, and cards say the score without exclusions."
    ]


def _revenue(rows: pl.DataFrame, found: Sequence[Entry]) -> tuple[Decimal, Decimal]:
    """Opening and closing revenue of what is excluded: all of an account, or what is one manager's."""
    whose = {(e["account_id"], e["manager_id"]) for e in found}
    theirs = rows.filter(pl.col("account_id").is_in(sorted({account for account, _ in whose})))
    held = theirs.select("account_id", "manager_id").iter_rows()
    out = theirs.filter(pl.Series([not whose.isdisjoint({(a, None), (a, m)}) for a, m in held], dtype=pl.Boolean))
    return added(out["opening"]), added(out["closing"])


def not_applied(seen: Seen) -> list[str]:
    """How many exclusions change no score, and why."""
    return [
        f"{many(len(found), 'exclusion')} {'was' if len(found) == 1 else 'were'} not applied, {why}: "
        f"{named(dict.fromkeys(str(e['name']) for e in found))}."
        for reason, why in _WHY_NOT.items()
        if (found := _of(seen, reason))
    ]


def _of(seen: Seen, reason: str) -> list[Entry]:
    return [e for e in seen.exclusions if e["why_not"] == reason]


_WHY_NOT = {
    NO_APPROVER: "as nobody has approved",
    LATER: "as the approval came after the as-of day",
    NO_QUARTER: "as no result of the account that is compared falls into its days",
    WITH_PARENT: "as the account is scored as part of the one that pays for it",
    BY_TARGETS: "as the method target_bands grades whole books",
}
