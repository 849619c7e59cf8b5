"""What was learned since a period was sealed? Lines of the next run, which lead from as published to as known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from scoring.calendar import Period
from scoring.errors import NotConservedError
from scoring.ledger.movements import signed
from scoring.ledger.places import joined
from scoring.money import MONEY
from scoring.period.booking import Booked, booked
from scoring.restate.causes import CAUSED, caused
from scoring.restate.changed import changed
from scoring.restate.sealed import Sealed, as_scored
from scoring.rules.versions import calendar_of

Tables = Mapping[str, pl.DataFrame]

WHOSE = ["account_id", "manager_id"]
_LINE = [*WHOSE, "effective_on", "kind"]

PRIOR = {
    "account_id": pl.String(),
    "account": pl.String(),
    "manager_id": pl.String(),
    "period": pl.String(),
    "effective_on": pl.Date(),
    "kind": pl.String(),
    "amount": MONEY,
    **CAUSED,
}
"""A line is what changed for an account and who was credited with it, on the day it was effective.

`period` is the sealed period of that day, null before the first one. `kind` is a movement, transfer_in or transfer_out,
`opening` for what was so before all sealed periods, `revenue` on invoices, `version` for what another version of
bookscore computes otherwise. `amount` has the sign that it adds with. `cause` is late, silent, rates, or time where no
row changed but what was open is decided; `origin` the rows that changed.
"""

_STEADY = ("history", "current", "territory")
"""Policies of ownership by which a day's owner does not depend on the window that is looked at."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days that are looked at again, under the rules of the sealed run, with both books."""

    period: Period
    then: Booked
    now: Booked


@dataclass(frozen=True, eq=False)
class Prior:
    """What a run says of sealed periods before it. `seals` are all that it looked at, the last one last.

    `lines` as `PRIOR`. `closing`: account_id, manager_id, `sealed` and `known` of the last sealed period.
    """

    seals: Sequence[Sealed]
    lines: pl.DataFrame
    closing: pl.DataFrame

    @property
    def leading(self) -> pl.DataFrame:
        """The lines that lead from one closing to the other: on invoices, where nothing goes on, those of the last."""
        last = self.seals[-1]
        is_sold = last.rulebook.basis == "invoices"
        return self.lines.filter(pl.col("period") == last.period.name) if is_sold else self.lines

    @cached_property
    def by_manager(self) -> pl.DataFrame:
        """One row per manager: manager_id, sealed, lines, known; adding up to the last digit."""
        told = self.leading.group_by("manager_id").agg(pl.col("amount").sum().alias("lines"))
        ends = self.closing.group_by("manager_id").agg(pl.col("sealed", "known").sum())
        both = ends.join(told, on="manager_id", how="full", coalesce=True, validate="1:1")
        return both.select("manager_id", *(_filled(c) for c in ("sealed", "lines", "known"))).sort("manager_id")


def prior_periods(seals: Sequence[Sealed], tables: Tables, as_of: date, period: Period) -> Prior | None:
    """What was learned since of the sealed periods before this one; None where there are none.

    Runs that look on a later day than `as_of` were not published then, and are passed over. `tables` are as they were
    read, known when the day `as_of` was over. What an earlier sealed run told of them is not told again: rows are held
    against those that the last sealed run read. Raises NotConservedError.
    """
    known = (s for s in seals if s.period.end <= period.start and s.as_of <= as_of)
    earlier = sorted(known, key=lambda s: (s.period.end, s.period.start))
    if not earlier:
        return None
    last, read = earlier[-1], earlier[-1].read()
    states = [as_scored(t, last.rulebook) for t in (read, tables)]
    days = (last.as_of, as_of)
    if last.rulebook.basis == "invoices":
        found = [_revenue(s, last, states, days) for s in earlier if s.rulebook.basis == "invoices"]
        rows, made = pl.concat([lines for lines, _ in found]), found[-1][1]
    else:
        rows, made = _moves(earlier, states, days)
    closing = _closing(made, last)
    rows = pl.concat([rows, _versions(closing, last)], how="diagonal").filter(pl.col("amount") != 0)
    changes = changed(read, tables, last.period.end, last.as_of, calendar_of(last.rulebook))
    lines = _named(caused(rows, changes, read, tables, last.rulebook), earlier, states)
    prior = Prior(earlier, lines, closing.select(*WHOSE, "sealed", "known"))
    _check(prior.leading, closing)
    return prior


def _moves(
    earlier: Sequence[Sealed], states: Sequence[Tables], days: tuple[date, date]
) -> tuple[pl.DataFrame, Stretch]:
    """What changed on contracts: the last sealed period, and further back where its opening is another one, too."""
    last = earlier[-1]
    first = next(s for s in earlier if s.rulebook.basis == "contracts")
    made = _stretch(last.period, last, states, days, retention_window="period")
    rows = _differences(made)
    is_open = not rows.filter(pl.col("kind") == "opening").is_empty()
    if is_open and first is not last and last.rulebook.ownership.policy in _STEADY:
        whole = Period(f"{first.period.name} to {last.period.name}", first.period.start, last.period.end)
        made = _stretch(whole, last, states, days, retention_window="period")
        rows = _differences(made)
    return rows, made


def _stretch(
    period: Period, sealed: Sealed, states: Sequence[Tables], days: tuple[date, date], **settings: str
) -> Stretch:
    rules = sealed.rulebook.model_copy(update={"rules": (), **settings})
    then, now = (booked(dict(t), rules, period, day, metrics=()) for t, day in zip(states, days, strict=True))
    return Stretch(period, then, now)


def _differences(made: Stretch) -> pl.DataFrame:
    """What the book of now has more than that of then: opening, movements and transfers; `_LINE`, amount, origin."""
    parts = []
    for book, sign in ((made.now, 1), (made.then, -1)):
        moves = book.moves.select(
            *WHOSE,
            pl.col("moved_on").alias("effective_on"),
            "kind",
            (sign * signed(pl.col("kind"), pl.col("amount"))).cast(MONEY).alias("amount"),
            "origin",
        )
        parts.append(moves)
        for column, way, day in (
            ("opening", 1, made.period.start),
            ("transfer_in", 1, made.period.last_day),
            ("transfer_out", -1, made.period.last_day),
        ):
            parts.append(_on(day, column, book.rows, sign * way * pl.col(column)))
    return (
        pl.concat(parts)
        .group_by(_LINE)
        .agg(pl.col("amount").sum(), joined(pl.col("origin").filter(pl.col("origin") != "").unique().sort()))
        .filter(pl.col("amount") != 0)
    )


def _revenue(
    sealed: Sealed, last: Sealed, states: Sequence[Tables], days: tuple[date, date]
) -> tuple[pl.DataFrame, Stretch]:
    """What changed on invoices: the revenue of a sealed period, under its rules, in the currency of the last one."""
    made, day = _stretch(sealed.period, sealed, states, days, currency=last.rulebook.currency), sealed.period.last_day
    sides = [_on(day, "revenue", b.rows, sign * pl.col("closing")) for b, sign in ((made.now, 1), (made.then, -1))]
    rows = pl.concat(sides).group_by(*_LINE, "origin").agg(pl.col("amount").sum())
    return rows.with_columns(sold_in=pl.lit(sealed.period.name)), made


def _on(day: date, kind: str, rows: pl.DataFrame, amount: pl.Expr) -> pl.DataFrame:
    """The amounts of rows as lines of that kind on the day."""
    dated, origin = pl.lit(day).alias("effective_on"), pl.lit("").alias("origin")
    return rows.select(*WHOSE, dated, pl.lit(kind).alias("kind"), amount.cast(MONEY).alias("amount"), origin)


def _closing(made: Stretch, last: Sealed) -> pl.DataFrame:
    """How the last sealed period closes, by account and manager: `sealed`, computed again (`then`), and as `known`."""
    sides = {"sealed": last.book, "then": made.then.rows.lazy(), "known": made.now.rows.lazy()}
    sums = [f.group_by(WHOSE).agg(pl.col("closing").sum().alias(name)) for name, f in sides.items()]
    whole = sums[0]
    for one in sums[1:]:
        whole = whole.join(one, on=WHOSE, how="full", coalesce=True, validate="1:1")
    return whole.select(*WHOSE, *(_filled(c) for c in sides)).sort(WHOSE).collect()


def _versions(closing: pl.DataFrame, last: Sealed) -> pl.DataFrame:
    """What this version of bookscore computes otherwise from what the sealed run read; `sold_in` is null."""
    lines = _on(last.period.last_day, "version", closing, pl.col("then") - pl.col("sealed"))
    return lines.with_columns(sold_in=pl.lit(None, pl.String))


def _named(lines: pl.DataFrame, earlier: Sequence[Sealed], states: Sequence[Tables]) -> pl.DataFrame:
    """The lines with the names of their accounts and periods, as `PRIOR`, by manager, account and day.

    An account is called as it is now, else, where the exports have it no more, as it was then.
    """
    day, sold = pl.col("effective_on"), pl.col("kind") == "revenue"
    dated, period = pl.max_horizontal(day, pl.lit(earlier[0].period.start)), pl.lit(None, dtype=pl.String)
    for s in reversed(earlier):
        span = s.period
        its = pl.when(sold).then(pl.col("sold_in") == span.name).otherwise((day >= span.start) & (day < span.end))
        period = pl.when(its).then(pl.lit(span.name)).otherwise(period)
        inside = pl.when((day >= span.start) & (day < span.end)).then(day).otherwise(pl.lit(span.last_day))
        dated = pl.when(sold & (pl.col("sold_in") == span.name)).then(inside).otherwise(dated)
    known = pl.concat([tables["accounts"].select("account_id", account="name") for tables in reversed(states)])
    names = known.drop_nulls().unique("account_id", keep="first", maintain_order=True)
    return (
        lines.join(names, on="account_id", how="left", validate="m:1")
        .with_columns(
            pl.coalesce("account", "account_id").alias("account"),
            pl.when(pl.col("kind") != "opening").then(period).alias("period"),
            dated.alias("effective_on"),
        )
        .select(pl.col(c).cast(kind) for c, kind in PRIOR.items())
        .sort("manager_id", "account_id", "effective_on", "kind")
    )


def _check(lines: pl.DataFrame, closing: pl.DataFrame) -> None:
    """Raises NotConservedError where the lines do not lead from the sealed closing to the known one."""
    told = lines.group_by(WHOSE).agg(pl.col("amount").sum())
    off = (
        closing.join(told, on=WHOSE, how="full", coalesce=True, validate="1:1")
        .with_columns(_filled(c) for c in ("sealed", "amount", "known"))
        .filter(pl.col("sealed") + pl.col("amount") != pl.col("known"))
        .sort(WHOSE)
    )
    if off.height:
        first = off.row(0, named=True)
        what = f"closing of {first['account_id']} with {first['manager_id']}"
        raise NotConservedError("prior periods", what, f"{first['sealed']} + {first['amount']}", str(first["known"]))


def _filled(column: str) -> pl.Expr:
    return pl.col(column).fill_null(pl.lit(0).cast(MONEY)).cast(MONEY)
