"""Which rows of an export take money back, though their amounts have no sign that says so? They get their own entry."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from adapters.draft.facts import Facts
from adapters.draft.recognise import compact
from adapters.draft.shades import words_for

CREDIT = "credit"
_KINDS = (CREDIT, "return")
_NAMES = ("creditnote", "creditmemo", "gutschrift", "avoir")


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of an export that one entry reads: by which words of the column of kinds, and whether their sign turns."""

    facts: Facts
    where: dict[str, object]
    turns: bool


def parted(facts: Facts) -> Iterator[Part]:
    """All rows as one part; two where some of several kinds are credits whose amounts have no sign."""
    column, words = facts.guess.theirs("kind"), _words(facts)
    if column is None or not words:
        yield Part(facts, {}, turns=is_of_credits(facts) and _is_unsigned(facts.values("amount")))
        return
    is_credit = facts.cells[column].is_in(words)
    credits = replace(facts, cells=facts.cells.filter(is_credit))
    if not _is_unsigned(credits.values("amount")):
        yield Part(facts, {}, turns=False)
        return
    rest = facts.cells.filter(~is_credit.fill_null(value=False))
    if rest.height:
        yield Part(replace(facts, cells=rest), {column: {"not": words}}, turns=False)
    yield Part(credits, {column: words} if rest.height else {}, turns=True)


def is_of_credits(facts: Facts) -> bool:
    """Whether the name of the file or sheet says that all of its rows take money back."""
    name = compact(facts.file + facts.sheet)
    return facts.guess.table == "invoices" and any(word in name for word in _NAMES)


def _words(facts: Facts) -> list[str]:
    """The words of the column of kinds that mean a credit."""
    if facts.guess.table != "invoices" or facts.guess.theirs("kind") is None:
        return []
    said = facts.texts("kind").drop_nulls()
    ours, _ = words_for("invoices", "kind", said)
    return [word for word in said.unique().sort() if ours.get(word, word) in _KINDS]


def _is_unsigned(amounts: pl.Series) -> bool:
    """Whether no amount is negative, and some are above zero."""
    return bool((amounts > 0).any()) and not bool((amounts < 0).any())
