"""Why was so much expected of an account? What all accounts did, and what those of each of its kinds do otherwise."""

from dataclasses import replace
from datetime import date

import polars as pl

from scoring.days import DAY
from scoring.explain.comparison import AccountQuarter, Comparison, Reason
from scoring.explain.evidence import Evidence
from scoring.explain.refusals import UnexplainedError
from scoring.rules import Rulebook
from scoring.scorecard.estimates import outcome_of
from scoring.scorecard.expected import said

_NEAR = 1e-9
"""How far reasons may be from what is expected, but where chances are raised to a floor."""
FLOOR = "chances raised to a floor, the others scaled"


def with_reasons(comparison: Comparison, evidence: Evidence, rule: str) -> Comparison:
    """The comparison of one account by a rule, with why so much was expected of it in each quarter.

    As it is where the run kept no reasons. Raises UnexplainedError where they do not add up to what was expected.
    """
    wanted = evidence.account_kinds.filter(pl.col("account_id").is_in([a.account_id for a in comparison.accounts]))
    table, kinds = pl.collect_all([evidence.expectations.filter(pl.col("rule") == rule), wanted])
    if table.is_empty() or kinds.is_empty():
        return comparison
    (account,), is_chance = comparison.accounts, rule in _chances(evidence.rulebook)
    found = {row["ends_on"]: _reasons(table, row["fold"], row["levels"], row["ends_on"]) for row in kinds.to_dicts()}
    quarters = tuple(
        replace(q, reasons=_whole(q, found[q.last_day + DAY], account.account_id, rule, is_chance=is_chance))
        for q in account.quarters
    )
    return replace(comparison, accounts=(replace(account, quarters=quarters),))


def _chances(rulebook: Rulebook) -> set[str]:
    """The rules that look at what happens or does not."""
    return {rule.name for n, rule in enumerate(rulebook.rules) if outcome_of(rulebook, n).is_chance}


def _reasons(table: pl.DataFrame, fold: int, levels: list[int], ends_on: date) -> tuple[Reason, ...]:
    mine = table.filter((pl.col("fold") == fold) & (pl.col("number").is_null() | pl.col("number").is_in(levels)))
    return tuple(
        Reason(said(row["kind"], row["level"], ends_on), row["points"], row["account_quarters"])
        for row in mine.iter_rows(named=True)
    )


def _whole(
    quarter: AccountQuarter, reasons: tuple[Reason, ...], account: str, rule: str, *, is_chance: bool
) -> tuple[Reason, ...]:
    """The reasons with what is left."""
    found = sum(reason.adds for reason in reasons)
    left = quarter.expected - found
    if abs(left) <= _NEAR * max(1.0, abs(quarter.expected)):
        return reasons
    if not is_chance:
        what = f"what is expected of account {account} by {rule} in the quarter to {quarter.last_day}"
        raise UnexplainedError(what, found, quarter.expected)
    return (*reasons, Reason(FLOOR, left, None))
