"""What did each account pay at the start and at the end? On contracts, at instants; on invoices, in windows."""

from datetime import date

import polars as pl

from scoring.days import Span
from scoring.ledger.currency import at_each_day, at_one_day, converted
from scoring.ledger.history import active, with_a_line
from scoring.money import MONEY

ENDS = ("before", "after", "after_spot")
_ZERO = pl.lit(0).cast(MONEY)


def lines_at_instants(
    lines: pl.LazyFrame, rates: pl.LazyFrame, start: date, end: date, reporting: str, *, spot: bool = False
) -> pl.LazyFrame:
    """What each line brings at two instants.

    The lines in force at either, with `before` and `after`, a month's revenue in the reporting currency at the rate of
    `start` (`after` at that of `end` with `spot`); 0 where the line is not in force.
    """
    standing = lines.filter(active(start) | active(end))
    priced = at_one_day(standing, rates, start, reporting)
    both = _at_both_ends(priced, "monthly", active(start), active(end))
    if not spot:
        return both
    later = at_one_day(both, rates, end, reporting)
    return later.with_columns(_or_zero("monthly", active(end), "after")).drop("rate")


def at_instants(lines: pl.LazyFrame, rates: pl.LazyFrame, start: date, end: date, reporting: str) -> pl.LazyFrame:
    """Recurring revenue of each account at two instants.

    One row per account with a line: account_id, `before`, `after` (both at the rate of `start`) and
    `after_spot` (at the rate of `end`), a month's revenue in the reporting currency. 0 is measured as zero.
    """
    sums = sums_at_instants(lines, rates, start, end, reporting, by=("account_id",))
    found = with_a_line(lines).join(sums, on="account_id", how="left", validate="1:1")
    return found.with_columns(pl.col(*ENDS).fill_null(_ZERO)).sort("account_id")


def sums_at_instants(
    lines: pl.LazyFrame, rates: pl.LazyFrame, start: date, end: date, reporting: str, *, by: tuple[str, ...]
) -> pl.LazyFrame:
    """The same of what `by` names; nothing is said of those without a line at either instant. In no order."""
    keep = lines.select(*by, "currency", "monthly", "starts_on", "ends_on")
    constant = lines_at_instants(keep, rates, start, end, reporting)
    both = at_one_day(constant, rates, end, reporting).with_columns(_or_zero("monthly", active(end), "after_spot"))
    return _added(both, by)


def lines_in_windows(
    invoices: pl.LazyFrame, rates: pl.LazyFrame, comparison: Span, scored: Span, reporting: str, *, spot: bool = False
) -> pl.LazyFrame:
    """What each line brings in two windows.

    The lines of either window with `before` and `after`, their amounts in the reporting currency at the rate
    of the scored window's first day (`after` at that of the line's own day with `spot`); 0 where the line is not
    in the window.
    """
    day = pl.col("dated_on")
    dated = invoices.filter(comparison.holds(day) | scored.holds(day))
    priced = at_one_day(dated, rates, scored.start, reporting)
    both = _at_both_ends(priced, "amount", comparison.holds(day), scored.holds(day))
    if not spot:
        return both
    later = at_each_day(both, rates, "dated_on", reporting)
    return later.with_columns(_or_zero("amount", scored.holds(day), "after")).drop("rate")


def in_windows(
    invoices: pl.LazyFrame,
    rates: pl.LazyFrame,
    comparison: Span,
    scored: Span,
    reporting: str,
    *,
    by: tuple[str, ...] = ("account_id",),
) -> pl.LazyFrame:
    """Net revenue of each account (or of what `by` names) in two windows.

    One row per account with a line in either window: `before` and `after` at the rate of the scored
    window's first day, and `after_spot` at the rate of each line's own day, in the reporting currency.
    """
    keep = invoices.select(*by, "currency", "dated_on", "amount")
    constant = lines_in_windows(keep, rates, comparison, scored, reporting)
    counted = scored.holds(pl.col("dated_on"))
    both = at_each_day(constant, rates, "dated_on", reporting).with_columns(_or_zero("amount", counted, "after_spot"))
    return _added(both, by).sort(by, nulls_last=True)


def _at_both_ends(priced: pl.LazyFrame, amount: str, before: pl.Expr, after: pl.Expr) -> pl.LazyFrame:
    """The lines with what they bring at both ends, at the rate they come with."""
    once = priced.with_columns(converted(amount).alias("converted"))
    ends = {"before": before, "after": after}
    both = [pl.when(counted).then("converted").otherwise(_ZERO).alias(name) for name, counted in ends.items()]
    return once.with_columns(both).drop("rate", "converted")


def _or_zero(amount: str, counted: pl.Expr, name: str) -> pl.Expr:
    """The converted amount where it is counted, else 0."""
    return pl.when(counted).then(converted(amount)).otherwise(_ZERO).alias(name)


def _added(lines: pl.LazyFrame, by: tuple[str, ...]) -> pl.LazyFrame:
    """The sums of both ends by account, or by what `by` names."""
    return lines.group_by(by).agg(pl.col(*ENDS).sum().cast(MONEY))
