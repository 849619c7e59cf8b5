"""How did each subscription come about? Lines of service, one after the other, from first day to last.

A line is a stretch of service on the same terms. The loop walks from line to line, for all accounts at
once: what ends the line (a change of seats or plan, a renewal, the loss of the customer) gives the next.
"""

import polars as pl

from scoring.demo import prices
from scoring.demo.accounts import by_segment
from scoring.demo.chance import between, hit, lookup, luck, share
from scoring.demo.people import Person
from scoring.demo.turns import AGREED, OPEN_MONTHS, turn
from scoring.demo.world import AS_OF, World, day_in, later, month_of

LINES = 64
"""No account has more lines than that; the last place is for a trial."""
_CUSTOMER = ("account", "segment", "is_whale", "is_dollar", "is_open", "mood", "owners")
_PLANS = ((0.62, 0.31, 0.07), (0.34, 0.46, 0.20), (0.18, 0.47, 0.35))
_DISCOUNTS = ((0, 0, 0, 0, 5, 10), (0, 0, 5, 10, 10, 15), (5, 10, 15, 15, 20, 25))
_BILLED = ((0.55, 0.15, 0.30), (0.25, 0.25, 0.50), (0.05, 0.20, 0.75))
_TERMS = ((0.95, 0.05, 0.0), (0.84, 0.12, 0.04), (0.72, 0.18, 0.10))
_LUCK = ("open", "open months", "billed", "term", "plan", "off", "signed")
_OPEN = (0.4, 0.06, 0.0)
"""How many agree to no end, by segment."""


def contracts(accounts: pl.DataFrame, owned: pl.DataFrame, staff: tuple[Person, ...], world: World) -> pl.DataFrame:
    """All lines that are known on the last day, by account and line.

    One row is a line: its terms, `line` (its place in the account's history), `ends_on` (exclusive, null
    for one without an end) and `state` (Active, Pending, Replaced, Renewed, Cancelled or Awaiting Renewal).
    """
    buyers = accounts.filter(~pl.col("is_prospect")).join(
        owned.select("account", "owners"), on="account", how="left", maintain_order="left"
    )
    running = _first(buyers, world)
    lines = []
    for line in range(LINES - 1):
        ended = turn(running, line, staff, world)
        lines.append(ended.select(*_CUSTOMER[:4], "owners", *AGREED, "ends_on", "state", pl.lit(line).alias("line")))
        running = ended.filter("has_next").select(*_CUSTOMER, *(pl.col(f"next_{n}").alias(n) for n in AGREED))
        if running.is_empty():
            break
    return pl.concat(lines).sort("account", "line")


def trials(lines: pl.DataFrame, world: World) -> pl.DataFrame:
    """The lines some smaller customers had on trial before their first paid one, in the same form."""
    first = lines.filter((pl.col("line") == 0) & (pl.col("segment") < 2))
    first = world.chance.drawn(first, "account", ("trial", "trial days"))
    days = lookup((14, 21, 30), between("trial days", 0, 2))
    tried = first.filter(hit("trial", 0.12)).with_columns(
        line=pl.lit(LINES - 1),
        ends_on="starts_on",
        starts_on=later(pl.col("starts_on"), -days),
        signed_on=later(pl.col("starts_on"), -days),
        off=pl.lit(0, dtype=pl.Int64),
        has_add_on=pl.lit(False),
        state=pl.lit("Trial"),
    )
    return tried.filter(pl.col("ends_on") <= AS_OF).select(lines.columns)


def _first(buyers: pl.DataFrame, world: World) -> pl.DataFrame:
    """The terms on which each account joins."""
    drawn = world.chance.drawn(buyers, "account", _LUCK).with_columns(
        is_open=hit("open", lookup(_OPEN, pl.col("segment"))), starts_on="joined_on"
    )
    agreed = drawn.with_columns(
        has_add_on=pl.lit(False),
        every=pl.when("is_open").then(1).otherwise(lookup((1, 3, 12), _choice(_BILLED, "billed"))),
        months=pl.when("is_open")
        .then(between("open months", *OPEN_MONTHS))
        .otherwise(lookup((12, 24, 36), _choice(_TERMS, "term"))),
        plan=_choice(_PLANS, "plan"),
        off=lookup([d for row in _DISCOUNTS for d in row], pl.col("segment") * 6 + between("off", 0, 5)),
        signed_on=later(pl.col("starts_on"), -between("signed", 2, 30)),
        renews=pl.lit(False),
        renews_add_on=pl.lit(False),
    )
    return agreed.with_columns(
        term_ends_on=day_in(month_of(pl.col("starts_on")) + pl.col("months"), pl.col("starts_on").dt.day()),
        price=prices.list_price(pl.col("plan"), pl.col("starts_on").dt.year(), pl.col("is_dollar")),
    ).select(*_CUSTOMER, *AGREED)


def _choice(weights: tuple[tuple[float, ...], ...], stream: str) -> pl.Expr:
    return by_segment(*(share(row, luck(stream)) for row in weights))
