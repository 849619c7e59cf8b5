"""What differs between two stored runs? What went in, what came out for each manager, and what moved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from scoring.compare.bridging import Moved
from scoring.compare.changes import Change, changes
from scoring.compare.moves import moved
from scoring.credit.ownership import UNASSIGNED
from scoring.metrics import CATALOGUE, Metric
from scoring.metrics.targets import TARGET_ATTAINMENT

Card = Mapping[str, Any]

SHOWN = ("score", "low", "high", "label", "group", "accounts", "team")
"""What of a card is held against the other run's."""
_OF_RULES = ("value", "n", "points", "share")


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A stored run: `run.json`, its cards, and its book."""

    summary: Mapping[str, Any]
    cards: Sequence[Card]
    book: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Pair:
    """Something in the earlier and in the later run; None where it is not there."""

    then: Any
    now: Any

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return bool(self.then != self.now)


@dataclass(frozen=True, slots=True)
class InputChange:
    """A file that went in: `same`, `changed`, `added` or `gone`, each by name and the hash of what it holds."""

    file: str
    state: str
    sha256: Pair
    rows: Pair
    set_aside: Pair


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule on a manager's card. `adds` is what it moved the score by; None where a run has no score.

    `unit` is that of the values, `unit_of_accounts` that of what accounts moved: the two are not the same where
    the attainment of a target is scored.
    """

    rule: str
    metric: str
    label: str
    unit: str
    value: Pair
    n: Pair
    points: Pair
    share: Pair
    adds: float | None
    unit_of_accounts: str
    accounts: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class ManagerChange:
    """A manager in both runs, or in one (`is_in` says which); what the rules add makes up the change of the score."""

    manager_id: str
    name: str
    is_in: str
    score: Pair
    low: Pair
    high: Pair
    label: Pair
    group: Pair
    accounts: Pair
    team: Pair
    change: float | None
    rules: tuple[RuleChange, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the run says something else of the manager."""
        of_card = (self.score, self.low, self.high, self.label, self.group, self.accounts, self.team)
        return any(p.differs for p in of_card) or any(r.value.differs or r.points.differs for r in self.rules)

    @property
    def most(self) -> RuleChange | None:
        """The rule that moved the score most."""
        moving = [r for r in self.rules if r.adds]
        return max(moving, key=lambda r: abs(r.adds or 0), default=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs. `facts` are run, period, as-of day, engine and so on, each as it was and is."""

    facts: Mapping[str, Pair]
    inputs: tuple[InputChange, ...]
    settings: tuple[Change, ...]
    managers: tuple[ManagerChange, ...]

    @property
    def is_same_run(self) -> bool:
        """Whether both are one run."""
        return not self.facts["run_id"].differs


def diff(then: Side, now: Side) -> Difference:
    """What differs between two runs, the managers by name.

    Accounts that moved a value are named where the rule looks at the same metric in both runs, and its amounts are
    in one currency.
    """
    facts = {name: Pair(was, is_) for (name, was), is_ in zip(_facts(then).items(), _facts(now).values(), strict=True)}
    settings = changes(then.summary["rules"]["settings"], now.summary["rules"]["settings"])
    return Difference(facts, _inputs(then, now), settings, _managers(then, now))


def _facts(side: Side) -> dict[str, Any]:
    summary = side.summary
    return {
        "run_id": summary["run_id"],
        "period": summary["period"]["name"],
        "as_of": summary["as_of"],
        "bookscore": summary["engine"]["bookscore"],
        "polars": summary["engine"]["polars"],
        "sources": summary["sources"]["sha256"],
        "rules": summary["rules"]["sha256"],
        "basis": summary["basis"],
        "currency": summary["currency"],
    }


def _inputs(then: Side, now: Side) -> tuple[InputChange, ...]:
    old, new = ({i["file"]: i for i in side.summary["inputs"]} for side in (then, now))

    def pair(file: str, name: str) -> Pair:
        return Pair(old.get(file, {}).get(name), new.get(file, {}).get(name))

    def state(file: str) -> str:
        if file not in old or file not in new:
            return "gone" if file in old else "added"
        is_same = all(not pair(file, name).differs for name in ("sha256", "rows", "rows_set_aside"))
        return "same" if is_same else "changed"

    return tuple(
        InputChange(f, state(f), pair(f, "sha256"), pair(f, "rows"), pair(f, "rows_set_aside"))
        for f in sorted({*old, *new})
    )


def _managers(then: Side, now: Side) -> tuple[ManagerChange, ...]:
    old, new = ({c["manager_id"]: c for c in side.cards} for side in (then, now))
    lines = [line for side in (then, now) for card in side.cards for line in card["lines"]]
    is_one_currency = then.summary["currency"] == now.summary["currency"]
    metrics = {m.name: m for line in lines if (m := _metric(line["metric"])) and (is_one_currency or m.unit != "money")}
    books = (side.book.filter(pl.col("manager_id") != UNASSIGNED) for side in (then, now))
    accounts = moved(*books, list(metrics.values()))
    found = [_manager(old.get(i), new.get(i), accounts) for i in sorted({*old, *new})]
    return tuple(sorted(found, key=lambda m: (m.name.casefold(), m.manager_id)))


def _manager(
    old: Card | None, new: Card | None, accounts: Mapping[tuple[str, str], Sequence[Moved]]
) -> ManagerChange:
    card = new or old or {}
    pairs = {name: Pair((old or {}).get(name), (new or {}).get(name)) for name in SHOWN}
    score = pairs["score"]
    change = None if score.then is None or score.now is None else round(score.now - score.then, 9)
    lines = [{line["rule"]: line for line in (side or {}).get("lines", ())} for side in (old, new)]
    names = dict.fromkeys((*lines[1], *lines[0]))
    rules = tuple(
        _rule(lines[0].get(n), lines[1].get(n), accounts, card["manager_id"], is_scored=change is not None)
        for n in names
    )
    is_in = "both" if old and new else "now" if new else "then"
    return ManagerChange(card["manager_id"], card["name"], is_in, **pairs, change=change, rules=rules)


def _rule(
    old: Card | None,
    new: Card | None,
    accounts: Mapping[tuple[str, str], Sequence[Moved]],
    manager: str,
    *,
    is_scored: bool,
) -> RuleChange:
    line = new or old or {}
    pairs = {name: Pair((old or {}).get(name), (new or {}).get(name)) for name in _OF_RULES}
    parts = [(side or {}).get("contribution") or 0.0 for side in (old, new)]
    metric = _metric(line["metric"])
    is_told = old is not None and new is not None and old["metric"] == new["metric"] and pairs["value"].differs
    is_told = is_told and pairs["value"].then is not None and pairs["value"].now is not None
    return RuleChange(
        rule=line["rule"],
        metric=line["metric"],
        label=line["label"],
        unit=line["unit"],
        **pairs,
        adds=round(parts[1] - parts[0], 9) + 0.0 if is_scored else None,
        unit_of_accounts=str(metric.unit) if metric else line["unit"],
        accounts=tuple(accounts.get((manager, metric.name), ())) if metric and is_told else (),
    )


def _metric(name: str) -> Metric | None:
    """The metric whose values a line of a card shows; for the attainment of a target the one that is meant."""
    metric, _, of = name.partition(".")
    return CATALOGUE.get(of if metric == TARGET_ATTAINMENT.name else metric)
