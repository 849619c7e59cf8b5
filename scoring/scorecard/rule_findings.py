"""Which rules say too little, or the same? What was found out by weighing them, in sentences with a remedy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoring.document import Flaw, Keys
from scoring.errors import Problem, Severity
from scoring.numbers import fixed, percent
from scoring.rules import Version

if TYPE_CHECKING:
    from scoring.scorecard.weighing import Pair, Weighed, Weighing

FEW = 0.1
"""The part of the accounts, or of the managers, below which almost nobody has data."""
MATTERS = 1.0
"""The points that leaving a rule out must move somebody by."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that scores suffer from: its kind, the rules it is about, what it means and what helps."""

    kind: str
    rules: tuple[str, ...]
    what: str
    remedy: str


def rule_findings(weighing: "Weighing") -> tuple[Finding, ...]:
    """What is to be said of the scored rules, one after the other, and of pairs of them."""
    scored = {rule.rule: rule for rule in weighing.rules if rule.weight > 0}
    told = [f for rule in scored.values() for f in _of_rule(rule, weighing.quarters)]
    return (*told, *(_alike(p, scored) for p in weighing.pairs if p.is_alike and all(n in scored for n in p.rules)))


def _of_rule(rule: "Weighed", quarters: int) -> Iterator[Finding]:
    """The gravest thing to be said of the rule, if any."""

    def one(kind: str, what: str, remedy: str) -> Finding:
        return Finding(kind, (rule.rule,), f"{rule.rule}: {what}", remedy)

    if rule.measured == 0 or (rule.measured is None and not rule.told):
        who = "no account" if rule.measured == 0 else "nobody"
        yield one("no_data", f"{who} has a value of it, so it counts for nobody", _NO_DATA)
    elif (part := _part(rule, quarters)) < FEW:
        what = f"almost nobody has data for it: {rule.told:,} of {rule.managers:,} managers have a figure"
        seen = "" if rule.measured is None else f", {rule.measured:,} of {rule.account_quarters:,} account-quarters"
        yield one("little_data", f"{what}{seen}, {percent(part, 0)} of what there could be", _NO_DATA)
    elif rule.differs is False:
        what = "managers do not differ in it beyond chance (tau is 0), so its weight does not matter"
        yield one("no_signal", what, "give it weight 0, or score what managers can move")
    elif rule.moves is not None and rule.moves < MATTERS and not rule.labels:
        what = f"its weight does not matter: without it no score moves by more than {fixed(rule.moves, 1)} points"
        same = "" if rule.labels is None else " and nobody has another label"
        yield one("no_weight", f"{what}{same}", "delete it, or give it a weight that can be felt")


_NO_DATA = "bring the data, give it weight 0, or delete it"


def _part(rule: "Weighed", quarters: int) -> float:
    """The part of the accounts, or of the managers if that is less, that there are data for; once a year will do."""
    part = rule.told / rule.managers if rule.managers else 1.0
    if rule.measured is None or not rule.account_quarters:
        return part
    return min(part, quarters * rule.measured / rule.account_quarters)


def _alike(pair: "Pair", rules: "Mapping[str, Weighed]") -> Finding:
    one, other = pair.rules
    correlation = pair.correlation or 0.0
    if rules[one].metric == rules[other].metric:
        what = f"{one} and {other} score the same metric: it counts twice"
        return Finding("same", pair.rules, what, "delete one of the two")
    if correlation < 0:
        what = f"{one} and {other} pull against each other ({fixed(correlation, 2)}): what is good for one is bad for"
        return Finding("opposed", pair.rules, f"{what} the other", "keep the one that is meant")
    what = f"{one} and {other} measure nearly the same ({fixed(correlation, 2)}): what they share counts twice"
    return Finding("same", pair.rules, what, "keep one, or let both together weigh what one should")


def placed(found: Sequence[Finding], version: Version, period: str) -> tuple[Problem, ...]:
    """The findings as warnings at the lines of the rules, the later one of two; `period` is where it was seen."""
    names = [rule.name for rule in version.rulebook.rules]
    made = []
    for finding in found:
        if not set(finding.rules) <= set(names):
            continue
        last = max(names.index(name) for name in finding.rules)
        keys: Keys = ("rules", last, "metric")
        what = finding.what.removeprefix(f"{names[last]}: ")
        made.append(version.document.problem(Flaw(keys, f"{what} ({period})", finding.remedy, ""), Severity.WARNING))
    return tuple(made)
