"""Logs of repeat orders: made ones of any size, and the one of CDNOW."""

import json
from datetime import date
from pathlib import Path
from typing import Any

MADE = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "p": 6.25, "q": 3.74, "gamma": 15.44}
"""Published for CDNOW: Fader, Hardie and Lee 2005 (orders), Fader and Hardie 2013 (spend)."""
UNTIL, AGES = date(2026, 1, 1), (52.0, 104.0)
CDNOW_UNTIL = date(1997, 10, 1)


def made_orders(customers: int, seed: int = 7) -> Any:
    """A log of orders by BG/NBD and gamma-gamma: customer_id, date, amount, sorted by date; about 2.85 a customer."""
    import numpy as np
    import polars as pl

    chance = np.random.default_rng(seed)
    age = chance.uniform(*AGES, customers)
    rate = chance.gamma(MADE["r"], 1 / MADE["alpha"], customers)
    stops = chance.beta(MADE["a"], MADE["b"], customers)
    who, since = np.arange(customers), np.zeros(customers)
    rows, times = [who], [since]
    while len(who):
        since = since + chance.exponential(1 / np.maximum(rate[who], 1e-300))
        came = since < age[who]
        who, since = who[came], since[came]
        rows.append(who)
        times.append(since)
        stays = chance.random(len(who)) >= stops[who]
        who, since = who[stays], since[stays]
    row, time = np.concatenate(rows), np.concatenate(times)
    spread = chance.gamma(MADE["q"], 1 / MADE["gamma"], customers)
    amount = np.maximum(chance.gamma(MADE["p"], 1 / spread[row]).round(2), 0.01)
    day = (UNTIL - date(1970, 1, 1)).days - 1 - np.floor((age[row] - time) * 7).astype(np.int32)
    frame = pl.DataFrame({"customer_id": row, "date": day, "amount": amount})
    return frame.with_columns(pl.col("date").cast(pl.Int32).cast(pl.Date)).sort("date", "customer_id")


def cdnow() -> Any:
    """The tenth of CDNOW's customers that the papers use, in its first 39 weeks; it comes with lifetimes."""
    import lifetimes
    import polars as pl

    text = (Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt").read_text(encoding="ascii")
    cells = [line.split() for line in text.splitlines()]
    rows = [(int(c[1]), c[2], float(c[4])) for c in cells if len(c) == 5 and c[1].isdigit()]
    frame = pl.DataFrame(rows, schema=["customer_id", "date", "amount"], orient="row")
    return frame.with_columns(pl.col("date").str.to_date("%Y%m%d")).filter(pl.col("date") < CDNOW_UNTIL).sort("date")


def write_log(size: str, place: Path) -> None:
    """Writes the log of that size twice: numbered customers and plain numbers for all tools, and, as a company's
    tables reach the product, with ids in text and exact money."""
    import polars as pl

    from scoring.money import MONEY

    log = cdnow() if size == "cdnow" else made_orders(int(size))
    log.write_parquet(place)
    said = log.select(
        pl.format("A{}", pl.col("customer_id").cast(pl.String).str.zfill(9)).alias("account_id"),
        pl.col("date").alias("dated_on"),
        pl.col("amount").round(4).cast(MONEY),
    )
    said.write_parquet(as_tables(place))
    print(json.dumps({"customers": log["customer_id"].n_unique(), "orders": log.height}))


def as_tables(log: Path) -> Path:
    """Where the same log stands as a company's tables have it."""
    return log.with_suffix(".tables.parquet")
