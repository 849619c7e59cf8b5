"""What do later days need of the facts of earlier ones? What runs on, and when an account paid that pays nothing now.

Of an account that pays, what runs on is left, as if all of it had begun on the last of the earlier days. Of one that
pays nothing, be it that its credits cancel out what runs on, two marks are left: of the days on which it last began to
pay, and stopped. One that stopped so lately that a short gap may follow keeps all of its facts. Whatever is told of
later days is the same.
"""

import polars as pl

from scoring.ledger.paying import spells
from scoring.packed import codes
from scoring.packed.each import OWN, currency_of, nominal
from scoring.packed.facts import SCHEMA
from scoring.packed.gaps import bridged
from scoring.packed.keys import account_of, code_of, day_in, on, packed
from scoring.packed.reading import Reading
from scoring.packed.runs import is_last
from scoring.packed.walked import changes_of

_MARK = codes.codes_of_rung(-1)[0]
"""The code of what marks that an account paid: of no rung."""


def shortened(facts: pl.DataFrame, since: int, by: Reading) -> pl.DataFrame:
    """The facts, sorted by key and `each`, with those of days before `since` short.

    All that happened before `since` must be known: nothing of it waits for a renewal any more.
    """
    is_early = day_in(pl.col("key")) < since
    early = facts.filter(is_early).with_columns(account_of(pl.col("key")).alias("account"))
    lately = _stopped_lately(early, since - by.terms.gap_tolerance_days)
    settled = early.join(lately, on="account", how="anti", maintain_order="left")
    running = _running(settled)
    silent = settled.join(_paying(running), on="account", how="anti", maintain_order="left")
    stopped = _last_spells(silent, by)
    whole = early.join(lately, on="account", how="semi").select(*SCHEMA)
    short = pl.concat([whole, _placed(running, stopped, since), _marks(stopped)]).sort("key", "each")
    return short.merge_sorted(facts.filter(~is_early), "key") if short.height else facts.filter(~is_early)


def _stopped_lately(early: pl.DataFrame, day: int) -> pl.DataFrame:
    """The accounts whose lines have all ended, the last after the day."""
    return (
        early.lazy()
        .filter(codes.is_paying(code_of(pl.col("key"))))
        .group_by("account")
        .agg(nominal().sum(), day_in(pl.col("key").max()).alias("day"))
        .filter((pl.col("nominal") == 0) & (pl.col("day") > day))
        .select("account")
        .collect()
    )


def _running(early: pl.DataFrame) -> pl.DataFrame:
    """What has not ended: account, code (of lines that are not over), `each`, `count`."""
    code = code_of(pl.col("key"))
    return (
        early.lazy()
        .group_by("account", pl.when(codes.is_over(code)).then(codes.not_over(code)).otherwise(code), "each")
        .agg(pl.col("count").sum())
        .filter(pl.col("count") != 0)
        .rename({"key": "code"})
        .collect()
    )


def _paying(running: pl.DataFrame) -> pl.DataFrame:
    """The accounts that pay, in some currency."""
    in_each = running.lazy().group_by("account", currency_of(pl.col("each"))).agg(nominal().sum())
    return in_each.filter(pl.col("nominal") > 0).select("account").unique().collect()


def _last_spells(silent: pl.DataFrame, by: Reading) -> pl.DataFrame:
    """From when until when accounts last paid that pay nothing now: account, `began`, `stopped`."""
    found = spells(changes_of(bridged(silent.select(*SCHEMA), by)))
    return found.filter(is_last(pl.col("account"))).collect()


def _placed(running: pl.DataFrame, stopped: pl.DataFrame, since: int) -> pl.DataFrame:
    """The facts of what runs on: of who pays on the last day before `since`, else of the day on which it stopped."""
    day = pl.coalesce("stopped", pl.lit(since - 1, dtype=pl.Int64))
    placed = running.join(stopped, on="account", how="left", validate="m:1")
    return placed.select(packed(pl.col("account"), on(pl.col("code"), day)).alias("key"), "each", "count")


def _marks(stopped: pl.DataFrame) -> pl.DataFrame:
    """The marks of accounts that stopped."""
    return pl.concat(
        [
            stopped.select(
                packed(pl.col("account"), on(pl.lit(_MARK, dtype=pl.Int64), pl.col(day))).alias("key"),
                pl.lit(OWN, dtype=pl.Int64).alias("each"),
                pl.lit(count, dtype=pl.Int64).alias("count"),
            )
            for day, count in (("began", 1), ("stopped", -1))
        ]
    )
