"""What is looked at? The period that is scored, the windows it needs, and what was known by then."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from scoring.calendar import Calendar, Period
from scoring.days import DAY, Span, month_number
from scoring.errors import BookscoreError, Problem, Severity
from scoring.facts import due, growth_parts
from scoring.ledger.build import Windows
from scoring.ledger.terms import Terms
from scoring.lengths import MONTHS_A_QUARTER
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of

Tables = Mapping[str, pl.DataFrame]

_ENDS_ARE_NEWS = 0.5
"""Part of a file's contracts that must be open before the ends of the others say what happened, not what was agreed."""

DATED = {
    "contracts": ("signed_on", "starts_on"),
    "invoices": ("dated_on",),
    "answers": ("answered_on",),
    "activities": ("dated_on",),
}
"""The columns, the first that is filled, whose last day tells how far the exports reach; for contracts see `departed`.

A contract was made when it was signed: renewals signed ahead start after the day of the export.
"""

_ALSO_DATED = {
    "accounts": ("created_on",),
    "ownership": ("starts_on",),
    "milestones": ("dated_on",),
    "rates": ("dated_on",),
}
"""Further columns whose last day tells how old a file is."""


class NothingDatedError(BookscoreError):
    """No period was named and no export says when anything happened."""

    def __init__(self) -> None:
        super().__init__("the exports hold no dated rows up to the as-of day; name a period with --period")


class FuturePeriodError(BookscoreError):
    """A period was asked for that has not begun."""

    def __init__(self, period: Period, as_of: date) -> None:
        super().__init__(
            f"{period.name} begins on {period.start}, after the as-of day {as_of}; name a period that has begun"
        )


def reach(tables: Tables, as_of: date) -> date | None:
    """The last day, up to `as_of`, on which the exports say that something happened; None if never."""
    day = pl.concat(_dated(tables, DATED))["day"]
    last = day.filter(day <= as_of).max()
    return last if isinstance(last, date) else None


def departed(*, of_one_file: bool = False) -> pl.Expr:
    """The day on which a contract was cancelled, or on which it ended where contracts usually run on.

    Where most of its file have an end it was agreed with the start, and says nothing of what was known when it came.
    """
    are_open = pl.col("ends_on").is_null().mean()
    are_news = (are_open if of_one_file else are_open.over("origin_file")) > _ENDS_ARE_NEWS
    return pl.coalesce("cancelled_on", pl.when(are_news).then("ends_on"))


def _dated(tables: Tables, dated: Mapping[str, Iterable[str]]) -> list[pl.DataFrame]:
    """The days on which something happened, each with its file."""
    days = [tables[name].select("origin_file", _day(columns)) for name, columns in dated.items()]
    return [*days, tables["contracts"].select("origin_file", departed().alias("day"))]


def days_of(file: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """The days on which one file says that something happened: `day`. Its columns are those of the table."""
    days = [file.select(_day(DATED[table]))]
    return pl.concat([*days, file.select(departed(of_one_file=True).alias("day"))] if table == "contracts" else days)


def _day(columns: Iterable[str]) -> pl.Expr:
    return pl.coalesce(pl.col(c).cast(pl.Date) for c in columns).alias("day")


def last_days(tables: Tables, as_of: date) -> dict[str, date]:
    """File to the last day, up to `as_of`, on which it says that something happened."""
    known = pl.concat(_dated(tables, {**DATED, **_ALSO_DATED})).filter(pl.col("day") <= as_of)
    return dict(known.group_by("origin_file").agg(pl.col("day").max()).sort("origin_file").iter_rows())


def latest_period(tables: Tables, rulebook: Rulebook, as_of: date) -> Period:
    """The last period that is over on `as_of` and that the exports reach the end of, or nearly so.

    Exports that end in its first half were made after the period before, which is taken, if they hold anything of it.
    Raises NothingDatedError where they reach nowhere.
    """
    first_day = pl.concat(_dated(tables, DATED))["day"].min()
    return reached(calendar_of(rulebook), first_day, reach(tables, as_of), as_of)


def reached(calendar: Calendar, first_day: object, last_day: object, as_of: date) -> Period:
    """What `latest_period` says of exports from a day to the last one up to `as_of`; no dates where they have none."""
    if not (isinstance(first_day, date) and isinstance(last_day, date)):
        raise NothingDatedError
    found = calendar.containing(last_day)
    is_early = (last_day - found.start).days * 2 < found.days
    if is_early and first_day < found.start:
        found = calendar.previous(found)
    return min(calendar.latest_complete(as_of), found, key=lambda p: p.start)


def windows(rulebook: Rulebook, period: Period) -> Windows:
    """The days that a period's figures look at."""
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


def shared_chance(rulebook: Rulebook, now: Windows, before: Windows) -> float:
    """The correlation of the chance in two periods' figures, if it falls evenly on the days they look at.

    A figure on contracts gathers what happens in its window; on invoices it is the scored window less the
    comparison window, so a window that is scored in one and compared with in the other counts against.
    """
    if rulebook.basis == "contracts":
        return _common(now.outcome, before.outcome) / _days(now.outcome)
    alike = _common(now.moves, before.moves) + _common(now.outcome, before.outcome)
    against = _common(now.moves, before.outcome) + _common(now.outcome, before.moves)
    return (alike - against) / (_days(now.moves) + _days(now.outcome))


def shared_quarters(rulebook: Rulebook, now: Period, before: Period) -> float:
    """The part of the trailing quarters that two periods have in common."""
    apart = month_number(now.end) - month_number(before.end)
    return max(0.0, 1 - apart / (MONTHS_A_QUARTER * rulebook.window.quarters))


def _common(one: Span, other: Span) -> int:
    """The days that two spans have in common."""
    return max(0, (min(one.end, other.end) - max(one.start, other.start)).days)


def terms(rulebook: Rulebook) -> Terms:
    """The rulebook's policies as the ledger takes them."""
    return Terms(
        currency=rulebook.currency,
        gap_tolerance_days=rulebook.policies.gap_tolerance_days,
        early_renewal_days=rulebook.policies.early_renewal_days,
        reactivation_window_days=rulebook.policies.reactivation_window_days,
        weeks=rulebook.policies.weeks,
        discounts=rulebook.policies.discounts,
        at_notice=rulebook.policies.churn_date == "notice",
        past_due_days=rulebook.policies.past_due_days,
        fx=rulebook.policies.fx,
        movements=rulebook.policies.movements,
        knows_returns=rulebook.retention.reactivation_counts or not rulebook.quick_ratio.reactivation_counts,
        keeps_free=rulebook.retention.free_accounts == "kept",
        time_zone=rulebook.calendar.time_zone,
        tiers=rulebook.ladder.tiers,
        products=rulebook.ladder.products,
        largest_tier=rulebook.ladder.account_tier == "largest",
    )


def renewal_terms(rulebook: Rulebook, as_of: date) -> due.Terms:
    """The rulebook's policies as renewals take them."""
    return due.Terms(
        ledger=terms(rulebook),
        as_of=as_of,
        by_signature=rulebook.policies.renewal_date == "signature",
        way=rulebook.credit.renewal,
    )


def growth_terms(rulebook: Rulebook) -> growth_parts.Terms:
    """The rulebook's settings as the parts of growth take them."""
    return growth_parts.Terms(
        currency=rulebook.currency,
        has_ladder=bool(rulebook.ladder.tiers),
        discounts=rulebook.policies.discounts,
        credited=rulebook.credit.growth_parts,
        way=rulebook.credit.outcome,
    )


def known_by(tables: Tables, as_of: date, calendar: Calendar) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """The tables as they were known when the day `as_of` of the calendar was over, and a note for each that knew less.

    Only rows that say when they were recorded can be later; the others count as known.
    """
    until = calendar.begins(as_of + DAY)
    made, notes = {}, []
    for name, frame in tables.items():
        is_later = pl.col("recorded_at") >= until
        later = int(frame.select(is_later.sum()).item())
        if later:
            rows, left = ("1 row was", "is") if later == 1 else (f"{later:,} rows were", "are")
            what = f"{rows} recorded after {as_of} and {left} left out"
            notes.append(Problem(what, table=name, severity=Severity.NOTE))
        made[name] = frame.filter(~is_later.fill_null(value=False)) if later else frame
    return made, notes


def late_start(tables: Tables, rulebook: Rulebook, windows: Windows) -> Iterable[Problem]:
    """A warning when the invoices begin well after the window does with which they are compared."""
    compared = windows.outcome
    first_day = tables["invoices"]["dated_on"].min() if rulebook.basis == "invoices" else None
    if not isinstance(first_day, date) or (missing := (first_day - compared.start).days) <= _days(compared) // 10:
        return
    is_empty = first_day >= compared.end
    lacking = "all of it is" if is_empty else f"{missing} of its {_days(compared)} days are"
    effect = "there is nothing to compare with" if is_empty else "growth against it looks larger than it was"
    yield Problem(
        f"the exports begin on {first_day}, but the comparison window on {compared.start}: {lacking} empty",
        f"{effect}; export what came before, or set compare otherwise",
        severity=Severity.WARNING,
    )


def _days(span: Span) -> int:
    return (span.end - span.start).days
