"""Can every amount be turned into the reporting currency? Codes, rates, and totals that fit."""

from collections.abc import Iterator, Mapping
from functools import partial

import polars as pl
from babel.core import get_global

from scoring.checks.findings import NR, ORIGIN, Finding, Saying, found
from scoring.checks.setting_aside import kept
from scoring.checks.suggestions import did_you_mean
from scoring.errors import Problem, Severity
from scoring.frame import Kind, Table
from scoring.tables import RATES, TABLES

Frames = Mapping[str, pl.DataFrame]

LARGEST_TOTAL = 9 * 10**13
"""What the amounts of one table may add up to, signs aside, before sums would leave the type."""

_USED_ON = {"contracts": "starts_on", "invoices": "dated_on", "costs": None}
"""The day from which a table's amounts need a rate, where the table has one."""


def codes(frame: pl.DataFrame, table: Table) -> list[Finding]:
    """Currency codes that ISO 4217 does not know."""
    if "currency" not in table.schema:
        return []
    known = pl.Series(sorted(get_global("all_currencies")), dtype=pl.String)
    used = pl.DataFrame({"code": frame.get_column("currency").drop_nulls().unique()})
    strange = used.filter(~pl.col("code").is_in(known.implode())).get_column("code")
    if strange.is_empty():
        return []
    bad = frame.filter(pl.col("currency").is_in(strange.implode()))
    advice = partial(did_you_mean, known=known, otherwise="use the code of ISO 4217, as EUR")
    return found(table.name, bad, Saying("currency is not known", advice, "currency"))


def convertible(numbered: Frames, sound: Frames, currency: str | None) -> list[Finding]:
    """What keeps amounts from being turned into the reporting currency, where it is known, and added up."""
    findings = [f for name, table in TABLES.items() for f in _overflowing(sound[name], table)]
    if currency is None:
        return findings
    findings += _useless(sound[RATES.name], currency)
    for name, table in TABLES.items():
        told = _unrated(sound[name], table, numbered[RATES.name], currency)
        findings += [*told, *_rate_lost(kept(sound[name], name, told), table, sound[RATES.name], currency)]
    return findings


def _unrated(frame: pl.DataFrame, table: Table, rates: pl.DataFrame, currency: str) -> list[Finding]:
    """Amounts in another than the reporting currency on days before it has a rate.

    People are told once per currency, with the first such day.
    """
    bad = _before_first_rate(frame, table, rates, currency)
    if bad.is_empty():
        return []
    day = _USED_ON[table.name]
    order = [*([day] if day else []), *ORIGIN, NR]
    what = f"currency has no rate to {currency}"
    detail = pl.format("{} on {}", pl.lit(what), day) if day else pl.lit(what)
    named = bad.sort(order).unique("currency", keep="first", maintain_order=True).with_columns(detail=detail)
    saying = Saying(what, "add the rate of that day or an earlier one to rates", "currency", "detail")
    return found(table.name, bad, saying, named=named)


def _rate_lost(frame: pl.DataFrame, table: Table, rates: pl.DataFrame, currency: str) -> list[Finding]:
    """Amounts whose rate was delivered but has an error: they cannot be used without it."""
    bad = _before_first_rate(frame, table, rates, currency)
    if bad.is_empty():
        return []
    what = "the rate of its currency is set aside"
    rows, whose = ("row", "its") if len(bad) == 1 else ("rows", "their")
    count = f"{len(bad):,} more {rows} would be set aside, because the rate of {whose} currency has an error"
    note = Problem(count, table=table.name, severity=Severity.NOTE)
    return [Finding(table.name, what, bad.get_column(NR), (note,))]


def _before_first_rate(frame: pl.DataFrame, table: Table, rates: pl.DataFrame, currency: str) -> pl.DataFrame:
    if table.name not in _USED_ON:
        return frame.clear()
    foreign = frame.filter(pl.col("currency") != currency)
    if foreign.is_empty():
        return foreign
    first = rates.group_by("currency").agg(pl.col("dated_on").min().alias("_first"))
    day, since = _USED_ON[table.name], pl.col("_first")
    late = pl.col(day) < since if day else pl.lit(False)
    return foreign.join(first, on="currency", how="left").filter(since.is_null() | late).drop("_first")


def _useless(rates: pl.DataFrame, currency: str) -> list[Finding]:
    """Rates of the reporting currency itself other than 1, as a warning: they are not used."""
    odd = rates.filter((pl.col("currency") == currency) & (pl.col("rate") != 1))
    what = "a rate of the reporting currency is not used"
    remedy = f"rates give {currency} for one unit of another currency; are they the wrong way round?"
    return found(RATES.name, odd, Saying(what, remedy, "rate", severity=Severity.WARNING))


def _overflowing(frame: pl.DataFrame, table: Table) -> Iterator[Finding]:
    """Columns of money whose total is larger than sums can be."""
    columns = [c.name for c in table.columns if c.kind is Kind.MONEY]
    if not columns or frame.is_empty():
        return
    wide = (pl.col(c).cast(pl.Decimal(38, 4)).abs().sum() for c in columns)
    for column, total in zip(columns, frame.select(wide).row(0), strict=True):
        if total is not None and total > LARGEST_TOTAL:
            what = f"{column} adds up to more than {LARGEST_TOTAL:,}, signs aside"
            problem = Problem(what, "deliver amounts in thousands", table=table.name, value=f"{total:f}")
            yield Finding(table.name, what, frame.get_column(NR).clear(), (problem,))
