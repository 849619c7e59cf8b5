"""Who answers for whom? Everybody below a manager, however far down, so that every figure rolls up the tree."""

import polars as pl


def branches(managers: pl.DataFrame) -> pl.DataFrame:
    """Each manager with every head above, and each head with itself.

    One row per manager_id and `branch`, the head's id, sorted by them. Who has nobody below heads no branch:
    it would say what the book says. Circles are refused before they come here.
    """
    reports = managers.select("manager_id", pl.col("reports_to").alias("branch")).drop_nulls()
    heads = reports.select(pl.col("branch").alias("manager_id"), "branch").unique()
    above = reports.rename({"manager_id": "branch", "branch": "head"})
    found, step = [heads], reports
    for _ in range(managers.height):
        if step.is_empty():
            break
        found.append(step)
        step = step.join(above, on="branch", validate="m:1").select("manager_id", pl.col("head").alias("branch"))
    return pl.concat(found).unique().sort("branch", "manager_id")


def under_heads(rows: pl.LazyFrame, heads: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of the book once for each branch they are in, which stands in `branch`; `heads` as `branches`."""
    return rows.join(heads.select("manager_id", "branch"), on="manager_id")
