"""What does a method cost? How much of its values is luck with the book, and how far they can be relied on."""

import numpy as np
import polars as pl


def diagnose(said: pl.DataFrame, made: pl.DataFrame) -> dict[str, float | None]:
    """How much of a method's values is luck, and how far they can be relied on.

    `said` is as `compare`, `made` the rows of an estimate. `luck` is the correlation of the values with what was
    expected of the books; `reliability` the mean Z. None where it cannot be told.
    """
    both = said.drop_nulls(["value", "expected"])
    value, expected = both["value"].to_numpy(), both["expected"].to_numpy()
    varies = both.height > 2 and float(np.std(value)) > 0 and float(np.std(expected)) > 0
    z = made["z"].drop_nulls()
    return {
        "luck": round(float(np.corrcoef(value, expected)[0, 1]), 12) if varies else None,
        "reliability": round(float(z.sum()) / len(z), 12) if len(z) else None,
    }
