"""How much chance do the scores of two periods share? As much as both look at the same days."""

from collections.abc import Sequence

from scoring.calendar import Period
from scoring.days import month_number
from scoring.ledger.build import Windows
from scoring.lengths import MONTHS_A_QUARTER
from scoring.period.windows import windows_of
from scoring.rules import Rulebook


def shared_chance(rulebook: Rulebook, now: Period, before: Period) -> float:
    """The correlation of the chance in two periods' scores, if it falls evenly on the days they look at."""
    if rulebook.method == "target_bands":
        return _of_windows(rulebook.basis, windows_of(rulebook, now), windows_of(rulebook, before))
    return _of_quarters(rulebook.window.parts, now, before)


def _of_windows(basis: str, now: Windows, before: Windows) -> float:
    """That of figures graded by themselves.

    One on contracts gathers what happens in its window; one on invoices is the scored window less the comparison
    window, so a window that is scored in one and compared with in the other counts against.
    """
    if basis == "contracts":
        return now.outcome.shared(before.outcome) / now.outcome.days
    alike = now.moves.shared(before.moves) + now.outcome.shared(before.outcome)
    against = now.moves.shared(before.outcome) + now.outcome.shared(before.moves)
    return (alike - against) / (now.moves.days + now.outcome.days)


def _of_quarters(weights: Sequence[float], now: Period, before: Period) -> float:
    """That of means over trailing quarters, whose months weigh as their quarters do, the latest first."""
    months = [weight for weight in weights for _ in range(MONTHS_A_QUARTER)]
    apart = month_number(now.end) - month_number(before.end)
    in_both = sum(then * later for then, later in zip(months, months[apart:], strict=False))
    return in_both / sum(weight**2 for weight in months)
