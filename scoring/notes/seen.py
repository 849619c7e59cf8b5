"""What does a run look at before it speaks? Its tables, the ledger's lines, the book, and what is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from scoring.calendar import Length
from scoring.days import Span
from scoring.errors import Problem
from scoring.ledger.currency import AMOUNT
from scoring.ledger.ladder import steps
from scoring.numbers import Figure, exact, money, percent
from scoring.rules import Rulebook
from scoring.scorecard.estimates import Compared
from scoring.scorecard.exclusions import Entry

Frames = Mapping[str, pl.DataFrame]

SHOWN = 3
"""Things named one by one; the others are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Everything that notes are taken from.

    `tables` as they were scored, `lines` what the ledger was read from (with `counts`), `rows` the book,
    `aside` the rows set aside, `outcome` the days over which retention and the ladder are measured, `reaching`
    what is already known of the days the exports do not reach, `compared` what managers are compared by, if they are,
    `exclusions` all decisions that an account does not count, `undivided` the costs that do not count as they are of
    more than the scored days, `unmet` the targets that do not count as they are of others, `length` what the scored
    period is.
    """

    rulebook: Rulebook
    tables: Frames
    lines: pl.LazyFrame
    rows: pl.DataFrame
    aside: Frames
    outcome: Span
    reaching: Sequence[Problem] = ()
    compared: Compared | None = None
    exclusions: Sequence[Entry] = ()
    undivided: pl.DataFrame = field(default_factory=pl.DataFrame)
    unmet: pl.DataFrame = field(default_factory=pl.DataFrame)
    length: Length = "quarter"
    _steps: dict[Span, pl.DataFrame] = field(default_factory=dict)

    def steps(self, span: Span) -> pl.DataFrame:
        """Who moved on the ladder in the span, as `ladder.steps`, worked out once for all who ask."""
        if span not in self._steps:
            self._steps[span] = steps(self.lines, span).collect()
        return self._steps[span]

    @property
    def amount(self) -> str:
        """The column of `lines` that holds their money."""
        return AMOUNT[self.rulebook.basis]

    def money(self, amount: Figure) -> str:
        """The amount in the reporting currency."""
        return money(amount, self.rulebook.currency)

    def part(self, amount: Figure) -> str:
        """Which part of the company's closing revenue the amount is, as ", 3.1 % of the company's"; or nothing."""
        some, whole = exact(amount), exact(self.rows["closing"].sum())
        return f", {percent(some / whole)} of the company's" if some is not None and whole and whole > 0 else ""


def counted(n: int, one: str, many: str = "") -> str:
    """As 1 account or 1,234 accounts."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def named(names: Iterable[str | None]) -> str:
    """The first few names, and how many more there are."""
    known = [n or "(none)" for n in names]
    rest = len(known) - SHOWN
    return f"{', '.join(known[:SHOWN])} and {counted(rest, 'other')}" if rest > 0 else ", ".join(known)


def sentence(problem: Problem) -> str:
    """The problem as a sentence for a page, without its place."""
    text = f"{problem.what[0].upper()}{problem.what[1:]}{f'; {problem.remedy}' if problem.remedy else ''}"
    return text if text.endswith(("?", ".")) else f"{text}."
