"""How many accounts did teams and managers keep, and how far could the rates be off? For the page of the company."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import polars as pl

from scoring.measure import COMPANY
from scoring.peers.limits import of_rates
from scoring.peers.rates import believed
from scoring.scorecard.lost import of_managers, of_teams

METRIC = "logo_retention"
_DIGITS = 9

People = Mapping[str, Mapping[str, str | None]]


def kept(
    measures: pl.DataFrame, lost: pl.DataFrame | None, people: People, coverage: float, withheld: Collection[str] = ()
) -> dict[str, Any]:
    """What the league page says of accounts kept over the period, and lost against what was expected.

    `rate` is the company's, None where nothing was there to be kept. A team's range is that of its rate alone; a
    manager's that of what is believed of so small a book. `lost` as in `lost.of_managers`, None where nothing is
    compared. Of managers whose scores are `withheld` no book is drawn.
    """
    told = measures.filter((pl.col("metric") == METRIC) & pl.col("value").is_not_null() & (pl.col("n") > 0))
    whole = told.filter(pl.col("grain") == COMPANY)
    teams = {m: str(p["team"]) for m, p in people.items() if p.get("team")}
    beside = {} if lost is None else of_teams(lost, teams, coverage)
    own = of_managers(lost, coverage)
    return {
        "rate": round(float(whole["value"][0]), _DIGITS) if whole.height else None,
        "teams": [
            {"team": row.pop("id"), **row, "lost": beside.get(name)}
            for name, row in _by_id(told, "team", coverage, drawn=False)
            if name in teams.values()
        ],
        "managers": [
            {
                "manager_id": row.pop("id"),
                "name": people[name].get("name") or name,
                **row,
                "lost": None if name in withheld else own.get(name),
                "is_withheld": name in withheld,
            }
            for name, row in _by_id(told, "manager", coverage, drawn=True)
            if name in people
        ],
    }


def _by_id(told: pl.DataFrame, grain: str, coverage: float, *, drawn: bool) -> list[tuple[str, dict[str, Any]]]:
    """Each id with its accounts, how many were kept, the rate, what is believed of it, and its range."""
    rows = told.filter(pl.col("grain") == grain).sort("id")
    of = rows["n"].cast(pl.Float64).to_numpy()
    count = np.rint(rows["value"].to_numpy() * of)
    if drawn:
        known = believed(count, of)
        mean, (low, high) = known.mean, known.limits(coverage)
    else:
        mean, (low, high) = count / of, of_rates(count, of, coverage)
    figures = {"rate": count / of, "believed": mean, "low": low, "high": high}
    made = rows.select("id", pl.col("n").alias("accounts"), pl.Series("kept", count).cast(pl.Int64)).with_columns(
        pl.Series(name, values).round(_DIGITS) for name, values in figures.items()
    )
    return [(row["id"], row) for row in made.iter_rows(named=True)]
