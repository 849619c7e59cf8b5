"""Do customers, and their revenue, stay?"""

import polars as pl

from scoring.facts.flags import CONTRACTION_FORGIVEN, STAYS_FREE
from scoring.metrics.metric import PAYING_AT_START, PAYING_OR_BACK, SHARE, Better, Metric, Parts, Unit, counted

GROSS_REVENUE_RETENTION = Metric(
    name="gross_revenue_retention",
    label="Gross revenue retention",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
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
    base=PAYING_OR_BACK,
    parts=Parts(
        pl.when(pl.col(CONTRACTION_FORGIVEN) & (pl.col("after") > 0))
        .then(pl.col("before") + pl.col("gained"))
        .otherwise("after"),
        pl.col("before"),
        top_name="after",
    ),
    definition="Revenue at the end of the accounts paying at the start, divided by what they paid then. Under "
    "retention the rules may add accounts that came back, or leave contraction out.",
    undefined="no_opening",
    source="Subscription analytics: net revenue retention (NRR)",
    usual=(PAYING_AT_START, Parts(pl.col("after"), pl.col("before"))),
)
_STAYS = (pl.col("after") > 0) | pl.col(STAYS_FREE)
LOGO_RETENTION = Metric(
    name="logo_retention",
    label="Logo retention",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=PAYING_AT_START,
    parts=Parts(counted(_STAYS), SHARE),
    definition="Share of the accounts paying at the start that still pay at the end; on a free plan, if the rules "
    "keep them.",
    undefined="no_opening",
    source="Subscription analytics: logo retention",
    usual=(PAYING_AT_START, Parts(counted(pl.col("after") > 0), SHARE)),
)
CHURN_RATE = Metric(
    name="churn_rate",
    label="Customer churn rate",
    unit=Unit.RATIO,
    better=Better.LOWER,
    most=1.0,
    base=PAYING_AT_START,
    parts=Parts(counted(~_STAYS), SHARE),
    definition="Share of the accounts paying at the start that no longer pay at the end.",
    undefined="no_opening",
    source="Subscription analytics: customer churn rate, 1 less logo retention",
    usual=(PAYING_AT_START, Parts(counted(pl.col("after") <= 0), SHARE)),
)

THEME = (GROSS_REVENUE_RETENTION, NET_REVENUE_RETENTION, LOGO_RETENTION, CHURN_RATE)
