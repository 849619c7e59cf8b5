"""Which policy of ownership holds? From its name to who answers for movements and for outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from scoring.credit import ownership, sellers
from scoring.credit.crediting import Responsibility
from scoring.days import DAY, EVER, NEVER, Span
from scoring.ledger.balances import in_windows, sums_at_instants
from scoring.ledger.build import Ledger, Windows
from scoring.ledger.currency import priced

Tables = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True, slots=True)
class Ownership:
    """The policy's name and, for territories, the attribute and the manager of each of its values."""

    policy: str = "history"
    attribute: str | None = None
    managers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers for movements (and holds openings and closings), and who for outcomes."""

    moves: Responsibility
    outcome: Responsibility


def answering(
    own: Ownership,
    tables: Tables,
    ledger: Ledger,
    windows: Windows,
    *,
    basis: str,
    as_of: date,
    currency: str,
) -> Answering:
    """Who answers for what, by the policy's name."""
    if own.policy == "seller":
        return _sellers(tables, ledger, windows, basis, currency)
    outcome_span = windows.outcome if basis == "contracts" else windows.moves
    spans = _spans(own, tables, ledger, windows, basis=basis, as_of=as_of, currency=currency)
    moves = _on_days(spans, windows, divide=False)
    return Answering(moves, replace(moves, span=outcome_span, opens_on=outcome_span.start))


def _spans(
    own: Ownership, tables: Tables, ledger: Ledger, windows: Windows, *, basis: str, as_of: date, currency: str
) -> pl.LazyFrame:
    if own.policy in ownership.RECORDED:
        return ownership.recorded(own.policy, tables, as_of, attribute=own.attribute, managers=own.managers)
    dated, amount = ("dated_on", "amount") if basis == "invoices" else ("starts_on", "monthly")
    start, end = windows.moves.start, windows.moves.end
    sold = priced(ledger.lines, tables["rates"], start, currency, amount).select(
        "account_id", "seller_id", pl.col(dated).alias("dated_on"), pl.col(amount).alias("amount")
    )
    return ownership.from_sales(sold, start, end, largest=own.policy == "main_seller")


def _sellers(tables: Tables, ledger: Ledger, windows: Windows, basis: str, currency: str) -> Answering:
    """Sellers share an account by what they sold, and cause the movements their sales make.

    On invoices the outcome belongs to all of them by what they sold in the two windows together.
    """
    rates, by = tables["rates"], ("account_id", "seller_id")
    if basis == "contracts":
        return _sellers_of_lines(ledger, windows, rates, currency, by)
    comparison, scored = windows.outcome, windows.moves
    sums = in_windows(ledger.lines, rates, comparison, scored, currency, by=by)
    spans = sellers.by_window(sums, {"before": comparison, "after_spot": scored})
    causes = pl.concat([sellers.causes_by_window(ledger.moves, sums), sellers.causes_by_rate(ledger.moves, sums)])
    moves = replace(_on_days(spans, windows, divide=True), opens_on=comparison.last_day, causes=causes)
    always = sellers.by_window(sums, dict.fromkeys(("before", "after"), Span(EVER, NEVER)))
    return Answering(moves, replace(moves, spans=always))


def _sellers_of_lines(
    ledger: Ledger, windows: Windows, rates: pl.LazyFrame, currency: str, by: tuple[str, ...]
) -> Answering:
    """The same on contracts: by the day, but for the opening and the closing, which are what the lines bring then."""
    span, eve = windows.moves, Span(windows.moves.start - DAY, windows.moves.start)
    lines = priced(ledger.lines, rates, span.start, currency, "monthly")
    sums = sums_at_instants(ledger.lines, rates, span.start, span.end, currency, by=by)
    ends = sellers.by_window(sums, {"before": eve, "after_spot": Span(span.last_day, span.end)})
    always = sellers.by_line(lines)
    spans = pl.concat([ends, sellers.between(always, Span(span.start, span.last_day))])
    caused = sellers.causes_by_window(ledger.moves, sums)
    if not ledger.is_net:
        caused = sellers.causes_by_line(ledger.moves, lines)
    causes = pl.concat([caused, sellers.causes_by_rate(ledger.moves, sums)])
    moves = replace(_on_days(spans, windows, divide=True), opens_on=eve.start, causes=causes)
    outcome = windows.outcome
    return Answering(moves, replace(moves, spans=always, span=outcome, opens_on=outcome.start - DAY))


def _on_days(spans: pl.LazyFrame, windows: Windows, *, divide: bool) -> Responsibility:
    span = windows.moves
    return Responsibility(spans, divide, span, span.start, span.last_day)
