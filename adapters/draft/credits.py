"""Which rows of an export are sold, and which take money back though their amounts have no sign that says so?"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import polars as pl

from adapters.draft.facts import Facts
from adapters.draft.recognise import compact
from adapters.draft.shades import words_for, words_not_sold
from adapters.draft.vocabulary import CREDIT_NOTES

CREDIT = "credit"
_KINDS = (CREDIT, "return")
_NAMES = tuple(CREDIT_NOTES.split())
_OF_BILLS = ("invoice", "rechnung", "facture")
_APART, _NOT_SOLD = "credits have an entry of their own", "what was paid or offered counts not"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of an export that one entry reads: by which words of the column of kinds, why, and whether their sign
    turns."""

    facts: Facts
    where: dict[str, object] = field(default_factory=dict)
    why: str = ""
    turns: bool = False


def parted(facts: Facts) -> Iterator[Part]:
    """The rows that count as one part; as two where some of several kinds are credits whose amounts have no sign."""
    column = facts.guess.theirs("kind")
    if facts.guess.table != "invoices" or column is None:
        yield Part(facts, turns=is_of_credits(facts) and _is_unsigned(facts))
        return
    kinds = facts.texts("kind")
    words, others = _words(kinds), words_not_sold(kinds)
    credits, sold = _of(facts, kinds.is_in(words)), _of(facts, ~kinds.is_in([*words, *others]).fill_null(value=False))
    if not _is_unsigned(credits):
        rest = _of(facts, ~kinds.is_in(others).fill_null(value=False))
        turns = not words and is_of_credits(facts) and _is_unsigned(rest)
        yield Part(rest, {column: {"not": others}} if others else {}, _NOT_SOLD, turns=turns)
        return
    if sold.cells.height:
        why = "; ".join([_APART, *([_NOT_SOLD] if others else [])])
        yield Part(sold, {column: {"not": [*words, *others]}}, why)
    only = words if len(words) > 1 else words[0]
    yield Part(credits, {column: only} if credits.cells.height < kinds.len() else {}, _APART, turns=True)


def is_of_credits(facts: Facts) -> bool:
    """Whether the name of the sheet, or of the file, says that all of its rows take money back."""
    names = [compact(name) for name in (facts.sheet, PurePath(facts.file).stem)]
    said = next(({w for w in (*_NAMES, *_OF_BILLS) if w in name} for name in names if name), set())
    return facts.guess.table == "invoices" and bool(said) and said <= {*_NAMES}


def _of(facts: Facts, rows: pl.Series) -> Facts:
    return replace(facts, cells=facts.cells.filter(rows), of=facts.cells)


def _words(kinds: pl.Series) -> list[str]:
    """The words of the column of kinds that mean a credit."""
    ours, _ = words_for("invoices", "kind", kinds)
    return [word for word in kinds.drop_nulls().unique().sort() if ours.get(word, word) in _KINDS]


def _is_unsigned(facts: Facts) -> bool:
    """Whether no amount is negative, and some are above zero."""
    amounts = facts.values("amount")
    return bool((amounts > 0).any()) and not bool((amounts < 0).any())
