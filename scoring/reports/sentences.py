"""What do the figures say in words? The sentences that stand beside a score."""

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.numbers import exact, fixed, percent, rounded, signed
from scoring.reports.moves import printed_change
from scoring.reports.standing import believes, is_tested, place
from scoring.scorecard.trusted import NOT_SHOWN, is_withheld

_GROUPS = {
    "above": "Above the peer median of {median}, allowing for many comparisons.",
    "within": "Not distinguishable from the peer median of {median}.",
    "below": "Below the peer median of {median}, allowing for many comparisons.",
}
_UNTESTED = "The peer median is {median}; whether the difference is more than chance is not tested."

NOT_BY_ITSELF = "Not enough for a decision about pay or position by itself."


def range_sentence(card: Mapping[str, Any]) -> str:
    """How sure the score is, as "Likely between 70 and 76 (90 % range)."; empty without a range."""
    if exact(card["low"]) is None or exact(card["high"]) is None:
        return ""
    ends = fixed(card["low"], 0), fixed(card["high"], 0)
    span = ends[0] if ends[0] == ends[1] else f"between {' and '.join(ends)}"
    return f"Likely {span} ({percent(card['interval'], 0)} range)."


def group_sentence(card: Mapping[str, Any]) -> str:
    """Where the score stands among peers; empty where it is in no group."""
    if is_degraded(card):
        return "It is set apart from nobody, as the data behind it are in doubt."
    if believes(card["method"]):
        return f"{place(card)} {_places(card)}".strip()
    if card["peer_median"] is None:
        return ""
    words = _GROUPS.get(card["group"], "") if is_tested(card["method"]) else _UNTESTED
    return words.format(median=fixed(card["peer_median"]))


def is_degraded(card: Mapping[str, Any]) -> bool:
    """Whether the card has a score that its data cannot carry whole."""
    return card["score"] is not None and _trust(card)["level"] == "degraded"


def is_within_chance(card: Mapping[str, Any]) -> bool:
    """Whether chance alone may have moved the score as far; not where nobody knows how far it does."""
    return card["change_band"] is not None and not card["is_beyond_chance"]


def as_data(card: Mapping[str, Any]) -> dict[str, Any]:
    """The card as far as it is to be read: one whose score is withheld without the lines it would be made of."""
    return {**card, "lines": []} if is_withheld(card) else {**card}


def doubts(card: Mapping[str, Any]) -> Sequence[str]:
    """Why the data behind a score are in doubt; nothing where there is none, as its reason says why."""
    return _trust(card)["reasons"] if is_degraded(card) else []


def _trust(card: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict of the card; cards of older runs have none."""
    return card.get("trust") or {"level": "full", "reasons": []}


def _places(card: Mapping[str, Any]) -> str:
    """Between which places among all the score probably lies, where the rules ask for it."""
    if not card.get("places"):
        return ""
    first, last = card["places"]
    between = f"in place {first}" if first == last else f"between places {first} and {last}"
    return f"Among all scored managers it is {between}, {percent(card['interval'], 0)} likely."


def change_sentence(card: Mapping[str, Any]) -> str:
    """What the change is worth: beyond or within what chance does; says so where nothing compares, or nobody knows."""
    change = printed_change(card)
    if change is None and card["score"] is None:
        before = card["previous"]
        return f"The score of {before['period']} was {fixed(before['score'])}." if before else ""
    if change is None:
        return "No earlier score to compare with."
    band = exact(card["change_band"])
    if is_degraded(card):
        return f"points against {card['previous']['period']}; whether that is more than chance is not said."
    if band is None:
        return f"points against {card['previous']['period']}; how far chance alone moves it is not said."
    worth = "more than chance would do" if card["is_beyond_chance"] else "within what chance would do"
    return f"points against {card['previous']['period']}, {worth} (chance alone moves it by up to ±{fixed(band)})."


def published_sentence(card: Mapping[str, Any], given: float | None) -> str:
    """That the period before was published with another score, `given`, than the card says; empty where it was not."""
    before = card["previous"]
    if before is None or before["score"] is None or fixed(given) == fixed(before["score"]):
        return ""
    told = "without a score" if given is None else f"as {fixed(given)}"
    compared = "" if card["score"] is None else ": with that the score is compared"
    known = f"By what is known of it today, and by its rules, it would be {fixed(before['score'])}"
    return f"{before['period']} was published {told}. {known}{compared}."


def sealed_sentence(card: Mapping[str, Any]) -> str:
    """The same of the score under which the period before is sealed; empty where it is not."""
    before = card["previous"]
    return published_sentence(card, before["published"]) if before and "published" in before else ""


def unscored_sentence(card: Mapping[str, Any]) -> str:
    """What there is to read where there is no score; empty with one."""
    if card["score"] is not None:
        return ""
    below = NOT_SHOWN if is_withheld(card) else "What could be measured stands below."
    return f"{change_sentence(card)} {below}".lstrip()


def largest_sentence(card: Mapping[str, Any]) -> str:
    """How the score would be without the largest account, the account's name left out."""
    largest = card["without_largest"]
    if largest is None:
        return ""
    if card["score"] is None:
        return f"One account is {percent(largest['share'], 0)} of the book."
    book = f"the largest account ({percent(largest['share'], 0)} of the book)"
    if largest["score"] is None:
        return f"Without {book} there would be no score."
    moved = rounded(largest["score"]) - rounded(card["score"])
    return f"Without {book} the score would be {fixed(largest['score'])} ({signed(moved)})."


def unadjusted_sentence(card: Mapping[str, Any]) -> str:
    """What the score would be without what was done for fairness; empty where nothing was done or there is none."""
    if card["score"] is None or exact(card["unadjusted"]) is None or exact(card["before_credibility"]) is None:
        return ""
    plain, before = fixed(card["unadjusted"]), fixed(card["before_credibility"])
    return (
        f"Without regard to the kind of accounts and to chance the score would be {plain}; before credibility {before}."
    )


def evidence_sentence(card: Mapping[str, Any]) -> str:
    """How much the score can carry, and what it may not be used for by itself; of no score how much was believed."""
    if card["score"] is None:
        believed = exact(card["believed"])
        if believed is None:
            return f"Evidence: {card['evidence']}. {card['evidence_sentence']}" if card["evidence_sentence"] else ""
        share = percent(believed, 0)
        return (
            f"Evidence: {card['evidence']}. Of what sets the accounts apart from the peers’ {share} could be believed."
        )
    warning = "" if card["evidence"] == "high" else f" {NOT_BY_ITSELF}"
    return f"Evidence: {card['evidence']}.{warning} {card['evidence_sentence']}".rstrip()


def coverage_sentence(card: Mapping[str, Any]) -> str:
    """Which part of the weights could be scored; empty when it is all of them."""
    coverage = exact(card["coverage"])
    if card["score"] is None or coverage is None or coverage >= 1:
        return ""
    return f"{percent(coverage, 0)} of the weight could be scored; the rest is named above."


def main_reason(card: Mapping[str, Any]) -> tuple[str, str]:
    """The account that mattered most and what happened there; else the rule that moved most.

    Whose or which, and the sentence. Of a card without a score it is why there is none.
    """
    if card["score"] is None:
        return "", card["reason"] or "Nothing could be scored."
    felt = [driver for driver in card["drivers"] if rounded(driver["points"])]
    if felt:
        top = max(felt, key=lambda d: abs(d["points"]))
        return top["name"], f"{signed(top['points'])} points, {top['sentence']}"
    lines = [line for line in card["lines"] if line["contribution_change"]]
    if lines:
        top = max(lines, key=lambda line: abs(line["contribution_change"]))
        return top["label"], f"{signed(top['contribution_change'])} points"
    return "", "No single account moves the score." if card["drivers"] else ""
