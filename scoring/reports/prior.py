"""What was learned since earlier periods were sealed? The lines of a card, from as published to as known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.ledger.places import listed
from scoring.notes.seen import counted
from scoring.numbers import decimals, exact, fixed, money
from scoring.scorecard.context import day

MOST_LINES = 8
"""So many lines are printed one by one."""

KINDS = {
    "opening": "Opening", "new": "New", "reactivation": "Came back", "expansion": "Expansion",
    "contraction": "Contraction", "churn": "Left", "fx": "Currency", "transfer_in": "Taken over",
    "transfer_out": "Handed over", "revenue": "Revenue", "version": "Computed otherwise",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line."""

    account: str
    day: str
    kind: str
    amount: str
    why: str


@dataclass(frozen=True, slots=True)
class Learned:
    """What a card says of sealed periods: its lines, what more there are, and both ends of the bridge."""

    until: str
    lines: tuple[Line, ...]
    more: str
    rest: str
    published: str
    known: str


def learned(card: Mapping[str, Any]) -> Learned | None:
    """What was learned; None where nothing is sealed, or nothing was learned."""
    told = card.get("prior_periods")
    if not told or not told["lines"]:
        return None
    currency, found = told.get("currency", card["currency"]), told["lines"]
    ordered = sorted(found, key=lambda line: -abs(Decimal(line["amount"])))
    shown, rest = ordered[:MOST_LINES], ordered[MOST_LINES:]
    left = sum((Decimal(line["amount"]) for line in rest), Decimal(0))
    return Learned(
        until=told["sealed_until"],
        lines=tuple(_line(line, currency) for line in sorted(shown, key=lambda line: line["effective_on"])),
        more=f"{fixed(len(rest), 0)} more line{'' if len(rest) == 1 else 's'}" if rest else "",
        rest=signed_money(left, currency),
        published=money(told["bridge"]["sealed"], currency, decimals(currency)),
        known=money(told["bridge"]["known"], currency, decimals(currency)),
    )


def _line(line: Mapping[str, Any], currency: str) -> Line:
    when = ("before " if line["kind"] == "opening" else "") + day(date.fromisoformat(line["effective_on"]))
    return Line(
        line["account"], when, KINDS.get(line["kind"], line["kind"]), signed_money(line["amount"], currency), why(line)
    )


def why(line: Mapping[str, Any]) -> str:
    """Why a line was not known before, with the rows it came from."""
    if line["cause"] == "late":
        words = f"recorded {day(date.fromisoformat(line['recorded_at'][:10]))}"
    else:
        words = {
            "silent": "changed in the export without a word",
            "rates": "other exchange rates",
            "time": "was open then, is decided now",
            "version": "by this version of bookscore",
        }[line["cause"]]
    first, *more = listed(line["origin"])
    others = f" and {counted(len(more), 'more row')}" if more else ""
    return f"{words} ({first}{others})" if first else words


def signed_money(amount: Any, currency: str) -> str:
    """Money with its sign, also where it is more."""
    number = exact(amount)
    return f"{'+' if number and number > 0 else ''}{money(number, currency, decimals(currency))}"
