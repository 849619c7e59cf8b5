"""What made customers that stayed grow or shrink? Tier, seats, list price, discounts and add-ons, adding up exactly.

Of the lines on a rung of the ladder (the base; where there is no ladder, of each product by itself) the net amount
walks in a fixed order from what it was to what it is: to the list price of the new tier, to the new seats, to the
new list price, to the new discount. Each part is a difference of two neighbours, so nothing is left over:

- tier: (L1 - L0) * q0 * d0, where the account's tier changed. What the new tier's price was at the start is not in
  the contracts, so all of the change of the list price counts as tier then.
- seats: L1 * (q1 - q0) * d0. Where a line does not say its quantity, its change is one of price.
- list price: (L1' - L1) * q1 * d0, where the tier is the same.
- discount: L1' * q1 * (d1 - d0): given where it is below 0, expired where it is above. Without list price and
  quantity the line's discount counts; without that one too, the whole change is one of the list price.
- add-ons: what lines on no rung bring more, and a base (without a ladder, a product) that is new or gone.

L list price of a unit, q units, d the part of the list price that is charged; pooled over the lines of the base.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from scoring.days import Span
from scoring.facts.dated import At, Dated
from scoring.ledger.balances import at_instants, lines_at_instants
from scoring.ledger.build import Ledger
from scoring.ledger.terms import Discounts
from scoring.money import MONEY, ratio

PARTS = ("tier", "seats", "list_price", "discount_given", "discount_expired", "add_on")
NAMED = tuple(f"growth_{part}" for part in PARTS)
COLUMNS = ("growth", *NAMED[:-1], "growth_exchange", "growth_uncredited")
"""What grew, at the rates of the window's start, and its parts; what is in no other part is add-ons, so that it is
exact for managers who share an account as well. Then what exchange rates added, and what earns no credit."""

_ENDS = {"before": "0", "after": "1"}
_ZERO = pl.lit(0).cast(MONEY)


@dataclass(frozen=True, slots=True)
class Terms:
    """What growth is read with.

    `discounts` as the ledger has it: a line that counts at its list price has no discount. `credited` are the parts
    that earn credit, `way` is the policy by which outcomes are credited.
    """

    currency: str
    has_ladder: bool
    discounts: Discounts = "net"
    credited: Collection[str] = PARTS
    way: At = "at_event"


def facts(ledger: Ledger, rates: pl.LazyFrame, window: Span, terms: Terms) -> list[Dated]:
    """The growth of accounts paying at both ends of the window, by parts; credited like their outcome."""
    uncredited = [name for part, name in zip(PARTS, NAMED, strict=True) if part not in terms.credited]
    parts = growth(ledger, rates, window, terms).with_columns(
        pl.sum_horizontal([_ZERO, *(pl.col(name) for name in uncredited)]).cast(MONEY).alias("growth_uncredited")
    )
    days = ledger.outcome.select("account_id", pl.col("event_on").alias("on"))
    rows = parts.join(days, on="account_id", validate="1:1").select("account_id", "on", *COLUMNS)
    return [Dated(rows, COLUMNS, terms.way, follows="outcome")]


def growth(ledger: Ledger, rates: pl.LazyFrame, window: Span, terms: Terms) -> pl.LazyFrame:
    """Each account paying at both ends of the window whose lines changed.

    One row per account_id: `growth`, the change at the rates of the window's start; its parts, `NAMED`, which add
    up to it; and `growth_exchange`, what the rates of the window's end add to that.
    """
    start, end = window.start, window.end
    ends = at_instants(ledger.lines, rates, start, end, terms.currency)
    stayed = ends.filter((pl.col("before") > 0) & (pl.col("after") > 0)).select(
        "account_id",
        (pl.col("after") - pl.col("before")).cast(MONEY).alias("growth"),
        (pl.col("after_spot") - pl.col("after")).cast(MONEY).alias("growth_exchange"),
    )
    lines = lines_at_instants(ledger.lines, rates, start, end, terms.currency)
    changed = lines.filter(pl.col("before") != pl.col("after")).select("account_id").unique()
    pooled = _pooled(lines.join(changed, on="account_id", how="semi"), terms)
    of_tier = pl.col("tier_before") != pl.col("tier_after")
    tiered = pooled.join(ledger.tiers, on="account_id", how="left", validate="m:1").with_columns(
        (of_tier.fill_null(value=False) & pl.lit(terms.has_ladder)).alias("is_moved")
    )
    parts = _walked(tiered).group_by("account_id").agg(pl.col(*NAMED).sum().cast(MONEY))
    return (
        stayed.join(parts, on="account_id", how="left", validate="1:1")
        .with_columns(pl.col(*NAMED).fill_null(_ZERO))
        .filter(pl.any_horizontal(pl.col("growth", *NAMED, "growth_exchange") != 0))
        .select("account_id", "growth", *NAMED, "growth_exchange")
        .sort("account_id")
    )


def _pooled(lines: pl.LazyFrame, terms: Terms) -> pl.LazyFrame:
    """The lines of an account that are compared as one.

    One row per account_id, `group` and `is_base`, with net amount n, gross amount g (at list price) and quantity q
    at both ends (n0, n1 …); g and q are null unless every line then in force says them.
    """
    group = pl.lit("") if terms.has_ladder else pl.col("product")
    listed = ratio(pl.col("list_price").cast(pl.Float64) * pl.col("quantity").cast(pl.Float64), pl.col("amount"))
    by_discount = ratio(pl.lit(1.0), 1 - pl.col("discount").cast(pl.Float64))
    net = pl.coalesce(pl.when(listed > 0).then(listed), pl.when(by_discount > 0).then(by_discount))
    is_for_a_time = pl.lit(terms.discounts == "forever_only") & pl.col("discount_ends").fill_null(value=False)
    at_list = pl.col("list_price").is_not_null() & (pl.lit(terms.discounts == "list") | is_for_a_time)
    above = pl.when(at_list).then(1.0).otherwise(net)
    known = lines.with_columns(
        group.alias("group"),
        (pl.col("rung").is_not_null() | pl.lit(not terms.has_ladder)).alias("is_base"),
        above.alias("above"),
        pl.col("quantity").cast(pl.Float64).alias("units"),
    )
    sums = [expr for end, n in _ENDS.items() for expr in _sums(end, n)]
    return known.group_by("account_id", "group", "is_base").agg(sums)


def _sums(end: str, n: str) -> list[pl.Expr]:
    """What the lines in force at the end add up to."""
    counts = pl.col(end) != 0
    units = pl.col("units").filter(counts)
    gross = (pl.col(end).cast(pl.Float64) * pl.col("above")).filter(counts)
    return [
        pl.col(end).sum().cast(MONEY).alias(f"n{n}"),
        pl.when(gross.null_count() == 0).then(gross.sum()).alias(f"g{n}"),
        pl.when(units.null_count() == 0).then(units.sum()).alias(f"q{n}"),
    ]


def _walked(pooled: pl.LazyFrame) -> pl.LazyFrame:
    """The parts of each group: the steps from n0 by tier, seats and list price to n1."""
    n0, n1, is_moved = pl.col("n0"), pl.col("n1"), pl.col("is_moved")
    compared = pl.col("is_base") & (n0 > 0) & (n1 > 0)
    dearer = pl.when((pl.col("g0") > 0) & (pl.col("g1") > 0)).then(ratio(pl.col("g1"), pl.col("g0")))
    larger = pl.when((pl.col("q0") > 0) & (pl.col("q1") > 0)).then(ratio(pl.col("q1"), pl.col("q0")))
    at_list = pl.coalesce(_times(n0, dearer), n1)
    at_tier = pl.coalesce(_times(n0, ratio(pl.coalesce(dearer, ratio(n1, n0)), larger)), at_list)
    stepped = pooled.with_columns(
        pl.when(is_moved).then(at_tier).otherwise(n0).alias("at_tier"),
        pl.when(is_moved).then(at_list).otherwise(pl.coalesce(_times(n0, larger), n0)).alias("at_seats"),
        at_list.alias("at_list"),
    )
    discount = n1 - pl.col("at_list")
    steps = {
        "tier": pl.col("at_tier") - n0,
        "seats": pl.col("at_seats") - pl.col("at_tier"),
        "list_price": pl.col("at_list") - pl.col("at_seats"),
        "discount_given": pl.min_horizontal(discount, _ZERO),
        "discount_expired": pl.max_horizontal(discount, _ZERO),
    }
    return stepped.select(
        "account_id",
        *(pl.when(compared).then(step).otherwise(_ZERO).cast(MONEY).alias(f"growth_{p}") for p, step in steps.items()),
        pl.when(compared).then(_ZERO).otherwise(n1 - n0).cast(MONEY).alias("growth_add_on"),
    )


def _times(amount: pl.Expr, factor: pl.Expr) -> pl.Expr:
    return (amount.cast(pl.Float64) * factor).round(4).cast(MONEY)
