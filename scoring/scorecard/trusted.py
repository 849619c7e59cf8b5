"""May a score be given? What becomes of scores and cards where the data are not to be trusted as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from scoring.scorecard.cards import Card, Scored, cards
from scoring.scorecard.context import Context
from scoring.scorecard.judged import NOT_SAID, Judged
from scoring.scorecard.verdict import FULL, NOBODY, Verdict

NOT_TOLD_APART = "Not distinguishable"
"""The label of a degraded score."""

_A_STEP_DOWN = {"high": "medium", "medium": "low"}
_SAID = ("score", "error", "chance", *(name for name, kind in NOT_SAID.items() if name not in ("grade", "reason")))
"""What is not said of a withheld score."""
NOT_SHOWN = "What it would be made of rests on the same data and is not shown."
"""What is said of it instead."""
_NOT_BEYOND_CHANCE: Card = {"change_band": None, "is_beyond_chance": False}


def is_withheld(card: Mapping[str, Any]) -> bool:
    """Whether there is no score as its data are in doubt, so that what it is made of is not to be read either."""
    trust = card.get("trust") or {}  # cards of older runs have none
    return card["score"] is None and trust.get("level") == "withheld"


def trusted_cards(
    now: Scored,
    before: Scored | None,
    context: Context,
    verdicts: Mapping[str, Verdict],
    verdicts_before: Mapping[str, Verdict] = NOBODY,
) -> list[Card]:
    """The cards as `cards` makes them, as far as the data may be trusted; who has no verdict is trusted fully.

    `verdicts_before` are those of the period before: a score that is withheld there is nothing to compare with.
    """
    with_all = now.with_all and without_withheld(now.with_all, verdicts)
    kept = replace(now, judged=without_withheld(now.judged, verdicts), with_all=with_all)
    then = before and _compared_with(before, withheld_of(verdicts_before))
    return [
        as_trusted(card, verdicts.get(card["manager_id"], FULL), verdicts_before.get(card["manager_id"], FULL))
        for card in cards(kept, then, context)
    ]


def withheld_of(verdicts: Mapping[str, Verdict]) -> list[str]:
    """The managers whose scores are withheld, by id."""
    return sorted(m for m, v in verdicts.items() if v.standing == "withheld")


def _compared_with(before: Scored, withheld: Sequence[str]) -> Scored:
    """The period before without the scores that are withheld, and without the lines that they would be made of."""

    def kept(judged: Judged) -> Judged:
        lines = judged.lines.filter(~pl.col("manager_id").is_in(withheld))
        return replace(judged, lines=lines, scores=given(judged.scores, withheld))

    return replace(before, judged=kept(before.judged), again=before.again and kept(before.again))


def without_withheld(judged: Judged, verdicts: Mapping[str, Verdict]) -> Judged:
    """The scores without those that are withheld; lines and trace, from which they were made, stay."""
    withheld = withheld_of(verdicts)
    if not withheld:
        return judged
    return replace(judged, scores=given(judged.scores, withheld), accounts=without_scores(judged.accounts, withheld))


def given(scores: pl.DataFrame, withheld: Sequence[str]) -> pl.DataFrame:
    """The scores without what is said of those that are withheld."""
    is_given = ~pl.col("manager_id").is_in(withheld)
    return scores.with_columns(pl.when(is_given).then(c).alias(c) for c in _SAID)


def without_scores(accounts: pl.DataFrame, withheld: Sequence[str]) -> pl.DataFrame:
    """What accounts add, without the scores of those that are withheld."""
    is_given = ~pl.col("manager_id").is_in(withheld)
    return accounts.with_columns(pl.when(is_given).then("score_without").alias("score_without"))


def as_trusted(card: Card, verdict: Verdict, before: Verdict = FULL) -> Card:
    """The card with the verdict, and without what it may not claim.

    A degraded score is in no group but that of those who are not told apart, and neither its change nor the accounts
    lost are said to be more than chance; nor is the change where the score of the period `before` is degraded.
    """
    beside = card | {"trust": verdict.as_json}
    if before.standing == "degraded":
        beside |= _NOT_BEYOND_CHANCE
    if verdict.standing == "withheld":
        return beside | {"reason": f"Withheld: {' '.join(verdict.reasons)}", "evidence": "none", "lost": None}
    if verdict.standing == "full" or card["score"] is None:
        return beside
    return beside | {
        "group": "within",
        "label": NOT_TOLD_APART,
        "evidence": _A_STEP_DOWN.get(card["evidence"], card["evidence"]),
        "chance_above": None,
        "places": None,
        "lost": None,
        **_NOT_BEYOND_CHANCE,
    }
