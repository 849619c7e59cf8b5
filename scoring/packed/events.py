"""What does each contract line do to revenue, and when? Two events a line: it begins to bring, and it ends.

Neither rates nor the day on which one looks matter here, so what was made of lines once holds on other days.

Only lines that say all of themselves are read here: what depends on another line (`renews`, or being signed early),
on rare units of time or on amounts beyond Int64 has no key, and is left to `ledger.history`, which reads every line.
"""

from collections.abc import Set
from datetime import date

import polars as pl

from scoring.ledger.history import NOT_PAYING
from scoring.ledger.terms import Terms
from scoring.packed import codes
from scoring.packed.each import count, each
from scoring.packed.ids import Ids
from scoring.packed.keys import day_of, number, on, packed
from scoring.packed.lines import Lines
from scoring.packed.reading import Reading
from scoring.packed.whole import WIDEST, divided, in_units, is_one_of, looked_up
from scoring.tables import STATUSES

_TWELFTHS = {"month": 12, "quarter": 4, "year": 1, "week": 52, "day": 365}
_FOUR_WEEKS = {**_TWELFTHS, "week": 48}


def paying(contracts: pl.LazyFrame, ids: Ids, by: Reading) -> pl.LazyFrame:
    """One row per contract line that has a service day and revenue: account, `first`, `last`, `count` of `each`.

    The days are keys without the account; `first` is null for a line that is not read here, `last` −1 for one that does
    not end. Columns as the table `contracts`, those that are there.
    """
    return ids.numbered(_known(_measured(contracts, ids, by), by))


def events(lines: pl.LazyFrame, amount: str, *more: str) -> pl.LazyFrame:
    """The two events of each of these lines, in any order: `key`, the amount, which goes when the line ends, and more.

    The key of a line that is not read here is null.
    """
    first, last = (packed(pl.col("account"), pl.col(day)).alias("key") for day in ("first", "last"))
    end = lines.filter(pl.col("last") >= 0).select(last, (-pl.col(amount)).alias(amount), *more)
    return pl.concat([lines.select(first, amount, *more), end])


def as_seen_on(contracts: Lines, by: Reading) -> date | None:
    """The day that events hang on, because a payment may be overdue by then; None where there is no such thing."""
    columns = [set(file.lines.collect_schema()) for file in contracts.files]
    dated = any({"status", "past_due_on"} <= there for there in columns)
    return by.as_of if dated and by.terms.past_due_days is not None else None


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
        by.currency_of(there).alias("currency"),
        _rung(there, terms).alias("rung"),
        _over(there, gone).alias("is_over"),
        pl.any_horizontal(tied).alias("is_tied") if tied else pl.lit(value=False).alias("is_tied"),
        _is_wrong(there).alias("is_wrong"),
    )


def _is_wrong(there: Set[str]) -> pl.Expr:
    """Whether a line says what `checks` would not let pass: an end before its start, or a status that is none."""
    wrong = [pl.col("ends_on") < pl.col("starts_on")] if "ends_on" in there else []
    if "status" in there:
        wrong.append(~is_one_of("status", STATUSES))
    return pl.any_horizontal(wrong).fill_null(value=False) if wrong else pl.lit(value=False)


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
    """The lines that count, as `paying` has them, with `hash` for the account."""
    ends, is_wrong = pl.col("ends"), pl.col("is_wrong")
    asked = lines.filter((ends.is_null() | (ends > pl.col("starts"))).fill_null(value=True) | is_wrong)
    asked = asked.with_columns((pl.col("units") * pl.col("twelfths")).alias("twelfths"))
    asked = divided(asked, "twelfths", 12, "monthly").filter(pl.col("monthly").ne_missing(0))
    is_wide = pl.max_horizontal(pl.col("units").abs(), pl.col("monthly").abs()) > WIDEST
    is_unknown = pl.col("monthly").is_null() | pl.col("currency").is_null()
    asked = asked.with_columns(
        codes.code(pl.col("monthly"), pl.col("rung"), pl.col("is_over")).alias("code"),
        (pl.col("is_tied") | is_wrong | is_wide | is_unknown | by.is_early("starts")).alias("is_odd"),
    )
    return asked.select(
        "hash",
        pl.when(~pl.col("is_odd")).then(on(pl.col("code"), pl.col("starts"))).alias("first"),
        pl.when(ends.is_not_null()).then(on(pl.col("code"), ends)).otherwise(-1).alias("last"),
        each("monthly", "currency").alias("each"),
        count("monthly", "currency").fill_null(1).alias("count"),  # a line that is not read here must not vanish
    )
