"""How often did each account renew its contract, and did it leave? Counted in chances to leave, not in months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.days import EVER
from scoring.ledger.history import active
from scoring.lengths import DAYS_A_MONTH, MONTHS_A_YEAR
from scoring.lifetime.contracts.chains import Lengths, chain, day_numbers, paying_lines
from scoring.lifetime.contracts.life_table import LifeTable, life_table
from scoring.lifetime.fit import Counts, Vector
from scoring.money import MONEY

Truths = NDArray[np.bool_]

SPELL = {
    "account_id": pl.String,
    "kind": pl.String,
    "renewals_made": pl.Int64,
    "entered_after": pl.Int64,
    "is_lost": pl.Boolean,
    "term_months": pl.Int64,
    "months_to_renewal": pl.Int64,
    "age_months": pl.Float64,
    "entered_age_months": pl.Float64,
    "is_latest": pl.Boolean,
}
"""An account's unbroken time as a customer. `kind` is `term` (its contract comes up for renewal) or `evergreen`."""


@dataclass(frozen=True, slots=True, eq=False)
class Renewals:
    """What was seen of contracts that come up for renewal.

    One element per account, or per group of like accounts of which `weight` says how many: `made` renewals when
    last seen, `is_lost` where it then left at its next chance, `entered` renewals it had made when first seen
    (0 for one seen from the start).
    """

    made: Counts
    is_lost: Truths
    entered: Counts | None = None
    weight: Vector | None = None

    def __post_init__(self) -> None:
        if np.any(self.made < self.came_with()) or np.any(self.came_with() < 0):
            raise ValueError("an account of Renewals was seen with more renewals than it has made")

    def came_with(self) -> Counts:
        """The renewals made when first seen."""
        return np.zeros_like(self.made) if self.entered is None else self.entered

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return self.made.size if self.weight is None else round(float(self.weight.sum()))

    def life_table(self) -> LifeTable:
        """The same, by opportunity."""
        weight = np.ones(self.made.size) if self.weight is None else self.weight
        return life_table(self.came_with(), self.made, self.is_lost, weight)


def of_spells(spells: pl.DataFrame) -> Renewals:
    """The renewals of the contracts with a term among `spells`."""
    term = spells.filter(pl.col("kind") == "term")
    return Renewals(
        made=term["renewals_made"].to_numpy(),
        is_lost=term["is_lost"].to_numpy(),
        entered=term["entered_after"].to_numpy(),
    )


def standing(spells: pl.DataFrame, monthly: pl.DataFrame) -> pl.DataFrame:
    """How each account stands at an instant, by its `spells` and what its lines bring then, as `at`.

    One row per account with a paying line, the latest of its spells and of the same columns, with `monthly`
    (what all its lines bring at the instant, as the lines count it) and `is_paying`. Sorted by account_id.
    """
    latest = spells.filter("is_latest").drop("is_latest")
    return (
        latest.join(monthly, on="account_id", how="left", validate="1:1")
        .with_columns(pl.col("monthly").fill_null(pl.lit(0).cast(MONEY)))
        .with_columns((pl.col("monthly") > 0).alias("is_paying"))
        .sort("account_id")
    )


def at(lines: pl.LazyFrame, instant: date) -> pl.DataFrame:
    """What the lines of each account bring at the instant: account_id, monthly."""
    return lines.filter(active(instant)).group_by("account_id").agg(pl.col("monthly").sum().cast(MONEY)).collect()


def last_lines(
    lines: pl.LazyFrame, instant: date, lengths: Lengths | None = None, *, since: date | None = None
) -> pl.DataFrame:
    """The last line of each spell of some accounts, for `described` of all.

    One row per account and spell: `paying_lines`, with the renewals made before it, those that were early, and the day
    on which the spell began. `lengths` are the company's; asked of the lines, if not given.
    """
    frame = paying_lines(lines, instant, lengths)
    start, end = day_numbers(frame["starts_on"]), day_numbers(frame["ends_on"])
    open_from = day_numbers(pl.Series([since or EVER]))[0]
    links = chain(frame)
    made, entered, last = _walk(links.follows, links.first, frame["is_term"].to_numpy(), end < open_from)
    return frame[last].with_columns(
        pl.Series("renewals_made", made, dtype=pl.Int64),
        pl.Series("entered_after", entered, dtype=pl.Int64),
        pl.Series("began_on", start[links.first].astype(np.int32)).cast(pl.Date),
    )


def _walk(follows: Counts, first: Counts, is_term: Truths, is_early: Truths) -> tuple[Counts, Counts, Counts]:
    """For each line in `first`: the renewals made from it on, those that were early, and the last line reached."""
    made, entered, last = np.zeros_like(first), np.zeros_like(first), first.copy()
    going = np.arange(first.size)
    while going.size:
        here = last[going]
        then = follows[here]
        going, here, then = going[then >= 0], here[then >= 0], then[then >= 0]
        renewed = is_term[here] | is_term[then]
        made[going] += renewed
        entered[going] += renewed & is_early[here]
        last[going] = then
    return made, entered, last


def described(last: Sequence[pl.DataFrame], instant: date, *, since: date | None = None) -> pl.DataFrame:
    """Each account's unbroken times as a customer, as known before the instant, from the `last_lines` of parts of the
    accounts; no account is in two parts.

    One row per account and spell, as `SPELL`; who comes back after an interruption begins anew. A renewal was made
    where a line ended and another was in force then, of a term or after one; the longest line in force counts, so
    that staggered lines are not counted twice. A spell that ended is lost: at its next renewal, or for evergreen
    lines at `age_months`. `months_to_renewal` counts the monthly payments until the next renewal, 0 where it is due.
    `since` is the day from which losses were recorded: what ended before is left out, and what a spell had
    made by then stands in `entered_after` and `entered_age_months`. Sorted by account_id and beginning.
    """
    has_end = pl.col("ends_on").is_not_null()
    only_terms = pl.col("is_in_force").any() & (pl.col("is_term") | ~pl.col("is_in_force")).all()
    by_term = pl.col("is_term") | (has_end & ((pl.col("renewals_made") > 0) | only_terms))
    seen_until = pl.min_horizontal(pl.col("ends_on"), pl.lit(instant))
    whole = (
        (pl.col("ends_on").dt.year().cast(pl.Int64) - instant.year) * MONTHS_A_YEAR
        + (pl.col("ends_on").dt.month().cast(pl.Int64) - instant.month)
        + (pl.col("ends_on").dt.day() > instant.day).cast(pl.Int64)
    ).clip(lower_bound=0)
    from_day = pl.max_horizontal(pl.lit(since or EVER), "began_on")
    is_term = pl.col("kind") == "term"
    return (
        pl.concat(last, rechunk=True)
        .with_columns(
            (~pl.col("is_in_force")).alias("is_lost"),
            (pl.col("account_id") != pl.col("account_id").shift(-1)).fill_null(value=True).alias("is_latest"),
        )
        .filter(pl.lit(since is None) | ~pl.col("is_lost") | (pl.col("ends_on") >= (since or EVER)))
        .with_columns(pl.when(by_term).then(pl.lit("term")).otherwise(pl.lit("evergreen")).alias("kind"))
        .with_columns(
            pl.when(is_term).then("term_months").alias("term_months"),
            pl.when(is_term & ~pl.col("is_lost")).then(whole).alias("months_to_renewal"),
            ((seen_until - pl.col("began_on")).dt.total_days() / DAYS_A_MONTH).alias("age_months"),
            ((from_day - pl.col("began_on")).dt.total_days() / DAYS_A_MONTH).alias("entered_age_months"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SPELL.items())
        .sort("account_id", maintain_order=True)
    )
