"""What stands above the tables of a card? Captions and column heads, the same on the page and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.reports.lines import Composition
from scoring.reports.standing import Standing, believes

_LEARNED = (
    "What was published stays as it was. These lines lead from there to what is known today, each credited to who had "
    "the account then."
)
CONFIDENTIAL = "Confidential: performance data of one person. The score describes a book of accounts, not a person."

_REVENUE = {"contracts": "recurring revenue a month", "invoices": "revenue in the period"}
_COMPARED = (
    "Result: the figure by its definition. A quarter: an account’s average, and what such accounts are expected to do. "
    "pp: percentage points. "
)


@dataclass(frozen=True, slots=True)
class Captions:
    """The texts around the tables of one card.

    `mark` explains the score where it is no figure out of 100; `cause` and `effect` are heads of columns.
    """

    mark: str
    lines: str
    score_walk: str
    cause: str
    revenue_walk: str
    accounts_heading: str
    accounts: str
    effect: str
    learned: str = _LEARNED


def of_card(card: Mapping[str, Any], made: Composition, words: Standing) -> Captions:
    """The texts for this card."""
    is_believed, is_by_cause = believes(card["method"]), card.get("moved") is not None
    adds = "Weight times points is what a rule adds"
    moves = revenue(card)
    return Captions(
        mark="" if card["score"] is None or words.beside else "50 is the peers’ average",
        lines=f"{_COMPARED if made.is_compared else ''}{words.scale} "
        f"{adds}{'; together that is the score' if made.is_complete else ''}.",
        score_walk=f"Points by {'cause' if is_by_cause else 'rule'}; together they are the change. The axis is zoomed.",
        cause="Cause" if is_by_cause else "Rule",
        revenue_walk=f"{moves[0].upper()}{moves[1:]}, in {card['currency']}; nothing is left over.",
        accounts_heading="The largest account" if card["score"] is None else "Accounts that mattered most",
        accounts="What each account adds to the score; all accounts together make its distance from 50."
        if is_believed
        else "Effect: the score with the account minus the score without it.",
        effect="Adds, points" if is_believed else "Effect, points",
    )


def revenue(card: Mapping[str, Any]) -> str:
    """What the money of the card is."""
    return _REVENUE.get(card["basis"], "revenue")
