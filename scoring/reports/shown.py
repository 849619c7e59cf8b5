"""What does a card show? All of it as plain values, for the page and for paper alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from scoring.numbers import compact_money, decimals, exact, money, rounded, signed
from scoring.plurals import many
from scoring.reports import captions, sentences
from scoring.reports.captions import Captions
from scoring.reports.charts import ranges
from scoring.reports.charts.ranges import Reading
from scoring.reports.dates import window
from scoring.reports.lines import Composition, composition
from scoring.reports.moves import Walk, printed_change, revenue_walk, score_walk
from scoring.reports.prior import Learned, learned
from scoring.reports.standing import AVERAGE, Standing, believes, mark_of, standing_of
from scoring.scorecard import exclusions
from scoring.scorecard.trusted import is_withheld

MOST_ACCOUNTS = 8
"""So many accounts fit on one printed page with the rest."""
NO_ACCOUNT = "No single account moves the score by a tenth of a point."

_OWNERSHIP = {
    "history": "Accounts are credited by the dated history of who was responsible.",
    "current": "Only today's owners are known, so hand-overs cannot be seen.",
    "seller": "Each line is credited to whoever sold it.",
    "last_seller": "An account is credited to whoever sold its last line before the window.",
    "main_seller": "An account is credited to whoever sold the most of it before the window.",
    "territory": "Accounts are credited by territory.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on a card beside its plain fields; a text is empty and a part None where there is none of it.

    `before` is what the rings stand for; `change` is the change as printed. Pictures are as wide as their place.
    """

    words: Standing
    captions: Captions
    facts: Sequence[str]
    window: str
    likely: str
    group: str
    doubts: Sequence[str]
    is_withheld: bool
    unscored: str
    change: Decimal | None
    change_words: str
    published: str
    unadjusted: str
    evidence: str
    overall: Markup | None
    made: Composition
    before: str
    lost: str
    moved_score: Walk | None
    moved_revenue: Walk | None
    learned: Learned | None
    accounts: Sequence[Mapping[str, Any]]
    others: Mapping[str, str] | None
    more: str
    largest: str
    notes: Sequence[str]
    method: Sequence[str]
    definitions: Sequence[tuple[str, str]]


def shown(card: Mapping[str, Any]) -> Shown:
    """What one scorecard, as in scorecards.json, shows."""
    accounts = sorted((d for d in card["drivers"] if rounded(d["points"])), key=lambda d: -abs(d["points"]))
    most, words, made = accounts[:MOST_ACCOUNTS], standing_of([card]), composition(card)
    return Shown(
        words=words,
        captions=captions.of_card(card, made, words),
        facts=_facts(card),
        window=window(card["period_from"], card["period_to"]),
        likely=sentences.range_sentence(card),
        group=sentences.group_sentence(card),
        doubts=sentences.doubts(card),
        is_withheld=is_withheld(card),
        unscored=sentences.unscored_sentence(card),
        change=printed_change(card),
        change_words=sentences.change_sentence(card),
        published=sentences.sealed_sentence(card),
        unadjusted=sentences.unadjusted_sentence(card),
        evidence=sentences.evidence_sentence(card),
        overall=_overall(card),
        made=made,
        before=_before(card),
        lost=(card.get("lost") or {}).get("sentence", ""),
        moved_score=score_walk(card),
        moved_revenue=revenue_walk(card),
        learned=learned(card),
        accounts=_accounts(most, card["currency"]),
        others=_others(card, most),
        more=_more(len(card["drivers"]), len(most)),
        largest=sentences.largest_sentence(card),
        notes=[n for n in (sentences.coverage_sentence(card), *exclusions.sentences(card), *card["flags"]) if n],
        method=[s for s in (words.method, card["basis_sentence"], _OWNERSHIP.get(card["ownership"], "")) if s],
        definitions=_definitions(card["lines"]),
    )


def _facts(card: Mapping[str, Any]) -> list[str]:
    """Team, accounts, revenue and whom the manager reports to, as far as they are known."""
    count = card["accounts"]
    facts = [card["team"], many(count, "account")]
    closing = (card["bridge"] or {}).get("closing")
    if closing is not None:
        facts.append(f"{compact_money(closing, card['currency'])} {captions.revenue(card)}")
    if card["reports_to"]:
        facts.append(f"reports to {card['reports_to']}")
    return [f for f in facts if f]


def _overall(card: Mapping[str, Any]) -> Markup | None:
    if card["score"] is None:
        return None
    previous = card["previous"]["score"] if card["previous"] else None
    peers, words = mark_of(card, card["peer_median"]), standing_of([card])
    reading = Reading(card["score"], card["low"], card["high"], previous, peers, words.peers)
    return ranges.range_bar(ranges.points_scale([reading]), reading, "Score")


def _accounts(drivers: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """The accounts from the greatest gain to the greatest loss, money in one number of decimals."""
    amounts = [exact(d[side]) for d in drivers for side in ("before", "after")]
    whole = all(a is None or a == a.to_integral_value() for a in amounts)
    places = 0 if whole else decimals(currency)
    return [
        dict(d) | {side: money(d[side], currency, places) for side in ("before", "after")}
        for d in sorted(drivers, key=lambda d: -d["points"])
    ]


def _others(card: Mapping[str, Any], most: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    """What the accounts that are not named add, and all of them together; None where accounts do not add up."""
    if not believes(card["method"]) or card["score"] is None or not most:
        return None
    whole = rounded(card["score"]) - rounded(AVERAGE)
    rest = whole - sum(rounded(d["points"]) for d in most)
    return {"rest": signed(rest), "whole": signed(whole)}


def _before(card: Mapping[str, Any]) -> str:
    """What the rings stand for: the period before, by name if there was a score; empty without rings."""
    if card["previous"]:
        return str(card["previous"]["period"])
    return "before" if any(line["previous_points"] is not None for line in card["lines"]) else ""


def _more(known: int, most: int) -> str:
    if known and not most:
        return NO_ACCOUNT
    rest = known - most
    return f"{many(rest, 'more account')} moved the score by less." if rest else ""


def _definitions(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each metric's definition once, in the order of the rules."""
    return list({line["label"]: line["definition"] for line in lines if line["definition"]}.items())
