"""What is a metric? One frozen object with two expressions over the book: who counts, and what is computed."""

from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from scoring.money import ratio, total


class Unit(StrEnum):
    """How a figure is read and written."""

    RATIO = "ratio"
    MONEY = "money"
    COUNT = "count"
    STEPS = "steps"
    MULTIPLE = "multiple"


class Better(StrEnum):
    """Which way is good; `NEITHER` is information and cannot be scored."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Who counts: the rows of the book a metric looks at, and how to say it.

    `n` is how many that is: the rows, or what else stands behind a figure, such as answers.
    """

    name: str
    rows: pl.Expr
    words: str
    n: pl.Expr = field(default_factory=pl.len)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The row-level amounts whose sums a value is made of: `top` alone, or `top` divided by `bottom`.

    Each account's part of a value is its top over the sum of the bottoms, so the parts add up to it.
    `less` is subtracted at the end (1 for a growth).
    """

    top: pl.Expr
    bottom: pl.Expr | None = None
    less: float = 0.0

    @property
    def value(self) -> pl.Expr:
        """The figure of whatever group is aggregated; null where there is nothing to divide by."""
        if self.bottom is None:
            return total(self.top)
        divided = ratio(self.top.sum(), self.bottom.sum())
        return divided - self.less if self.less else divided


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """One figure of the catalogue, with all that docs, rules, cards and `explain` say of it.

    `parts` where the value adds up over accounts; else `figure` is the expression and accounts only show
    what went in. `undefined` is the code of the reason when the value is null.
    """

    name: str
    label: str
    unit: Unit
    better: Better
    base: Base
    definition: str
    undefined: str
    source: str
    parts: Parts | None = None
    figure: pl.Expr | None = None
    needs: str | None = None
    """The basis without which it cannot be said: `contracts`, or None."""
    low: pl.Expr | None = None
    high: pl.Expr | None = None
    """The likely range of the value, where the metric has a range of its own."""

    @property
    def value(self) -> pl.Expr:
        """The expression over the rows of `base`."""
        if self.parts is not None:
            return self.parts.value
        if self.figure is None:
            raise ValueError(self.name)
        return self.figure

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the book it reads, sorted."""
        return tuple(sorted({*self.base.rows.meta.root_names(), *self.value.meta.root_names()}))


EVERYBODY = Base("everybody", pl.lit(value=True), "all accounts of the book")
PAYING_AT_START = Base("paying_at_start", pl.col("before") > 0, "accounts paying at the start")
PAYING_AT_BOTH = Base("paying_at_both", (pl.col("before") > 0) & (pl.col("after") > 0), "accounts paying at both ends")
PAYING_AT_END = Base("paying_at_end", pl.col("closing") > 0, "accounts paying at the end")
BASES = (EVERYBODY, PAYING_AT_START, PAYING_AT_BOTH, PAYING_AT_END)

SHARE = pl.col("share")


def counted(condition: pl.Expr) -> pl.Expr:
    """The share of each account for which the condition holds, 0 for the others."""
    return pl.when(condition).then(SHARE).otherwise(pl.lit(0).cast(pl.Decimal(18, 4)))


REASONS = {
    "no_accounts": "there is no account to measure",
    "no_opening": "no account was paying at the start",
    "no_survivors": "no account was paying at both ends",
    "no_closing": "no account was paying at the end",
    "no_losses": "nothing was lost, so there is nothing to divide by",
    "no_tiers": "no account of the book is on a rung of the ladder that it could leave",
    "no_exposure": "no account was at risk in the months before",
    "no_target": "no target was agreed for the period",
    "no_contracts": "it needs contracts, and the revenue is measured on invoices",
    "no_kind": "no kind of account that is graded apart has a value of its own",
    "too_few": "fewer accounts than the rules ask for",
}
"""Code to words, for every null the catalogue can give."""
