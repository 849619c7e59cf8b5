"""Which policy of ownership holds? From its name to who answers for movements and for outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from scoring.credit import ownership, sellers
from scoring.credit.crediting import Responsibility
from scoring.days import DAY, EVER, NEVER
from scoring.ledger.balances import in_windows, lines_at_instants
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
    rates = tables["rates"]
    if basis == "contracts":
        lines = priced(ledger.lines, rates, windows.moves.start, currency, "monthly")
        by_line = _on_days(sellers.by_line(lines), windows, divide=True)
        causes = (
            _causes_of_net(ledger, windows, rates, currency)
            if ledger.is_net
            else (sellers.causes_by_line(ledger.moves, lines))
        )
        moves = replace(by_line, opens_on=windows.moves.start - DAY, causes=causes)
        span = windows.outcome
        return Answering(moves, replace(moves, span=span, opens_on=span.start - DAY))
    comparison, scored = windows.outcome, windows.moves
    sums = in_windows(ledger.lines, rates, comparison, scored, currency, by=("account_id", "seller_id"))
    held = {"before": (comparison.start, comparison.end), "after_spot": (scored.start, scored.end)}
    spans = sellers.by_window(sums, held)
    causes = pl.concat([sellers.causes_by_window(ledger.moves, sums), sellers.causes_by_rate(ledger.moves, sums)])
    moves = replace(_on_days(spans, windows, divide=True), opens_on=comparison.last_day, causes=causes)
    always = sellers.by_window(sums, dict.fromkeys(("before", "after"), (EVER, NEVER)))
    return Answering(moves, replace(moves, spans=always))


def _causes_of_net(ledger: Ledger, windows: Windows, rates: pl.LazyFrame, currency: str) -> pl.LazyFrame:
    """Whose lines made each account's one movement: what its sellers' lines bring at both ends of the period."""
    ends = lines_at_instants(ledger.lines, rates, windows.moves.start, windows.moves.end, currency)
    sums = ends.group_by("account_id", "seller_id").agg(pl.col("before", "after").sum())
    return sellers.causes_by_window(ledger.moves, sums)


def _on_days(spans: pl.LazyFrame, windows: Windows, *, divide: bool) -> Responsibility:
    span = windows.moves
    return Responsibility(spans, divide, span, span.start, span.last_day)
