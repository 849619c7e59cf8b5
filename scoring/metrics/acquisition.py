"""What does it cost to win customers, and does it pay? Measured for those whose costs are known."""

import polars as pl

from scoring.metrics.lifetime import CLV_MARGIN
from scoring.metrics.metric import EVERYBODY, Base, Better, Metric, Parts, Unit
from scoring.money import ratio

_LOGOS, _REVENUE = pl.col("new_logos").sum(), pl.col("new_logo_revenue").sum()
_EXPANSION = pl.col("expansion")
_MARGIN = pl.col("margin").first()


def _spent(column: str) -> pl.Expr:
    """What was spent; null where nothing is known of it."""
    spent = pl.col(column).sum()
    return pl.when(spent > 0).then(spent)


ACQUIRED = Base("acquired", EVERYBODY.rows, "customers won in the period", _LOGOS.cast(pl.Float64).round())
EXPANDED = Base("expanded", EVERYBODY.rows, "accounts that grew in the period", (_EXPANSION > 0).sum())

_CAC = ratio(_spent("acquisition_spend"), _LOGOS)
_WHOSE = (
    "For the company all costs count, for a team its own and those of its accounts, for a manager only costs that name "
    "an account."
)
_SOURCE = "Subscription analytics: customer acquisition cost (CAC), fully loaded"

NEW_LOGOS = Metric(
    name="new_logos",
    label="New customers",
    unit=Unit.COUNT,
    better=Better.HIGHER,
    base=EVERYBODY,
    parts=Parts(pl.col("new_logos")),
    definition="Accounts that began to pay in the period and never did before; who came back is not new.",
    undefined="no_accounts",
    source="Subscription analytics: new logos",
)
ACQUISITION_COST = Metric(
    name="acquisition_cost",
    label="Acquisition cost per customer",
    unit=Unit.MONEY,
    better=Better.LOWER,
    base=ACQUIRED,
    figure=_CAC,
    definition="What was spent to win customers, in the period or as many earlier as the rules say, divided by the "
    f"customers won in it. {_WHOSE}",
    undefined="no_new_logos",
    unknown="no_costs",
    source=_SOURCE,
)
ACQUISITION_PAYBACK = Metric(
    name="acquisition_payback",
    label="Payback of acquisition",
    unit=Unit.MONTHS,
    better=Better.LOWER,
    base=ACQUIRED,
    figure=ratio(_spent("acquisition_spend"), _REVENUE * _MARGIN),
    definition="Months until the margin on the new customers' revenue has paid what winning them cost. " + _WHOSE,
    undefined="no_new_logos",
    unknown="no_costs",
    source="Subscription analytics: CAC payback on gross margin",
    needs="contracts",
)
LTV_TO_CAC = Metric(
    name="ltv_to_cac",
    label="Lifetime value to acquisition cost",
    unit=Unit.MULTIPLE,
    better=Better.HIGHER,
    base=ACQUIRED,
    figure=ratio(CLV_MARGIN.value, _CAC),
    definition="Lifetime value per account, on margin and up to the horizon, divided by what winning a customer cost. "
    + _WHOSE,
    undefined="no_new_logos",
    unknown="no_costs",
    source="Subscription analytics: LTV to CAC",
    needs="contracts",
)
EXPANSION_COST = Metric(
    name="expansion_cost",
    label="Cost of expansion",
    unit=Unit.MULTIPLE,
    better=Better.LOWER,
    base=EXPANDED,
    figure=ratio(_spent("expansion_spend"), _EXPANSION.sum()),
    definition="What was spent to sell more to customers, divided by the revenue they pay more; on contracts that is a "
    f"month's. {_WHOSE}",
    undefined="no_expansion",
    unknown="no_costs",
    source="Subscription analytics: expansion cost, apart from CAC",
)

SPENDING = (ACQUISITION_COST, ACQUISITION_PAYBACK, LTV_TO_CAC, EXPANSION_COST)
"""Those that costs on no account count in as well: for the company, and for teams."""

THEME = (NEW_LOGOS, *SPENDING)
