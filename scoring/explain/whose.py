"""Whose score is asked about? A manager's; who names an account is told whose it is."""

from collections.abc import Sequence

import polars as pl

from scoring.explain.evidence import Evidence
from scoring.explain.names import chosen
from scoring.explain.refusals import AccountNameError, AmbiguousNameError, UnknownNameError
from scoring.scorecard.cards import Card

_NAMES_ARE = "the names stand on the league page and in scorecards.json"


def card_of(cards: Sequence[Card], who: str) -> Card:
    """The card that is meant. Raises UnknownNameError and AmbiguousNameError."""
    by_id = {c["manager_id"]: c for c in cards}
    return by_id[chosen("manager", who, {i: c["name"] for i, c in by_id.items()}, _NAMES_ARE)]


def asked_card(evidence: Evidence, who: str) -> Card:
    """The card that is meant, as `card_of`. Raises AccountNameError where an account is called so, and no manager."""
    try:
        return card_of(evidence.cards, who)
    except UnknownNameError:
        if holders := _holders(evidence, who):
            raise AccountNameError(who, holders) from None
        raise


def _holders(evidence: Evidence, word: str) -> list[str]:
    """The names of managers with a card who have the account that is called so."""
    called = pl.coalesce("account", "account_id").alias("name")
    book = evidence.book.select("account_id", called, "manager_id").sort("account_id", "name").collect()
    try:
        account = chosen("account", word, dict(book.select("account_id", "name").iter_rows()))
    except (AmbiguousNameError, UnknownNameError):
        return []
    theirs = {*book.filter(pl.col("account_id") == account)["manager_id"]}
    return [card["name"] for card in evidence.cards if card["manager_id"] in theirs]
