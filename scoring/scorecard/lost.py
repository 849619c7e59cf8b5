"""How many accounts were lost, and how many were to be expected? Observed over expected, for managers and teams."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from scoring.numbers import fixed
from scoring.peers.company import Company
from scoring.peers.credibility import LEAST_PEERS
from scoring.peers.lost import Lost, lost
from scoring.peers.settings import Fairness
from scoring.peers.table import expect
from scoring.scorecard.comparison import account_quarters
from scoring.scorecard.estimates import WAS_LOST

LOST = {
    "manager_id": pl.String(),
    "lost": pl.Float64(),
    "expected": pl.Float64(),
    "account_quarters": pl.Float64(),
    "company_rate": pl.Float64(),
}
"""One row per manager, sorted: accounts lost, how many of such accounts are lost in anybody's hands, and of how many
account-quarters, in parts where they are shared; and the share lost of all in the company, the same for all."""

_DIGITS = 9
_LEAST = 0.05
"""So few lost accounts are printed as none."""


def lost_by_manager(made: Company, settings: Fairness) -> pl.DataFrame:
    """What was lost in each manager's care, as `LOST`; what is expected comes from other managers' books."""
    counts = made.quarter > 0
    books, gone = made.books.only(counts), made.shelf.units[WAS_LOST].to_numpy()[counts].astype(np.float64)
    kept = expect(
        1 - gone,
        made.features.only(counts),
        books,
        ridge=settings.ridge,
        fold_count=settings.folds,
        within_books=settings.within_books,
        is_chance=True,
    )
    found, of = lost(gone, 1 - kept.expected, books), books.by_manager(books.share)
    rows = pl.DataFrame(
        {
            "manager_id": made.shelf.managers,
            "lost": found.observed,
            "expected": found.expected,
            "account_quarters": of,
            "company_rate": np.full(len(of), gone.mean() if len(gone) else 0.0),
        },
        schema=LOST,
    )
    return rows.filter(pl.Series(made.is_person & (of > 0))).sort("manager_id")


def of_managers(rows: pl.DataFrame | None, coverage: float) -> dict[str, dict[str, Any]]:
    """What each manager's card says of lost accounts; nothing where too few managers say what is to be expected."""
    return {} if rows is None or rows.height < LEAST_PEERS else _told(rows, "manager_id", coverage)


def of_teams(rows: pl.DataFrame, teams: Mapping[str, str], coverage: float) -> dict[str, dict[str, Any]]:
    """The same of each team, `teams` being the managers' teams."""
    if rows.height < LEAST_PEERS:
        return {}
    whose = rows.with_columns(pl.col("manager_id").replace_strict(teams, default=None).alias("team"))
    summed = whose.drop_nulls("team").group_by("team").agg(
        pl.col("lost", "expected", "account_quarters").sum(), pl.col("company_rate").first()
    )  # fmt: skip
    return _told(summed.sort("team"), "team", coverage)


def _told(rows: pl.DataFrame, name: str, coverage: float) -> dict[str, dict[str, Any]]:
    found = Lost(rows["lost"].to_numpy(), rows["expected"].to_numpy())
    low, high = found.limits(coverage)
    like_all = found.rate(float(rows["company_rate"][0]) if rows.height else 0.0)
    figures = rows.with_columns(
        pl.Series("ratio", found.ratio), pl.Series("low", low), pl.Series("high", high), pl.Series("rate", like_all)
    ).with_columns(pl.col(pl.Float64).fill_nan(None).round(_DIGITS))
    made = {}
    for row in figures.sort(name).iter_rows(named=True):
        given = {k: v for k, v in row.items() if k != name}
        made[row[name]] = {**given, "sentence": sentence(given)}
    return made


def sentence(row: Mapping[str, Any]) -> str:
    """How many accounts were lost, how many were to be expected, and whether chance could make the difference."""
    count, expected, of = row["lost"], row["expected"], account_quarters(row["account_quarters"])
    is_none = count < _LEAST
    said = f"Of {of} {'none' if is_none else fixed(count)} ended with the account lost"
    held = f"{said}, where {fixed(expected)} are expected of such accounts"
    if row["ratio"] is None:
        return f"{said}."
    alike = row["low"] <= 1 <= row["high"]
    chance = "chance alone could make the difference" if alike else "chance alone hardly makes the difference"
    times = f": {fixed(row['ratio'])} times as many (likely {fixed(row['low'])} to {fixed(row['high'])})"
    return f"{held}{'' if is_none else times}; {chance}."
