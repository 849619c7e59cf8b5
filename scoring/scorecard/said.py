"""What does a card say of a score and its change? Groups, labels, ranges, evidence, and what is more than chance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import polars as pl

from scoring.numbers import percent, rounded
from scoring.peers.chance import LEAST_PEERS, change_band, groups, likely_range
from scoring.peers.evidence import REASONS
from scoring.plurals import many
from scoring.rules import Rulebook
from scoring.scorecard.context import Context, on_card
from scoring.scorecard.of_rules import believes, is_bounded

Said = dict[str, Any]
Row = Mapping[str, Any]

_SIDES = {"above": "above", "in line": "within", "below": "below"}
_AMONG_PEERS = {"above": "Above peers", "within": "In line with peers", "below": "Below peers"}


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores of a period by manager, as `Judged.scores`, and what they are held against.

    `accounts` says how many accounts each rests on, where accounts are compared by what they add. `earlier` are those
    of the period before as they were given, `alike` the same by the rules of this one, `of_rules` the part of the
    change that other rules made.
    """

    now: Mapping[str, Row]
    accounts: Mapping[str, int] = field(default_factory=dict)
    earlier: Mapping[str, Row] = field(default_factory=dict)
    alike: Mapping[str, Row] = field(default_factory=dict)
    of_rules: Mapping[str, Row] = field(default_factory=dict)


def said(scores: Scores, context: Context) -> dict[str, Said]:
    """Manager to what the card says from the score to the change, in the order of the card."""
    sides = _sides(scores.now, context)
    given = [s["score"] for s in scores.now.values() if s["score"] is not None]
    middle = median(given) if len(given) >= LEAST_PEERS else None  # that of few tells what another one has
    return {
        manager: {
            **_score(score, context, scores.accounts.get(manager, 0)),
            "group": (group := sides.get(manager, "not_scored" if score["score"] is None else "within")),
            "label": _label(score, group, context),
            "peer_median": on_card(middle),
            **_change(
                score,
                scores.earlier.get(manager),
                scores.alike.get(manager),
                scores.of_rules.get(manager),
                context,
            ),
        }
        for manager, score in scores.now.items()
    }


def by_manager(frame: pl.DataFrame) -> dict[str, Row]:
    """The rows of a frame with one row per manager."""
    return {row["manager_id"]: row for row in frame.iter_rows(named=True)}


def _score(score: Row, context: Context, accounts: int) -> Said:
    """The score with its range, label and evidence, or the reason why there is none."""
    value = score["score"]
    low, high = _range(score, context.rulebook)
    evidence, sentence = _evidence(score, low, high, context.rulebook, accounts)
    return {
        "score": on_card(value),
        "low": on_card(low),
        "high": on_card(high),
        "reason": None if value is not None else _why_none(score, context),
        "coverage": on_card(score["coverage"]),
        "evidence": evidence,
        "evidence_sentence": sentence,
        "believed": on_card(score["z"]),
        "chance_above": None if value is None else on_card(score["chance_above"]),
        "before_credibility": on_card(score["before_credibility"]),
        "unadjusted": on_card(score["unadjusted"]),
        "places": _places(score),
    }


def _places(score: Row) -> list[int] | None:
    """The first and last place that the score probably holds among all, where the rules ask for it."""
    return None if score["first_place"] is None else [score["first_place"], score["last_place"]]


def _sides(scores: Mapping[str, Row], context: Context) -> dict[str, str]:
    """Who stands `above`, `within` or `below` the peers: by the label where evidence is weighed, else by a test."""
    if believes(context.rulebook):
        return {m: _SIDES.get(s["label"], "within") for m, s in scores.items() if s["score"] is not None}
    known = {
        m: (s["score"], s["error"], s["freedom"]) for m, s in scores.items() if s["score"] is not None and s["error"]
    }
    return groups(known, context.rulebook.publish.chance)


def _label(score: Row, group: str, context: Context) -> str | None:
    """The words of the score: those of the rules where values are graded, else where it stands among the peers.

    None without a score, or where nothing says how sure its place among the peers is.
    """
    if score["score"] is None:
        return None
    if context.rulebook.method == "target_bands":
        return context.rulebook.label(score["score"])
    return _AMONG_PEERS[group] if score["error"] else None


def _range(score: Row, rulebook: Rulebook) -> tuple[float | None, float | None]:
    """The likely range; unknown, too, where leaving accounts out moves nobody's score."""
    if score["score"] is None or not score["error"]:
        return None, None
    return likely_range(
        score["score"], score["error"], rulebook.interval, score["freedom"], is_bounded=is_bounded(rulebook)
    )


def _evidence(score: Row, low: float | None, high: float | None, rulebook: Rulebook, accounts: int) -> tuple[str, str]:
    """The grade of the evidence and what the score rests on; `accounts` are those whose quarters are compared."""
    if score["score"] is None:
        return "none", "There is no score to carry."
    if score["z"] is not None:
        return str(score["grade"]), (
            f"The score rests on {many(accounts, 'account')}. Of what sets them apart from the peers' "
            f"{percent(score['z'], 0)} is believed; the rest could be chance."
        )
    rests = f"The score rests on {many(score['accounts'], 'account')}"
    if low is None or high is None:
        if rulebook.method != "target_bands":
            return "none", f"Method {rulebook.method} does not say how far the score could be off."
        return "none", f"{rests}; leaving any of them out changes no score, so it has no range."
    width = high - low
    grade = "high" if width <= 10 else "medium" if width <= 20 else "low"
    printed = int(rounded(high, 0) - rounded(low, 0))
    wide = many(printed, "point") if printed else "less than a point"
    if rulebook.method != "target_bands":
        return grade, f"The likely range of the score is {wide} wide."
    return grade, f"{rests}; its likely range is {wide} wide."


def _why_none(score: Row, context: Context) -> str:
    if score["reason"]:
        return REASONS[score["reason"]]
    if score["is_thin"]:
        return "The score would rest on too few accounts to say how far it could be off."
    if score["is_withheld"]:
        return "A rule that withholds the score has no value."
    if not score["coverage"]:
        return "None of the rules could be measured; the card says why for each."
    found, least = (percent(part, 0) for part in (score["coverage"] or 0, context.rulebook.min_coverage))
    return f"Rules with {found} of the weight have a value, fewer than the {least} that the rules ask for."


def _change(score: Row, earlier: Row | None, alike: Row | None, of_rules: Row | None, context: Context) -> Said:
    """The change since the period before, and whether what is no change of rules is more than chance.

    `alike` is the period before under the same rules, `of_rules` the part of the change that other rules made.
    """
    if earlier is None or earlier["score"] is None:
        return {"previous": None, "change": None, "change_band": None, "is_beyond_chance": False}
    low, high = _range(earlier, context.before)
    previous = {
        "period": context.previous.name,
        "score": on_card(earlier["score"]),
        "low": on_card(low),
        "high": on_card(high),
    }
    if score["score"] is None:
        return {"previous": previous, "change": None, "change_band": None, "is_beyond_chance": False}
    change = score["score"] - earlier["score"]
    band = None if alike is None else _band(score, alike, context.shared)
    under_same = change - (of_rules["points"] if of_rules else 0.0)
    return {
        "previous": previous,
        "change": on_card(change),
        "change_band": on_card(band),
        "is_beyond_chance": band is not None and abs(under_same) > band,
    }


def _band(score: Row, earlier: Row, shared: float) -> float | None:
    """How far two scores may differ by chance; null where a range is missing."""
    if not score["chance"] or not earlier["chance"]:
        return None
    return change_band(earlier["chance"], score["chance"], min(score["freedom"], earlier["freedom"]), shared)
