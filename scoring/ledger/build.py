"""What happened to each account? The one place that reads contracts or invoices into a ledger."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from scoring.days import DAY, Span
from scoring.ledger import movements, standing
from scoring.ledger.balances import at_instants, in_windows, lines_at_instants, lines_in_windows
from scoring.ledger.currency import AMOUNT, at_first_day, at_one_day, converted
from scoring.ledger.history import active, served, serving
from scoring.ledger.ladder import rungs, tiers_of_accounts
from scoring.ledger.terms import Terms
from scoring.money import MONEY


@dataclass(frozen=True, slots=True)
class Windows:
    """The days a run looks at.

    On contracts `moves` is the period and `outcome` the span over which retention is measured. On invoices
    `outcome` is the comparison window and `moves` the scored one.
    """

    moves: Span
    outcome: Span


ENDS = ("account_id", "line_id", "product", "before", "after", "origin_file", "origin_row")
"""A line behind the outcome: the lines of an account add up to its before and after (below 0 counts as 0)."""


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """What happened, account by account, in the reporting currency.

    `bridge`: account_id, opening, closing. `moves`: as `movements.SCHEMA`. `outcome`: account_id, before,
    after (neither below 0), event_on. `tiers`: account_id, tier_before, tier_after. `lines`: what it was
    read from, with `rung`, and in `counts` whether the line stands in the closing revenue. `ends`: the lines
    that stand in an account's before or after, with their part of it, as `ENDS`. `standing`: as
    `standing.SCHEMA`, None where no policy asks for it. `is_net`: an account has one movement in the period,
    not one a day. `eve`: how long before the day of a churn the account was served last; no time on invoices, where
    there is no service, and the loss is of its own day.
    """

    bridge: pl.LazyFrame
    moves: pl.LazyFrame
    outcome: pl.LazyFrame
    tiers: pl.LazyFrame
    lines: pl.LazyFrame
    ends: pl.LazyFrame
    standing: pl.LazyFrame | None = None
    is_net: bool = False
    eve: timedelta = DAY


def contract_lines(contracts: pl.LazyFrame, terms: Terms, as_of: date) -> pl.LazyFrame:
    """The recurring lines of the contracts, as `history.recurring`, with `rung`."""
    return serving(contracts_served(contracts, terms, as_of))


def contracts_served(contracts: pl.LazyFrame, terms: Terms, as_of: date) -> pl.LazyFrame:
    """Every line of the contracts, as `history.served`, with `rung`."""
    return rungs(served(contracts, terms, as_of), terms.tiers, terms.products)


def at_own_rates(lines: pl.LazyFrame, rates: pl.LazyFrame, terms: Terms, basis: str) -> pl.LazyFrame:
    """The lines; where the terms keep each at the rate of its first day, in the reporting currency, by line_id."""
    if terms.fx != "at_start":
        return lines
    day = "starts_on" if basis == "contracts" else "dated_on"
    return at_first_day(lines, rates, terms.currency, AMOUNT[basis], day).sort("line_id")


def of_contracts(lines: pl.LazyFrame, rates: pl.LazyFrame, terms: Terms, windows: Windows) -> Ledger:
    """The ledger of recurring revenue, from `contract_lines`: states at instants, movements day by day."""
    moves, outcome = windows.moves, windows.outcome
    if terms.fx == "at_start":
        lines = at_own_rates(lines, rates, terms, "contracts").collect().lazy()
    bridge = at_instants(lines, rates, moves.start, moves.end, terms.currency)
    ends = at_instants(lines, rates, outcome.start, outcome.end, terms.currency)
    last_on = movements.last_paid_on(lines, outcome, terms.currency)
    changes = movements.of_contracts(lines, rates, moves, terms)
    return Ledger(
        bridge=bridge.select("account_id", pl.col("before").alias("opening"), pl.col("after_spot").alias("closing")),
        moves=pl.concat([changes, movements.of_exchange(bridge, moves)]),
        outcome=_outcome(ends, last_on, outcome.last_day, terms),
        tiers=tiers_of_accounts(
            _comparable(lines, rates, terms, "monthly", outcome.start),
            "monthly",
            active(outcome.start),
            active(outcome.end),
            largest=terms.largest_tier,
        ),
        lines=lines.with_columns(active(moves.end).alias("counts")),
        ends=_ends(
            lines_at_instants(lines, rates, outcome.start, outcome.end, terms.currency, spot=terms.fx == "spot")
        ),
        standing=standing.of_contracts(lines, ends, outcome, terms),
        is_net=terms.movements == "net",
    )


def invoice_lines(invoices: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    """The invoice lines with `rung`."""
    return rungs(invoices, terms.tiers, terms.products)


def of_invoices(lines: pl.LazyFrame, rates: pl.LazyFrame, terms: Terms, windows: Windows) -> Ledger:
    """The ledger of orders, from `invoice_lines`: net revenue of the comparison window against the scored one."""
    scored, comparison = windows.moves, windows.outcome
    lines = at_own_rates(lines, rates, terms, "invoices")
    balances = in_windows(lines, rates, comparison, scored, terms.currency)
    changes = movements.of_windows(balances, lines, scored, terms)
    inside = scored.holds(pl.col("dated_on"))
    last_on = lines.filter(inside).group_by("account_id").agg(pl.col("dated_on").max().alias("last_on"))
    return Ledger(
        bridge=balances.select("account_id", pl.col("before").alias("opening"), pl.col("after_spot").alias("closing")),
        moves=pl.concat([changes, movements.of_exchange(balances, scored)]),
        outcome=_outcome(balances, last_on, scored.start, terms),
        tiers=tiers_of_accounts(
            _sold(_comparable(lines, rates, terms, "amount", scored.start), comparison, scored, terms),
            "amount",
            ~pl.col("is_scored"),
            pl.col("is_scored"),
            largest=terms.largest_tier,
        ),
        lines=lines.with_columns(inside.alias("counts")),
        ends=_ends(lines_in_windows(lines, rates, comparison, scored, terms.currency, spot=terms.fx == "spot")),
        standing=standing.of_invoices(lines, balances, scored, terms),
        eve=timedelta(0),
    )


def _comparable(lines: pl.LazyFrame, rates: pl.LazyFrame, terms: Terms, amount: str, day: date) -> pl.LazyFrame:
    """The lines, in one currency where it matters which brings more."""
    if not terms.largest_tier:
        return lines
    return at_one_day(lines, rates, day, terms.currency).with_columns(converted(amount))


def _sold(lines: pl.LazyFrame, comparison: Span, scored: Span, terms: Terms) -> pl.LazyFrame:
    """What each account bought on each rung in either window, less what came back.

    One row per account_id, rung, currency and window, `is_scored` or not, with `amount`.
    """
    day = pl.col("dated_on")
    return (
        lines.filter(pl.col("rung").is_not_null(), comparison.holds(day) | scored.holds(day))
        .group_by(
            "account_id", "rung", pl.col("currency").fill_null(terms.currency), scored.holds(day).alias("is_scored")
        )
        .agg(pl.col("amount").sum())
    )


def _ends(lines: pl.LazyFrame) -> pl.LazyFrame:
    """The lines that bring something at either end, as `ENDS`."""
    return (
        lines.select(*ENDS)
        .with_columns(pl.col("before", "after").fill_null(pl.lit(0).cast(MONEY)))
        .filter((pl.col("before") != 0) | (pl.col("after") != 0))
        .sort("line_id", "origin_file", "origin_row")
        .sort("account_id", maintain_order=True)  # at half the cost of four keys at once
    )


def _outcome(ends: pl.LazyFrame, last_on: pl.LazyFrame, otherwise: date, terms: Terms) -> pl.LazyFrame:
    zero = pl.lit(0).cast(MONEY)
    after = "after_spot" if terms.fx == "spot" else "after"
    return (
        ends.join(last_on, on="account_id", how="left", validate="1:1")
        .select(
            "account_id",
            pl.max_horizontal("before", zero).cast(MONEY).alias("before"),
            pl.max_horizontal(after, zero).cast(MONEY).alias("after"),
            pl.coalesce("last_on", pl.lit(otherwise)).alias("event_on"),
        )
        .sort("account_id")
    )
