"""What recurring revenue did each account have, and when? Contract lines as monthly amounts over days.

A line counts from its first day to the day before its end. The state at an instant is what the day before
leaves behind, so a line that starts on the first day of a quarter is that quarter's movement.
"""

from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from scoring.day_keys import account_in, day_in, day_key, numbered
from scoring.days import DAY, NEVER
from scoring.ledger.replaced import replaced_on
from scoring.ledger.terms import Terms
from scoring.money import MONEY, RATE_SCALE, from_units, units
from scoring.money import divided as rounded_quotient

NOT_PAYING = ("trial", "paused")

ACCOUNT = "of account"
"""The number of an account among lines; which one it is says nothing, but it is compared faster than text."""
_PLACE = "place"
_PRODUCT = "of product"
NUMBER = numbered(pl.col("account_id")).alias(ACCOUNT)
"""The same, from the account's id."""
_NUMBERS = (NUMBER, pl.col("product").cast(pl.Categorical).to_physical().alias(_PRODUCT))
_READ = (ACCOUNT, _PRODUCT, "line_id", "starts_on", "ends_on", "signed_on", "renews", "monthly", "is_over")
"""What the end of a line hangs on."""
_SERVES = "serves"
"""Whether a line carries recurring revenue; no table has a column of this name."""


def by_themselves(contracts: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    """What lines say by themselves, whenever one looks at them, for `recurring` of several days.

    The contracts, sorted by line_id, with `monthly`, what they bring a month in their own currency where they are paid
    for (null where `every` is not understood), and with numbers to compare them by.
    """
    monthly = bringing(contracts.sort("line_id", maintain_order=True), terms, "monthly", months=1)
    return monthly.with_columns(_NUMBERS)


def recurring(contracts: pl.LazyFrame, terms: Terms, as_of: date) -> pl.LazyFrame:
    """The lines that carry recurring revenue, with what they bring a month; of contracts, or of them `by_themselves`.

    One row per contract line with a service day and an amount other than 0 (or, where the terms keep them, a
    free one): the columns of `contracts` with `monthly` in the line's own currency, `starts_on`, `ends_on`
    (null: evergreen) after notice, overdue payment, renewals and gaps, `at_risk`, true where the last days are a gap
    that was not yet renewed, and the number of the `ACCOUNT`. Sorted by line_id. Ends are worked out at once, the rest
    when it is collected.
    """
    return serving(served(contracts, terms, as_of))


def serving(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Those of the lines `served` that carry recurring revenue."""
    return lines.filter(_SERVES).drop(_SERVES)


def served(contracts: pl.LazyFrame, terms: Terms, as_of: date) -> pl.LazyFrame:
    """Every contract line with what `recurring` tells of it, and whether it is one of those, for `serving` to choose.

    One row per contract line, sorted by line_id. Collected, it shares with the contracts all that it does not change,
    where `recurring` is a copy of nearly all of them.
    """
    read = contracts if ACCOUNT in contracts.collect_schema() else by_themselves(contracts, terms)
    lines = read.with_columns(pl.when(unpaid()).then(pl.lit(0).cast(MONEY)).otherwise("monthly").alias("monthly"))
    # Ends are put beside the lines by their order, so no step between may change it.
    paid = _cut_where_over(lines, terms, as_of).select(_READ).collect()
    cut = _cut_where_renewed(paid, terms)
    times = _bridge_gaps(cut, terms.gap_tolerance_days, as_of)
    brings = (pl.col("monthly") != 0) | ~unpaid() if terms.keeps_free else pl.col("monthly") != 0
    rest = lines.drop("starts_on", "ends_on", "monthly", _PRODUCT)
    return pl.concat([rest, times.lazy()], how="horizontal").with_columns(
        pl.when(pl.col("ends_on") < NEVER).then("ends_on").alias("ends_on"),
        ((pl.col("ends_on") > pl.col("starts_on")) & brings).alias(_SERVES),
    )


def with_a_line(lines: pl.LazyFrame) -> pl.LazyFrame:
    """The accounts that have one of the lines: account_id. By number, as it takes four times as long by text."""
    return lines.group_by(ACCOUNT).agg(pl.col("account_id").first()).select("account_id")


def is_over(terms: Terms, as_of: date) -> pl.Expr:
    """Whether nobody waits for the renewal of a contract: it was cancelled, or its payment is overdue for too long."""
    was_cancelled = pl.col("status").is_in(["cancelled", "ended"]).fill_null(value=False)
    return was_cancelled | pl.col("cancelled_on").is_not_null() | _gone_on(terms, as_of).is_not_null()


@lru_cache(maxsize=1024)
def active(instant: date) -> pl.Expr:
    """Whether a line is in force at the instant: it served the day before."""
    return (pl.col("starts_on") < instant) & (pl.col("ends_on").is_null() | (pl.col("ends_on") >= instant))


_PER_MONTH = {"month": (1, 1), "quarter": (1, 3), "year": (1, 12), "week": (52, 12), "day": (365, 12)}
_FOUR_WEEKS = {**_PER_MONTH, "week": (4, 1)}


def months_of(every: pl.Expr, *, four_weeks: bool = False) -> tuple[pl.Expr, pl.Expr]:
    """How an amount for one `every` becomes a month's: times the first, by the second, whole numbers.

    Month /1, quarter /3, year /12, week *52/12 (or *4), day *365/12, and for N of them /N more; null where not
    understood.
    """
    per_month = _FOUR_WEEKS if four_weeks else _PER_MONTH
    unit = every.str.extract(rf"^(?:\d{{1,3}} )?({'|'.join(per_month)})s?$")
    count = every.str.extract(r"^(\d{1,3}) ").cast(pl.Int64).fill_null(1)
    times, by = (
        unit.replace_strict({name: pair[n] for name, pair in per_month.items()}, default=None, return_dtype=pl.Int64)
        for n in (0, 1)
    )
    return times, by * count


def bringing(contracts: pl.LazyFrame, terms: Terms, name: str, *, months: int) -> pl.LazyFrame:
    """The contracts with what they bring in so many months under that name, in their own currency, rounded once.

    Null where `every` is not understood. Whether they are `unpaid` does not matter.
    """
    times, by = months_of(pl.col("every"), four_weeks=terms.weeks == "four_a_month")
    named = contracts.with_columns(  # docs/decisions.md: what is used twice gets a name
        (units(_charged(terms)) * (months * times).cast(pl.Int128)).alias("charged"), by.alias("by")
    )
    brought = from_units(rounded_quotient(pl.col("charged"), pl.col("by"))).alias(name)
    return named.with_columns(brought).drop("charged", "by")


def unpaid() -> pl.Expr:
    """Whether the line is a trial, or paused."""
    return pl.col("trial").fill_null(value=False) | pl.col("status").is_in(NOT_PAYING).fill_null(value=False)


def _charged(terms: Terms) -> pl.Expr:
    """The amount that counts for one `every`: what is charged, or the list price of the quantity where it is known.

    A credit stays what it is.
    """
    if terms.discounts == "net":
        return pl.col("amount")
    quantity = (pl.col("quantity").fill_null(1) * RATE_SCALE).cast(pl.Int128)
    listed = from_units(rounded_quotient(units(pl.col("list_price")) * quantity, RATE_SCALE))
    counts = pl.col("list_price").is_not_null() & (pl.col("amount") >= 0)
    if terms.discounts == "forever_only":
        counts &= pl.col("discount_ends").fill_null(value=False)
    return pl.when(counts).then(listed).otherwise("amount")


def _cut_where_over(lines: pl.LazyFrame, terms: Terms, as_of: date) -> pl.LazyFrame:
    """A line ends where it was cancelled, if notice counts, and so many days after a payment that stays overdue.

    Adds whether it `is_over`.
    """
    ends = [pl.col("ends_on").fill_null(NEVER), _gone_on(terms, as_of)]
    if terms.at_notice:
        ends.append(pl.col("cancelled_on"))
    return lines.with_columns(pl.min_horizontal(ends).alias("ends_on"), is_over(terms, as_of).alias("is_over"))


def _gone_on(terms: Terms, as_of: date) -> pl.Expr:
    """The day from which a payment was overdue for too long, null where there is none."""
    if terms.past_due_days is None:
        return pl.lit(None, dtype=pl.Date)
    gone_on = pl.col("past_due_on") + timedelta(days=terms.past_due_days)
    return pl.when((pl.col("status") == "past_due") & (gone_on <= as_of)).then(gone_on)


def _cut_where_renewed(lines: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """A line ends where another takes its place that names it, or was signed later and starts early."""
    if all(lines[said].null_count() == lines.height for said in ("renews", "signed_on")):
        return lines
    grace = max(1, terms.gap_tolerance_days)
    cut = replaced_on(lines, (ACCOUNT, _PRODUCT), terms.early_renewal_days, grace)
    return lines.with_columns(lines["ends_on"].scatter(cut[_PLACE], cut["ends_on"]))


def _bridge_gaps(lines: pl.DataFrame, tolerance: int, as_of: date) -> pl.DataFrame:
    """Where an account pays nothing for fewer days than tolerated, its revenue stays what it was: its last lines run
    on, and what its credits would begin or end meanwhile waits until the gap is over.

    The gap ends where the account pays again, or, for a line nobody cancelled, has not ended yet.
    """
    since, until = pl.col("gap_from"), pl.col("gap_to")
    gaps = _gaps(lines.lazy(), as_of).filter((until > since) & (until - since < timedelta(days=tolerance)))
    key = [ACCOUNT, "ends_on"]
    joined = lines.lazy().join(
        gaps, left_on=key, right_on=[ACCOUNT, "gap_from"], how="left", validate="m:1", maintain_order="left"
    )
    runs_on = until.is_not_null() & _pays() & ~(pl.col("is_open") & pl.col("is_over"))
    found = joined.select(
        "monthly", "starts_on", "ends_on", ACCOUNT, "gap_to", "is_open", runs_on.alias("runs_on")
    ).collect()
    bridged = found.filter("runs_on").select(ACCOUNT, "gap_to", "is_open", gap_from="ends_on").unique()
    times = found.select(
        "monthly",
        "starts_on",
        pl.when("runs_on").then(until).otherwise("ends_on").alias("ends_on"),
        (pl.col("runs_on") & pl.col("is_open")).fill_null(value=False).alias("at_risk"),
    )
    return _with_credits(times, lines.select(ACCOUNT), bridged)


def _with_credits(times: pl.DataFrame, accounts: pl.DataFrame, bridged: pl.DataFrame) -> pl.DataFrame:
    """The lines, of these accounts, where credits neither begin nor end in the gaps over which others run on."""
    lines = pl.concat([times, accounts], how="horizontal").with_row_index(_PLACE)
    credits = lines.filter(pl.col("monthly") < 0)
    if credits.is_empty() or bridged.is_empty():
        return times
    for day in ("starts_on", "ends_on"):
        inside = credits.sort(day).join_asof(
            bridged.sort("gap_from"), left_on=day, right_on="gap_from", by=ACCOUNT, check_sortedness=False
        ).filter(pl.col(day) < pl.col("gap_to"))  # fmt: skip
        times = times.with_columns(times[day].scatter(inside[_PLACE], inside["gap_to"]))
    at_risk = inside.filter("is_open")[_PLACE]  # of those that would have ended
    return times.with_columns(times["at_risk"].scatter(at_risk, True))


def _pays() -> pl.Expr:
    """Whether a line is paid for on any day."""
    return (pl.col("monthly") > 0) & (pl.col("ends_on") > pl.col("starts_on"))


def _gaps(lines: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """After each paying line: the furthest end so far (`gap_from`), when its account pays again (`gap_to`, the day
    after `as_of` where that is not known), and whether it is not known (`is_open`).

    Account and day are one number, so that all is sorted at once and nothing is asked account by account.
    """
    paying = lines.filter(_pays())
    starts, ends = (day_key(pl.col(ACCOUNT), pl.col(day)) for day in ("starts_on", "ends_on"))
    account, next_on = account_in(pl.col("reach")), pl.col("next_starts")
    is_open = (account_in(next_on) != account).fill_null(value=True)
    return (
        paying.select(starts.alias("starts"), ends.alias("ends"))
        .sort("starts")
        .select(pl.col("ends").cum_max().alias("reach"), pl.col("starts").shift(-1).alias("next_starts"))
        .select(
            account.alias(ACCOUNT),
            day_in(pl.col("reach")).alias("gap_from"),
            pl.when(is_open).then(pl.lit(as_of + DAY)).otherwise(day_in(next_on)).alias("gap_to"),
            is_open.alias("is_open"),
        )
    )
