"""Did accounts climb the ladder for the end of a quarter only?"""

from datetime import timedelta

import polars as pl

from scoring.watch.looked import Looked, marked
from scoring.watch.sign import Sign, against_company, counts

WITHIN = timedelta(days=120)
LEAST = 2


def find(looked: Looked) -> pl.DataFrame:
    """Managers of more accounts than others that went up and down again around a quarter's end."""
    if not looked.seen.rulebook.ladder.tiers:
        return counts([])
    moved = looked.seen.steps(looked.year)
    up = moved.filter(pl.col("step") > 0).select("account_id", pl.col("on").alias("up_on"))
    down = moved.filter(pl.col("step") < 0).select("account_id", pl.col("on").alias("down_on"))
    up = up.with_columns(looked.next_quarter("up_on").alias("closes_on"))
    fell = pl.col("down_on")
    flipped = up.join(down, on="account_id").filter(fell >= pl.col("closes_on"), fell - pl.col("up_on") <= WITHIN)
    climbers = looked.lines.filter(pl.col("rung").is_not_null()).select("account_id").unique().collect()
    on_ladder = looked.books.join(climbers, on="account_id", how="semi")
    return against_company(marked(on_ladder, looked.held(flipped, "up_on")), least_cases=LEAST)


TIER_FLIP_FLOP = Sign(
    "tier_flip_flop",
    "{cases} of {of} accounts on the ladder went up before a quarter's end and down again within 120 days; {usual} "
    "would be usual",
    ("contracts.tier", "contracts.product", "contracts.starts_on", "contracts.ends_on", "ownership.manager_id"),
    find,
)
