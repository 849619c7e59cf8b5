"""Is there a pattern worth a look? Signs of timing and choice in the data that a score cannot see.

A finding informs and never punishes: it changes no score, names the accounts it is about, and says how rare as much
is by chance. How often each sign speaks where nobody does anything stands in `benchmarks/README.md`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from scoring.notes.seen import Seen
from scoring.watch.contracts import ONE_OFF_AS_RECURRING
from scoring.watch.discounts import DISCOUNT_THEN_EXPIRY
from scoring.watch.handed import PASSED_ON_LATE
from scoring.watch.looked import Looked
from scoring.watch.moves import CHURN_AND_RETURN, QUARTER_END_TIMING
from scoring.watch.sign import Finding, Sign
from scoring.watch.surveys import SURVEY_SELECTION
from scoring.watch.tiers import TIER_FLIP_FLOP

__all__ = ["SIGNS", "Finding", "Sign", "as_json", "of_run", "with_notes"]

SIGNS: tuple[Sign, ...] = (
    PASSED_ON_LATE, CHURN_AND_RETURN, QUARTER_END_TIMING, TIER_FLIP_FLOP, ONE_OFF_AS_RECURRING, DISCOUNT_THEN_EXPIRY,
    SURVEY_SELECTION,
)  # fmt: skip
"""Every sign, in the order in which cards name them."""

Found = Mapping[str, Sequence[Finding]]


def of_run(seen: Seen) -> Found:
    """By manager, what is worth a look; managers without any left out.

    Nothing at all where the data are missing: recurring revenue by contracts and a history of owners.
    """
    if seen.rulebook.basis != "contracts" or seen.rulebook.ownership.policy != "history":
        return {}
    looked = Looked(seen)
    found: dict[str, list[Finding]] = defaultdict(list)
    for sign in SIGNS:
        for manager, finding in sign.findings(looked).items():
            found[manager].append(finding)
    return {manager: found[manager] for manager in sorted(found)}


def with_notes(found: Found, notes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What the cards' flags say: by manager ("" for all) the findings as sentences, after the notes."""
    told = {manager: list(sentences) for manager, sentences in notes.items()}
    for manager, findings in found.items():
        told[manager] = [*told.get(manager, ()), *(f.sentence for f in findings)]
    return told


def as_json(found: Found) -> dict[str, list[dict[str, Any]]]:
    """The findings by manager, for other programs to read."""
    return {manager: [f.as_json for f in findings] for manager, findings in found.items()}
