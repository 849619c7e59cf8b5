"""What do customers do with what they bought? Use of the tool, talks with them, and how they got started."""

import polars as pl

from scoring.demo.chance import between, hit, luck, quantile
from scoring.demo.invoices import in_quarters
from scoring.demo.world import AS_OF, World, later, quarter_start

_KEPT_QUARTERS = 4
"""The tool keeps its figures for a year."""
_CALLS, _MEETINGS = 0.55, 0.16
_DAYS = (4, 9, 14, 20, 28, 40, 60, 95, 150)
"""Quantiles of the days from the first of service to first value."""
_TALKS = {"Call": "call", "Executive Meeting": "meeting"}


def usage(buyers: pl.DataFrame, world: World) -> pl.DataFrame:
    """Figures of the tool, once a quarter: account, key, dated_on, figure, tenths (a tenth of its unit)."""
    rows = in_quarters(buyers, world, "usage", "seats", "logins")
    rows = rows.filter(pl.col("quarter") > world.last_quarter - _KEPT_QUARTERS)
    seats = quantile((150, 420, 600, 730, 830, 900, 980), _place("seats"))
    logins = quantile((2, 8, 14, 21, 29, 38, 60), _place("logins"))
    return pl.concat(
        rows.select("account", "key", "dated_on", pl.lit(name).alias("figure"), number.cast(pl.Int64).alias("tenths"))
        for name, number in (("Active Seats Percent", seats), ("Logins per Seat and Week", logins))
    ).sort("account", "key", "figure")


def talks(buyers: pl.DataFrame, world: World) -> pl.DataFrame:
    """Talks with customers, as managers log them: account, key, dated_on, type."""
    rows = in_quarters(buyers, world, "talks", "call", "meeting")
    chances = {"Call": _CALLS, "Executive Meeting": _MEETINGS}
    return pl.concat(
        rows.filter(hit(_TALKS[name], chance)).select(
            "account", pl.col("key") * len(_TALKS) + n, "dated_on", pl.lit(name).alias("type")
        )
        for n, (name, chance) in enumerate(chances.items())
    ).sort("account", "key")


def beginnings(buyers: pl.DataFrame, world: World) -> pl.DataFrame:
    """How customers of the scored quarters got started, as far as they did: account, dated_on, milestone."""
    began = buyers.filter(pl.col("first_on") >= quarter_start(world.scored_quarters.start))
    rows = world.chance.drawn(began, "account", ("signed early", "kick-off", "first value"))
    first, slow = pl.col("first_on"), 1.25 - 0.5 * pl.col("mood")
    days = {
        "Signed": -between("signed early", 1, 20),
        "Kick-off": between("kick-off", 0, 6),
        "First Value": (quantile(_DAYS, luck("first value")) * slow).cast(pl.Int64),
    }
    reached = pl.concat(
        rows.select("account", "gone_on", later(first, after).alias("dated_on"), pl.lit(name).alias("milestone"))
        for name, after in days.items()
    )
    known = (pl.col("dated_on") <= AS_OF) & (pl.col("dated_on") < pl.col("gone_on"))
    return reached.filter(known).drop("gone_on").sort("account", "dated_on", "milestone")


def _place(stream: str) -> pl.Expr:
    """Where the customer stands among all, higher in a good mood."""
    return (0.45 * luck(stream) + 0.55 * pl.col("mood")).clip(0, 0.999)
