"""Companies in which all that the gaming watch looks at happens, by chance alone and to everybody alike.

Accounts leave, some soon come back; they climb the ladder and fall, have contracts of a few weeks, discounts that
expire, growth on any day; each quarter half of them are asked. Managers differ only in how many accounts they have
and in how many of these they hand over, on any day and whatever becomes of them.
"""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

AS_OF, PERIOD = date(2026, 6, 30), "2026-Q2"
YEAR = date(2025, 7, 1)
DAYS = 365
FATES = {"left": 0.12, "returned": 0.03, "climbed": 0.04, "short": 0.04, "discount": 0.05, "grew": 0.4, "shrank": 0.1}
"""How likely each is in the year; nothing happens to the others."""
ASKED = 0.5
MOST_HANDED = 0.6
SMALLEST, LARGEST = 15, 80
PRICES = {"Entry": 10, "Standard": 20, "Premium": 40}
RULES = f"""name: watch
currency: EUR
ladder: {{tiers: [{", ".join(PRICES)}], products: {{{", ".join(f"{p}: {p}" for p in PRICES)}}}}}
rules:
  - {{name: nrr, metric: net_revenue_retention, weight: 1}}
"""

Line = tuple[str, int, float, date, date | None]
"""Product, seats, discount, first day, day after the last."""


def write(folder: Path, seed: int, managers: int) -> Path:
    """The exports of such a company and its rules, written into the folder."""
    draw = np.random.default_rng([seed, 11])
    sizes = draw.integers(SMALLEST, LARGEST + 1, managers)
    handing = draw.uniform(0, MOST_HANDED, managers)
    owner = np.repeat(np.arange(managers), sizes)
    lines, spans, answers = [], [], []
    for number, manager in enumerate(owner):
        account = f"A{number:05}"
        lines += [(account, *line) for line in _lived(draw)]
        other, day = int(draw.integers(0, managers)), YEAR + timedelta(int(draw.integers(0, DAYS)))
        if draw.random() < handing[manager] and other != manager:
            spans += [(account, f"M{manager:03}", None, day), (account, f"M{other:03}", day, None)]
        else:
            spans.append((account, f"M{manager:03}", None, None))
        days = [YEAR + timedelta(91 * n + int(draw.integers(0, 90))) for n in range(4) if draw.random() < ASKED]
        answers += [(account, day, "nps", int(draw.integers(4, 11))) for day in days]
    _frame(lines, ("account_id", "product", "quantity", "discount", "starts_on", "ends_on")).with_columns(
        pl.col("product").replace_strict({**PRICES, "Service": 15}).alias("list_price"),
        pl.lit("month").alias("every"),
        pl.format("L{}", pl.int_range(pl.len())).alias("line_id"),
    ).with_columns(
        (pl.col("list_price") * pl.col("quantity") * (1 - pl.col("discount"))).round(2).alias("amount")
    ).write_csv(folder / "contracts.csv")
    _frame(spans, ("account_id", "manager_id", "starts_on", "ends_on")).write_csv(folder / "ownership.csv")
    _frame(answers, ("account_id", "answered_on", "kind", "score")).write_csv(folder / "answers.csv")
    pl.DataFrame({"account_id": [f"A{n:05}" for n in range(len(owner))]}).write_csv(folder / "accounts.csv")
    pl.DataFrame({"manager_id": [f"M{n:03}" for n in range(managers)]}).write_csv(folder / "managers.csv")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    return folder


def _lived(draw: np.random.Generator) -> list[Line]:
    """The contract lines of one account."""
    seats, since = int(draw.integers(5, 80)), date(2023, 1, 1) + timedelta(int(draw.integers(0, 540)))
    product, day = str(draw.choice(list(PRICES)[:2])), YEAR + timedelta(int(draw.integers(1, DAYS - 1)))
    fate = str(draw.choice([*FATES, "none"], p=[*FATES.values(), 1 - sum(FATES.values())]))

    def later(least: int, most: int) -> date:
        return day + timedelta(int(draw.integers(least, most + 1)))

    up = list(PRICES)[list(PRICES).index(product) + 1]
    given = YEAR - timedelta(int(draw.integers(5, 360)))
    until, again, back = later(20, 31), later(10, 120), later(31, 90)
    more, fewer = int(seats * draw.uniform(1.05, 1.5)) + 1, max(1, int(seats * draw.uniform(0.6, 0.95)))
    first, whole = (product, seats, 0.0, since, day), (product, seats, 0.0, since, None)
    lives: dict[str, list[Line]] = {
        "left": [first],
        "returned": [first, (product, seats, 0.0, back, None)],
        "climbed": [first, (up, seats, 0.0, day, again), (product, seats, 0.0, again, None)],
        "short": [whole, ("Service", seats, 0.0, day, until)],
        "discount": [
            (product, seats, 0.0, since, given), (product, seats, 0.2, given, day), (product, seats, 0.0, day, None),
        ],
        "grew": [first, (product, more, 0.0, day, None)],
        "shrank": [first, (product, fewer, 0.0, day, None)],
        "none": [whole],
    }  # fmt: skip
    return lives[fate]


def _frame(rows: list[tuple[object, ...]], columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
