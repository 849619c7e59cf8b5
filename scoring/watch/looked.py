"""What do signs look at? The year that ends with the period: its movements, quarters, and whose each account was."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import polars as pl

from scoring.calendar import Calendar
from scoring.credit.ownership import from_history
from scoring.days import Span, months_back
from scoring.ledger import movements
from scoring.ledger.history import active
from scoring.notes.seen import Seen
from scoring.rules.terms import ledger_terms


@dataclass(frozen=True, eq=False)
class Looked:
    """What a run has seen, and the year before its end; `levels` is what accounts paid at instants asked for before."""

    seen: Seen
    levels: dict[date, pl.DataFrame] = field(default_factory=dict)

    @property
    def year(self) -> Span:
        """The twelve months that end with the period."""
        end = self.seen.outcome.end
        return Span(months_back(end, 12), end)

    @cached_property
    def quarters(self) -> list[Span]:
        """The last four quarters of the company that were over when the period was, the first one first."""
        calendar = Calendar(self.seen.rulebook.calendar.fiscal_year_starts, "quarter")
        last = calendar.containing(self.year.end)
        spans = [calendar.previous(last, n) for n in (4, 3, 2, 1)]
        return [Span(s.start, s.end) for s in spans]

    @property
    def lines(self) -> pl.LazyFrame:
        """The ledger's lines that bring something, of which nothing is copied that nobody asks for."""
        return self.seen.lines.filter(pl.col("monthly") > 0)

    @cached_property
    def moves(self) -> pl.DataFrame:
        """The movements of the year day by day, as `ledger.movements.SCHEMA` without `origin`, whatever grain the rules
        ask for."""
        terms = replace(ledger_terms(self.seen.rulebook), movements="daily")
        rates = self.seen.tables["rates"].lazy()
        return movements.of_contracts(self.seen.lines, rates, self.year, terms).drop("origin").collect()

    @cached_property
    def spans(self) -> pl.DataFrame:
        """The days on which each account was whose, as `ownership.SPANS`."""
        return from_history(self.seen.tables["ownership"].lazy()).collect()

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What people call each account."""
        known = self.seen.tables["accounts"].select("account_id", pl.coalesce("name", "account_id"))
        return dict(known.iter_rows())

    def held(self, dated: pl.DataFrame, on: str = "on") -> pl.DataFrame:
        """The rows with manager_id, who had the account on the day; one row per owner, by however many rows of the
        history, and none where nobody had it."""
        day = pl.col(on)
        whose = self.spans.select("account_id", "manager_id", "starts_on", "ends_on")
        joined = dated.join(whose, on="account_id", suffix=" of the span")
        start, end = (f"{n} of the span" if n in dated.columns else n for n in ("starts_on", "ends_on"))
        return joined.filter((pl.col(start) <= day) & (day < pl.col(end))).drop(start, end).unique(maintain_order=True)

    def paying(self, instant: date) -> pl.DataFrame:
        """What each account that pays at the instant pays a month: account_id, level; in its own currency."""
        if instant not in self.levels:
            there = self.lines.filter(active(instant))
            self.levels[instant] = there.group_by("account_id").agg(pl.col("monthly").sum().alias("level")).collect()
        return self.levels[instant]

    @cached_property
    def books(self) -> pl.DataFrame:
        """Who had which paying account at the end of any quarter of the year: manager_id, account_id."""
        ends = [self.paying(q.end).select("account_id", pl.lit(q.last_day).alias("on")) for q in self.quarters]
        return self.held(pl.concat(ends)).select("manager_id", "account_id").unique()

    def next_quarter(self, day: str) -> pl.Expr:
        """The first day of the company's quarter after the one the day lies in."""
        shift = (self.seen.rulebook.calendar.fiscal_year_starts - 1) % 3
        month = pl.col(day).dt.year().cast(pl.Int64) * 12 + pl.col(day).dt.month().cast(pl.Int64) - 1 - shift
        following = (month // 3 + 1) * 3 + shift
        return pl.date(following // 12, following % 12 + 1, 1)


def marked(units: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The manager's accounts, with `is_case` true for those among the cases; cases are of the units in any event."""
    key = ["manager_id", "account_id"]
    everything = pl.concat([units.select(key), cases.select(key)]).unique()
    found = cases.select(*key, pl.lit(value=True).alias("is_case")).unique()
    return everything.join(found, on=key, how="left", validate="1:1").with_columns(
        pl.col("is_case").fill_null(value=False)
    )
