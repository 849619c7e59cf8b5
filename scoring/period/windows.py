"""Which days do a period's figures look at, and do the exports reach back to them?"""

from collections.abc import Iterable
from datetime import date

from scoring.calendar import Period
from scoring.days import Span, months_back
from scoring.errors import Problem, Severity
from scoring.ledger.build import Windows
from scoring.lengths import MONTHS_A_QUARTER
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.tables import Tables


def windows_of(rulebook: Rulebook, period: Period) -> Windows:
    """The days that a period's figures look at, by the rules' basis, retention window and comparison."""
    calendar = calendar_of(rulebook)
    moves = Span(period.start, period.end)
    if rulebook.basis == "contracts":
        start = calendar.trailing(period)[0] if rulebook.retention_window == "12m" else period.start
        return Windows(moves, Span(start, period.end))
    if rulebook.compare == "trailing_12m":
        start = calendar.trailing(period)[0]
        return Windows(Span(start, period.end), Span(calendar.trailing(period, 24)[0], start))
    other = (
        calendar.previous(period) if rulebook.compare == "previous_period" else calendar.same_period_last_year(period)
    )
    return Windows(moves, Span(other.start, other.end))


def quarter_ends(rulebook: Rulebook, period: Period) -> list[date]:
    """The days after the quarters that the period's scores compare, the last of which is the period's end."""
    return [months_back(period.end, MONTHS_A_QUARTER * n) for n in reversed(range(rulebook.window.quarters))]


def quarter_before(end: date) -> Period:
    """The three months before the day."""
    start = months_back(end, MONTHS_A_QUARTER)
    return Period(f"{start:%Y-%m} and two months more", start, end)


def over_quarters(rulebook: Rulebook) -> Rulebook:
    """The rulebook as it looks at a quarter that is compared."""
    return rulebook.model_copy(update={"retention_window": "period"})


def late_start(tables: Tables, rulebook: Rulebook, windows: Windows) -> Iterable[Problem]:
    """A warning when the invoices begin well after the window does with which they are compared."""
    compared = windows.outcome
    first_day = tables["invoices"]["dated_on"].min() if rulebook.basis == "invoices" else None
    if not isinstance(first_day, date) or (missing := (first_day - compared.start).days) <= compared.days // 10:
        return
    is_empty = first_day >= compared.end
    lacking = "all of it is" if is_empty else f"{missing} of its {compared.days} days are"
    effect = "there is nothing to compare with" if is_empty else "growth against it looks larger than it was"
    yield Problem(
        f"the exports begin on {first_day}, but the comparison window on {compared.start}: {lacking} empty",
        f"{effect}; export what came before, or set compare otherwise",
        severity=Severity.WARNING,
    )
