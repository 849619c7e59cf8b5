"""Which rows does `where` keep? One expression a column, and the reason in words for a row that fails it."""

from dataclasses import dataclass

import polars as pl

from adapters.mapping.terms import Condition, Requirement, Scalar
from adapters.values.cells import text
from adapters.values.parsing import NO, YES


@dataclass(frozen=True, slots=True)
class Check:
    """A condition: true for rows that are kept, why the others are not, and whether it names words to be kept."""

    holds: pl.Expr
    reason: str
    names_words: bool = False


def check(column: str, dtype: pl.DataType, condition: Condition, blanks: list[str]) -> Check:
    """The condition on a column of the frame."""
    cell = text(column, dtype, blanks)
    holds, reason = _rule(cell, condition, blanks)
    words = condition if isinstance(condition, list) else [condition]
    names_words = all(isinstance(w, str) for w in words)
    return Check(holds.fill_null(value=False), f"{column} {reason}", names_words)


def _rule(cell: pl.Expr, condition: Condition, blanks: list[str]) -> tuple[pl.Expr, str]:
    if isinstance(condition, Requirement):
        return _required(cell, condition, blanks)
    if isinstance(condition, list):
        return _is_one(cell, condition, blanks), f"is none of {_listed(condition)}"
    return _is_one(cell, [condition], blanks), f"is not {_shown(condition)}"


def _required(cell: pl.Expr, condition: Requirement, blanks: list[str]) -> tuple[pl.Expr, str]:
    if condition.filled is not None:
        return (cell.is_not_null(), "is empty") if condition.filled else (cell.is_null(), "is filled")
    if condition.starts_with is not None:
        return cell.str.starts_with(condition.starts_with), f"does not start with {_shown(condition.starts_with)}"
    if condition.like is not None:
        return cell.str.contains(condition.like), f"is not like {_shown(condition.like)}"
    excluded = condition.excluded if isinstance(condition.excluded, list) else [condition.excluded]
    words = [w for w in excluded if w is not None]
    return ~_is_one(cell, words, blanks).fill_null(value=False), f"is {_listed(words)}"


def _is_one(cell: pl.Expr, words: list[Scalar], blanks: list[str]) -> pl.Expr:
    """Whether the cell is one of the words; true and false in any of their spellings, no text as any of `blanks`."""
    exact = {str(w).strip() for w in words if not isinstance(w, bool)}
    folded = {s for w in words if isinstance(w, bool) for s in (YES if w else NO)}
    found = cell.is_in(sorted(exact))
    found = found | cell.is_null() if exact.intersection(blanks) else found
    return found | cell.str.to_lowercase().is_in(sorted(folded)) if folded else found


def _listed(words: list[Scalar]) -> str:
    return ", ".join(map(_shown, words[:10])) + (f" and {len(words) - 10} more" if len(words) > 10 else "")


def _shown(word: Scalar) -> str:
    return str(word).lower() if isinstance(word, bool) else f'"{word}"'
