"""What did the customers say? Answers to two surveys, better where mood and manager are good."""

import polars as pl

from scoring.demo.chance import between, hit, lookup, luck
from scoring.demo.invoices import in_quarters
from scoring.demo.people import Person
from scoring.demo.world import World

_ASKED = 0.40
_ANSWERED = 0.62
_TICKET = 0.22
_RATED = 0.70
_WOULD_RECOMMEND = (0, 2, 4, 5, 6, 6, 7, 8, 8, 9, 9, 9, 10, 10, 10, 10, 10)
_STARS = (1, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5)
_LUCK = ("asked", "answers", "score", "remarks", "remark", "contact")
_REMARKS = (
    "Does what it should.", "Our contact answers within the hour, thanks!", "Too many clicks, few exports.",
    "We said \"fast\" and got it fast.", "Reporting is weak;\nthe rest is fine.", "Price went up again, why?",
    "Seats are hard to manage, see ticket.", "Schöne Oberfläche, gute Einführung.",
)  # fmt: skip


def recommendations(buyers: pl.DataFrame, owned: pl.DataFrame, staff: tuple[Person, ...], world: World) -> pl.DataFrame:
    """Who was asked: account, key, dated_on, contact (number), score (0 to 10, null = no answer), remark."""
    rows = in_quarters(buyers, world, "recommendations", *_LUCK).filter(hit("asked", _ASKED))
    answered = hit("answers", _ANSWERED)
    place = (0.5 * luck("score") + 0.5 * _warmth(staff, world)).clip(0, 0.999) * len(_WOULD_RECOMMEND)
    remarked = answered & hit("remarks", 0.12)
    owners = owned.select("account", "owners")
    return rows.join(owners, on="account", how="left", maintain_order="left").select(
        "account",
        "key",
        "dated_on",
        contact=pl.col("account") * 2 + between("contact", 0, 1),
        score=pl.when(answered).then(lookup(_WOULD_RECOMMEND, place.cast(pl.Int64))),
        remark=pl.when(remarked).then(lookup(_REMARKS, between("remark", 0, len(_REMARKS) - 1))),
    )


def ratings(buyers: pl.DataFrame, world: World) -> pl.DataFrame:
    """Closed tickets: account, key, closed_at (UTC), stars (1 to 5, null = not rated)."""
    rows = in_quarters(buyers, world, "ratings", "ticket", "stars", "clock", "rates")
    rows = rows.filter(hit("ticket", _TICKET))
    place = (0.6 * luck("stars") + 0.4 * pl.col("mood")) * len(_STARS)
    return rows.select(
        "account",
        "key",
        closed_at=pl.col("dated_on").cast(pl.Datetime("us"))
        + pl.duration(seconds=between("clock", 6 * 3600, 20 * 3600)),
        stars=pl.when(hit("rates", _RATED)).then(lookup(_STARS, place.cast(pl.Int64))),
    )


def _warmth(staff: tuple[Person, ...], world: World) -> pl.Expr:
    """How well disposed the customer is, about 0 to 1: by mood, and by who is in charge in that quarter."""
    place = pl.col("quarter") - world.tracked_quarters.start
    keeping = lookup([p.keeping for p in staff], pl.col("owners").list.get(place))
    return 0.08 + 0.9 * pl.col("mood") + 0.06 * keeping
