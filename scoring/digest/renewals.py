"""What comes up for renewal, and what of it is at risk? The accounts with most at risk, the others as one sum."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from scoring.digest import whole
from scoring.digest.against import is_over
from scoring.digest.content import Due, Name, Renewals, name
from scoring.digest.links import Links
from scoring.facts.renewals import WITHIN
from scoring.numbers import fixed, money
from scoring.scorecard.cards import Card
from scoring.view import Seen

MOST = 10
"""So many accounts are named."""

_MOST_UNDECIDED = 4
"""So many of them are of the running period, where there are others: these come first, and are seldom the largest."""

_SOONEST = "Those of the running period come first. "
_KNOWN = "The chance is that of the next renewal, by the run’s lifetime model; what most is at risk by it comes first."
_UNKNOWN = "No model of this run knows how likely these renewals are; the largest amounts come first."
_NONE = Decimal(0)
_LAST = f"due_in_{WITHIN[-1]}"


def renewals(now: Seen, cards: Sequence[Card], links: Links, *, is_own: bool) -> Renewals | None:
    """The renewals of these managers in the days after the period, and while it runs those of it that are not decided.

    None where there are none. Where it `is_own`, nobody needs to be told whose they are.
    """
    found = _once(_due(now, card, row, links, is_own=is_own) for card, row in _rows(now, cards))
    if not found:
        return None
    named, rest = _named(found)
    rows = [row for _, row in _rows(now, cards)]
    return Renewals(
        until=date.fromisoformat(now.facts["period"]["to"]),
        within=_within(rows),
        rows=tuple(named),
        more=len(rest),
        rest=sum((due.amount for due in rest), _NONE),
        note=_note(found),
        undecided=_undecided(now, rows),
    )


def counted(now: Seen, cards: Sequence[Card]) -> Renewals | None:
    """The same for a shared channel: how many, no account and no amount."""
    whole_of_it = renewals(now, cards, Links(None), is_own=False)
    if whole_of_it is None:
        return None
    within = {days: (count, None) for days, (count, _) in whole_of_it.within.items()}
    undecided = whole_of_it.undecided[0], None
    return replace(whole_of_it, rows=(), more=0, rest=_NONE, note="", within=within, undecided=undecided)


def _rows(now: Seen, cards: Iterable[Card]) -> Iterable[tuple[Card, Mapping[str, Any]]]:
    known = whole.dues(now)
    rows = ((card, row) for card in cards for row in known.get(card["manager_id"], ()))
    return [(card, row) for card, row in rows if row[_LAST] > 0 or _open(now, row) > 0]


def _within(rows: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, Decimal | None]]:
    return {days: _sum(rows, f"dues_in_{days}", f"due_in_{days}") for days in WITHIN}


def _undecided(now: Seen, rows: Sequence[Mapping[str, Any]]) -> tuple[int, Decimal | None]:
    """How many of the period itself are not decided while it runs, and what they amount to."""
    return _sum([] if is_over(now) else rows, "dues_open", "due_open")


def _open(now: Seen, row: Mapping[str, Any]) -> Decimal:
    """What of the account is due in the period itself and not decided; nothing where the period is over."""
    amount: Decimal = _NONE if is_over(now) else row["due_open"]
    return amount


def _sum(rows: Sequence[Mapping[str, Any]], count: str, amount: str) -> tuple[int, Decimal]:
    return ceil(sum((row[count] for row in rows), _NONE)), sum((row[amount] for row in rows), _NONE)


def _due(now: Seen, card: Card, row: Mapping[str, Any], links: Links, *, is_own: bool) -> Due:
    undecided = _open(now, row)
    amount, chance = row[_LAST] + undecided, row.get("chance_active")
    return Due(
        account_id=row["account_id"],
        account=name(row.get("account") or row["account_id"]),
        manager=None if is_own else name(card["name"]),
        within=0 if undecided > 0 else next(days for days in WITHIN if row[f"due_in_{days}"] > 0),
        amount=amount,
        chance=chance,
        at_risk=None if chance is None else amount * (1 - Decimal(repr(chance))),
        why=(*_own_part(row, is_own=is_own), *_risks(row, now.facts["currency"])),
        url=links.account(now.period, card["manager_id"], row["account_id"]),
    )


def _once(dues: Iterable[Due]) -> list[Due]:
    """Each account once: one that several managers share is all of theirs."""
    found: dict[str, Due] = {}
    for due in dues:
        other = found.get(due.account_id)
        found[due.account_id] = due if other is None else _together(other, due)
    return list(found.values())


def _together(one: Due, other: Due) -> Due:
    larger, smaller = sorted((one, other), key=lambda due: -due.amount)
    risks = [due.at_risk for due in (one, other) if due.at_risk is not None]
    return replace(
        larger,
        manager=None if larger.manager is None else Name(f"{larger.manager}, {smaller.manager}"),
        within=min(one.within, other.within),
        amount=one.amount + other.amount,
        at_risk=sum(risks, _NONE) if risks else None,
    )


def _risks(row: Mapping[str, Any], currency: str) -> tuple[str, ...]:
    """What is known of the account that may make it leave; nothing is made up where nothing is known."""
    told = []
    answers, critical = row.get("nps_answers") or 0, row.get("nps_detractors") or 0
    if critical and answers:
        told.append("critical in the last survey" if critical == answers else "partly critical in the last survey")
    use = row.get("engagement_score")
    if use is not None:
        told.append(f"use at {fixed(use, 0)} of 100")
    less = row.get("contraction") or 0
    if less > 0:
        told.append(f"{money(less, currency)} a month less since the period began")
    return tuple(told)


def _own_part(row: Mapping[str, Any], *, is_own: bool) -> tuple[str, ...]:
    """That an amount is a part of the account's, where somebody reads of their own accounts and shares it."""
    part = row.get("share")
    if not is_own or part is None or not whole.is_part(part):
        return ()
    return (f"the amount is {whole.part_of(part, is_own=True)}",)


def _named(found: Sequence[Due]) -> tuple[list[Due], list[Due]]:
    """The accounts that are named, those of the running period first, and the others."""
    ordered = sorted(found, key=_order)
    soonest, later = ([due for due in ordered if (due.within == 0) is is_soon] for is_soon in (True, False))
    most = max(_MOST_UNDECIDED, MOST - len(later))
    named = [*soonest[:most], *later][:MOST]
    ids = {due.account_id for due in named}
    return named, [due for due in ordered if due.account_id not in ids]


def _note(found: Sequence[Due]) -> str:
    """How the chance is known, and which accounts come first."""
    known = _KNOWN if any(due.chance is not None for due in found) else _UNKNOWN
    return f"{_SOONEST if any(due.within == 0 for due in found) else ''}{known}"


def _order(due: Due) -> tuple[bool, Decimal, str, str]:
    risk = due.amount if due.at_risk is None else due.at_risk
    return due.at_risk is None, -risk, due.account, due.account_id
