"""What is a metric? One frozen object with two expressions over the book: who counts, and what is computed."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

import polars as pl

from scoring.facts.flags import FLAGS, RETURN_COUNTS
from scoring.ledger.bridge import IN_LEDGER
from scoring.money import MONEY, ratio, total


class Unit(StrEnum):
    """How a figure is read and written."""

    RATIO = "ratio"
    MONEY = "money"
    COUNT = "count"
    STEPS = "steps"
    MULTIPLE = "multiple"
    POINTS = "points"
    DAYS = "days"
    MONTHS = "months"


class Better(StrEnum):
    """Which way is good; `NEITHER` is information and cannot be scored."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Who counts: the rows of the book a metric looks at, and how to say it.

    `n` is how many that is: the rows, or what else stands behind a figure, such as answers. Below `least` of them
    nothing is said.
    """

    name: str
    rows: pl.Expr
    words: str
    n: pl.Expr = field(default_factory=pl.len)
    least: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The row-level amounts whose sums a value is made of: `top` alone, or `top` divided by `bottom`.

    Each account's part of a value is its top over the sum of the bottoms, so the parts add up to it.
    `less` is subtracted at the end (1 for a growth). `top_name` is the column that the top stands for, where the
    rules may choose another.
    """

    top: pl.Expr
    bottom: pl.Expr | None = None
    less: float = 0.0
    top_name: str | None = None

    @property
    def value(self) -> pl.Expr:
        """The figure of whatever group is aggregated; null where there is nothing to divide by."""
        return _figure(self)


@cache
def _figure(parts: Parts) -> pl.Expr:
    """The figure that the parts give, written once, as every period and grain asks for it."""
    if parts.bottom is None:
        return total(parts.top)
    divided = ratio(parts.top.sum(), parts.bottom.sum())
    return divided - parts.less if parts.less else divided


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
    unknown: str | None = None
    """The code of the reason when there are some that count, and yet no value; `undefined` where None."""
    low: pl.Expr | None = None
    high: pl.Expr | None = None
    """The likely range of the value, where the metric has a range of its own."""
    usual: tuple[Base, Parts] | None = None
    """Base and parts over books without flags, where the rules choose no other definition: the cheaper way."""
    most: float | None = None
    """What the value of an account cannot be above: 1 for parts of a whole; None where there is no such bound."""
    looks_ahead: bool = False
    """Whether it claims to tell what comes; `bookscore backtest` then holds it against what came."""

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
        """The columns of the book it reads, sorted; not those that only say which definition holds."""
        return tuple(sorted({*self.base.rows.meta.root_names(), *self.value.meta.root_names()} - {*FLAGS}))


def in_book(metric: Metric, columns: Collection[str]) -> Metric:
    """The metric as it is written over a book of these columns: as usual, where the book has no flags."""
    if metric.usual is None or RETURN_COUNTS in columns:
        return metric
    base, parts = metric.usual
    return replace(metric, base=base, parts=parts, usual=None)


EVERYBODY = Base("everybody", pl.lit(value=True), "all accounts of the book", IN_LEDGER.sum())
PAYING_AT_START = Base("paying_at_start", pl.col("before") > 0, "accounts paying at the start")
PAYING_AT_BOTH = Base("paying_at_both", (pl.col("before") > 0) & (pl.col("after") > 0), "accounts paying at both ends")
PAYING_AT_END = Base("paying_at_end", pl.col("closing") > 0, "accounts paying at the end")
PAYING_OR_BACK = Base(
    "paying_or_back",
    (pl.col("before") > 0) | pl.col(RETURN_COUNTS),
    "accounts paying at the start, and those that came back, if the rules count them",
)

PAYING = (pl.col("closing") > 0).cast(pl.Int64).cast(MONEY)
"""1 for an account that pays at the end, however it is shared, else 0."""

SHARE = pl.col("share")


def counted(condition: pl.Expr) -> pl.Expr:
    """The share of each account for which the condition holds, 0 for the others."""
    return pl.when(condition).then(SHARE).otherwise(pl.lit(0).cast(pl.Decimal(18, 4)))


def per_paying(column: str) -> pl.Expr:
    """Revenue of the accounts that pay, divided by them; one that is credited more than it is charged does not pay."""
    paid = pl.col(column).filter(pl.col(column) > 0)
    return ratio(paid.sum(), paid.len())


REASONS = {
    "no_accounts": "there is no account to measure",
    "no_opening": "no account was paying at the start",
    "no_survivors": "no account was paying at both ends",
    "no_closing": "no account was paying at the end",
    "no_losses": "nothing was lost, so there is nothing to divide by",
    "no_tiers": "no account of the book is on a rung of the ladder that it could leave",
    "not_valued": "no model could give an account a value",
    "no_value_before": "no account was worth anything at the start",
    "no_orders": "no account orders without a contract",
    "no_exposure": "no account was at risk in the months before",
    "no_renewals_due": "no contract came up for renewal in the period, or none is decided yet",
    "no_answers": "nobody answered",
    "few_answers": "too few answered for it to say anything",
    "nobody_asked": "nobody was asked",
    "no_surveys": "no account was paying at the end, or the exports hold no surveys",
    "no_signs": "no sign of use that the rules name is known of an account paying at the end",
    "no_start": "no account started in the window",
    "not_half": "more than half of those that started have not reached it",
    "no_ladder": "no account was paying at the end, or the rules name no ladder",
    "no_activities": "no account was paying at the end, or the exports hold no activities",
    "no_new_logos": "no customer was won in the period",
    "no_expansion": "no account grew in the period",
    "no_costs": "no spend of that kind is known for the period, or nothing is earned on it",
    "no_products": "no line that counts names a product",
    "no_margin": "no invoice line of the period says what it cost, or they bring nothing",
    "no_target": "no target was agreed for the period, or one of 0",
    "no_contracts": "it needs contracts, and the revenue is measured on invoices",
    "no_kind": "no kind of account that is graded apart has a value of its own",
    "too_few": "fewer accounts, or answers, than the rules ask for",
}
"""Code to words, for every null the catalogue can give."""
