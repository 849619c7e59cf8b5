"""Is a whole cohort worth what the paper says, orders and spend together?

Fader, Hardie and Lee, RFM and CLV: Using Iso-Value Curves, Journal of Marketing Research 42(4), 2005, Table 2, and note
025: the CDNOW cohort after 78 weeks, a margin of 30 %, 15 % discount a year. The paper leaves out ten customers that
look like resellers, those of more than $4,000 in repeat orders. Its parameters are not printed; ours are fitted to the
1/10 sample over the same weeks.
"""

from datetime import date

import numpy as np
import polars as pl
import pytest
from contract_references import cdnow_log, repeat_spend, with_parameters

from scoring.lifetime.repeat import pareto_nbd
from scoring.lifetime.repeat.orders import Orders
from scoring.lifetime.spend import gamma_gamma
from scoring.lifetime.spend.gamma_gamma import Spend

LAST = date(1998, 6, 30)
ORDERS = {
    "r": 0.5630036415160771,
    "alpha": 12.55916944658695,
    "s": 0.40810736091811695,
    "beta": 10.514549517785158,
}
SPEND = {"p": 4.683452928055199, "q": 4.189783455340178, "gamma": 24.39055724968768, "average": 36.0}
MARGIN, YEARLY = 0.3, 0.15


def _cohort() -> pl.DataFrame:
    """One row per customer: x, t_x and age in weeks, and the mean of its repeat orders."""
    log = cdnow_log("CDNOW_master.txt")
    last = pl.lit(LAST)
    weeks = log.group_by("customer").agg(
        (pl.len() - 1).alias("x"),
        ((pl.col("day").max() - pl.col("day").min()).dt.total_days() / 7).alias("t_x"),
        ((last - pl.col("day").min()).dt.total_days() / 7).alias("age"),
        pl.col("spend").slice(1).sum().alias("repeat"),
    )
    return weeks.filter(pl.col("repeat") <= 4000).sort("customer")


def test_cohort_is_worth_what_the_paper_says() -> None:
    cohort = _cohort()
    orders = Orders(cohort["x"].cast(pl.Int64).to_numpy(), cohort["t_x"].to_numpy(), cohort["age"].to_numpy())
    spent = (cohort["repeat"] / cohort["x"]).fill_nan(0.0).to_numpy()
    ahead = pareto_nbd.view(with_parameters(pareto_nbd.NAME, **ORDERS), orders).discounted(None, np.log1p(YEARLY) / 52)
    value = MARGIN * ahead * gamma_gamma.mean(with_parameters("gamma_gamma", **SPEND), orders.x, spent)
    zero = orders.x == 0
    assert (value.size, zero.sum()) == (23_560, 12_054)
    assert value[zero].sum() == pytest.approx(53_000, abs=1_500)
    assert value[zero].mean() == pytest.approx(4.40, abs=0.15)
    assert value.mean() == pytest.approx(47, abs=1)
    assert value.sum() == pytest.approx(1_100_000, abs=30_000)


def test_parameters_of_the_spend_are_those_of_the_sample() -> None:
    table = repeat_spend(LAST)
    fit = gamma_gamma.fit(Spend(table["x"].cast(pl.Int64).to_numpy(), table["z"].fill_null(0.0).to_numpy()))
    assert [fit[name] for name in ("p", "q", "gamma")] == pytest.approx(
        [SPEND[n] for n in ("p", "q", "gamma")], rel=1e-4
    )
