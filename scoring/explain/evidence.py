"""What is an explanation made from? A run as it is stored: its cards, rules, book, movements, lines and trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from scoring.explain.ends import ends_of
from scoring.explain.refusals import UnexplainedError
from scoring.rules import Rulebook, fingerprint
from scoring.scorecard.cards import Card
from scoring.scorecard.expected import NOTHING_EXPECTED


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A run: `summary` is its run.json, `cards` its scorecards.json, the frames are those of the files.

    `compared` is the trace of scores by which accounts are compared, without rows where they are not; `expectations`
    and `account_kinds` are what was expected in it, without rows where the run kept neither; `ends` is what the whole
    book says of each account, of which `book` may be the part that somebody sees.
    """

    summary: Mapping[str, Any]
    cards: Sequence[Card]
    book: pl.LazyFrame
    movements: pl.LazyFrame
    lines: pl.LazyFrame
    compared: pl.LazyFrame
    expectations: pl.LazyFrame
    account_kinds: pl.LazyFrame
    ends: pl.LazyFrame
    rulebook: Rulebook


def of_stored(
    summary: Mapping[str, Any],
    cards: Sequence[Card],
    frames: Mapping[str, pl.LazyFrame],
    *,
    ends: pl.LazyFrame | None = None,
) -> Evidence:
    """The evidence of a stored run, from its frames by name.

    `ends` are those of the whole book, to be given where the book is a part of it. Raises UnexplainedError where its
    rules are not those it was run with.
    """
    rules = summary.get("rules", {})
    rulebook = Rulebook.model_validate(rules.get("settings", {}))
    if fingerprint(rulebook) != rules.get("sha256"):
        raise UnexplainedError("the hash of the rules", fingerprint(rulebook)[:12], str(rules.get("sha256"))[:12])
    nothing = {"expectations": NOTHING_EXPECTED.table.lazy(), "account_kinds": NOTHING_EXPECTED.kinds.lazy()}
    named = {**nothing, **frames, "ends": ends_of(frames["book"]) if ends is None else ends}
    return Evidence(summary, cards, **named, rulebook=rulebook)
