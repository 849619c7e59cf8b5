"""What would have made another score? Each rule alone, in the metric's own unit, and the accounts that took points."""

from dataclasses import dataclass
from decimal import Decimal

from scoring.explain.comparison import added
from scoring.explain.model import Explanation, Line
from scoring.metrics import CATALOGUE, Metric, Unit
from scoring.numbers import exact, fixed, percent, rounded
from scoring.rules import Linear, Rule, Rulebook
from scoring.rules.grades import Bands, Grade
from scoring.rules.grading import direction
from scoring.scorecard.of_rules import BELIEVING, better_of, metric_of

SHOWN = 8
"""How many accounts are named."""
FULL = 100.0
_NEAR = 1e-9

_NO_PROMISE = "This is arithmetic over what was, no promise of what comes."
_OTHER_PEERS = f"{_NO_PROMISE[:-1]}: other accounts, other quarters and other peers give other points."
_SAID = {
    "target_bands": (_NO_PROMISE,),
    "joint": (
        _OTHER_PEERS,
        "Solved jointly, a score hangs on all accounts at once, so each of these alone is only roughly so.",
    ),
}
"""What is to be known of the figures, by method; else that other peers give other points."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one rule alone would have needed, all else as it was, in `unit`.

    `found` is the observed average over account-quarters, or the value where values are graded; `by` is how much
    more (or, below 0, less) was needed, `needed` what that comes to. `is_possible` is false where there is no such
    figure; `why` says why.
    """

    rule: str
    label: str
    unit: str
    found: Decimal | None
    by: Decimal | None
    needed: Decimal | None
    is_possible: bool
    why: str


@dataclass(frozen=True, slots=True)
class WonBack:
    """An account that took points, and the score if it had done as the peers' accounts did, so that it took none."""

    account_id: str
    name: str
    points: Decimal
    score: Decimal


@dataclass(frozen=True, slots=True)
class Reach:
    """What would have made the score `target`; without rules and accounts where `sentences` say that nothing can."""

    target: Decimal
    score: Decimal | None
    needs: tuple[Need, ...]
    accounts: tuple[WonBack, ...]
    sentences: tuple[str, ...]


def reach(found: Explanation, target: float, rulebook: Rulebook) -> Reach:
    """What would have made the whole score of the explanation the target, the rules in the order of the card."""
    wanted, score = exact(target) or Decimal(0), found.score
    if score is None:
        return _nothing(wanted, score, f"There is no score that could be another: {found.reason}")
    if wanted <= score:
        return _nothing(wanted, score, f"The score is {fixed(score)} already; {_plainly(wanted)} is not above it.")
    missing, rules = float(wanted - score), {rule.name: rule for rule in rulebook.rules}
    lines = [(rules[line.rule], line) for line in found.lines if line.rule]
    if found.method == "target_bands":
        needs = tuple(_graded(rule, line, missing, score) for rule, line in lines)
        accounts: tuple[WonBack, ...] = ()
    elif found.method in BELIEVING:
        needs = tuple(_compared(rule, line, missing) for rule, line in lines)
        accounts = tuple(
            WonBack(a.account_id, a.name, a.points, score - a.points)
            for a in added(line.compared for line in found.lines)
            if rounded(a.points) < 0
        )[:SHOWN]
    else:
        return _nothing(
            wanted,
            score,
            f"Method {found.method} weighs no evidence and keeps no points of accounts, so it cannot be said what "
            "would have made another score.",
        )
    return Reach(wanted, score, needs, accounts, _SAID.get(found.method, (_OTHER_PEERS,)))


def _nothing(target: Decimal, score: Decimal | None, sentence: str) -> Reach:
    return Reach(target, score, (), (), (sentence,))


def _compared(rule: Rule, line: Line, missing: float) -> Need:
    """How much more had to be observed, on average over the account-quarters, for the points that are missing."""
    said, unit = line.compared, line.measured.unit
    observed = None if said is None else said.observed
    if said is None or observed is None or said.z is None or not said.accounts:
        return _no(line, unit, observed, "it was not compared, so the average of 50 points stands")
    worth = (said.scale or 0.0) * said.z
    if abs(worth) < _NEAR:
        return _no(line, unit, observed, "no difference moves the score: it has no weight, or none is believed")
    by = missing / worth
    return _need(line, unit, observed, by, _limit(metric_of(rule), better_of(rule), observed + by))


def _graded(rule: Rule, line: Line, missing: float, score: Decimal) -> Need:
    """The value that the rule's grade asks for, for the points that are missing."""
    unit, value = line.unit, None if line.value is None else float(line.value)
    if line.points is None or not line.share:
        return _no(line, unit, value, "it has no points of weight")
    points = line.points + missing / line.share
    if points > FULL + _NEAR:
        most = float(score) + (FULL - line.points) * line.share
        return _no(line, unit, value, f"even 100 points would make the score {fixed(most)} only")
    if rule.segments is not None:
        return _no(line, unit, value, f"each {rule.segments.by} has its own grade, so no single value answers")
    needed = _value_of(rule.given_grade, points, better_of(rule))
    if needed is None:
        return _no(line, unit, value, f"no band gives {fixed(points)} points")
    if value is None:
        return Need(line.rule or "", line.label, unit, None, None, _decimal(needed), is_possible=True, why="")
    return _need(line, unit, value, needed - value, _limit(CATALOGUE[rule.metric], better_of(rule), needed))


def _value_of(grade: Grade, points: float, better: str) -> float | None:
    """The value from which the grade gives the points; None where it never does."""
    if isinstance(grade, Linear):
        return grade.floor + (grade.target - grade.floor) * min(points, FULL) / FULL
    return _band(grade, points, better)


def _band(grade: Bands, points: float, better: str) -> float | None:
    """Where the first band begins that gives the points."""
    enough = [band.from_ for band in grade.bands if band.points >= points - _NEAR]
    if not enough:
        return None
    return max(enough) if direction(grade, better) == "lower" else min(enough)


def _limit(metric: Metric, better: str, value: float) -> str:
    """Why the metric cannot be so; nothing where it can."""
    if better == "lower":
        return "it cannot fall below nothing" if value < -_NEAR else ""
    if metric.most is None or value <= metric.most + _NEAR:
        return ""
    if metric.unit is Unit.RATIO:
        return f"a share cannot be above {percent(1, 0)}"
    return f"it cannot be above {metric.most:g}"


def _need(line: Line, unit: str, found: float, by: float, limit: str) -> Need:
    before, more = _decimal(found), _decimal(by)
    return Need(line.rule or "", line.label, unit, before, more, before + more, is_possible=not limit, why=limit)


def _no(line: Line, unit: str, found: float | None, why: str) -> Need:
    known = None if found is None else _decimal(found)
    return Need(line.rule or "", line.label, unit, known, None, None, is_possible=False, why=why)


def _decimal(value: float) -> Decimal:
    return exact(round(value, 9)) or Decimal(0)


def _plainly(number: Decimal) -> str:
    return f"{number.normalize():f}"
