"""What are the customers of a book worth over the time they stay? The simple form, with its inputs shown."""

import polars as pl

from scoring.metrics.metric import EVERYBODY, Better, Metric, Unit, per_paying
from scoring.money import MONEY, ratio


def _shared(count: str) -> pl.Expr:
    """The count, each account's by its share, added exactly."""
    return (pl.col(count).cast(MONEY) * pl.col("share")).sum().cast(pl.Float64)


def _churn(suffix: str = "") -> pl.Expr:
    """Losses per account-month with the prior added: (losses + mean × strength) / (months + strength)."""
    losses = _shared(f"losses{suffix}") + pl.col("prior_losses").first()
    months = _shared(f"account_months{suffix}")
    return ratio(losses, months.replace(0.0, None) + pl.col("prior_months").first())


def _lifetime(suffix: str = "") -> pl.Expr:
    """Expected months, no more than the horizon; null where nothing was at risk."""
    return ratio(pl.lit(1.0), _churn(suffix)).clip(upper_bound=pl.col("horizon_months").first())


_MARGIN = pl.col("margin").first()
_SOURCE = "Simple customer lifetime value: revenue per account over churn, with a beta prior on churn"


def _metric(
    name: str, label: str, unit: Unit, better: Better, figure: pl.Expr, definition: str, *, looks_ahead: bool = False
) -> Metric:
    return Metric(
        name=name, label=label, unit=unit, better=better, base=EVERYBODY, figure=figure, definition=definition,
        undefined="no_exposure", source=_SOURCE, needs="contracts",
        looks_ahead=looks_ahead,
    )  # fmt: skip


SMOOTHED_CHURN = _metric(
    "smoothed_churn", "Monthly churn, smoothed", Unit.RATIO, Better.LOWER, _churn(),
    "Accounts lost per account-month over twelve months, with a prior for small numbers.",
)  # fmt: skip
CLV_REVENUE = _metric(
    "clv_revenue", "Lifetime revenue per account", Unit.MONEY, Better.HIGHER,
    per_paying("closing") * _lifetime(),
    "Monthly revenue per account times the months an account is expected to stay, up to the horizon.",
)  # fmt: skip
CLV_MARGIN = _metric(
    "clv_margin", "Lifetime value per account", Unit.MONEY, Better.HIGHER,
    per_paying("closing") * _MARGIN * _lifetime(),
    "Monthly margin per account times the months an account is expected to stay, up to the horizon.",
    looks_ahead=True,
)  # fmt: skip
CLV_MARGIN_UNCAPPED = _metric(
    "clv_margin_uncapped", "Lifetime value per account, no horizon", Unit.MONEY, Better.NEITHER,
    ratio(per_paying("closing") * _MARGIN, _churn()),
    "Monthly margin per account divided by monthly churn, without a horizon: shown beside the capped value.",
)  # fmt: skip
CLV_MARGIN_GROWTH = _metric(
    "clv_margin_growth", "Growth of lifetime value", Unit.RATIO, Better.HIGHER,
    ratio(per_paying("after") * _lifetime(), per_paying("before") * _lifetime("_before")) - 1,
    "Change of lifetime value per account from the start of the retention window to its end: it moves with "
    "revenue per account and with how long accounts are expected to stay.",
)  # fmt: skip

THEME = (SMOOTHED_CHURN, CLV_REVENUE, CLV_MARGIN, CLV_MARGIN_UNCAPPED, CLV_MARGIN_GROWTH)
