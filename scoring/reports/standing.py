"""What is a score measured against? The words for peers and scales by method, for page and terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from scoring.numbers import NARROW, exact, percent
from scoring.scorecard.of_rules import BELIEVING, UNTESTED

AVERAGE = 50.0
"""Where the peers' average stands for the methods that weigh evidence."""

_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Standing:
    """The words of a method.

    `groups`: group to its title and what standing there means. `peers`: what the dashed mark is. `scale`: what
    points mean, as a sentence. `beside`: what stands small beside the score. `method`: how it is measured.
    """

    groups: Mapping[str, tuple[str, str]]
    peers: str
    scale: str
    beside: str
    method: str


IN_FEW_WORDS = {"above": "above", "within": "in line", "below": "below", "not_scored": "not scored"}
"""What groups are called where there is little room, whatever the method."""
_NOT_SCORED = ("Not scored", "the reason stands in the row")
_BY_MEDIAN = {
    "above": ("Above the peer median", "the difference is more than chance would make"),
    "within": ("Not distinguishable from the peer median", "the data cannot tell these apart"),
    "below": ("Below the peer median", "more than chance would make; read the evidence on the card first"),
    "not_scored": _NOT_SCORED,
}
_UNTESTED = _BY_MEDIAN | {"within": ("Not set apart", "this method does not ask what chance alone would make")}
_TO_AVERAGE = "50 is the average of the peers, 10 points are one standard deviation of"
_TRUE = f"{_TO_AVERAGE} true differences."
_SEEN = f"{_TO_AVERAGE} what is seen."
_ANYBODY = "what accounts like these did in anybody’s hands"
_QUARTERS = "in each quarter of the window"
_BELIEVED = (
    f"Every account’s result {_QUARTERS} is compared with {_ANYBODY}. What is better or worse is averaged and drawn "
    "towards the peers’ average as far as the evidence is thin, so chance makes no score."
)
_METHODS = {
    "oe_credibility": _BELIEVED,
    "joint": f"{_BELIEVED} What managers share is worked out for all of them together.",
    "oe": f"Every account’s result {_QUARTERS} is compared with {_ANYBODY}. How much could be chance is not weighed.",
    "weighted": "Averages of the accounts are compared as they are, whatever kind of accounts they are; chance is not "
    "weighed.",
    "raw": "The plain figures of the books are compared, whatever kind of accounts they hold; chance is not weighed.",
    "peer_percentile": "Points say which part of the peers has a lower figure, whatever kind of accounts they have; "
    "chance is not weighed.",
    "target_bands": "Each figure is graded by what the rules ask for, such as a floor and a target.",
}


def standing(method: str, sure: float = 0.9) -> Standing:
    """The words of the method; `sure` is how likely a place above or below the average must be to be named."""
    return Standing(
        groups=_by_average(sure) if believes(method) else _BY_MEDIAN if is_tested(method) else _UNTESTED,
        peers="peers’ average" if believes(method) else "peer median",
        scale=_scale(method),
        beside="/ 100" if method in ("target_bands", "peer_percentile") else "",
        method=_METHODS.get(method, ""),
    )


def standing_of(cards: Sequence[Mapping[str, Any]]) -> Standing:
    """The words of the method that made the cards of one run."""
    first: Mapping[str, Any] = cards[0] if cards else {"method": BELIEVING[0], "sure": 0.9}
    return standing(first["method"], first["sure"])


def believes(method: str) -> bool:
    """Whether the method weighs evidence, so that its scores stand beside an average of 50."""
    return method in BELIEVING


def is_tested(method: str) -> bool:
    """Whether the method asks whether differences are more than chance, so that managers can be set apart."""
    return method not in UNTESTED


def mark_of(card: Mapping[str, Any], median: float | None) -> float | None:
    """Where the peers are drawn: at their average, or at the median that was handed over."""
    return AVERAGE if believes(card["method"]) else median


def likelihood(chance: Decimal) -> str:
    """A probability in whole per cent, never surer than it is and never said to be certain.

    As "92 %", "over 99 %" or "under 1 %". It is rounded towards a half, so that what is named only from 90 % on
    never shows 90 % without being named.
    """
    if chance > Decimal("0.99"):
        return f"over 99{NARROW}%"
    if chance < Decimal("0.01"):
        return f"under 1{NARROW}%"
    rounding = ROUND_FLOOR if chance > _HALF else ROUND_CEILING
    return percent(chance.quantize(Decimal("0.01"), rounding=rounding), 0)


def place(card: Mapping[str, Any]) -> str:
    """Where a score stands beside the average of its peers, and how likely that is; empty without a score."""
    above = exact(card["chance_above"])
    if card["score"] is None:
        return ""
    if above is None:
        return "In line with its peers."
    if card["group"] == "above":
        return f"Above the average of its peers with a probability of {likelihood(above)}."
    if card["group"] == "below":
        return f"Below the average of its peers with a probability of {likelihood(1 - above)}."
    return f"In line with its peers: above their average with a probability of {likelihood(above)}."


def rule_of_groups(method: str, sure: float, chance: float) -> str:
    """How managers come into groups, for the page of the company."""
    if not is_tested(method):
        return (
            "Nobody is set apart from the peers, as the method does not ask what chance alone would make. The order is "
            "alphabetical; there are no ranks."
        )
    if not believes(method):
        return (
            "A manager stands above or below the peer median only where the data can tell the difference, "
            "allowing for the many comparisons made at once: of those named above or below, about "
            f"{percent(chance, 0)} at most are expected to be there by chance (false discovery rate "
            f"{percent(chance, 0)}). Inside a group differences mean little, so the order is alphabetical."
        )
    return (
        f"{_TRUE} Results were compared with {_ANYBODY} and drawn towards the average as far as evidence is thin. "
        f"A manager is named above or below only where that is at least {percent(sure, 0)} likely; a likely range "
        "leaves out chance on both of its sides, so it may reach past the average even then. Inside a group the order "
        "is alphabetical; there are no ranks."
    )


def _by_average(sure: float) -> dict[str, tuple[str, str]]:
    likely = f"at least {percent(sure, 0)} likely"
    return {
        "above": ("Above the peers", f"{likely} to be above their average"),
        "within": ("In line with the peers", "the data cannot tell these from the average"),
        "below": ("Below the peers", f"{likely} to be below their average; read the evidence on the card first"),
        "not_scored": _NOT_SCORED,
    }


def _scale(method: str) -> str:
    if believes(method):
        return _TRUE
    if method == "peer_percentile":
        return "Points run from 0 to 100: the part of the peers with a lower figure."
    return "Points run from 0 to 100." if method == "target_bands" else _SEEN
