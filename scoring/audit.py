"""Do groups of people come out alike? Rates by group, held against the best: four fifths, and Fisher's exact test.

The groups are looked at once and never stored: nothing here writes, and no run knows of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from statistics import fmean
from typing import Any

Card = Mapping[str, Any]

LEAST = 10
"""Groups with fewer scored managers are not shown."""
FOUR_FIFTHS = Fraction(4, 5)
"""Below this part of the best group's rate a rate is flagged. Source: 29 CFR 1607.4(D)."""

OUTCOMES = ("above", "not_below", "best_grade")
SAYS = (
    "A rate under four fifths of the best group's says where to look, not why: these figures cannot tell the reason "
    "of a difference, and in groups of few people not that there is none; p is how often chance alone would set two "
    "such groups at least as far apart."
)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of a group have an outcome, held against the group with the highest rate.

    `ratio` is the part of the highest rate; None where nobody has the outcome, or no other group is shown. `p` is
    two-sided, None for the group with the highest rate itself.
    """

    outcome: str
    count: int
    rate: float
    ratio: float | None
    is_flagged: bool
    p: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is large enough to be shown; everything is of its scored managers."""

    name: str
    managers: int
    scored: int
    mean_score: float
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A column of groups: those shown, the names of those that are too small, and how many managers have none."""

    column: str
    groups: tuple[Group, ...]
    suppressed: tuple[str, ...]
    without_group: int


def audit(
    cards: Sequence[Card], groups: Mapping[str, Mapping[str, str | None]], best: str | None
) -> tuple[Grouping, ...]:
    """Each column of groups by itself, its groups by name.

    `groups` has for each column manager_id to group; managers who are not in it, or whose group is None, are counted
    as without one. `best` is the label of the best grade, None where scores have no grades.
    """
    return tuple(_grouping(column, cards, of, best) for column, of in groups.items())


def fisher(a: int, of_a: int, b: int, of_b: int) -> float:
    """How often chance alone would set two groups at least as far apart, two-sided.

    `a` of `of_a` and `b` of `of_b` have the outcome. Sums the chance of every table with the same margins that is
    no likelier than this one, in whole numbers, so that ties count exactly. Source: Fisher (1935).
    """
    hits, everybody = a + b, of_a + of_b
    ways = [comb(of_a, k) * comb(of_b, hits - k) for k in range(max(0, hits - of_b), min(of_a, hits) + 1)]
    seen = comb(of_a, a) * comb(of_b, b)
    return float(Fraction(sum(w for w in ways if w <= seen), comb(everybody, hits)))


def _grouping(column: str, cards: Sequence[Card], of: Mapping[str, str | None], best: str | None) -> Grouping:
    members: dict[str, list[Card]] = {}
    for card in cards:
        group = of.get(card["manager_id"])
        if group is not None:
            members.setdefault(group, []).append(card)
    scored = {name: [c for c in members[name] if c["score"] is not None] for name in sorted(members, key=str.casefold)}
    shown = {name: found for name, found in scored.items() if len(found) >= LEAST}
    counts = {name: _counts(found, best) for name, found in shown.items()}
    sizes = {name: len(found) for name, found in shown.items()}
    made = tuple(
        Group(
            name,
            len(members[name]),
            sizes[name],
            round(fmean(c["score"] for c in found), 9),
            tuple(_rate(outcome, name, counts, sizes) for outcome in counts[name]),
        )
        for name, found in shown.items()
    )
    suppressed = tuple(name for name in scored if name not in shown)
    return Grouping(column, made, suppressed, len(cards) - sum(len(found) for found in members.values()))


def _counts(cards: Sequence[Card], best: str | None) -> dict[str, int]:
    has = {
        "above": [c["group"] == "above" for c in cards],
        "not_below": [c["group"] != "below" for c in cards],
        "best_grade": [c["label"] == best for c in cards],
    }
    return {outcome: sum(has[outcome]) for outcome in OUTCOMES if outcome != "best_grade" or best is not None}


def _rate(outcome: str, name: str, counts: Mapping[str, Mapping[str, int]], sizes: Mapping[str, int]) -> Rate:
    rates = {each: Fraction(counts[each][outcome], sizes[each]) for each in sizes}
    count, rate = counts[name][outcome], rates[name]
    highest = max(rates, key=lambda each: rates[each])
    if len(rates) == 1 or not rates[highest]:
        return Rate(outcome, count, float(rate), None, is_flagged=False, p=None)
    ratio = rate / rates[highest]
    p = None if name == highest else fisher(count, sizes[name], counts[highest][outcome], sizes[highest])
    return Rate(outcome, count, float(rate), float(ratio), is_flagged=ratio < FOUR_FIFTHS, p=p)
