"""What does a manager's card say? The scores as objects, for people and other programs to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.ledger.bridge import COLUMNS
from scoring.peers.chance import groups, likely_range, quantile
from scoring.peers.evidence import REASONS
from scoring.rules import Rulebook
from scoring.scorecard.compared import believes
from scoring.scorecard.context import Context
from scoring.scorecard.drivers import drivers, without_largest
from scoring.scorecard.judged import Judged
from scoring.scorecard.lost import of_managers
from scoring.scorecard.moved import moved
from scoring.scorecard.rule_lines import rule_lines
from scoring.scorecard.switched import by_new_rules, of_lines, with_rules

Card = dict[str, Any]
Row = Mapping[str, Any]

_SIDES = {"above": "above", "in line": "within", "below": "below"}
_AMONG_PEERS = {"above": "Above peers", "within": "In line with peers", "below": "Below peers"}

CHANGE_COVERAGE = 0.95
"""How sure a change must be to be called more than chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A period judged, with the book and the movements it was judged on.

    `with_all` is what it would be with all accounts, where some are excluded; `again` what it would be under the rules
    of the period after it, where those are others.
    """

    judged: Judged
    rows: pl.DataFrame
    moves: pl.DataFrame
    with_all: Judged | None = None
    again: Judged | None = None

    @property
    def alike(self) -> Judged:
        """The period as the period after it is judged."""
        return self.again or self.judged


def cards(now: Scored, before: Scored | None, context: Context) -> list[Card]:
    """One card per manager of the book, by name and id.

    Points and scores are rounded to 1e-9, so that sums in another order give the same text.
    """
    scores = _by_manager(now.judged.scores)
    earlier = _by_manager(before.judged.scores) if before else {}
    alike = _by_manager(before.alike.scores) if before else {}
    sides = _sides(scores, context)
    scored = [s["score"] for s in scores.values() if s["score"] is not None]
    middle = median(scored) if scored else None
    lines = rule_lines(now.judged, before.alike if before else None, context)
    felt = drivers(now.judged, now.rows, now.moves, context)
    largest = without_largest(now.judged, now.rows)
    parts, of_rules = _parts(now, before, context)
    bridges = _bridges(now.rows)
    lost = of_managers(now.judged.lost, context.rulebook.interval)
    with_all = _by_manager(now.with_all.scores) if now.with_all else {}
    made = [
        {
            **_person(manager, context),
            **context.header,
            "accounts": score["accounts"],
            **_score(score, context),
            "group": (group := sides.get(manager, "not_scored" if score["score"] is None else "within")),
            "label": _label(score, group, context),
            "peer_median": _round(middle),
            **(change := _change(score, earlier.get(manager), alike.get(manager), of_rules.get(manager), context)),
            "lines": lines.get(manager, []),
            "moved": None if change["change"] is None else _moved(manager, parts, of_rules, lines, change, before),
            "drivers": felt.get(manager, []),
            "without_largest": largest.get(manager),
            "exclusions": list(context.exclusions.get(manager, ())),
            "score_with_all": _round(with_all[manager]["score"]) if manager in with_all else None,
            "bridge": bridges[manager],
            "lost": lost.get(manager),
            "flags": [*context.notes.get(manager, ()), *context.notes.get("", ())],
        }
        for manager, score in scores.items()
    ]
    return sorted(made, key=lambda c: (str(c["name"]).casefold(), c["manager_id"]))


def _person(manager: str, context: Context) -> Card:
    person = context.people.get(manager, {})
    return {
        "manager_id": manager,
        "name": person.get("name") or manager,
        "team": person.get("team"),
        "reports_to": context.name_of(person.get("reports_to")),
    }


def _score(score: Row, context: Context) -> Card:
    """The score with its range, label and evidence, or the reason why there is none."""
    value = score["score"]
    low, high = _range(score, context.rulebook)
    evidence, sentence = _evidence(score, low, high)
    return {
        "score": _round(value),
        "low": _round(low),
        "high": _round(high),
        "reason": None if value is not None else _why_none(score, context),
        "coverage": _round(score["coverage"]),
        "evidence": evidence,
        "evidence_sentence": sentence,
        "believed": _round(score["z"]),
        "chance_above": None if value is None else _round(score["chance_above"]),
        "before_credibility": _round(score["before_credibility"]),
        "unadjusted": _round(score["unadjusted"]),
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
    return likely_range(score["score"], score["error"], rulebook.interval, score["freedom"])


def _evidence(score: Row, low: float | None, high: float | None) -> tuple[str, str]:
    accounts = f"{score['accounts']:,} account{'s' if score['accounts'] != 1 else ''}"
    if score["score"] is None:
        return "none", "There is no score to carry."
    if score["z"] is not None:
        return str(score["grade"]), (
            f"The score rests on {accounts}. Of what sets them apart from the peers' {score['z']:.0%} is believed; the "
            "rest could be chance."
        )
    if low is None or high is None:
        return "none", f"The score rests on {accounts}; leaving any of them out changes no score, so it has no range."
    width = high - low
    grade = "high" if width <= 10 else "medium" if width <= 20 else "low"
    wide = "less than a point" if width < 1 else f"{width:.0f} point{'' if round(width) == 1 else 's'}"
    return grade, f"The score rests on {accounts}; its likely range is {wide} wide."


def _why_none(score: Row, context: Context) -> str:
    if score["reason"]:
        return REASONS[score["reason"]]
    if score["is_thin"]:
        return "The score would rest on too few accounts to say how far it could be off."
    if score["is_withheld"]:
        return "A rule that withholds the score has no value."
    if not score["coverage"]:
        return "None of the rules could be measured; the card says why for each."
    least = context.rulebook.min_coverage
    return (
        f"Rules with {score['coverage'] or 0:.0%} of the weight have a value, fewer than the {least:.0%} that the "
        "rules ask for."
    )


def _change(score: Row, earlier: Row | None, alike: Row | None, of_rules: Row | None, context: Context) -> Card:
    """The change since the period before, and whether what is no change of rules is more than chance.

    `alike` is the period before under the same rules, `of_rules` the part of the change that other rules made.
    """
    if earlier is None or earlier["score"] is None:
        return {"previous": None, "change": None, "change_band": None, "is_beyond_chance": False}
    low, high = _range(earlier, context.before)
    previous = {
        "period": context.previous.name,
        "score": _round(earlier["score"]),
        "low": _round(low),
        "high": _round(high),
    }
    if score["score"] is None:
        return {"previous": previous, "change": None, "change_band": None, "is_beyond_chance": False}
    change = score["score"] - earlier["score"]
    band = None if alike is None else _band(score, alike, context.shared)
    under_same = change - (of_rules["points"] if of_rules else 0.0)
    return {
        "previous": previous,
        "change": _round(change),
        "change_band": _round(band),
        "is_beyond_chance": band is not None and abs(under_same) > band,
    }


def _parts(
    now: Scored, before: Scored | None, context: Context
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """Manager to the parts of the change, where accounts are compared, and to that of other rules, where there are."""
    if before is None:
        return {}, {}
    names = dict(now.rows.select("account_id", pl.coalesce("account", "account_id")).iter_rows())
    made = moved(now.judged, before.alike, names) if believes(context.rulebook) else {}
    return made, {} if before.again is None else by_new_rules(before.judged, before.again, names)


def _moved(
    manager: str,
    parts: Mapping[str, list[dict[str, Any]]],
    of_rules: Mapping[str, dict[str, Any]],
    lines: Mapping[str, list[dict[str, Any]]],
    change: Card,
    before: Scored | None,
) -> list[dict[str, Any]] | None:
    """The parts of the change; None where values are graded by the same rules, whose lines say it all."""
    if before is None or before.again is None:
        return parts.get(manager)
    same = parts.get(manager, []) if parts else of_lines(lines[manager])
    return with_rules(same, of_rules.get(manager), change["change"])


def _band(score: Row, earlier: Row, shared: float) -> float | None:
    """How far two scores may differ by chance; null where a range is missing.

    What the two windows share moves both scores alike, and so not their difference.
    """
    if not score["chance"] or not earlier["chance"]:
        return None
    freedom = min(score["freedom"], earlier["freedom"])
    common = 2 * shared * score["chance"] * earlier["chance"]
    error = (score["chance"] ** 2 + earlier["chance"] ** 2 - common) ** 0.5
    return float(quantile(CHANGE_COVERAGE, freedom) * error)


def _bridges(rows: pl.DataFrame) -> dict[str, dict[str, str]]:
    sums = rows.group_by("manager_id").agg(pl.col(c).sum() for c in COLUMNS).sort("manager_id")
    return {
        row["manager_id"]: {c: str(row[c]) for c in COLUMNS}
        for row in sums.iter_rows(named=True)
        if row["manager_id"] != UNASSIGNED
    }


def _by_manager(frame: pl.DataFrame) -> dict[str, Row]:
    return {row["manager_id"]: row for row in frame.iter_rows(named=True)}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 9) + 0.0
