"""Which rows stand behind what accounts did? Those of both ends of the window, and of quarters that are compared."""

import polars as pl

from scoring.calendar import Period
from scoring.ledger.build import ENDS, Ledger, Windows
from scoring.ledger.history import active
from scoring.money import MONEY
from scoring.period.windows import over_quarters, quarter_before, quarter_ends, windows_of
from scoring.rules import Rulebook


def behind(ledger: Ledger, rulebook: Rulebook, period: Period) -> pl.LazyFrame:
    """The lines behind what accounts did in the period's window and in the quarters that scores compare, as `ENDS`.

    A line of such a quarter alone brings nothing at either end of the window.
    """
    if rulebook.method == "target_bands":
        return ledger.ends
    short = over_quarters(rulebook)
    quarters = [windows_of(short, quarter_before(end)) for end in quarter_ends(rulebook, period)]
    counts, amount = (_in_force, "monthly") if rulebook.basis == "contracts" else (_dated, "amount")
    between = counts(quarters) & ~counts([windows_of(rulebook, period)]) & (pl.col(amount) != 0)
    nothing = (pl.lit(0).cast(MONEY).alias(end) for end in ("before", "after"))
    others = ledger.lines.filter(between).with_columns(*nothing).select(ENDS)
    return pl.concat([ledger.ends, others]).sort("account_id", "line_id", "origin_file", "origin_row")


def _in_force(windows: list[Windows]) -> pl.Expr:
    """Whether a contract line is in force at an end of one of the windows."""
    days = {day for w in windows for day in (w.outcome.start, w.outcome.end)}
    return pl.any_horizontal(active(day) for day in sorted(days))


def _dated(windows: list[Windows]) -> pl.Expr:
    """Whether an invoice line is of one of the windows, or of what they are compared with."""
    spans = dict.fromkeys(span for w in windows for span in (w.moves, w.outcome))
    return pl.any_horizontal(span.holds(pl.col("dated_on")) for span in spans)
