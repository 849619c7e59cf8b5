"""Does revenue per customer grow, and does what is won outweigh what is lost?"""

import polars as pl

from scoring.facts.flags import RETURN_IS_NO_WIN
from scoring.metrics.metric import EVERYBODY, PAYING_AT_BOTH, Better, Metric, Parts, Unit, per_paying
from scoring.money import MONEY, ratio

QUICK_RATIO = Metric(
    name="quick_ratio",
    label="Quick ratio",
    unit=Unit.MULTIPLE,
    better=Better.HIGHER,
    base=EVERYBODY,
    parts=Parts(
        pl.when(RETURN_IS_NO_WIN).then(pl.lit(0).cast(MONEY)).otherwise("gained"), pl.col("lost"), top_name="gained"
    ),
    definition="Revenue won (new, expansion and, unless the rules leave it out, reactivation) divided by revenue lost "
    "(contraction, churn), net per account.",
    undefined="no_losses",
    source="Subscription analytics: SaaS quick ratio",
    usual=(EVERYBODY, Parts(pl.col("gained"), pl.col("lost"))),
)
LIKE_FOR_LIKE_GROWTH = Metric(
    name="like_for_like_growth",
    label="Revenue-per-customer growth",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=PAYING_AT_BOTH,
    parts=Parts(pl.col("after"), pl.col("before"), less=1.0),
    definition="Change of the revenue of the accounts paying at both ends: like for like, so neither new nor "
    "lost accounts move it.",
    undefined="no_survivors",
    source="Retail practice: like-for-like growth",
)
MEDIAN_GROWTH = Metric(
    name="median_growth",
    label="Median growth per customer",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=PAYING_AT_BOTH,
    figure=(ratio(pl.col("after"), pl.col("before")) - 1).median(),
    definition="The change of the account in the middle, which one outlier does not move.",
    undefined="no_survivors",
    source="Retail practice: like-for-like growth, its median",
)
REVENUE_PER_ACCOUNT_GROWTH = Metric(
    name="revenue_per_account_growth",
    label="Growth of revenue per account",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    base=EVERYBODY,
    figure=ratio(per_paying("closing"), per_paying("opening")) - 1,
    definition="Change of revenue per account from opening to closing; new and lost accounts move it.",
    undefined="no_opening",
    source="Subscription analytics: average revenue per account (ARPA)",
)

THEME = (QUICK_RATIO, LIKE_FOR_LIKE_GROWTH, MEDIAN_GROWTH, REVENUE_PER_ACCOUNT_GROWTH)
