"""What is expected of an account, and why? What each kind of account adds, as it was looked up, rule by rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from scoring.days import DAY
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.peers.features import OTHER, UNKNOWN, crossed
from scoring.peers.table import folds
from scoring.rules import Rulebook
from scoring.scorecard.context import day
from scoring.scorecard.of_rules import sign_of

EXPECTATIONS = {
    "rule": pl.String(),
    "fold": pl.Int64(),
    "number": pl.Int64(),
    "kind": pl.String(),
    "level": pl.String(),
    "points": pl.Float64(),
    "account_quarters": pl.Int64(),
}
"""One row per rule, fold of managers and level of a kind of accounts, sorted: the `points` that are expected more of
such accounts of these managers, in the metric's unit, and how many `account_quarters` of all other managers' they were
learned from. The first row of a fold, without number, kind and level, is what they are added to."""
ACCOUNT_KINDS = {
    "account_id": pl.String(),
    "ends_on": pl.Date(),
    "fold": pl.Int64(),
    "levels": pl.List(pl.Int64()),
}
"""One row per account and quarter (named by the day after it), sorted: the fold of who answers for most of it, and the
numbers of the levels that it was of on the first day, one of each kind."""


_FIFTHS = ("smallest", "second", "middle", "fourth", "largest")
_TENURES = (
    "customer for up to half a year",
    "customer for half a year to a year and a half",
    "customer for up to four years",
    "customer for longer than four years",
)


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What stands behind what is expected: `table` as `EXPECTATIONS`, `kinds` as `ACCOUNT_KINDS`.

    What is expected of an account in a quarter is the base and the points of its levels, by the fold. Of what happens
    or does not, small chances are raised to a floor and the others scaled, so that there a rest is left.
    """

    table: pl.DataFrame
    kinds: pl.DataFrame


NOTHING_EXPECTED = Expected(pl.DataFrame(schema=EXPECTATIONS), pl.DataFrame(schema=ACCOUNT_KINDS))


def expected(company: Company, estimates: Sequence[Estimate], rulebook: Rulebook, fold_count: int) -> Expected:
    """What stands behind what is expected of the company's accounts, by each rule that could be compared."""
    owners = folds(company.books.managers, fold_count)[company.books.owner]
    kinds = company.shelf.units.select("account_id", "ends_on").with_columns(
        pl.Series("fold", owners),
        pl.Series("levels", np.ascontiguousarray(company.features.codes.T)).cast(pl.List(pl.Int64())),
    )
    return Expected(table_of_points(estimates, rulebook), kinds.sort("account_id", "ends_on"))


def table_of_points(estimates: Sequence[Estimate], rulebook: Rulebook) -> pl.DataFrame:
    """What each rule that could be compared expects of accounts of each kind, as `EXPECTATIONS`."""
    rules = sorted(zip(rulebook.rules, estimates, strict=True), key=lambda both: both[0].name)
    tables = [
        _table(found, sign_of(rule)).with_columns(pl.lit(rule.name).alias("rule")).select(*EXPECTATIONS)
        for rule, found in rules
        if found.heard is not None
    ]
    return pl.concat(tables) if tables else NOTHING_EXPECTED.table


def _table(found: Estimate, sign: float) -> pl.DataFrame:
    """The rows of one rule, without its name."""
    expectation = found.expectation
    owners = expectation.fold[found.books.owner]
    inside = crossed(found.features, owners, len(expectation.points))
    learned = inside.sum(axis=0) - inside
    names = found.features.names.with_row_index("number").select(
        pl.col("number").cast(pl.Int64), kind="feature", level="level"
    )
    frames = []
    for fold in np.unique(owners).tolist():
        base = pl.DataFrame(
            {
                "number": None, "kind": None, "level": None, "points": expectation.base,
                "account_quarters": found.books.units,
            },
            schema={name: EXPECTATIONS[name] for name in ("number", "kind", "level", "points", "account_quarters")},
        )  # fmt: skip
        levels = names.with_columns(
            pl.Series("points", expectation.points[fold]),
            pl.Series("account_quarters", learned[fold].astype(np.int64)),
        ).filter(pl.Series(inside.sum(axis=0) > 0))
        turned = pl.concat([base, levels]).with_columns(pl.col("points") * sign + 0.0, pl.lit(fold).alias("fold"))
        frames.append(turned)
    return pl.concat(frames).with_columns(pl.col("fold").cast(pl.Int64))


def said(kind: str | None, level: str | None, ends_on: date) -> str:
    """What a kind of accounts is called, in the quarter that ended before the day; all of them where there is none."""
    if kind is None or level is None:
        return "base of all accounts"
    if kind == "quarter":
        return f"the quarter to {day(ends_on - DAY)}"
    name = kind.replace("_", " ")
    if level in (UNKNOWN, OTHER):
        return f"{name} {'unknown' if level == UNKNOWN else 'of few accounts'}"
    if kind == "size_band":
        return f"{_FIFTHS[int(level)]} fifth by revenue"
    return _TENURES[int(level)] if kind == "tenure_band" else f"{name} {level}"
