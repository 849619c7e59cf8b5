"""How do accounts make the points of a rule that compares? The stored trace, held against the card and taken apart."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.days import DAY
from scoring.explain.comparison import AccountQuarter, ComparedAccount, Comparison
from scoring.explain.measuring import PLACES
from scoring.explain.refusals import UnexplainedError
from scoring.numbers import exact, in_parts
from scoring.rules import Rulebook
from scoring.scorecard.cards import Card

Row = Mapping[str, Any]

MIDDLE = 50
"""Points of the peers' average."""
_NEAR = 2e-9
"""How far a sum may be from what the card says, whose figures have nine decimals."""
_LAST = 1e-12
"""The last digit of the figures by which the card says how points come about."""
_FIGURES = (
    "observed", "expected", "difference", "z", "theta", "peer_mean", "scale", "account_quarters",
)  # fmt: skip


def comparisons(
    trace: pl.DataFrame, card: Card, rulebook: Rulebook, adds: Mapping[str, Decimal | None], names: Mapping[str, str]
) -> dict[str, Comparison]:
    """Rule to its comparison, from the manager's rows of the trace.

    `adds` is rule to the points it adds, which parts are made to add up to. Raises UnexplainedError where the trace
    does not lead to the card.
    """
    by_rule = {key: rows for (key,), rows in trace.partition_by("rule", as_dict=True).items()}
    lines = {line["rule"]: line for line in card["lines"]}
    if unknown := sorted(by_rule.keys() - lines.keys()):
        raise UnexplainedError(f"how many account-quarters of {unknown[0]} count", by_rule[unknown[0]].height, 0)
    of_rule = {rule: by_rule.get(rule, trace.clear()) for rule in lines}
    shares = _shares(rulebook)
    for rule, line in lines.items():
        _check(of_rule[rule], line, shares[rule], is_joint=rulebook.method == "joint")
    if card["score"] is not None:
        _check_near("the score", MIDDLE + float(trace["points"].sum()), card["score"])
    middles = _middles({rule: share for rule, share in shares.items() if of_rule[rule].height}, adds)
    return {
        rule: Comparison(
            **{name: line["compared"][name] for name in _FIGURES},
            middle=middles[rule],
            accounts=_accounts(of_rule[rule], (adds[rule] or Decimal(0)) - middles[rule], names),
        )
        for rule, line in lines.items()
    }


def _shares(rulebook: Rulebook) -> dict[str, Decimal]:
    """Rule to its part of the weight; rules that could not be compared keep theirs."""
    weights = {rule.name: Decimal(str(rule.weight)) for rule in rulebook.rules}
    whole = sum(weights.values(), Decimal(0))
    return {name: weight / whole for name, weight in weights.items()}


def _middles(compared: Mapping[str, Decimal], adds: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """Rule to what an average book would add by it, 50 in all; `compared` are the shares of rules with accounts."""
    alone = {rule: added or Decimal(0) for rule, added in adds.items() if rule not in compared}
    left = MIDDLE - sum(alone.values(), Decimal(0))
    parts = in_parts([MIDDLE * share for share in compared.values()], left, PLACES)
    return alone | dict(zip(compared, parts, strict=True))


def _check(rows: pl.DataFrame, line: Row, share: Decimal, *, is_joint: bool) -> None:
    """Raises UnexplainedError where the rows of a rule do not lead to its line on the card."""
    rule, said = line["rule"], line["compared"]
    is_there = None not in (said["z"], said["theta"], said["peer_mean"])
    counted = said["account_quarters"] if is_there else 0
    if rows.height != counted:
        raise UnexplainedError(f"how many account-quarters of {rule} count", rows.height, counted)
    if rows.height:
        for name in ("observed", "expected"):
            _check_near(f"what is {name} by {rule}", float((rows["part"] * rows[name]).sum()), said[name])
        if not is_joint:  # what is solved jointly has the same sums, but no formula of one row
            _check_rows(rows, rule, said)
    gained = float(rows["points"].sum())
    _check_near(f"what {rule} adds", MIDDLE * float(share) + gained, line["contribution"])
    if share:
        _check_near(f"the points of {rule}", MIDDLE + gained / float(share), line["points"])


def _check_rows(rows: pl.DataFrame, rule: str, said: Row) -> None:
    """Raises UnexplainedError, naming the account, where a row's points are not what its figures make."""
    scale, z, mean = said["scale"], said["z"], said["peer_mean"]
    missed = pl.col("part") * (pl.col("observed") - pl.col("expected") - mean)
    slack = _LAST * (missed.abs() * (abs(scale) + abs(z)) + pl.col("part") * abs(scale * z))
    found = rows.with_columns((scale * z * missed).alias("made"), slack.alias("slack"))
    wrong = found.filter(((pl.col("made") - pl.col("points")).abs() <= 1e-9 + pl.col("slack")).not_()).head(1)
    for row in wrong.iter_rows(named=True):
        what = f"what account {row['account_id']} adds by {rule} in the quarter to {_last(row['ends_on'])}"
        raise UnexplainedError(what, row["points"], row["made"])


def _check_near(what: str, found: float, said: float | None) -> None:
    if said is None or not abs(found - said) <= _NEAR * max(1.0, abs(said)):
        raise UnexplainedError(what, round(found, PLACES), said)


def _accounts(rows: pl.DataFrame, whole: Decimal, names: Mapping[str, str]) -> tuple[ComparedAccount, ...]:
    """The accounts with their points, which add up to the whole."""
    by_account = rows.sort("account_id", "ends_on").partition_by("account_id", as_dict=True)
    sums = [exact(float(own["points"].sum())) or Decimal(0) for own in by_account.values()]
    parts = in_parts(sums, whole, PLACES)
    made = [
        _account(own, key, names.get(key, key), points)
        for ((key,), own), points in zip(by_account.items(), parts, strict=True)
    ]
    return tuple(sorted(made, key=lambda a: (-abs(a.points), a.account_id)))


def _account(rows: pl.DataFrame, account_id: str, name: str, points: Decimal) -> ComparedAccount:
    part = float(rows["part"].sum())
    observed, expected = (
        float((rows["part"] * rows[c]).sum()) / part if part else float(rows[c].mean() or 0.0)  # type: ignore[arg-type]
        for c in ("observed", "expected")
    )
    return ComparedAccount(
        account_id=account_id,
        name=name,
        part=part,
        observed=observed,
        expected=expected,
        points=points,
        quarters=tuple(_quarters(rows, points)),
    )


def _quarters(rows: pl.DataFrame, whole: Decimal) -> Iterator[AccountQuarter]:
    parts = in_parts([exact(p) or Decimal(0) for p in rows["points"]], whole, PLACES)
    for row, points in zip(rows.iter_rows(named=True), parts, strict=True):
        yield AccountQuarter(_last(row["ends_on"]), row["part"], row["observed"], row["expected"], points)


def _last(ends_on: Any) -> Any:
    """The last day of what ends before a day."""
    return ends_on - DAY
