"""Who looked after an account, and when? Hand-overs, a leaver's book, gaps and shared accounts."""

import polars as pl

from scoring.days import DAY
from scoring.demo.chance import between, hit, lookup, luck
from scoring.demo.world import JOINED_ON, LEAVING_SEAT, LEFT_ON, World, later, quarter_of, quarter_start

_HANDED_OVER = 0.06
"""Part of the accounts that change hands in a quarter."""
_HANDED_TO_JOINER = 0.7
"""How full a book, against a usual one, the joiner is given at the start."""
_GAP = 0.04
_FORSAKEN = 0.004
_SHARED = 0.016
_LUCK = ("to", "on", "moves", "to the joiner", "joins")
_SETTLED_DAYS = 30
"""Nobody hands over an account sooner."""


def owners(accounts: pl.DataFrame, world: World) -> pl.DataFrame:
    """One row per account, in their order: who was in charge.

    `first_owner` from `owned_from` on; `owners` at the end of each tracked quarter; `changes` is the day of
    the hand-over in that quarter, null where there was none.
    """
    frame = accounts.select(
        "account",
        "team",
        "seat",
        owned_from=pl.max_horizontal("created_on", pl.lit(quarter_start(world.tracked_quarters.start))),
        base=lookup([s.start for s in world.seats], pl.col("team")),
        size=lookup([len(s) for s in world.seats], pl.col("team")),
    )
    frame = frame.with_columns(first_owner=_person(world, world.tracked_quarters.start))
    for quarter in world.tracked_quarters:
        frame = world.chance.drawn(frame, "account", _LUCK, f"/{quarter}")
        frame = frame.with_columns(*_hand_over(world, quarter)).with_columns(
            pl.when(f"moves{quarter}").then(f"to{quarter}").otherwise("seat").alias("seat"),
            pl.when(f"moves{quarter}").then(f"on{quarter}").alias(f"on{quarter}"),
        )
        frame = frame.with_columns(_person(world, quarter).alias(f"owner{quarter}"))
    quarters = world.tracked_quarters
    return frame.select(
        "account",
        "owned_from",
        "base",
        "size",
        "first_owner",
        owners=pl.concat_list(f"owner{q}" for q in quarters),
        changes=pl.concat_list(f"on{q}" for q in quarters),
    )


def _hand_over(world: World, quarter: int) -> tuple[pl.Expr, ...]:
    """Whether the account changes hands in the quarter, to which chair and on which day."""
    seat, base, size = pl.col("seat"), pl.col("base"), pl.col("size")
    step = 1 + (luck("to") * (size - 1)).cast(pl.Int64)
    to = base + (seat - base + step) % size
    on = later(pl.lit(quarter_start(quarter)), between("on", 1, 88))
    moves = hit("moves", _HANDED_OVER)
    if quarter == quarter_of_leaving():
        leaves = seat == LEAVING_SEAT
        on = pl.when(leaves).then(pl.lit(LEFT_ON + DAY)).otherwise(on)
        moves = leaves | (moves & (to != LEAVING_SEAT))
    elif quarter == quarter_of_leaving() + 1:
        joins = (pl.col("team") == 0) & hit("to the joiner", _HANDED_TO_JOINER / len(world.seats[0]))
        to = pl.when(joins).then(LEAVING_SEAT).otherwise(to)
        on = pl.when(joins).then(later(pl.lit(JOINED_ON), between("joins", 0, 20))).otherwise(on)
        moves = joins | moves
    is_settled = on > later(pl.col("owned_from"), _SETTLED_DAYS)
    return to.alias(f"to{quarter}"), on.alias(f"on{quarter}"), (moves & is_settled).alias(f"moves{quarter}")


def quarter_of_leaving() -> int:
    """The number of the quarter in which a chair is freed."""
    return LEFT_ON.year * 4 + (LEFT_ON.month - 1) // 3


def _person(world: World, quarter: int) -> pl.Expr:
    """Who sits on the chair at the end of the quarter; new accounts have an owner before that."""
    has_joiner = pl.lit(quarter > quarter_of_leaving()) | (pl.col("owned_from") >= pl.lit(JOINED_ON))
    is_joiner = (pl.col("seat") == LEAVING_SEAT) & has_joiner
    return pl.when(is_joiner).then(world.managers).otherwise("seat")


def history(owned: pl.DataFrame, world: World) -> pl.DataFrame:
    """The owner history by account and day: person, from_on, to_on (last day, null = still), percent."""
    first = owned.select("account", "base", "size", person="first_owner", from_on="owned_from")
    changes = (
        owned.select("account", "base", "size", person="owners", from_on="changes")
        .explode("person", "from_on")
        .filter(pl.col("from_on").is_not_null())
    )
    rows = pl.concat([first, changes]).sort("account", "from_on")
    rows = rows.with_columns(key=pl.col("account") * 128 + quarter_of(pl.col("from_on")) % 128)
    rows = world.chance.drawn(rows, "key", ("gap", "gap days"))
    rows = world.chance.drawn(rows, "account", ("forsaken", "forsaken on", "shared"))
    return _shared(rows.with_columns(to_on=_last_day(world)), world)


def _last_day(world: World) -> pl.Expr:
    """The day before the next owner's first; some accounts wait weeks for the next, a few still do."""
    next_on = pl.when(pl.col("account").shift(-1) == pl.col("account")).then(pl.col("from_on").shift(-1))
    waits = hit("gap", _GAP) & (next_on > later(pl.col("from_on"), 60))
    last_on = later(next_on, -1 - waits.cast(pl.Int64) * between("gap days", 14, 45))
    quarter = pl.lit(quarter_start(world.last_quarter))
    forsaken = hit("forsaken", _FORSAKEN) & (pl.col("from_on") < quarter)
    forsaken_on = pl.when(forsaken).then(later(quarter, between("forsaken on", 10, 80)))
    return pl.coalesce(last_on, forsaken_on)


def _shared(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    """The rows with their percentage; a shared account has a second row, for a neighbour in the team."""
    is_shared = hit("shared", _SHARED)
    base, size, person = pl.col("base"), pl.col("size"), pl.col("person")
    place = pl.when(person == world.managers).then(LEAVING_SEAT).otherwise(person) - base
    next_seat = base + (place + 1) % size
    neighbour = pl.when(next_seat == LEAVING_SEAT).then(base + (place + 2) % size).otherwise(next_seat)
    kept = rows.with_columns(percent=pl.when(is_shared).then(60).otherwise(100))
    given = rows.filter(is_shared).with_columns(person=neighbour, percent=pl.lit(40, dtype=pl.Int32))
    columns = ["account", "person", "from_on", "to_on", "percent"]
    both = pl.concat([kept.select(columns), given.select(columns)])
    return both.sort("account", "from_on", "percent", descending=[False, False, True])
