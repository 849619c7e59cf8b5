"""What would the cards say under other weights? Everything that hangs on them, worked out anew."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from scoring.compare.what_if.basis import Basis, Card, Points
from scoring.peers.change import POINTS
from scoring.rules import Rulebook, rules_hash
from scoring.scorecard.apart import Apart, shares_of
from scoring.scorecard.apart import with_weights as weighing
from scoring.scorecard.cards import moved_parts
from scoring.scorecard.context import named, on_card
from scoring.scorecard.drivers import most_felt, without_largest
from scoring.scorecard.judge import graded_accounts, graded_total
from scoring.scorecard.of_rules import sign_of
from scoring.scorecard.rule_lines import shares
from scoring.scorecard.said import Scores, by_manager, said
from scoring.scorecard.summed import counted
from scoring.scorecard.switched import between, scores_of
from scoring.scorecard.total import published, weighed_total
from scoring.scorecard.trusted import as_trusted, given, withheld_of, without_scores
from scoring.scorecard.unweighed import BEFORE, NOW, WITH_ALL
from scoring.scorecard.verdict import FULL

Rows = dict[str, Any]
_FINE = 12
_KEY = ["manager_id", "account_id"]


def reweighed(found: Basis, weights: Mapping[str, float]) -> list[Card]:
    """The cards of the run as they would be under those weights, in their order; rules not named keep their weight.

    Raises WeightsError for weights that rules cannot have, NotReweighableError where the run does not say.
    """
    book = found.under(weights)
    if not found.cards:
        return []
    withheld = withheld_of(found.verdicts)
    now, accounts = _judged(found, book)
    now = given(now, withheld)
    of_rules = _of_rules(found, book)
    told = said(_scores(found, book, now, of_rules), replace(found.context, rulebook=book))
    lines = _lines(found, book)
    parts = found.moving.told(tuple(shares_of(book).values()))
    felt = found.told.told(most_felt(accounts, now))
    without = without_largest(without_scores(accounts, withheld), found.largest)
    with_all = _with_all(found, book, withheld)
    made, hashed = [], rules_hash(book)
    for card in found.cards:
        manager = card["manager_id"]
        own = _previously(told[manager], card, is_given=found.before is not None)
        beside = {
            "rules_hash": hashed,
            "rules_change": _rules_change(card, found.rulebook, book),
            **own,
            "lines": lines[manager],
            "moved": moved_parts(manager, own, lines, parts, of_rules if found.before else None),
            "drivers": felt.get(manager, []),
            "without_largest": without.get(manager),
            "score_with_all": with_all.get(manager),
            "lost": found.lost.get(manager),
        }
        made.append(as_trusted({**card, **beside}, found.verdicts[manager], found.verdicts_before.get(manager, FULL)))
    return made


def _judged(found: Basis, book: Rulebook) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The scores of the period, and what the accounts in the book add to them, as `Judged`."""
    apart = found.sides[NOW]
    if not apart.told:
        scores = graded_total(apart, book)
        accounts = graded_accounts(found.of_rules, apart, book, scores)
        return scores, accounts.join(found.rows, on=_KEY, how="semi", maintain_order="left")
    scored = weighed_total(apart, book)
    return published(scored, book), found.sums.weighed(book, scored)


def _total(apart: Apart, book: Rulebook) -> pl.DataFrame:
    return published(weighed_total(apart, book), book) if apart.told else graded_total(apart, book)


def _scores(found: Basis, book: Rulebook, now: pl.DataFrame, of_rules: Mapping[str, Rows]) -> Scores:
    """The scores, and those of the period before: by the rules of then as they were given, else under these weights."""
    rests_on = counted(found.of_rules, book)
    if BEFORE not in found.sides:
        return Scores(by_manager(now), rests_on)
    alike = by_manager(given(_total(found.sides[BEFORE], book), withheld_of(found.verdicts_before)))
    if found.before is None:
        return Scores(by_manager(now), rests_on, alike, alike)
    unknown = {"error": None, "freedom": None}
    withheld = withheld_of(found.verdicts_before)
    earlier = {m: {"score": s, **unknown} for m, s in found.before.scores.iter_rows() if m not in withheld}
    return Scores(by_manager(now), rests_on, earlier, alike, of_rules)


def _of_rules(found: Basis, book: Rulebook) -> dict[str, Rows]:
    """The part of each change that other rules than in the period before made."""
    if found.before is None:
        return {}
    apart = found.sides[BEFORE]
    again = _total(apart, book)
    accounts = found.before.accounts, found.before.again.weighed(book, again)
    return between(found.before.scores, scores_of(weighing(apart.whole, book)), accounts, found.names)


def _previously(told: Card, card: Card, *, is_given: bool) -> Card:
    """With what no weight of now can change of the period before: what was sealed and, where other rules gave its
    score, all of it.
    """
    then, now = card["previous"], told["previous"]
    if is_given or not (then and now):
        return {**told, "previous": then if is_given else now}
    return {**told, "previous": {**then, **now}}


def _lines(found: Basis, book: Rulebook) -> dict[str, list[Card]]:
    """Manager to the lines of the card."""
    weights = {rule.name: rule.weight for rule in book.rules}
    scales = _scales(found.sides[NOW], book)
    made = {}
    for card in found.cards:
        manager = card["manager_id"]
        whole, whole_before = (_whole(p, manager, weights) for p in (found.points, found.points_before))
        made[manager] = [
            _line(line, weights[line["rule"]], scales.get(line["rule"]))
            | _shares(found, (manager, line["rule"]), weights[line["rule"]], (whole, whole_before))
            for line in card["lines"]
        ]
    return made


def _whole(points: Points, manager: str, weights: Mapping[str, float]) -> float:
    """The weight of the rules that give the manager points."""
    return float(sum(weights[rule] for rule in sorted(weights) if points.get((manager, rule)) is not None))


def _line(line: Card, weight: float, scale: float | None) -> Card:
    compared = line["compared"]
    if compared is None or compared["scale"] is None or scale is None:
        return {**line, "weight": weight}
    return {**line, "weight": weight, "compared": {**compared, "scale": scale}}


def _shares(found: Basis, key: tuple[str, str], weight: float, whole: tuple[float, float]) -> Card:
    """A rule's share, what it adds to the score, and by how much more than in the period before."""
    now = shares({"weight": weight, "points": found.points[key]}, whole[0])
    if key not in found.points_before:
        return {**now, "contribution_change": None}
    then = shares({"weight": weight, "points": found.points_before[key]}, whole[1])
    change = (now["contribution"] or 0) - (then["contribution"] or 0)
    return {**now, "contribution_change": on_card(change)}


def _scales(apart: Apart, book: Rulebook) -> dict[str, float]:
    """Rule to the points of the score for one of the metric's unit, as cards show it, where accounts are compared."""
    found, share = {}, shares_of(book)
    for rule, told in zip(book.rules, apart.told, strict=False):
        between = told.figures.scale.between if told.figures.scale else 0.0
        unit = sign_of(rule) * POINTS / between**0.5 if between > 0 else 0.0
        found[rule.name] = round(unit * share[rule.name], _FINE) + 0.0
    return found


def _with_all(found: Basis, book: Rulebook, withheld: list[str]) -> dict[str, float | None]:
    """Manager to the score with the accounts that are excluded, where some are."""
    if WITH_ALL not in found.sides:
        return {}
    scores = given(_total(found.sides[WITH_ALL], book), withheld)
    return {m: on_card(score) for m, score in scores.select("manager_id", "score").iter_rows()}


def _rules_change(card: Card, own: Rulebook, asked: Rulebook) -> str | None:
    said_then: str | None = card["rules_change"]
    return None if said_then is None else said_then.replace(named(own), named(asked))
