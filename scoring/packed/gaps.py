"""Where does revenue run on although nothing is under contract? Gaps shorter than tolerated, as in `ledger.history`."""

import polars as pl

from scoring.packed.codes import is_over, is_paying
from scoring.packed.keys import account_day, account_of, code_of, day_in, on
from scoring.packed.runs import carried, is_first, is_last
from scoring.packed.valued import summed


def bridged(facts: pl.DataFrame, tolerance: int, tomorrow: int) -> pl.DataFrame:
    """The facts with what ended before a short gap ending where the account pays again, or tomorrow.

    `tomorrow` is the day after the as-of day: until then the renewal of a line that is not over is waited for.
    """
    gaps = _gaps(facts, tolerance, tomorrow)
    if gaps.is_empty():
        return facts
    code = code_of(pl.col("key"))
    runs_on = pl.col("days").is_not_null() & is_paying(code) & ~(pl.col("is_open") & is_over(code))
    moved = (
        facts.lazy()
        .with_columns(account_day(pl.col("key")).alias("at"))
        .join(gaps.lazy(), on="at", how="left", validate="m:1")
        .select(pl.when(runs_on).then(on(pl.col("key"), pl.col("days"))).otherwise("key").alias("key"), "value")
    )
    return summed([moved.collect(engine="in-memory")])


def _gaps(facts: pl.DataFrame, tolerance: int, tomorrow: int) -> pl.DataFrame:
    """The short gaps: `at` (account and last day, as in a key), `days`, and `is_open` where nothing follows."""
    key, account = pl.col("key"), pl.col("account")
    return (
        facts.lazy()
        .filter(is_paying(code_of(key)))
        .select(account_day(key).alias("at"), account_of(key).alias("account"), day_in(key).alias("day"), "value")
        .with_columns(pl.col("value").cum_sum().alias("sum"))
        .with_columns(carried("sum", "value", is_first(account)))
        .filter(is_last(pl.col("at")))
        .with_columns(is_last(account).alias("is_open"), pl.col("day").shift(-1).alias("next_day"))
        .filter(pl.col("sum") == pl.col("carried"))  # the account pays nothing from this day on
        .with_columns(pl.when("is_open").then(tomorrow).otherwise("next_day").alias("next_day"))
        .select("at", (pl.col("next_day") - pl.col("day")).alias("days"), "is_open")
        .filter((pl.col("days") > 0) & (pl.col("days") < tolerance))
        .collect(engine="in-memory")
    )
