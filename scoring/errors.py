"""What can be wrong: problems, which are people's and come as values, and exceptions, which are ours."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scoring.plurals import many


class Severity(StrEnum):
    """`error` stops a run, `warning` and `note` are shown and printed on the cards they touch."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what people gave us: where, what, and how to mend it.

    `row` counts data rows of `file` from 1 for exports and lines from 1 for YAML; `line` is where the row begins in a
    file whose rows have not a line each. `table` names the table the row belongs to, `value` is the text as it was
    read. Each may be unknown, then it is None.
    """

    what: str
    remedy: str = ""
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    table: str | None = None
    severity: Severity = Severity.ERROR
    line: int | None = None

    @property
    def place(self) -> str:
        """Where it is, as `rules.yaml:9` or `accounts.csv row 12, column amount`."""
        if self.file is None:
            return self.table or ""
        if self._is_in_lines:
            return f"{self.file}:{self.row}" if self.row else self.file
        return f"{self.file}{' ' if self.row else ', ' if self.column else ''}{self.within}"

    @property
    def within(self) -> str:
        """Where it is in its file, as `line 9` or `row 12, column amount`; empty where that is not known."""
        if self._is_in_lines:
            return f"line {self.row}" if self.row else ""
        line = f" (line {self.line})" if self.line else ""
        row = f"row {self.row}{line}" if self.row else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(filter(None, (row, column)))

    @property
    def _is_in_lines(self) -> bool:
        """Whether it is a file in which people count lines, not rows."""
        return self.file is not None and self.file.endswith((".yaml", ".yml"))

    def __str__(self) -> str:
        value = f": {shown(self.value)}" if self.value is not None else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return one_line(f"{self.place}: {self.what}{value}{remedy}".removeprefix(": "))


def shown(value: str, limit: int = 60) -> str:
    """The value in quotes, cut to `limit` characters."""
    return f'"{value}"' if len(value) <= limit else f'"{value[:limit]}…"'


_NARROW = "\u202f"
"""The blank that figures of ours have before their unit."""

_OF_MONEY = re.compile("(?<=[A-Z]{3})\u00a0(?=[0-9])")
"""The blank that money of ours has behind a code, as in CHF 5."""


def one_line(text: str) -> str:
    """The text with line ends and control characters made visible, so that it stays on one line."""
    return "\u00a0".join(map(_visible, _OF_MONEY.split(text)))


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c == _NARROW else c.encode("unicode_escape").decode() for c in text)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems without repetition, errors first, then by file, row and column, then by all else they say.

    Errors without a row go before those of rows, which often follow from them: a file that is not there leaves the ids
    of others without an account.
    """
    return tuple(sorted(set(problems), key=_order))


def _order(problem: Problem) -> tuple[object, ...]:
    """What a problem is sorted by; no two that differ have the same, as the order of a set is another in each process.

    Many problems have no place, such as notes about a whole table.
    """
    return (
        list(Severity).index(problem.severity),
        problem.severity is Severity.ERROR and problem.row is not None,
        problem.file or "",
        problem.row or 0,
        problem.column or "",
        problem.what,
        problem.value or "",
        repr(problem),
    )


class BookscoreError(Exception):
    """Anything that stops a command with a sentence instead of a traceback."""


class ProblemsFoundError(BookscoreError):
    """The exports or the rules have errors; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(f"{many(len(self.problems), 'problem')} found")


class UnbalancedError(BookscoreError):
    """The bridge from opening to closing revenue does not add up for somebody."""

    def __init__(self, grain: str, name: str, opening: str, moves: str, closing: str) -> None:
        super().__init__(
            f"the bridge of {grain} {name} does not balance: opening {opening} with movements of {moves} "
            f"gives something else than the closing {closing}"
        )


class NotConservedError(BookscoreError):
    """A step lost or doubled money or rows."""

    def __init__(self, step: str, measure: str, before: str, after: str) -> None:
        super().__init__(f"{step}: {measure} was {before} before and is {after} after")
