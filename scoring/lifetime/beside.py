"""What do accounts under contract order beside it? Their rate of orders times spend, for as long as they stay.

Such an account leaves through its contract alone, so its orders need no dropout of their own: their rate is the NBD's.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from scoring.lengths import WEEKS_A_MONTH
from scoring.lifetime.assumptions import VALUES, Choice
from scoring.lifetime.fit import Fit
from scoring.lifetime.repeat import nbd, orders
from scoring.lifetime.spend import gamma_gamma
from scoring.lifetime.valuation import Valued

OF = "Orders beside contracts"
_SCALED = ("value", "value_total", "low", "high")


def with_orders(valued: Valued, now: pl.DataFrame, before: pl.DataFrame) -> Valued:
    """The values of contracts with what their accounts order beside, month by month while they stay.

    `now` and `before` as `orders.summary` of what was ordered until the instants of the values.
    """
    if now.is_empty():
        return valued
    seen = orders.orders(now)
    rate = nbd.fit(seen)
    first = now["total"].cast(pl.Float64).mean()
    means = now["spend"].fill_null(0.0).to_numpy()
    spend = gamma_gamma.fit(
        gamma_gamma.Spend(seen.x, means), otherwise=float(first) if isinstance(first, float) else 0.0
    )
    why = "They stop when the contract does; until then they come at a rate of the account's own."
    choice = Choice(OF, rate, why, {}, nbd.ASSUMPTIONS)
    choices: Sequence[Choice] = (*valued.choices, choice)
    return replace(
        valued,
        now=_added(valued.now, now, rate, spend),
        before=_added(valued.before, before, rate, spend),
        choices=choices,
    )


def _added(values: pl.DataFrame, summary: pl.DataFrame, rate: Fit, spend: Fit) -> pl.DataFrame:
    """The values with the monthly revenue of orders in `size`."""
    if values.is_empty() or summary.is_empty():
        return values
    own = orders.orders(summary)
    a_month = nbd.view(rate, own).expected(WEEKS_A_MONTH)
    size = gamma_gamma.mean(spend, own.x, summary["spend"].fill_null(0.0).to_numpy())
    monthly = summary.select("account_id", pl.Series("ordered", a_month * size, dtype=pl.Float64))
    joined = values.join(monthly, on="account_id", how="left", validate="1:1", maintain_order="left")
    more = pl.col("size") + pl.col("ordered").fill_null(0.0)
    return joined.with_columns(
        more.alias("size"), *((pl.col(name) * more / pl.col("size")).alias(name) for name in _SCALED)
    ).select(*VALUES)
