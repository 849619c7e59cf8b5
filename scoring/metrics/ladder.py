"""Do customers climb the up-sell ladder?"""

import polars as pl

from scoring.metrics.metric import SHARE, Base, Better, Metric, Parts, Unit

_FROM, _TO, _TOP = pl.col("tier_before"), pl.col("tier_after"), pl.col("top_tier")
_STEPS = pl.when(pl.col("after") > 0).then(_TO - _FROM).fill_null(0)
"""None of who left, though a credit may leave a plan that is free."""

COULD_CLIMB = Base("could_climb", (pl.col("before") > 0) & (_FROM < _TOP), "accounts not on the top tier at the start")
COULD_FALL = Base("could_fall", (pl.col("before") > 0) & (_FROM > 0), "accounts not on the bottom tier at the start")
ON_LADDER = Base("on_ladder", (pl.col("before") > 0) & _FROM.is_not_null(), "accounts on a tier at the start")


def _weighted(steps: pl.Expr) -> pl.Expr:
    return steps.cast(pl.Decimal(18, 4)) * SHARE


TIER_UP_RATE = Metric(
    name="tier_up_rate",
    label="Up-sell rate",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=COULD_CLIMB,
    parts=Parts(_weighted((_STEPS > 0).cast(pl.Int64)), SHARE),
    definition="Share of the accounts not on the top tier at the start that end on a higher tier. Those that "
    "left count as not having climbed.",
    undefined="no_tiers",
    source="Up-sell ladder of tiers, as the rulebook names them",
)
TIER_DOWN_RATE = Metric(
    name="tier_down_rate",
    label="Down-sell rate",
    unit=Unit.RATIO,
    better=Better.LOWER,
    most=1.0,
    base=COULD_FALL,
    parts=Parts(_weighted((_STEPS < 0).cast(pl.Int64)), SHARE),
    definition="Share of the accounts not on the bottom tier at the start that end on a lower tier. Leaving is "
    "churn, not a tier down.",
    undefined="no_tiers",
    source="Up-sell ladder of tiers, as the rulebook names them",
)
TIER_STEPS = Metric(
    name="tier_steps",
    label="Steps up",
    unit=Unit.STEPS,
    better=Better.HIGHER,
    base=ON_LADDER,
    parts=Parts(_weighted(pl.max_horizontal(_STEPS, 0))),
    definition="Tiers climbed, added up: Entry to Premium is one move of two steps.",
    undefined="no_tiers",
    source="Up-sell ladder of tiers, as the rulebook names them",
)
NET_TIER_STEPS = Metric(
    name="net_tier_steps",
    label="Net steps per account",
    unit=Unit.STEPS,
    better=Better.HIGHER,
    base=ON_LADDER,
    parts=Parts(_weighted(_STEPS), SHARE),
    definition="Tiers climbed less tiers lost, divided by the accounts on a tier at the start.",
    undefined="no_tiers",
    source="Up-sell ladder of tiers, as the rulebook names them",
)

THEME = (TIER_UP_RATE, TIER_DOWN_RATE, TIER_STEPS, NET_TIER_STEPS)
