"""What are accounts worth by the models of lifetime value, and what became of what they were worth?"""

import polars as pl

from scoring.metrics.metric import Base, Better, Metric, Parts, Unit
from scoring.money import ratio

VALUED = Base("valued", pl.col("value_now") > 0, "accounts that a model gives a value")
WORTH_BEFORE = Base("worth_before", pl.col("value_before") > 0, "accounts that were worth something at the start")
MODELLED = Base("modelled", pl.col("chance_active").is_not_null(), "accounts that a model speaks of")
ORDERING = Base("ordering", pl.col("expected_orders").is_not_null(), "accounts that order without a contract")

_SOURCE = (
    "Fader and Hardie: lifetime value of customers under contract (shifted beta-geometric) and of repeat orders "
    "(NBD with dropout), see docs/lifetime.md"
)
_VALUE = pl.col("value_now")
_OWN = pl.col("value_spread") * pl.col("share_of_value")
_WIDTH = (
    (_VALUE.sum().cast(pl.Float64) * pl.col("value_error").first()).pow(2)
    + (_OWN * _OWN / pl.col("interval_z").first().pow(2)).sum()
).sqrt() * pl.col("interval_z").first()

LIFETIME_VALUE = Metric(
    name="lifetime_value",
    label="Lifetime value of the book",
    unit=Unit.MONEY,
    better=Better.NEITHER,
    base=VALUED,
    parts=Parts(_VALUE),
    low=(_VALUE.sum().cast(pl.Float64) - _WIDTH).clip(lower_bound=0.0),
    high=_VALUE.sum().cast(pl.Float64) + _WIDTH,
    definition="What the accounts held at the end are expected to bring in margin within the horizon, discounted. "
    "Its range comes from what past forecasts of such totals missed, and from chance in each account. A level: big "
    "books have more of it, so it is not scored.",
    undefined="not_valued",
    source=_SOURCE,
    looks_ahead=True,
)
LIFETIME_VALUE_PER_ACCOUNT = Metric(
    name="lifetime_value_per_account",
    label="Modelled lifetime value per account",
    unit=Unit.MONEY,
    better=Better.HIGHER,
    base=VALUED,
    figure=ratio(_VALUE.sum(), pl.col("share_of_value").sum()),
    definition="The lifetime value of the book divided by its accounts.",
    undefined="not_valued",
    source=_SOURCE,
    looks_ahead=True,
)
LIFETIME_VALUE_GROWTH = Metric(
    name="lifetime_value_growth",
    label="Change of lifetime value",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=WORTH_BEFORE,
    parts=Parts(pl.col("value_after"), pl.col("value_before"), less=1.0),
    definition="What became of the lifetime value of the accounts that had one at the start: they left, are "
    "expected to stay longer or shorter, or pay more or less. New accounts do not move it, and both ends are "
    "valued with the same parameters.",
    undefined="no_value_before",
    source=_SOURCE,
)
LIFETIME_VALUE_RETAINED = Metric(
    name="lifetime_value_retained",
    label="Change of lifetime value by staying",
    unit=Unit.MONEY,
    better=Better.HIGHER,
    base=WORTH_BEFORE,
    parts=Parts(pl.col("value_retained")),
    definition="The part of the change of lifetime value that comes from who stayed, who left, and how long those "
    "that stayed are now expected to stay.",
    undefined="no_value_before",
    source=_SOURCE,
)
LIFETIME_VALUE_GROWN = Metric(
    name="lifetime_value_grown",
    label="Change of lifetime value by growth",
    unit=Unit.MONEY,
    better=Better.HIGHER,
    base=WORTH_BEFORE,
    parts=Parts(pl.col("value_grown")),
    definition="The part of the change of lifetime value that comes from what accounts pay more or less: the ladder, "
    "seats, price, or the size of their orders.",
    undefined="no_value_before",
    source=_SOURCE,
)
CHANCE_ACTIVE = Metric(
    name="chance_active",
    label="Chance to stay",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=MODELLED,
    figure=pl.col("chance_active").mean(),
    definition="Mean chance of the accounts to make their next renewal (without a term: to be there in a year; "
    "without a contract: to be still buying).",
    undefined="not_valued",
    source=_SOURCE,
    looks_ahead=True,
)
EXPECTED_ORDERS = Metric(
    name="expected_orders",
    label="Orders expected within the horizon",
    unit=Unit.COUNT,
    better=Better.NEITHER,
    base=ORDERING,
    figure=pl.col("expected_orders").sum(),
    definition="Orders that the accounts are expected to place within the horizon of lifetime value.",
    undefined="no_orders",
    source=_SOURCE,
    looks_ahead=True,
)

THEME = (
    LIFETIME_VALUE, LIFETIME_VALUE_PER_ACCOUNT, LIFETIME_VALUE_GROWTH, LIFETIME_VALUE_RETAINED, LIFETIME_VALUE_GROWN,
    CHANCE_ACTIVE, EXPECTED_ORDERS,
)  # fmt: skip
