"""What is compared with what? Units, books, features, weights and peer groups, made once for all metrics."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.bands import size_bands
from scoring.peers.books import Books, Codes, Flags, Shelf, Vector, coded, shelved
from scoring.peers.features import Features, features
from scoring.peers.settings import Fairness
from scoring.peers.weights import account_weights


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """The units of a company in order, with all that does not depend on the metric.

    `weight`, `segment` and `features` are of units; `groups`, codes of peer groups from narrow to wide, and
    `is_person` (not the stand-in for nobody) of managers. `weight` holds the quarter's weight, too, which
    `quarter` holds alone.
    """

    shelf: Shelf
    features: Features
    opening: Vector
    weight: Vector
    quarter: Vector
    segment: Codes
    groups: tuple[Codes, ...]
    is_person: Flags

    @property
    def books(self) -> Books:
        """The parts of the units."""
        return self.shelf.books


def company(
    units: pl.DataFrame, shares: pl.DataFrame, managers: pl.DataFrame, settings: Fairness | None = None
) -> Company:
    """The company of some quarters.

    `units` has account_id, quarter (whole number, rising with time), opening, the segment, and whichever of the
    settings' features there are (`size_band` is made here); one row per account and quarter. `shares` is as
    `window.responsibility`. `managers` has manager_id and the columns of the settings' peer groups. A quarter
    older than the settings have weights for counts nothing.
    """
    settings = settings or Fairness()
    shelf = shelved(units, shares)
    table = shelf.units
    age, _ = coded(table["quarter"])
    opening = table["opening"].cast(pl.Float64).fill_null(0.0).to_numpy()
    kind, _ = coded(table[settings.segment]) if settings.segment in table.columns else (np.zeros_like(age), None)
    weight = account_weights(
        settings.account_weights, opening, kind * (int(age.max(initial=0)) + 1) + age, settings.points
    )
    quarter = _quarter_weights(table["quarter"], settings)
    banded = table.with_columns(pl.Series("size_band", size_bands(opening, age)))
    columns = [c for c in settings.features if c in banded.columns]
    return Company(
        shelf,
        features(banded, columns),
        opening,
        weight * quarter,
        quarter,
        kind,
        _groups(shelf.managers, managers, settings),
        (shelf.managers != UNASSIGNED).to_numpy(),
    )


def _quarter_weights(quarter: pl.Series, settings: Fairness) -> Vector:
    """The weight of each unit's quarter, by how long ago it was."""
    numbers = quarter.to_numpy().astype(np.int64)
    age = int(numbers.max(initial=0)) - numbers
    weights = np.asarray([*settings.quarter_weights, 0.0], dtype=np.float64)
    return np.asarray(weights[np.minimum(age, len(weights) - 1)], dtype=np.float64)


def _groups(ids: pl.Series, managers: pl.DataFrame, settings: Fairness) -> tuple[Codes, ...]:
    """The peer groups of each manager by code, the whole company last; who has no group is alone in it."""
    named = pl.DataFrame({"manager_id": ids}).join(managers, on="manager_id", how="left", maintain_order="left")
    own = pl.format("\u0000{}", "manager_id")
    columns = [named.select(pl.coalesce(pl.col(c).cast(pl.String), own)).to_series() for c in settings.groups]
    return (*(coded(c)[0] for c in columns), np.zeros(len(ids), dtype=np.int64))
