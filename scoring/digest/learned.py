"""What was learned of sealed periods since the last digest? Money that moved in them, by manager or line by line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scoring.digest.content import Words, day, name
from scoring.numbers import fixed
from scoring.reports.names import alphabetical
from scoring.reports.prior import KINDS, signed_money, why
from scoring.scorecard.cards import Card
from scoring.view import NotVisibleError, Seen

MOST = 8
"""So many managers, or lines, are named."""
_OPENING = "opening"
"""The kind of a line that is about what was there before the sealed period began."""

Line = Mapping[str, Any]


def learned(now: Seen, last: Seen | None, cards: Sequence[Card], *, is_own: bool) -> tuple[Words, ...]:
    """What was learned of sealed periods that the last digest did not say: the sum, then the largest first.

    By manager, or line by line of one's own.
    """
    told = sorted(((card, lines) for card in cards if (lines := _new_lines(card, last))), key=_most_learned)
    currency = told[0][0]["prior_periods"].get("currency", now.facts["currency"]) if told else ""
    every = [line for _, lines in told for line in lines]
    if is_own:
        sentences: list[Words] = [_line(line, currency) for line in sorted(every, key=_largest_line)]
    else:
        sentences = [_lines(card, lines, currency) for card, lines in told]
    if len(sentences) > 1:
        whose = "" if is_own else f" of {_many(len(told), 'manager')}"
        sentences.insert(0, (f"{_many(len(every), 'line')}{whose}, {signed_money(_sum(every), currency)} in all.",))
    rest = len(sentences) - 1 - MOST
    more = [(f"And {_many(rest, 'line' if is_own else 'manager', 'more ')}.",)] if rest > 0 else []
    return (*sentences[: MOST + 1], *more)


def _new_lines(card: Card, last: Seen | None) -> list[Line]:
    """The lines of the card that the last digest's run did not have."""
    found = list((card.get("prior_periods") or {}).get("lines", ()))
    if not found or last is None:
        return found
    try:
        known = (last.card(card["manager_id"]).get("prior_periods") or {}).get("lines", ())
    except NotVisibleError:
        known = ()
    return [line for line in found if line not in known]


def _line(line: Line, currency: str) -> Words:
    """A line of one's own accounts."""
    kind, on = str(KINDS.get(line["kind"], line["kind"])), day(line["effective_on"])
    what = f"from before {on}" if line["kind"] == _OPENING else f"{kind[:1].lower()}{kind[1:]} on {on}"
    return (name(line["account"]), f": {signed_money(line['amount'], currency)}, {what}; ", name(why(line)), ".")


def _lines(card: Card, lines: Sequence[Line], currency: str) -> Words:
    """What was learned of one manager's accounts, as one sum and its largest line."""
    largest = min(lines, key=_largest_line)
    told = f": {signed_money(_sum(lines), currency)} in {_many(len(lines), 'line')}"
    if len(lines) > 1:
        told += f"; the largest {signed_money(largest['amount'], currency)}"
    return (name(card["name"]), f"{told} of ", name(largest["account"]), ", ", name(why(largest)), ".")


def _most_learned(told: tuple[Card, Sequence[Line]]) -> tuple[Decimal, tuple[str, str], str]:
    card, lines = told
    return -abs(_sum(lines)), alphabetical(card["name"]), card["manager_id"]


def _largest_line(line: Line) -> tuple[Decimal, str, str]:
    return -abs(Decimal(line["amount"])), line["account_id"], line["effective_on"]


def _sum(lines: Sequence[Line]) -> Decimal:
    return sum((Decimal(line["amount"]) for line in lines), Decimal(0))


def _many(count: int, what: str, more: str = "") -> str:
    return f"{fixed(count, 0)} {more}{what}{'' if count == 1 else 's'}"
