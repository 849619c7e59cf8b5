"""Where does revenue run on although nothing is under contract? Gaps shorter than tolerated, as in `ledger.history`."""

import polars as pl

from scoring.packed.codes import is_over, is_paying, not_over
from scoring.packed.each import nominal
from scoring.packed.keys import account_day, account_of, code_of, day_in, number, on
from scoring.packed.reading import Reading
from scoring.packed.runs import carried, is_first, is_last


def bridged(found: pl.DataFrame, by: Reading) -> pl.DataFrame:
    """The facts that count by now, sorted by key: what ended before a short gap ends where the account pays again, or
    tomorrow, and so does what credits begin or end meanwhile.

    Whoever is under contract again on a day that nobody asks about does not wait for a renewal.
    """
    facts, gaps = _seen(found, by), None
    counts = day_in(pl.col("key")) <= number(by.until)
    if by.terms.gap_tolerance_days:
        gaps = _gaps(facts, by.terms.gap_tolerance_days, number(by.as_of) + 1)
    if gaps is None or gaps.is_empty():
        return facts.filter(counts)
    code, at = code_of(pl.col("key")), pl.col("at")
    runs_on = pl.when(is_paying(code)).then(~(pl.col("is_open") & is_over(code))).otherwise("is_bridged")
    until = pl.when((at < pl.col("gap_at") + pl.col("days")) & runs_on).then(pl.col("gap_at") + pl.col("days") - at)
    return (
        facts.lazy()
        .with_columns(account_day(pl.col("key")).alias("at"))
        .join_asof(gaps.lazy(), left_on="at", right_on="gap_at", check_sortedness=False)
        .select(on(pl.col("key"), until.fill_null(0)).alias("key"), "each", "count")
        .filter(counts)
        .sort("key")
        .collect(engine="in-memory")
    )


def _seen(found: pl.DataFrame, by: Reading) -> pl.DataFrame:
    """The facts; that a line is over matters only where its renewal would be waited for."""
    key, tomorrow = pl.col("key"), number(by.as_of) + 1
    waits = (day_in(key) > tomorrow - by.terms.gap_tolerance_days) & (day_in(key) < tomorrow)
    is_past = is_over(code_of(key)) & ~waits
    return found.with_columns(pl.when(is_past).then(not_over(key)).otherwise(key))


def _gaps(facts: pl.DataFrame, tolerance: int, tomorrow: int) -> pl.DataFrame:
    """The short gaps, sorted: `gap_at` (account and first day, as in a key), `days`, `is_open` where nothing follows,
    and whether revenue runs on (`is_bridged`).

    Until the day after the as-of day, `tomorrow`, the renewal of a line that is not over is waited for.
    """
    key, account = pl.col("key"), pl.col("account")
    return (
        facts.lazy()
        .filter(is_paying(code_of(key)))
        .select(
            account_day(key).alias("at"),
            account_of(key).alias("account"),
            day_in(key).alias("day"),
            nominal(),
            (~is_over(code_of(key))).cast(pl.Int64).alias("awaited"),
        )
        .with_columns(pl.col("nominal").cum_sum().alias("sum"), pl.col("awaited").cum_sum())
        .with_columns(carried("sum", "nominal", is_first(account)))
        .filter(is_last(pl.col("at")))
        .with_columns(pl.col("awaited") - pl.col("awaited").shift(1, fill_value=0))
        .with_columns(is_last(account).alias("is_open"), pl.col("day").shift(-1).alias("next_day"))
        .filter(pl.col("sum") == pl.col("carried"))  # the account pays nothing from this day on
        .with_columns(pl.when("is_open").then(tomorrow).otherwise("next_day").alias("next_day"))
        .select(
            pl.col("at").alias("gap_at"),
            (pl.col("next_day") - pl.col("day")).alias("days"),
            "is_open",
            (~pl.col("is_open") | (pl.col("awaited") > 0)).alias("is_bridged"),
        )
        .filter((pl.col("days") > 0) & (pl.col("days") < tolerance))
        .collect(engine="in-memory")
    )
