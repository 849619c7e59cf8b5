"""What ends a line of service, and on which terms does it go on? One turn of an account's history.

A line ends by a change during its term (seats or plan; the term stays), or at the end of the term by a
renewal (on time, early or late) or by the loss of the customer, of whom some come back.
"""

import polars as pl

from scoring.demo import prices
from scoring.demo.chance import between, hit, lookup, luck, quantile
from scoring.demo.people import Person
from scoring.demo.world import AS_OF, World, day_in, later, month_of, quarter_of

AGREED = (
    "every", "months", "starts_on", "term_ends_on", "signed_on", "plan", "seats", "price", "off",
    "has_add_on", "renews", "renews_add_on",
)  # fmt: skip
"""What is agreed for one line. `renews` says that it goes on from the line before."""
OPEN_MONTHS = (4, 14)
"""A line without an end is looked at again after so many months."""
_CHANGES_A_YEAR = (0.25, 0.36, 0.44)
_LOST_A_YEAR = (0.115, 0.09, 0.055)
_WHALE_LOST = 0.02
_FIRST_YEAR_LOST = 1.25
_COMES_BACK = 0.10
_WAITING = (
    0.0, 0.051, 0.105, 0.163, 0.223, 0.288, 0.357, 0.431, 0.511, 0.598, 0.693,
    0.799, 0.916, 1.05, 1.204, 1.386, 1.609, 1.897, 2.303, 2.996, 4.5,
)  # fmt: skip
"""Quantiles of the time until something of rate 1 happens."""
_GROWS_BY = (0.03, 0.06, 0.08, 0.10, 0.13, 0.17, 0.22, 0.30, 0.50)
_SHRINKS_BY = (0.04, 0.08, 0.12, 0.16, 0.22, 0.30, 0.40)
_NOTICE_DAYS = 45
_LUCK = (
    "wait", "after summer", "first", "day", "lost", "event", "back", "punctual", "away", "early", "late",
    "signs", "by", "again", "adds", "drops", "rise", "haggles",
)  # fmt: skip
_UP, _DOWN, _MORE, _FEWER = 1, 2, 3, 4


def turn(running: pl.DataFrame, line: int, staff: tuple[Person, ...], world: World) -> pl.DataFrame:
    """The running lines with `ends_on`, `state`, `has_next`, and the next line's terms as `next_…`."""
    return (
        world.chance.drawn(running, "account", _LUCK, f"/{line}")
        .with_columns(change_on=_change_on(staff, world))
        .with_columns(event_on=pl.coalesce("change_on", "term_ends_on"), is_renewal=pl.col("change_on").is_null())
        .with_columns(is_lost=pl.col("is_renewal") & _is_lost(line, staff, world))
        .with_columns(
            event=_event(staff, world),
            next_starts_on=_next_start(),
            comes_back=hit("back", _COMES_BACK),
        )
        .with_columns(next_signed_on=_next_signed())
        .with_columns(*_next_terms())
        .with_columns(*_next_price(), *_as_known())
    )


def _skill(trait: str, staff: tuple[Person, ...], world: World, day: pl.Expr) -> pl.Expr:
    """How good the manager is who is in charge on that day; before owners were tracked, the first one."""
    place = (quarter_of(day) - world.tracked_quarters.start).clip(0, len(world.tracked_quarters) - 1)
    return lookup([getattr(p, trait) for p in staff], pl.col("owners").list.get(place))


def _change_on(staff: tuple[Person, ...], world: World) -> pl.Expr:
    """The day of a change during the term, if there is one; few fall into July and August."""
    growing = _skill("growing", staff, world, pl.col("starts_on"))
    rate = lookup(_CHANGES_A_YEAR, pl.col("segment")) * (1 + 0.3 * growing).clip(0.4, 1.8)
    wait = (quantile(_WAITING, luck("wait")) * 12 / rate).cast(pl.Int64)
    month = month_of(pl.col("starts_on")) + 2 + wait
    in_summer = (month % 12).is_in([6, 7]) & hit("after summer", 0.66)
    day = pl.when(hit("first", 0.5)).then(1).otherwise(between("day", 2, 28))
    change_on = day_in(month + 2 * in_summer.cast(pl.Int64), day)
    return pl.when(change_on < later(pl.col("term_ends_on"), -_NOTICE_DAYS)).then(change_on)


def _is_lost(line: int, staff: tuple[Person, ...], world: World) -> pl.Expr:
    """Whether the customer leaves at the end of the term: by segment, mood, age and manager."""
    yearly = pl.when("is_whale").then(_WHALE_LOST).otherwise(lookup(_LOST_A_YEAR, pl.col("segment")))
    keeping = _skill("keeping", staff, world, pl.col("term_ends_on"))
    term = pl.when("is_open").then(pl.col("months") / 12 * 1.3).otherwise(1.0)
    age = 1.0 if line else _FIRST_YEAR_LOST
    risk = yearly * term * age * (1.7 - 1.4 * pl.col("mood")) * (1 - 0.25 * keeping).clip(0.35, 2.0)
    return hit("lost", risk)


def _event(staff: tuple[Person, ...], world: World) -> pl.Expr:
    """What changes: the plan up or down, more or fewer seats, or nothing (0)."""
    place, plan, is_renewal = luck("event"), pl.col("plan"), pl.col("is_renewal")
    growing = _skill("growing", staff, world, pl.col("event_on")).clip(-2, 2)
    keeping = _skill("keeping", staff, world, pl.col("event_on")).clip(-2, 2)
    up = pl.when(is_renewal).then(0.055).otherwise(0.20) * (1 + 0.25 * growing) * (plan < 2)
    down = pl.when(is_renewal).then(0.022).otherwise(0.04) * (plan > 0)
    fewer = pl.when(is_renewal).then(0.09).otherwise(0.11) * (1 - 0.25 * keeping)
    more = pl.when(is_renewal).then(0.20 + 0.05 * growing).otherwise(1.0)
    return (
        pl.when(place < up).then(_UP)
        .when(place < up + down).then(_DOWN)
        .when(place < up + down + fewer).then(_FEWER)
        .when(place < up + down + fewer + more).then(_MORE)
        .otherwise(0)
    )  # fmt: skip


def _next_start() -> pl.Expr:
    """First day of what follows: the change, the renewal (some early, some late), or the return."""
    place = luck("punctual")
    shift = (
        pl.when(pl.col("is_lost")).then(between("away", 50, 400))
        .when(pl.col("is_open") | ~pl.col("is_renewal")).then(0)
        .when(place < 0.07).then(-between("early", 8, 30))
        .when(place > 0.92).then(between("late", 5, 20))
        .otherwise(0)
    )  # fmt: skip
    return later(pl.col("event_on"), shift)


def _next_signed() -> pl.Expr:
    """Day of signature of what follows: weeks ahead for a renewal on time, days for all else."""
    is_on_time = pl.col("is_renewal") & (pl.col("next_starts_on") == pl.col("term_ends_on"))
    is_late = pl.col("is_renewal") & (pl.col("next_starts_on") > pl.col("term_ends_on"))
    ahead = (
        pl.when(is_on_time).then(between("signs", 3, 50))
        .when(is_late).then(between("signs", 0, 4))
        .otherwise(between("signs", 1, 9))
    )  # fmt: skip
    return later(pl.col("next_starts_on"), -ahead)


def _next_terms() -> tuple[pl.Expr, ...]:
    """Term, plan, seats and add-on of what follows."""
    event, seats, is_renewal = pl.col("event"), pl.col("seats"), pl.col("is_renewal")
    place = luck("by")
    more = (seats * quantile(_GROWS_BY, place)).cast(pl.Int64) + 1
    fewer = pl.min_horizontal((seats * quantile(_SHRINKS_BY, place)).cast(pl.Int64) + 1, seats - 1)
    is_open_again = is_renewal & pl.col("is_open")
    months = pl.when(is_open_again).then(between("again", *OPEN_MONTHS)).otherwise("months")
    start = pl.when("is_lost").then("next_starts_on").otherwise("term_ends_on")
    renewed = day_in(month_of(start) + months, start.dt.day().clip(1, 28))
    gains = is_renewal & ~pl.col("is_open") & hit("adds", 0.02 + 0.015 * pl.col("segment"))
    drops = is_renewal & (pl.col("is_lost") | hit("drops", 0.12))
    return (
        pl.col("every").alias("next_every"),
        months.alias("next_months"),
        pl.when(is_renewal).then(renewed).otherwise("term_ends_on").alias("next_term_ends_on"),
        (pl.col("plan") + (event == _UP) - (event == _DOWN)).alias("next_plan"),
        pl.when(event == _MORE).then(seats + more).when(event == _FEWER).then(seats - fewer).otherwise(seats)
        .alias("next_seats"),
        pl.when("has_add_on").then(~drops).otherwise(gains & ~pl.col("is_lost")).alias("next_has_add_on"),
        (~pl.col("is_lost")).alias("next_renews"),
    )  # fmt: skip


def _next_price() -> tuple[pl.Expr, ...]:
    """List price and discount of what follows: a new plan at today's list, a renewal mostly so."""
    event, off, is_renewal = pl.col("event"), pl.col("off"), pl.col("is_renewal")
    listed = prices.list_price(pl.col("next_plan"), pl.col("next_starts_on").dt.year(), pl.col("is_dollar"))
    follows_list = is_renewal & hit("rise", 0.72)
    price = pl.when(event.is_in([_UP, _DOWN])).then(listed).when(follows_list)
    place = luck("haggles")
    less = is_renewal & (place < 0.12)
    more = (is_renewal & (place > 0.93)) | ((event == _UP) & (place > 0.75))
    return (
        price.then(pl.max_horizontal(listed, "price")).otherwise("price").alias("next_price"),
        pl.when(less).then(off - 5).when(more).then(off + 5).otherwise(off).clip(0, 30).alias("next_off"),
        (pl.col("has_add_on") & pl.col("next_has_add_on") & ~pl.col("is_lost")).alias("next_renews_add_on"),
    )


def _as_known() -> tuple[pl.Expr, ...]:
    """What the billing system says of the line on the last known day: its end, state, and if it goes on."""
    today, is_lost, term_end = pl.lit(AS_OF), pl.col("is_lost"), pl.col("term_ends_on")
    has_next = (~is_lost | pl.col("comes_back")) & (pl.col("next_signed_on") <= today)
    has_notice = is_lost & (later(term_end, -_NOTICE_DAYS) <= today)
    planned = pl.when("is_open").then(None).otherwise(term_end)
    ends_on = pl.when(has_next).then("event_on").when(has_notice).then(term_end).otherwise(planned)
    state = (
        pl.when(has_notice | (has_next & is_lost)).then(pl.lit("Cancelled"))
        .when(pl.col("starts_on") > today).then(pl.lit("Pending"))
        .when(ends_on.is_null() | (ends_on > today)).then(pl.lit("Active"))
        .when(~has_next).then(pl.lit("Awaiting Renewal"))
        .when("is_renewal").then(pl.lit("Renewed"))
        .otherwise(pl.lit("Replaced"))
    )  # fmt: skip
    return has_next.alias("has_next"), ends_on.alias("ends_on"), state.alias("state")
