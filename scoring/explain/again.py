"""What do the rules give over the stored book? By the formulas that the run used, and held against the card."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from scoring.explain.evidence import Evidence
from scoring.explain.measuring import check_same
from scoring.numbers import exact
from scoring.peers.resample import WHOLE
from scoring.rules import Rule
from scoring.scorecard.cards import Card
from scoring.scorecard.lines import graded_kinds, lines, values
from scoring.scorecard.of_rules import metric_of

Row = Mapping[str, Any]


def is_graded(evidence: Evidence) -> bool:
    """Whether values are graded, so that points follow from the book; otherwise managers are compared."""
    return evidence.rulebook.method == "target_bands"


def recomputed(evidence: Evidence, card: Card, book: pl.DataFrame) -> tuple[dict[str, Row], dict[str, list[Row]]]:
    """What every rule gives over the manager's rows of the book: as a whole and, where values are graded, by kind.

    Of a manager who is compared and has nothing in the book, no value.
    """
    rows = book.lazy().with_columns(pl.lit(WHOLE, dtype=pl.Int64).alias("replica"))
    rulebook, targets = evidence.rulebook, _targets(evidence, card)
    if not is_graded(evidence):
        found = pl.concat(values(rows, rulebook.rules, rulebook, targets, ())).collect()
        return {rule.name: {"value": None} for rule in rulebook.rules} | {r["rule"]: r for r in found.to_dicts()}, {}
    whole = lines(rows, rulebook, targets).collect()
    by_rule: dict[str, list[Row]] = {}
    for row in graded_kinds(rows, rulebook, targets).collect().sort("rule", "kind").iter_rows(named=True):
        by_rule.setdefault(row["rule"], []).append(row)
    return {row["rule"]: row for row in whole.iter_rows(named=True)}, by_rule


def check_line(evidence: Evidence, rule: Rule, row: Row, line: Row) -> None:
    """Raises UnexplainedError where the rule's value over the book, or the points of its grade, are not the card's."""
    for name in ("value", "points") if is_graded(evidence) else ("value",):
        check_same(f"the {name} of {rule.name}", exact(row[name]), line[name])


def _targets(evidence: Evidence, card: Card) -> pl.LazyFrame:
    """What the card says was agreed: manager_id, metric, target."""
    agreed = {
        (metric_of(rule).name, line["agreed"])
        for rule, line in zip(evidence.rulebook.rules, card["lines"], strict=True)
        if line["agreed"] is not None
    }
    return pl.LazyFrame(
        [{"manager_id": card["manager_id"], "metric": name, "target": target} for name, target in sorted(agreed)],
        schema={"manager_id": pl.String, "metric": pl.String, "target": pl.Float64},
    )
