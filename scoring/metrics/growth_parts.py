"""What made customers that stayed grow? Parts that add up, and the growth that earns credit."""

import polars as pl

from scoring.metrics.metric import PAYING_AT_BOTH, Better, Metric, Parts, Unit

_SOURCE = "Price, volume and mix analysis of recurring revenue, in a fixed order"
_KNOWN = ("growth_tier", "growth_seats", "growth_list_price", "growth_discount_given", "growth_discount_expired")


def _part(name: str, label: str, better: Better, top: pl.Expr, definition: str) -> Metric:
    return Metric(
        name=f"growth_from_{name}", label=label, unit=Unit.MONEY, better=better, base=PAYING_AT_BOTH, parts=Parts(top),
        definition=definition, undefined="no_survivors", source=_SOURCE, needs="contracts",
    )  # fmt: skip


GROWTH_FROM_TIER = _part(
    "tier", "Growth by tier", Better.HIGHER, pl.col("growth_tier"),
    "What accounts pay more a month because they moved to another tier, at the seats and the discount they had.",
)  # fmt: skip
GROWTH_FROM_SEATS = _part(
    "seats", "Growth by seats", Better.HIGHER, pl.col("growth_seats"),
    "What accounts pay more a month for more seats or units, at the discount they had.",
)  # fmt: skip
GROWTH_FROM_LIST_PRICE = _part(
    "list_price", "Growth by list price", Better.HIGHER, pl.col("growth_list_price"),
    "What accounts pay more a month because the list price rose. Where contracts do not say seats, list price or "
    "discount, their change is in here.",
)  # fmt: skip
GROWTH_FROM_DISCOUNT_GIVEN = _part(
    "discount_given", "Growth by discounts given", Better.HIGHER, pl.col("growth_discount_given"),
    "What new and deeper discounts take off a month: 0 or less.",
)  # fmt: skip
GROWTH_FROM_DISCOUNT_EXPIRED = _part(
    "discount_expired", "Growth by discounts that ended", Better.NEITHER, pl.col("growth_discount_expired"),
    "What accounts pay more a month because a discount they had ended or became smaller.",
)  # fmt: skip
GROWTH_FROM_ADD_ONS = _part(
    "add_ons", "Growth by add-ons", Better.HIGHER,
    pl.col("growth") - pl.sum_horizontal([pl.col(name) for name in _KNOWN]),
    "What products on no tier bring more a month; without a ladder, products that are new to the account or gone.",
)  # fmt: skip
GROWTH_FROM_EXCHANGE = _part(
    "exchange", "Growth by exchange rates", Better.NEITHER, pl.col("growth_exchange"),
    "What the move of exchange rates over the window adds to the other parts; all of those are at the rates of "
    "its start.",
)  # fmt: skip
CREDITED_GROWTH = Metric(
    name="credited_growth",
    label="Growth that earns credit",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=PAYING_AT_BOTH,
    parts=Parts(pl.col("growth") - pl.col("growth_uncredited"), pl.col("before")),
    definition="What the accounts paying at both ends pay more by the parts of growth that the rules give credit "
    "for, divided by what they paid at the start. A discount that merely ended is no such part unless the rules "
    "say so.",
    undefined="no_survivors",
    source=_SOURCE,
    needs="contracts",
)

THEME = (
    GROWTH_FROM_TIER, GROWTH_FROM_SEATS, GROWTH_FROM_LIST_PRICE, GROWTH_FROM_DISCOUNT_GIVEN,
    GROWTH_FROM_DISCOUNT_EXPIRED, GROWTH_FROM_ADD_ONS, GROWTH_FROM_EXCHANGE, CREDITED_GROWTH,
)  # fmt: skip
