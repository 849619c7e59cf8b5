"""Who are the made company's customers? Segment, place, name, first day and first owner of each account."""

import polars as pl

from scoring.demo.chance import between, hit, lookup, luck, quantile, share
from scoring.demo.words import COUNTRIES, FIRST, PLACES, SECOND
from scoring.demo.world import JOINED_ON, LEAVING_SEAT, LEFT_ON, World, day_in, later

SEGMENTS = ("SMB", "Mid-market", "Enterprise")
_ONE_WHALE_IN = 250
_SEGMENT_SHARES = (0.56, 0.31, 0.13)
_COUNTRY_SHARES = (0.2, 0.05, 0.06, 0.05, 0.03, 0.02, 0.02, 0.24, 0.06, 0.22, 0.05)
_TEAM_OF_COUNTRY = (0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2)
_BUSY_MONTHS = (8, 9, 11, 8, 8, 9, 6, 4, 10, 11, 10, 6)
"""How many join in each month of a year, January first."""
_SEATS = (
    (3, 5, 6, 8, 9, 11, 13, 16, 20, 27, 45),
    (28, 36, 44, 52, 62, 72, 84, 98, 118, 150, 220),
    (110, 150, 180, 210, 245, 280, 320, 365, 420, 490, 620),
)
_WHALE_SEATS = (820, 900, 1_000, 1_150, 1_300)
_LUCK = (
    "country", "joined", "on the first", "day", "mood", "mood too", "prospect", "segment", "known", "owner",
    "seats", "employees", "form",
)  # fmt: skip
_EMPLOYEES_PER_SEAT = (1.5, 2.0, 2.6, 3.5, 5.0, 9.0)


def accounts(world: World, low: int, high: int) -> pl.DataFrame:
    """The accounts from number `low` up to `high`.

    `joined_on` is the first paid day; an `is_prospect` never buys. `mood`, 0 to 1, is how content the
    customer is by nature. `seat` is the chair of the first owner, `seats` what the
    account joins with.
    """
    numbers = pl.DataFrame({"account": pl.int_range(low, high, dtype=pl.Int64, eager=True)})
    return (
        world.chance.drawn(numbers, "account", _LUCK)
        .with_columns(
            is_whale=pl.col("account") % _ONE_WHALE_IN == 101,
            place=share(_COUNTRY_SHARES, luck("country")),
            joined_on=_joined_on(world),
            mood=(luck("mood") + luck("mood too")) / 2,
            is_prospect=hit("prospect", 0.02),
        )
        .with_columns(
            segment=pl.when("is_whale").then(2).otherwise(share(_SEGMENT_SHARES, luck("segment"))),
            team=lookup(_TEAM_OF_COUNTRY, pl.col("place")),
            created_on=later(pl.col("joined_on"), -between("known", 35, 160)),
        )
        .with_columns(is_dollar=pl.col("team") == 2, seat=_first_seat(world), seats=_seats())
        .with_columns(*_looks(world))
    )


def by_segment(smb: pl.Expr, middle: pl.Expr, large: pl.Expr) -> pl.Expr:
    """The one of the three that is for the account's segment."""
    segment = pl.col("segment")
    return pl.when(segment == 0).then(smb).when(segment == 1).then(middle).otherwise(large)


def _joined_on(world: World) -> pl.Expr:
    """A first day, more often in busy months and more often of late; half on the first of a month."""
    months = [
        world.first_month + m
        for m in range(world.months)
        for _ in range(_BUSY_MONTHS[(world.first_month + m) % 12] * (5 if m < 48 else 3))
    ]
    month = lookup(months, (luck("joined") * len(months)).cast(pl.Int64))
    day = pl.when(hit("on the first", 0.5)).then(1).otherwise(between("day", 2, 28))
    return day_in(month, day)


def _first_seat(world: World) -> pl.Expr:
    """A chair of the account's team; large customers go to the later chairs, as the more senior ones."""
    sizes = [len(seats) for seats in world.seats]
    place = pl.when(pl.col("segment") == 2).then(0.2 + luck("owner") * 0.8).otherwise(luck("owner"))
    size = lookup(sizes, pl.col("team"))
    seat = lookup([s.start for s in world.seats], pl.col("team")) + (place * size).cast(pl.Int64)
    is_free = pl.col("created_on").is_between(later(pl.lit(LEFT_ON), -90), later(pl.lit(JOINED_ON), 30))
    return seat + ((seat == LEAVING_SEAT) & is_free).cast(pl.Int64)


def _looks(world: World) -> tuple[pl.Expr, ...]:
    """Name, size, industry, country and region. Names are unique: numbers walk through all pairs of words."""
    pairs = len(FIRST) * len(SECOND)
    pair = (pl.col("account") * 7_919 + world.chance.salt("names") % pairs) % pairs
    turn = pl.col("account") // pairs - 1
    first, second = pair // len(SECOND), pair % len(SECOND)
    place = pl.when(turn >= 0).then(" " + lookup(PLACES, turn.clip(0) % len(PLACES))).otherwise(pl.lit(""))
    number = turn // len(PLACES) + 1
    count = pl.when(number > 1).then(pl.format(" {}", number)).otherwise(pl.lit(""))
    forms = [form for country in COUNTRIES for form in country[2:]]
    form = lookup(forms, pl.col("place") * 2 + hit("form", 0.3).cast(pl.Int64))
    words = (lookup(FIRST, first), pl.lit(" "), lookup([s[0] for s in SECOND], second))
    employees = pl.col("seats") * quantile(_EMPLOYEES_PER_SEAT, luck("employees"))
    return (
        pl.concat_str(*words, place, count, form).alias("name"),
        employees.cast(pl.Int64).alias("employees"),
        lookup([s[1] for s in SECOND], second).alias("industry"),
        lookup([c[0] for c in COUNTRIES], pl.col("place")).alias("country"),
        lookup([c[1] for c in COUNTRIES], pl.col("place")).alias("region"),
    )


def _seats() -> pl.Expr:
    """How many seats the account joins with."""
    place = luck("seats")
    usual = by_segment(*(quantile(table, place) for table in _SEATS))
    return pl.when("is_whale").then(quantile(_WHALE_SEATS, place)).otherwise(usual).cast(pl.Int64)
