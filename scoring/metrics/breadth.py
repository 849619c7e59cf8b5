"""Do customers buy more kinds of products, and what do they earn?"""

import polars as pl

from scoring.metrics.metric import PAYING_AT_BOTH, SHARE, Base, Better, Metric, Parts, Unit
from scoring.money import MONEY, ratio

_BEFORE, _AFTER = pl.col("products_before"), pl.col("products_after")
NAMED_AT_END = Base(
    "products_at_end", (pl.col("after") > 0) & (_AFTER > 0), "accounts paying at the end whose lines name a product"
)
NAMED_AT_BOTH = Base(
    "products_at_both",
    PAYING_AT_BOTH.rows & (_BEFORE > 0) & (_AFTER > 0),
    "accounts paying at both ends whose lines name a product then",
)
COSTED = Base(
    "costed",
    (pl.col("costed_revenue") != 0) | (pl.col("revenue_cost") != 0),
    "accounts with invoice lines in the period that say what they cost",
)
_CROSS_SELL = "Sales practice: breadth of cross-selling, products per customer"
_MARGIN = "Gross margin: revenue less the cost of what was sold"


def _shared(products: pl.Expr) -> pl.Expr:
    return products.cast(MONEY) * SHARE


PRODUCTS_PER_ACCOUNT = Metric(
    name="products_per_account",
    label="Products per account",
    unit=Unit.COUNT,
    better=Better.HIGHER,
    base=NAMED_AT_END,
    parts=Parts(_shared(_AFTER), SHARE),
    definition="Different products that an account pays for at the end, on average.",
    undefined="no_products",
    source=_CROSS_SELL,
)
CROSS_SELL_BREADTH = Metric(
    name="cross_sell_breadth",
    label="Breadth of cross-selling",
    unit=Unit.COUNT,
    better=Better.HIGHER,
    base=NAMED_AT_BOTH,
    parts=Parts(_shared(_AFTER - _BEFORE), SHARE),
    definition="How many different products more an account pays for at the end than at the start, on average over "
    "the same accounts. Joining is no cross-selling, and another product in place of the old one is not either.",
    undefined="no_products",
    source=_CROSS_SELL,
)
MARGIN_PER_ACCOUNT = Metric(
    name="margin_per_account",
    label="Margin per account",
    unit=Unit.MONEY,
    better=Better.HIGHER,
    base=COSTED,
    figure=ratio((pl.col("costed_revenue") - pl.col("revenue_cost")).sum(), pl.len()),
    definition="What the invoice lines of the period that say what they cost bring above that, divided by the "
    "accounts that have any.",
    undefined="no_margin",
    source=_MARGIN,
)
GROSS_MARGIN_RATE = Metric(
    name="gross_margin_rate",
    label="Gross margin rate",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=COSTED,
    parts=Parts(pl.col("costed_revenue") - pl.col("revenue_cost"), pl.col("costed_revenue")),
    definition="What the invoice lines of the period that say what they cost bring above that, divided by what they "
    "bring.",
    undefined="no_margin",
    source=_MARGIN,
)

THEME = (PRODUCTS_PER_ACCOUNT, CROSS_SELL_BREADTH, MARGIN_PER_ACCOUNT, GROSS_MARGIN_RATE)
