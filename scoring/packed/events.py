"""What does each contract line do to revenue, and when? Two events a line: it begins to bring, and it ends.

Only lines that say all of themselves are read here: what depends on another line (`renews`, or being signed early),
on rare units of time or on amounts beyond Int64 has no key, and is left to `ledger.history`, which reads every line.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

import polars as pl

from scoring.ledger.history import NOT_PAYING
from scoring.ledger.terms import Terms
from scoring.money import RATE_SCALE
from scoring.packed import codes
from scoring.packed.ids import Ids
from scoring.packed.keys import day_of, number, on, packed
from scoring.packed.whole import WIDEST, divided, in_units, looked_up

SCHEMA = {"key": pl.Int64(), "value": pl.Int64()}
"""`key` as `packed.keys`, null for a line that is not read here; `value` in ten-thousandths a month."""

_TWELFTHS = {"month": 12, "quarter": 4, "year": 1, "week": 52, "day": 365}
_FOUR_WEEKS = {**_TWELFTHS, "week": 48}


@dataclass(frozen=True, slots=True)
class Reading:
    """By what contract lines are read: `rates` in millionths by currency, `until` the last day that counts."""

    terms: Terms
    rates: Mapping[str, int]
    as_of: date
    until: date

    @property
    def is_plain(self) -> bool:
        """Whether some policy or rate asks for what only `ledger.history` can do."""
        terms = self.terms
        return (
            terms.discounts != "net"
            or terms.fx == "at_start"
            or len(terms.tiers) > codes.MOST_RUNGS
            or self.has_wide_rates
        )

    @property
    def has_wide_rates(self) -> bool:
        """Whether an amount times some rate may leave Int64."""
        return any(not 0 < rate < 9 * RATE_SCALE for rate in self.rates.values())


def events(contracts: pl.LazyFrame, ids: Ids, by: Reading) -> pl.LazyFrame:
    """The events of contract lines, as `SCHEMA`, in any order; lines without a service day or revenue have none.

    Columns as the table `contracts`, those that are there. A line that is not read here has one with a null key.
    """
    lines = ids.numbered(_known(_measured(contracts, ids, by), by))
    start = lines.select(packed(pl.col("account"), pl.col("first")).alias("key"), "value")
    end = lines.filter(pl.col("last") >= 0).select(
        packed(pl.col("account"), pl.col("last")).alias("key"), (-pl.col("value")).alias("value")
    )
    return pl.concat([start, end])


def _measured(contracts: pl.LazyFrame, ids: Ids, by: Reading) -> pl.LazyFrame:
    """The paying lines in whole numbers: days, ten-thousandths, rates, rungs; absent columns say nothing."""
    schema, terms = contracts.collect_schema(), by.terms
    there = set(schema)
    lines = contracts
    if "trial" in there:
        lines = lines.filter(~pl.col("trial").fill_null(value=False))
    if "status" in there:
        lines = lines.filter(~pl.col("status").is_in(NOT_PAYING).fill_null(value=False))
    gone = _overdue(terms, by.as_of) if {"status", "past_due_on"} <= there else None
    tied = [pl.col(c).is_not_null() for c in ("renews", "signed_on") if c in there]
    return lines.select(
        ids.hashed(),
        day_of("starts_on").alias("starts"),
        _ends(there, gone, at_notice=terms.at_notice).alias("ends"),
        in_units("amount", schema["amount"]).alias("units"),
        looked_up("every", _FOUR_WEEKS if terms.weeks == "four_a_month" else _TWELFTHS).alias("twelfths"),
        _rate(there, by).alias("rate"),
        _rung(there, terms).alias("rung"),
        _over(there, gone).alias("is_over"),
        pl.any_horizontal(tied).alias("is_tied") if tied else pl.lit(value=False).alias("is_tied"),
    )


def _rate(there: Set[str], by: Reading) -> pl.Expr:
    """Millionths of the reporting currency for one of the line's."""
    if "currency" not in there:
        return pl.lit(RATE_SCALE, dtype=pl.Int64)
    own = {by.terms.currency: RATE_SCALE}
    return pl.when(pl.col("currency").is_null()).then(RATE_SCALE).otherwise(looked_up("currency", {**by.rates, **own}))


def _rung(there: Set[str], terms: Terms) -> pl.Expr:
    """The rung of the tier that a line names, else of its product's."""
    tiers = {tier: n for n, tier in enumerate(terms.tiers)}
    products = {product: tiers[tier] for product, tier in terms.products.items() if tier in tiers}
    found = looked_up("product", products) if "product" in there else pl.lit(None, dtype=pl.Int64)
    if "tier" not in there:
        return found
    return pl.when(pl.col("tier").is_null()).then(found).otherwise(looked_up("tier", tiers))


def _overdue(terms: Terms, as_of: date) -> pl.Expr | None:
    """The day so many days after a payment that stays overdue, null where there is none; None if it does not matter."""
    if terms.past_due_days is None:
        return None
    gone = day_of("past_due_on") + terms.past_due_days
    return pl.when((pl.col("status") == "past_due") & (gone <= number(as_of))).then(gone)


def _ends(there: Set[str], gone: pl.Expr | None, *, at_notice: bool) -> pl.Expr:
    """The day of the end, as `ledger.history` cuts it; null where a line runs on."""
    ends = [day_of("ends_on")] if "ends_on" in there else [pl.lit(None, dtype=pl.Int64)]
    if gone is not None:
        ends.append(gone)
    if at_notice and "cancelled_on" in there:
        ends.append(day_of("cancelled_on"))
    return ends[0] if len(ends) == 1 else pl.min_horizontal(ends)


def _over(there: Set[str], gone: pl.Expr | None) -> pl.Expr:
    """Whether nobody waits for its renewal."""
    over = [pl.col("status").is_in(["cancelled", "ended"]).fill_null(value=False)] if "status" in there else []
    if "cancelled_on" in there:
        over.append(pl.col("cancelled_on").is_not_null())
    if gone is not None:
        over.append(gone.is_not_null())
    return pl.any_horizontal(over) if over else pl.lit(value=False)


def _known(lines: pl.LazyFrame, by: Reading) -> pl.LazyFrame:
    """The lines that count: hash, `first` and `last` (a key without the account; −1: no end), and `value` a month.

    `first` is null where a line is not read here.
    """
    until, tolerance, tomorrow = number(by.until), by.terms.gap_tolerance_days, number(by.as_of) + 1
    ends = pl.col("ends")
    serves = ends.is_null() | (ends > pl.col("starts"))
    asked = lines.filter((serves & (pl.col("starts") <= until)).fill_null(value=True))
    asked = asked.with_columns((pl.col("units") * pl.col("twelfths")).alias("twelfths"))
    asked = divided(asked, "twelfths", 12, "monthly").with_columns((pl.col("monthly") * pl.col("rate")).alias("priced"))
    asked = divided(asked, "priced", RATE_SCALE, "value").filter(pl.col("value").ne_missing(0))
    is_odd = pl.col("is_tied") | (pl.max_horizontal(pl.col("units").abs(), pl.col("monthly").abs()) > WIDEST)
    waits = (pl.col("is_over") & (ends > tomorrow - tolerance) & (ends < tomorrow)).fill_null(value=False)
    asked = asked.with_columns(
        codes.code(pl.col("value"), pl.col("rung"), waits).alias("code"),
        (is_odd | pl.col("value").is_null()).alias("is_odd"),
    )
    return asked.select(
        "hash",
        pl.when(~pl.col("is_odd")).then(on(pl.col("code"), pl.col("starts"))).alias("first"),
        pl.when((ends <= until).fill_null(value=False)).then(on(pl.col("code"), ends)).otherwise(-1).alias("last"),
        pl.col("value").fill_null(1),  # of a line that is not read here, and must not vanish
    )
