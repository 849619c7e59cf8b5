"""Why did a score move? The largest causes in sentences, with the accounts behind them; what is left is said, too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.compare import Moved
from scoring.compare.differences import ManagerChange, RuleChange
from scoring.digest import whole
from scoring.digest.against import Against
from scoring.digest.content import Words, name
from scoring.numbers import exact, figure, in_parts, percent, rounded, signed, with_rest
from scoring.reports.moves import Part, change_parts
from scoring.scorecard.cards import Card
from scoring.view import Seen

MOST = 3
"""So many causes are told one by one."""
_NAMED = 2
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class _Cause:
    """A cause with its points as printed, and what is said of it behind them."""

    label: str
    points: Decimal
    more: Words = ()


@dataclass(frozen=True, slots=True)
class _Happened:
    """What happened to the accounts of a manager, since a day if one is given; of each it is told once.

    `sentences` are those of the card, for accounts that no movement tells of.
    """

    now: Seen
    manager_id: str
    after: date | None
    sentences: Mapping[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    is_own: bool = False

    def to(self, account_id: str) -> str:
        """What happened to the account; empty where that was told of a larger cause already."""
        if account_id in self.told:
            return ""
        self.told.add(account_id)
        what = whole.happened_to(self.now, self.manager_id, account_id, self.after, is_own=self.is_own)
        return what or self.sentences.get(account_id, "")


def why(now: Seen, card: Card, measured: Against, *, is_own: bool) -> tuple[Words, ...]:
    """Why the score moved, a sentence for each cause, the largest first; their points add up to the printed change."""
    if measured.last is None:
        return _sentences(_of_card(now, card, is_own=is_own))
    found = whole.difference(measured.last, now).get(card["manager_id"])
    return _sentences(_of_runs(now, found, measured.last, is_own=is_own)) if found else ()


def corrected(now: Seen, then: Seen, manager_id: str, *, is_own: bool) -> tuple[Words, ...]:
    """Why a run says something else of the manager than an earlier one of the same period, a sentence a rule.

    Who reads of many managers is told the largest cause of each.
    """
    found = whole.difference(then, now).get(manager_id)
    sentences = _sentences(_of_runs(now, found, None, is_own=is_own)) if found else ()
    return sentences if is_own else sentences[:1]


def _of_runs(now: Seen, found: ManagerChange, last: Seen | None, *, is_own: bool) -> list[_Cause]:
    """What the rules moved between two runs; empty where one has no score. With `last`, what happened after it."""
    if found.score.then is None or found.score.now is None:
        return []
    change = rounded(found.score.now) - rounded(found.score.then)
    rules = [rule for rule in found.rules if rule.adds is not None]
    whole_change = _number(found.score.now) - _number(found.score.then)
    parts = with_rest([_number(rule.adds) for rule in rules], whole_change)
    after = date.fromisoformat(last.facts["as_of"]) if last else None
    printed = in_parts(parts, change)
    by_size = sorted(zip(rules, printed, strict=False), key=lambda part: -abs(part[1]))
    happened = _Happened(now, found.manager_id, after, is_own=is_own)
    causes = [_Cause(rule.label, points, _of_rule(happened, rule)) for rule, points in by_size]
    return [*causes, *(_Cause("Everything else", points) for points in printed[len(rules) :])]


def _of_card(now: Seen, card: Card, *, is_own: bool) -> list[_Cause]:
    sentences = {driver["account_id"]: driver["sentence"] for driver in card["drivers"]}
    parts = sorted(change_parts(card), key=lambda part: -abs(part.points))
    happened = _Happened(now, card["manager_id"], None, sentences, is_own=is_own)
    return [_Cause(part.label, part.points, _accounts(happened, part)) for part in parts]


def _accounts(happened: _Happened, part: Part) -> Words:
    """The account that made most of a cause, else the first of those that pull the same way."""
    same = [a for a in part.accounts if rounded(a["points"]) * part.points > 0]
    same.sort(key=lambda a: (-abs(a["points"]), a["name"], a["account_id"]))
    if not same:
        return ()
    is_most = abs(rounded(same[0]["points"])) >= abs(part.points) * _HALF
    told: list[str] = [", most of it " if is_most else ", among them "]
    for n, account in enumerate(same[: 1 if is_most else _NAMED]):
        what = happened.to(account["account_id"])
        told += [" and "] if n else []
        told += [name(account["name"]), f" ({signed(account['points'])}{f'; {what}' if what else ''})"]
    return tuple(told)


def _of_rule(happened: _Happened, rule: RuleChange) -> Words:
    """From what to what a rule's weight and figure went, and the accounts that moved it most, with what happened."""
    told: list[str] = []
    now = happened.now
    if rule.share.differs:
        told.append(f", weight {percent(rule.share.then, 0)} → {percent(rule.share.now, 0)}")
    then, current = (figure(value, rule.unit, now.facts["currency"]) for value in (rule.value.then, rule.value.now))
    if then != current:
        told.append(f", {then} → {current}")
    moving = _moving(now, happened.manager_id, rule)
    for n, account in enumerate(moving[:_NAMED]):
        what = happened.to(account.account_id)
        told += [" and " if n else ", most by ", name(account.name)]
        told += [f" ({what})"] if what else []
    if not moving and not rule.share.differs:
        told.append(", by what it is compared with")
    return tuple(told)


def _moving(now: Seen, manager: str, rule: RuleChange) -> list[Moved]:
    """The accounts that moved a rule's figure the way that its points went; none where it went the other way.

    Points go another way where what the figure is compared with moved more.
    """
    better = {line["rule"]: line["better"] for line in now.card(manager)["lines"]}
    if rule.rule not in better or rule.value.then is None or rule.value.now is None or not rule.adds:
        return []
    way = 1 if better[rule.rule] == "higher" else -1
    moved = rule.value.now - rule.value.then
    if moved * way * rule.adds <= 0:
        return []
    return [account for account in rule.accounts if account.amount * _number(moved) > 0]


def _sentences(causes: Iterable[_Cause]) -> tuple[Words, ...]:
    """The largest causes, each a sentence, and what the others add up to."""
    felt = sorted((cause for cause in causes if cause.points), key=lambda cause: (-abs(cause.points), cause.label))
    most = felt if len(felt) == MOST + 1 else felt[:MOST]
    told = [_ended((f"{cause.label} {signed(cause.points)}", *cause.more)) for cause in most]
    rest = felt[len(most) :]
    if rest:
        told.append((f"{len(rest)} smaller causes together {signed(sum((c.points for c in rest), Decimal(0)))}.",))
    return tuple(told)


def _ended(sentence: Words) -> Words:
    """The sentence with its full stop, of which a name may have brought one."""
    return sentence if sentence[-1].endswith(".") else (*sentence, ".")


def _number(value: Any) -> Decimal:
    return exact(value) or Decimal(0)
