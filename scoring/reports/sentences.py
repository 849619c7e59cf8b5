"""What do the figures say in words? The sentences that stand beside a score."""

from collections.abc import Mapping
from typing import Any

from scoring.numbers import exact, fixed, percent, rounded, signed
from scoring.reports.moves import printed_change

_GROUPS = {
    "above": "Above the peer median of {median}, allowing for many comparisons.",
    "within": "Not distinguishable from the peer median of {median}.",
    "below": "Below the peer median of {median}, allowing for many comparisons.",
}


def range_sentence(card: Mapping[str, Any]) -> str:
    """How sure the score is, as "Likely between 70 and 76 (90 % range)."; empty without a range."""
    if exact(card["low"]) is None or exact(card["high"]) is None:
        return ""
    ends = fixed(card["low"], 0), fixed(card["high"], 0)
    span = ends[0] if ends[0] == ends[1] else f"between {' and '.join(ends)}"
    return f"Likely {span} ({percent(card['interval'], 0)} range)."


def group_sentence(card: Mapping[str, Any]) -> str:
    """Where the score stands among peers; empty where it is in no group."""
    if card["peer_median"] is None:
        return ""
    return _GROUPS.get(card["group"], "").format(median=fixed(card["peer_median"]))


def change_sentence(card: Mapping[str, Any]) -> str:
    """What the change is worth: beyond or within what chance does; says so where nothing compares."""
    change = printed_change(card)
    if change is None:
        return "No earlier score to compare with." if card["score"] is not None else ""
    band = exact(card["change_band"])
    chance = f" (chance alone moves it by up to ±{fixed(band)})" if band is not None else ""
    worth = "more than chance would do" if card["is_beyond_chance"] else "within what chance would do"
    return f"points against {card['previous']['period']}, {worth}{chance}."


def largest_sentence(card: Mapping[str, Any]) -> str:
    """How the score would be without the largest account, the account's name left out."""
    largest = card["without_largest"]
    if largest is None:
        return ""
    book = f"the largest account ({percent(largest['share'], 0)} of the book)"
    if largest["score"] is None or card["score"] is None:
        return f"Without {book} there would be no score."
    moved = rounded(largest["score"]) - rounded(card["score"])
    return f"Without {book} the score would be {fixed(largest['score'])} ({signed(moved)})."


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
        return top["name"], f"{top['sentence']} ({signed(top['points'])} points)"
    lines = [line for line in card["lines"] if line["contribution_change"]]
    if lines:
        top = max(lines, key=lambda line: abs(line["contribution_change"]))
        return top["label"], f"{signed(top['contribution_change'])} points"
    return "", "No single account moves the score." if card["drivers"] else ""
