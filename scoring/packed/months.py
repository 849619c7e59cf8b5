"""Which months does a history tell of, and how many of them are a span?"""

from dataclasses import dataclass
from datetime import date

from scoring.packed.keys import month_number


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a history: `firsts` are their first days and the day after the last; `length` months are a span."""

    firsts: tuple[date, ...]
    length: int = 3

    @property
    def spans(self) -> tuple[date, ...]:
        """The first day of each span, and the day after the last."""
        return self.firsts[:: self.length]

    @property
    def first_number(self) -> int:
        """The number of the first month."""
        return month_number(self.firsts[0])
