"""Do customers use what they bought, and how soon did it serve them?"""

import polars as pl

from scoring.metrics.metric import PAYING, PAYING_AT_END, Base, Better, Metric, Parts, Unit
from scoring.money import MONEY, ratio

_SCORE, _COVERAGE = pl.col("engagement_score"), pl.col("engagement_coverage")
_PAYS = pl.col("closing") > 0

ENGAGED = Base("engaged", _PAYS & _SCORE.is_not_null(), "accounts paying at the end of which a sign of use is known")
COVERED = Base("covered", _PAYS & _COVERAGE.is_not_null(), PAYING_AT_END.words)

ENGAGEMENT = Metric(
    name="engagement",
    label="Engagement",
    unit=Unit.POINTS,
    better=Better.HIGHER,
    most=100.0,
    base=ENGAGED,
    parts=Parts(_SCORE, PAYING),
    definition="Mean of the accounts' scores of use, each account once: it is a score, so the mean is what it means. "
    "An account's score is the weighted mean of the signs that the rules name, each from 0 at its low to 100 at "
    "its high end.",
    undefined="no_signs",
    source="Customer success practice: health score of weighted, clamped signs",
    looks_ahead=True,
)
ENGAGEMENT_COVERAGE = Metric(
    name="engagement_coverage",
    label="Engagement known",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=COVERED,
    parts=Parts(_COVERAGE, PAYING),
    definition="Part of the weight of the signs of use that was there and fresh, the mean of the accounts paying at "
    "the end.",
    undefined="no_signs",
    source="Customer success practice: coverage of a health score",
)

_WEIGHT, _DAYS = pl.col("onboardings"), pl.col("onboarding_days")
_REACHED, _NEVER = pl.col("onboarded"), pl.col("never_onboarded")
_NONE = pl.lit(0).cast(MONEY)

STARTED = Base(
    "started", _WEIGHT > 0, "accounts that started in the window", _WEIGHT.sum().cast(pl.Float64).round()
)  # fmt: skip

_IN_ORDER = (_DAYS, _REACHED <= 0)
_ORDERED_DAYS = _DAYS.sort_by(_IN_ORDER)
_ENDED = pl.when(_REACHED > 0).then(_WEIGHT).otherwise(_NONE).cast(pl.Float64).sort_by(_IN_ORDER)
_AT_RISK = _WEIGHT.cast(pl.Float64).sort_by(_IN_ORDER).cum_sum(reverse=True)  # `sort_by().reverse()` turns ties round
_SURVIVAL = (1 - ratio(_ENDED, _AT_RISK)).cum_prod()
"""Share still waiting after each account in order of days. Those of one day, taken one by one, make the same
product as together; who is still waiting that day is at risk, so it stands behind."""
_LEFT = _AT_RISK - _ENDED
_GREENWOOD = ratio(_ENDED, _AT_RISK * pl.when(_LEFT > 1e-9).then(_LEFT)).fill_null(0.0).cum_sum()
_LOG = pl.when((_SURVIVAL > 1e-9) & (_SURVIVAL < 1)).then(_SURVIVAL.log())
_REACH = pl.col("interval_z").first() * ratio(_GREENWOOD.sqrt(), _LOG.abs())


def _first_at_half(share: pl.Expr) -> pl.Expr:
    """The first day by whose end no more than half is left: accounts of one day are taken together."""
    is_end = (_ORDERED_DAYS.shift(-1) != _ORDERED_DAYS).fill_null(value=True)
    return _ORDERED_DAYS.filter((share <= 0.5 + 1e-9) & is_end).first()


def _bound(sign: int) -> pl.Expr:
    """The survival at the lower (1) or upper (-1) end of its log-log interval; null where it is 0 or 1."""
    return (_LOG * (sign * _REACH).exp()).exp()


TIME_TO_VALUE = Metric(
    name="time_to_value",
    label="Time to value",
    unit=Unit.DAYS,
    better=Better.LOWER,
    base=STARTED,
    figure=_first_at_half(_SURVIVAL),
    definition="Days from the start until half of the accounts have reached first value, by Kaplan and Meier: who "
    "still waits, or left before, counts for as long as it was seen. What was reached before the start took 0 days, "
    "and the first dates count. Empty while more than half still wait.",
    undefined="no_start",
    unknown="not_half",
    source="Kaplan & Meier 1958; range of Brookmeyer & Crowley 1982 with the log-log transform",
    low=_first_at_half(pl.coalesce(_bound(1), _SURVIVAL)),
    high=_first_at_half(_bound(-1)),
)
ONBOARDED_SHARE = Metric(
    name="onboarded_share",
    label="Onboarded",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=STARTED,
    parts=Parts(_REACHED, _WEIGHT),
    definition="Share of the accounts that started in the window that have reached first value.",
    undefined="no_start",
    source="Customer success practice: onboarding completion",
)
WAITING_ACCOUNTS = Metric(
    name="waiting_accounts",
    label="Still waiting for value",
    unit=Unit.COUNT,
    better=Better.LOWER,
    base=STARTED,
    parts=Parts(_WEIGHT - _REACHED - _NEVER),
    definition="Accounts that started in the window and have neither reached first value nor left.",
    undefined="no_start",
    source="Customer success practice: onboarding backlog",
)
NEVER_REACHED = Metric(
    name="never_reached",
    label="Left before value",
    unit=Unit.COUNT,
    better=Better.LOWER,
    base=STARTED,
    parts=Parts(_NEVER),
    definition="Accounts that started in the window and left before they reached first value.",
    undefined="no_start",
    source="Customer success practice: early churn",
)

THEME = (ENGAGEMENT, ENGAGEMENT_COVERAGE, TIME_TO_VALUE, ONBOARDED_SHARE, WAITING_ACCOUNTS, NEVER_REACHED)
