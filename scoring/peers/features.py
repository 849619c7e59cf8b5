"""What kind of account is it? Attributes of the first day as levels, and how many alike stand in other books."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.peers.books import Books, Codes, Flags, Vector, coded, counted

MOST_LEVELS = 40
"""An attribute with more levels has the rarest ones taken together."""
OTHER = "(other)"
UNKNOWN = "(unknown)"

Levels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The level of each unit in each attribute, numbered through all attributes.

    `codes` has one row per attribute and one column per unit; `names` has feature and level, one row per number.
    """

    codes: Levels
    names: pl.DataFrame

    @property
    def levels(self) -> int:
        """How many levels there are in all."""
        return self.names.height

    def only(self, kept: Flags) -> "Features":
        """The features of some of the units."""
        return self if kept.all() else Features(self.codes[:, kept], self.names)

    def without(self, feature: str) -> "Features":
        """The features less one of them; levels keep their numbers."""
        theirs = (self.names["feature"] == feature).to_numpy()
        stays = np.array([not theirs[code].any() for code in self.codes], dtype=bool)
        return Features(self.codes[stays], self.names)


def features(units: pl.DataFrame, columns: Sequence[str]) -> Features:
    """The features of units, in their order.

    Levels are text; what is unknown is a level of its own.
    """
    rows, names, offset = [], [], 0
    schema = {"feature": pl.String(), "level": pl.String()}
    for column in columns:
        code, levels = _levels(units[column])
        rows.append(code + offset)
        names.append(pl.DataFrame({"feature": [column] * len(levels), "level": levels}, schema=schema))
        offset += len(levels)
    codes = np.vstack(rows) if rows else np.empty((0, units.height), dtype=np.int64)
    return Features(codes, pl.concat(names) if names else pl.DataFrame(schema=schema))


def _levels(column: pl.Series) -> tuple[Codes, pl.Series]:
    code, values = coded(column)
    levels = values.cast(pl.String).fill_null(UNKNOWN).alias("level")
    if len(levels) <= MOST_LEVELS:
        return code, levels
    counts = pl.DataFrame({"code": np.arange(len(levels)), "level": levels, "n": counted(code, len(levels))})
    kept = counts.sort("n", "level", descending=[True, False]).head(MOST_LEVELS - 1).sort("code")
    merged = np.full(len(levels), kept.height, dtype=np.int64)
    merged[kept["code"].to_numpy()] = np.arange(kept.height)
    return merged[code], kept["level"].append(pl.Series([OTHER])).alias("level")


def crossed(features: Features, group: Codes, groups: int) -> NDArray[np.float64]:
    """How many units of each level each group has: one row per group, one column per level."""
    width = features.levels
    cells = np.zeros(groups * width)
    for code in features.codes:
        cells += counted(group * width + code, len(cells))
    return cells.reshape(groups, width)


def comparable(features: Features, books: Books) -> Vector:
    """The units of other books that share the rarest level of each unit; all other units without features."""
    table = crossed(features, books.owner, books.managers)
    elsewhere = table.sum(axis=0) - table
    fewest = books.units - counted(books.owner, books.managers)[books.owner]
    for code in features.codes:
        fewest = np.minimum(fewest, elsewhere[books.owner, code])
    return fewest
