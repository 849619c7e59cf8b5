"""What does a card say of each rule? Value, points, share of the score, and why."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from scoring.metrics import CATALOGUE
from scoring.numbers import figure, fixed
from scoring.peers.chance import LEAST_PEERS, likely_range
from scoring.rules import Rule, because
from scoring.scorecard.comparison import compared_figures, comparison, why
from scoring.scorecard.context import Context, on_card
from scoring.scorecard.judged import Judged
from scoring.scorecard.of_rules import believes, better_of, is_bounded, label_of, metric_of

Row = Mapping[str, Any]


def rule_lines(now: Judged, before: Judged | None, context: Context) -> dict[str, list[dict[str, Any]]]:
    """Manager to the lines of the card, in the order of the rules.

    `share` is the rule's part of the weight that has points; `contribution` its points times that share, so
    the contributions add up to the score, and `contribution_change` to its change.
    """
    kinds = _by_kind(now)
    current, earlier = _by_key(now), _by_key(before) if before else {}
    medians = _medians(now)
    made: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for manager in sorted({key[0] for key in current}):
        weights, weights_before = _weight(current, manager), _weight(earlier, manager)
        for rule in context.rulebook.rules:
            row, then = current[manager, rule.name], earlier.get((manager, rule.name))
            made[manager].append(
                {
                    **_facts(rule, context),
                    **_value(rule, row, context, kinds[manager, rule.name]),
                    **shares(row, weights),
                    **_before(row, then, weights, weights_before),
                    "peer_median_points": medians.get(rule.name),
                }
            )
    return made


def _facts(rule: Rule, context: Context) -> dict[str, Any]:
    metric = CATALOGUE[rule.metric]
    return {
        "rule": rule.name,
        "metric": f"{rule.metric}.{rule.of}" if rule.of else rule.metric,
        "label": label_of(rule),
        "unit": str(metric.unit),
        "better": better_of(rule),
        "definition": metric.definition,
        "who_counts": metric_of(rule).base.words,
        "expected": None,
        "weight": rule.weight,
    }


def _value(rule: Rule, row: Row, context: Context, kinds: Sequence[Row]) -> dict[str, Any]:
    unit, currency = str(CATALOGUE[rule.metric].unit), context.rulebook.currency
    reason = row["reason"] if row["is_measured"] else row.get("why_not") or row["reason"]

    def shown(value: float) -> str:
        return figure(value, unit, currency)

    is_graded = context.rulebook.method == "target_bands"
    return {
        "value": on_card(row["value"]),
        "n": row["n"],
        "agreed": row["target"],
        "points": on_card(row["points"]),
        **_range(row, context),
        "because": _because(rule, row, kinds, shown) if is_graded else _comparison(row, unit, reason, context),
        "compared": None if is_graded else compared_figures(row),
        "kinds": [
            {"kind": k["kind"], "value": on_card(k["value"]), "n": k["n"], "points": on_card(k["points"])}
            for k in kinds
        ],
        "reason": reason,
        "reason_sentence": why(reason) if reason else None,
    }


def _comparison(row: Row, unit: str, reason: str | None, context: Context) -> str:
    """The comparison; where the quarters could be compared and the period has no figure, why it has none, too."""
    told = comparison(row, unit, context.rulebook.currency, weighs_evidence=believes(context.rulebook))
    said = why(reason) if reason else ""
    return told if row["value"] is not None or said in told else f"{told}. No result of the period: {said}"


def _range(row: Row, context: Context) -> dict[str, float | None]:
    """The likely range of the points; unknown where they stand in for a missing value."""
    if row["points"] is None or not row["error"] or not row["is_measured"]:
        return {"low": None, "high": None}
    rulebook = context.rulebook
    low, high = likely_range(
        row["points"], row["error"], rulebook.interval, row["freedom"], is_bounded=is_bounded(rulebook)
    )
    return {"low": on_card(low), "high": on_card(high)}


def _because(rule: Rule, row: Row, kinds: Sequence[Row], shown: Callable[[float], str]) -> str:
    if row["value"] is None:
        instead = "" if row["points"] is None else f", so {row['points']:g} points stand in for it"
        return f"Not measured: {why(row['reason'])}{instead}"
    if rule.segments is not None:
        told = [
            f"{k['kind'] or '(none)'} {shown(k['value'])}, {fixed(k['points'], 1)} points for {k['n']:,}"
            for k in kinds
            if k["points"] is not None
        ]
        return f"each {rule.segments.by} has its own target: {'; '.join(told)}"
    return because(rule.given_grade, row["value"], better_of(rule), shown)


def shares(row: Row, weights: float) -> dict[str, Any]:
    """A rule's part of the weight that has points, and what it adds to the score."""
    share = row["weight"] / weights if weights and row["points"] is not None else None
    return {
        "share": on_card(share),
        "contribution": None if share is None else on_card(share * row["points"]),
    }


def _before(row: Row, then: Row | None, weights: float, weights_before: float) -> dict[str, Any]:
    if then is None:
        return {"previous_value": None, "previous_points": None, "contribution_change": None}
    change = (shares(row, weights)["contribution"] or 0) - (shares(then, weights_before)["contribution"] or 0)
    return {
        "previous_value": on_card(then["value"]),
        "previous_points": on_card(then["points"]),
        "contribution_change": on_card(change),
    }


def _weight(rows: Mapping[tuple[str, str], Row], manager: str) -> float:
    return float(sum(r["weight"] for (m, _), r in rows.items() if m == manager and r["points"] is not None))


def _medians(judged: Judged) -> dict[str, float | None]:
    """Rule to the median of its points, where it is that of so many that it tells nothing of one of them."""
    points: dict[str, list[float]] = defaultdict(list)
    for row in judged.lines.iter_rows(named=True):
        if row["points"] is not None:
            points[row["rule"]].append(row["points"])
    return {rule: on_card(median(each)) for rule, each in points.items() if len(each) >= LEAST_PEERS}


def _by_kind(judged: Judged) -> dict[tuple[str, str], list[Row]]:
    made: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in judged.kinds.iter_rows(named=True):
        made[row["manager_id"], row["rule"]].append(row)
    return made


def _by_key(judged: Judged) -> dict[tuple[str, str], Row]:
    return {(r["manager_id"], r["rule"]): r for r in judged.lines.iter_rows(named=True)}
