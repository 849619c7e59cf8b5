"""Which rows were set aside, and whose accounts do they speak of?"""

import polars as pl

from scoring.notes.seen import SHOWN, Seen
from scoring.plurals import many


def rows(seen: Seen) -> list[str]:
    """By table, how many rows were set aside, and why."""
    return [
        f"{many(frame.height, 'row')} of {table} {'was' if frame.height == 1 else 'were'} set aside: "
        + "; ".join(sorted(set(frame["why"].to_list()))[:SHOWN])
        + "."
        for table, frame in sorted(seen.aside.items())
        if frame.height
    ]


def accounts(seen: Seen) -> dict[str, str]:
    """The managers whose accounts a row that was set aside speaks of."""
    touched = [
        frame.select("account_id", pl.format("{} row {}", "origin_file", "origin_row").alias("place"))
        for frame in seen.aside.values()
        if "account_id" in frame.columns
    ]
    if not touched:
        return {}
    joined = seen.rows.select("manager_id", "account_id", "account").join(pl.concat(touched), on="account_id")
    told = joined.group_by("manager_id").agg(pl.format("{} ({})", "account", "place").unique().sort().alias("told"))
    return {
        m: f"Rows were set aside for {', '.join(places[:SHOWN])}{' and others' if len(places) > SHOWN else ''}."
        for m, places in told.sort("manager_id").iter_rows()
    }
