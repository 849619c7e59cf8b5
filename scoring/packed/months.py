"""Which months does a history tell of, and how many of them are a span?"""

from dataclasses import dataclass
from datetime import date

from scoring.lengths import MONTHS_A_QUARTER
from scoring.packed.keys import month_number


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a history: `firsts` are their first days and the day after the last; `length` months are a span."""

    firsts: tuple[date, ...]
    length: int = MONTHS_A_QUARTER

    @property
    def spans(self) -> tuple[date, ...]:
        """The first day of each span, and the day after the last."""
        return self.firsts[:: self.length]

    @property
    def first_number(self) -> int:
        """The number of the first month."""
        return month_number(self.firsts[0])

    def of_spans(self, first: int, after: int) -> "Months":
        """Those of the spans from one number to before another."""
        return Months(self.firsts[first * self.length : after * self.length + 1], self.length)

    def since(self, first: date) -> "Months":
        """Those from a day on that is the first of a span."""
        return self.of_spans(self.spans.index(first), len(self.spans) - 1)
