"""Who is responsible for which account, and when? One frame of spans, by a named policy."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from scoring.days import EVER, NEVER
from scoring.money import RATE_SCALE
from scoring.tables import NOBODY

UNASSIGNED = NOBODY
"""Stands where nobody is responsible, so that the parts always add up to the company."""

SPANS = {
    "account_id": pl.String(),
    "manager_id": pl.String(),
    "starts_on": pl.Date(),
    "ends_on": pl.Date(),
    "weight": pl.Int64(),
}
"""One row is a manager's responsibility for an account over days, the end not included.

`weight` is in millionths of the account; for sellers it is what they sold, in ten-thousandths.
"""


RECORDED = ("history", "current", "territory")
"""The policies that say whose an account is, whatever was sold to it."""


def recorded(
    policy: str, tables: Mapping[str, pl.LazyFrame], as_of: date, *, attribute: str | None, managers: Mapping[str, str]
) -> pl.LazyFrame:
    """Spans by one of these policies; for territories, by an attribute and the manager of each of its values."""
    if policy == "history":
        return from_history(tables["ownership"])
    if policy == "current":
        return from_current(tables["ownership"], as_of)
    return from_territory(tables["accounts"], attribute or "region", managers)


def from_history(ownership: pl.LazyFrame) -> pl.LazyFrame:
    """Spans from dated rows; an empty start is since ever, an empty end is still."""
    share = (pl.col("share").fill_null(1) * RATE_SCALE).cast(pl.Int64)
    return ownership.select(
        "account_id",
        "manager_id",
        pl.col("starts_on").fill_null(EVER),
        pl.col("ends_on").fill_null(NEVER),
        share.alias("weight"),
    )


def from_current(ownership: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Spans in which whoever is responsible on `as_of` always was."""
    spans = from_history(ownership)
    today = (pl.col("starts_on") <= as_of) & (pl.col("ends_on") > as_of)
    return spans.filter(today).with_columns(pl.lit(EVER).alias("starts_on"), pl.lit(NEVER).alias("ends_on"))


def from_territory(accounts: pl.LazyFrame, attribute: str, managers: Mapping[str, str]) -> pl.LazyFrame:
    """Spans in which an account's attribute names its manager, for ever."""
    named = pl.col(attribute).replace_strict(dict(managers), default=None, return_dtype=pl.String)
    return _for_ever(
        accounts.select("account_id", named.alias("manager_id")).filter(pl.col("manager_id").is_not_null())
    )


def from_sales(sales: pl.LazyFrame, opens_on: date, ends_on: date, *, largest: bool) -> pl.LazyFrame:
    """Spans in which an account belongs to who sold it the last line, or the largest sum, before `opens_on`.

    `sales` has account_id, seller_id, dated_on, amount; what is returned is no sale, but lowers the sum, nor is what
    was voided on its day. An account with no sale before that day belongs to who sold it the first line up to
    `ends_on`. Ties go to the first id.
    """
    known = sales.filter(pl.col("seller_id").is_not_null() & (pl.col("dated_on") < ends_on))
    named = known.group_by("account_id", "seller_id", "dated_on").agg(pl.col("amount").sum())
    sold = named.filter(pl.col("amount") > 0)
    by_seller = (
        named.filter(pl.col("dated_on") < opens_on)
        .group_by("account_id", "seller_id")
        .agg(
            pl.col("amount").sum().alias("sum"),
            pl.col("dated_on").filter(pl.col("amount") > 0).max().alias("last_on"),
        )
        .filter(pl.col("last_on").is_not_null())
    )
    order = ["sum", "last_on"] if largest else ["last_on", "sum"]
    first = sold.sort("dated_on", "seller_id").group_by("account_id").agg(pl.col("seller_id").first().alias("first"))
    chosen = (
        by_seller.sort("account_id", *order, "seller_id", descending=[False, True, True, False])
        .group_by("account_id", maintain_order=True)
        .agg(pl.col("seller_id").first().alias("best"))
    )
    return _for_ever(
        first.join(chosen, on="account_id", how="left", validate="1:1").select(
            "account_id", pl.coalesce("best", "first").alias("manager_id")
        )
    )


def handed_over(spans: pl.DataFrame) -> pl.DataFrame:
    """Every hand-over from one manager to another: account_id, giver, taker, `handed_on`.

    `spans` as `SPANS`. Who has the same part as before, by a row that begins anew, gives and takes nothing.
    """
    key, weight = ["account_id", "handed_on"], pl.col("weight")
    ended, begun = (
        spans.select("account_id", "manager_id", pl.col(day).alias("handed_on"), change.alias("change"))
        for day, change in (("ends_on", -weight), ("starts_on", weight))
    )
    changed = pl.concat([ended, begun]).group_by(*key, "manager_id").agg(pl.col("change").sum())
    given = changed.filter(pl.col("change") < 0).select(*key, pl.col("manager_id").alias("giver"))
    taken = changed.filter(pl.col("change") > 0).select(*key, pl.col("manager_id").alias("taker"))
    return given.join(taken, on=key).select("account_id", "giver", "taker", "handed_on")


def _for_ever(pairs: pl.LazyFrame) -> pl.LazyFrame:
    return pairs.with_columns(
        pl.lit(EVER).alias("starts_on"),
        pl.lit(NEVER).alias("ends_on"),
        pl.lit(RATE_SCALE, dtype=pl.Int64).alias("weight"),
    ).select(*SPANS)
