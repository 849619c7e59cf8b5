"""Do customers, and their revenue, stay?"""

import polars as pl

from scoring.metrics.metric import PAYING_AT_START, SHARE, Better, Metric, Parts, Unit, counted

GROSS_REVENUE_RETENTION = Metric(
    name="gross_revenue_retention",
    label="Gross revenue retention",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=PAYING_AT_START,
    parts=Parts(pl.col("kept"), pl.col("before")),
    definition="Revenue at the end of the accounts paying at the start, each capped at what it paid then, "
    "divided by what they paid then.",
    undefined="no_opening",
    source="Subscription analytics: gross revenue retention (GRR), capped per account",
)
NET_REVENUE_RETENTION = Metric(
    name="net_revenue_retention",
    label="Net revenue retention",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=PAYING_AT_START,
    parts=Parts(pl.col("after"), pl.col("before")),
    definition="Revenue at the end of the accounts paying at the start, divided by what they paid then.",
    undefined="no_opening",
    source="Subscription analytics: net revenue retention (NRR)",
)
LOGO_RETENTION = Metric(
    name="logo_retention",
    label="Logo retention",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=PAYING_AT_START,
    parts=Parts(counted(pl.col("after") > 0), SHARE),
    definition="Share of the accounts paying at the start that still pay at the end.",
    undefined="no_opening",
    source="Subscription analytics: logo retention",
)
CHURN_RATE = Metric(
    name="churn_rate",
    label="Customer churn rate",
    unit=Unit.RATIO,
    better=Better.LOWER,
    base=PAYING_AT_START,
    parts=Parts(counted(pl.col("after") <= 0), SHARE),
    definition="Share of the accounts paying at the start that no longer pay at the end.",
    undefined="no_opening",
    source="Subscription analytics: customer churn rate, 1 less logo retention",
)

THEME = (GROSS_REVENUE_RETENTION, NET_REVENUE_RETENTION, LOGO_RETENTION, CHURN_RATE)
