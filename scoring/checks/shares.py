"""Is an account owned more than once? The shares of its managers, added up day by day."""

import polars as pl

from scoring.checks.findings import NR, ORIGIN, PLACE, Finding, Saying, found
from scoring.day_keys import account_in, day_in, day_key, numbered
from scoring.days import EVER, NEVER
from scoring.tables import OWNERSHIP

_WHOLE = 1_000_000


def overfull(ownership: pl.DataFrame) -> list[Finding]:
    """The rows of accounts whose shares add up to more than 1 on some day, on all such days.

    People are told once per account: the rows of the first day and what they add up to.
    """
    spans = _spans(ownership)
    days = _overfull_days(spans)
    if days.is_empty():
        return []
    clashes = spans.join(days, on="number").filter(pl.col("starts") < pl.col("until"), pl.col("ends") > pl.col("day"))
    bad = ownership.filter(pl.col(NR).is_in(clashes.get_column(NR).unique().implode()))
    what = "the shares of an account add up to more than 1"
    remedy = (
        "end the earlier row where the later one starts, as until_next does in sources.yaml, or give each its share"
    )
    saying = Saying(what, remedy, "share", "detail", "account_id")
    return found(OWNERSHIP.name, bad, saying, named=_first_days(clashes))


def _spans(ownership: pl.DataFrame) -> pl.DataFrame:
    """The rows with the number of their account, open ends made far days, and shares made millionths."""
    share = (pl.col("share") * _WHOLE).cast(pl.Int64).fill_null(_WHOLE)
    starts, ends = pl.col("starts_on").fill_null(EVER), pl.col("ends_on").fill_null(NEVER)
    number = numbered(pl.col("account_id"))
    return ownership.select("account_id", *ORIGIN, NR, number=number, starts=starts, ends=ends, units=share).filter(
        pl.col("starts") < pl.col("ends")
    )


def _overfull_days(spans: pl.DataFrame) -> pl.DataFrame:
    """Number of the account, first day, exclusive end and sum of each stretch of days with more than the whole.

    Every share is added on its first day and taken off on its end, so a running sum over all accounts
    starts each account at 0.
    """
    units, on = pl.col("units"), pl.col("on")
    events = pl.concat(
        [
            spans.select(units, on=day_key(pl.col("number"), pl.col("starts"))),
            spans.select(-units, on=day_key(pl.col("number"), pl.col("ends"))),
        ]
    )
    by_day = events.group_by("on").agg(units.sum()).sort("on")
    running = by_day.select("on", until=day_in(on.shift(-1)), owned=units.cum_sum()).filter(pl.col("owned") > _WHOLE)
    return running.select("until", "owned", number=account_in(on), day=day_in(on))


def _first_days(clashes: pl.DataFrame) -> pl.DataFrame:
    """One row per account: its last row that clashes on the first such day, and the sentence."""
    first = clashes.filter(pl.col("day") == pl.col("day").min().over("account_id")).sort(*ORIGIN, NR)
    since = pl.when(pl.col("day") > EVER).then(pl.format("on {}", "day")).otherwise(pl.lit("from the start"))
    parts = pl.format("{}.{}", pl.col("owned") // _WHOLE, (pl.col("owned") % _WHOLE).cast(pl.String).str.zfill(6))
    owned = parts.str.strip_chars_end("0").str.strip_chars_end(".")
    told = first.group_by("account_id").agg(
        pl.col(*ORIGIN, NR).last(),
        places=PLACE.head(4).str.join(", "),
        detail=pl.format("the shares of the account add up to {} {}", owned.first(), since.first()),
    )
    return told.with_columns(detail=pl.format("{} ({})", "detail", "places"))
