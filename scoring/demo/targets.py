"""What was agreed with each manager? Targets from the book a manager had when the quarter began."""

import polars as pl

from scoring.demo.people import Person
from scoring.demo.prices import in_euro, net
from scoring.demo.world import World, quarter_name, quarter_start

_GROWTH_IN_PER_MILLE = 26
_CLOSING_IN_PER_MILLE = 1_008


def books(lines: pl.DataFrame, world: World) -> pl.DataFrame:
    """What each person's accounts paid a month when a scored quarter began: person, quarter, euro cents."""
    cents = in_euro(net(pl.col("seats"), pl.col("price"), pl.col("off")), pl.col("is_dollar"))
    per_quarter = []
    for quarter in world.scored_quarters:
        day = pl.lit(quarter_start(quarter))
        in_force = (pl.col("starts_on") <= day) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > day))
        person = pl.col("owners").list.get(quarter - 1 - world.tracked_quarters.start)
        book = lines.filter(in_force).group_by(person.alias("person")).agg(cents.sum().alias("cents"))
        per_quarter.append(book.select("person", pl.lit(quarter, dtype=pl.Int64).alias("quarter"), "cents"))
    return pl.concat(per_quarter)


def targets(books: pl.DataFrame, staff: tuple[Person, ...]) -> pl.DataFrame:
    """Person, name, metric in German, quarter, whole euro, agreed_on; by person, quarter and metric."""
    book = books.group_by("person", "quarter").agg(pl.col("cents").sum())
    days = book.get_column("quarter").unique().sort().to_list()
    names = pl.DataFrame({"person": [p.number for p in staff], "name": [p.name for p in staff]})
    starts, periods = [quarter_start(q) for q in days], [quarter_name(q) for q in days]
    agreed = pl.DataFrame({"quarter": days, "starts_on": starts, "period": periods})
    growth = pl.col("cents") * _GROWTH_IN_PER_MILLE // 10_000_000 * 100 + 100
    closing = pl.col("cents") * _CLOSING_IN_PER_MILLE // 100_000_000 * 1_000
    both = [
        book.with_columns(metric=pl.lit("Ausbau"), euro=growth),
        book.with_columns(metric=pl.lit("Bestand"), euro=closing),
    ]
    return (
        pl.concat(both)
        .join(names, on="person", how="left")
        .join(agreed, on="quarter", how="left")
        .sort("person", "quarter", "metric")
        .with_columns(agreed_on=pl.col("starts_on").dt.offset_by("9d"))
    )
