"""Which costs count in no cost per customer, as they are of more days than those that are asked for?"""

from scoring.checks.findings import ORIGIN, PLACE
from scoring.errors import Problem, Severity
from scoring.notes.seen import Seen, counted, named


def of_longer_periods(seen: Seen) -> list[Problem]:
    """Costs of periods that hold days whose spending counts, and others, at the first of them."""
    if seen.undivided.is_empty():
        return []
    rows = seen.undivided.sort(*ORIGIN)
    first = rows.row(0, named=True)
    counts, period = ("counts", "its period holds") if rows.height == 1 else ("count", "their periods hold")
    others = f" ({named(rows.select(PLACE).to_series())})" if rows.height > 1 else ""
    what = (
        f"{counted(rows.height, 'row')} of costs{others} {counts} neither for new customers nor for expansion, as "
        f"{period} other days, too, than those whose costs are asked for"
    )
    return [
        Problem(
            what,
            f"deliver a row for each {seen.rulebook.calendar.period} instead",
            file=first["origin_file"],
            row=first["origin_row"],
            column="period",
            value=first["period"],
            table="costs",
            severity=Severity.NOTE,
        )
    ]
