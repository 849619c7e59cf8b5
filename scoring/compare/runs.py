"""What differs between two stored runs? What went in, what came out for each manager, and what moved it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from scoring.compare.changes import changes
from scoring.compare.differences import Card, Difference, InputChange, ManagerChange, Pair, RuleChange, Side
from scoring.compare.moves import Moved, moved
from scoring.credit.ownership import UNASSIGNED
from scoring.letters import by_letters
from scoring.metrics import CATALOGUE, Metric
from scoring.metrics.targets import TARGET_ATTAINMENT
from scoring.scorecard.trusted import is_withheld

SHOWN = ("score", "low", "high", "label", "group", "accounts", "team")
"""What of a card is held against the other run's."""
_OF_RULES = ("value", "n", "points", "share")


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
    old_book, new_book = (side.book.filter(pl.col("manager_id") != UNASSIGNED) for side in (then, now))
    accounts = moved(old_book, new_book, list(metrics.values()))
    found = [_manager(old.get(i), new.get(i), accounts) for i in sorted({*old, *new})]
    return tuple(sorted(found, key=lambda m: (by_letters(m.name), m.manager_id)))


def _manager(old: Card | None, new: Card | None, accounts: Mapping[tuple[str, str], Sequence[Moved]]) -> ManagerChange:
    card = new or old or {}
    pairs = {name: Pair((old or {}).get(name), (new or {}).get(name)) for name in SHOWN}
    score = pairs["score"]
    change = None if score.then is None or score.now is None else round(score.now - score.then, 9)
    middle = None if change is None else (score.then + score.now) / 2
    lines = [{line["rule"]: line for line in _lines(side)} for side in (old, new)]
    names = dict.fromkeys((*lines[1], *lines[0]))
    rules = tuple(_rule(lines[0].get(n), lines[1].get(n), accounts, card["manager_id"], middle) for n in names)
    is_in = "both" if old and new else "now" if new else "then"
    return ManagerChange(card["manager_id"], card["name"], is_in, **pairs, change=change, rules=rules)


def _lines(card: Card | None) -> Iterable[Card]:
    """The card's lines; of a score that is withheld without the points, which add up to it."""
    if card is None:
        return ()
    nothing = {"points": None, "share": None} if is_withheld(card) else {}
    return [{**line, **nothing} for line in card["lines"]]


def _rule(
    old: Card | None,
    new: Card | None,
    accounts: Mapping[tuple[str, str], Sequence[Moved]],
    manager: str,
    middle: float | None,
) -> RuleChange:
    line = new or old or {}
    pairs = {name: Pair((old or {}).get(name), (new or {}).get(name)) for name in _OF_RULES}
    metric = _metric(line["metric"])
    is_told = old is not None and new is not None and old["metric"] == new["metric"] and pairs["value"].differs
    is_told = is_told and pairs["value"].then is not None and pairs["value"].now is not None
    return RuleChange(
        rule=line["rule"],
        metric=line["metric"],
        label=line["label"],
        unit=line["unit"],
        **pairs,
        adds=None if middle is None else _adds(pairs["points"], pairs["share"], middle),
        unit_of_accounts=str(metric.unit) if metric else line["unit"],
        accounts=tuple(accounts.get((manager, metric.name), ())) if metric and is_told else (),
    )


def _adds(points: Pair, share: Pair, middle: float) -> float:
    """What the rule moved the score by; `middle` is the mean of both scores."""
    known = [p for p in (points.then, points.now) if p is not None]
    if not known:
        return 0.0
    was, is_ = (known[0] if p is None else p for p in (points.then, points.now))
    before, after = (s or 0.0 for s in (share.then, share.now))
    by_points: float = (before + after) / 2 * (is_ - was)
    by_share: float = ((was + is_) / 2 - middle) * (after - before)
    return round(by_points + by_share, 9) + 0.0


def _metric(name: str) -> Metric | None:
    """The metric whose values a line of a card shows; for the attainment of a target the one that is meant."""
    metric, _, of = name.partition(".")
    return CATALOGUE.get(of if metric == TARGET_ATTAINMENT.name else metric)
