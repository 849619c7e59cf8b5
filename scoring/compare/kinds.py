"""What is more expected of some kinds of accounts than of others? The table of points that scores are made with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.rules import Rulebook
from scoring.scorecard.expected import said, table_of_points

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class KindOfAccounts:
    """What a rule expects more of accounts of one kind, in the metric's unit, on top of the base of all accounts.

    Nobody is judged by points that their own accounts went into, so each fold of managers has its own: `adds` is their
    mean, `least` and `most` are those of the folds. `account_quarters` is how many of other folds they were learned
    from, at the most; kinds of which there are none in others' books are left out. The first of each rule is the base.
    """

    rule: str
    kind: str
    adds: float
    least: float
    most: float
    account_quarters: int


def kinds(company: Company, estimates: Sequence[Estimate], rulebook: Rulebook) -> tuple[KindOfAccounts, ...]:
    """The kinds of accounts by rule, in the order of the rules; of rules that could be compared."""
    points = pl.col("points")
    found = (
        table_of_points(estimates, rulebook)
        .group_by("rule", "number", "kind", "level", maintain_order=True)
        .agg(
            points.mean().alias("adds"),
            points.min().alias("least"),
            points.max().alias("most"),
            pl.col("account_quarters").max(),
        )
    )
    found = found.filter(pl.col("account_quarters") > 0)
    ends: dict[str, date] = dict(
        company.shelf.units.select(pl.col("quarter").cast(pl.String), "ends_on").unique().iter_rows()
    )
    by_rule = found.partition_by("rule", as_dict=True)
    return tuple(
        KindOfAccounts(
            rule=rule.name,
            kind=said(row["kind"], row["level"], ends.get(row["level"], date.max)),
            adds=round(row["adds"], _DIGITS) + 0.0,
            least=round(row["least"], _DIGITS) + 0.0,
            most=round(row["most"], _DIGITS) + 0.0,
            account_quarters=row["account_quarters"],
        )
        for rule in rulebook.rules
        for row in by_rule.get((rule.name,), found.clear()).iter_rows(named=True)
    )
