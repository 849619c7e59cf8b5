"""Which lines may renew which dues, and which of them does? Each new line stands behind one due at most.

A pair is a row: a due and a new line of its account, whose columns begin with `new_`.
"""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

NEW = {n: f"new_{n}" for n in ("line_id", "product", "starts_on", "ends_on", "signed_on", "annual")}
"""What a new line says, and what it is called in a pair."""
PAIR = ("account_id", "line_id", "due_on", "signed_on", "annual", *NEW.values())
_STRETCH = "stretch"


def within(days: tuple[int, int]) -> pl.Expr:
    """Whether the new line starts in these days after the due (below 0: before it), the last of them left out."""
    away = pl.col("new_starts_on") - pl.col("due_on")
    return (away >= timedelta(days=days[0])) & (away < timedelta(days=days[1]))


def starting(dues: pl.LazyFrame, new: pl.LazyFrame, key: Sequence[str], days: tuple[int, int]) -> pl.LazyFrame:
    """Each due with the other lines of the same key that start `within` these days of it: one row per pair.

    They are joined by stretches of so many days, of which a due needs two: each with each are too many where a product
    is billed by the month.
    """
    first, length = pl.col("due_on").to_physical() + days[0], max(1, days[1] - days[0])
    begun = pl.concat(
        [dues.drop("renews").with_columns(((first + more) // length).alias(_STRETCH)) for more in (0, length)]
    )
    stretch = (pl.col("new_starts_on").to_physical() // length).alias(_STRETCH)
    theirs = [name if name == "account_id" else f"new_{name}" for name in key]
    return begun.join(
        new.with_columns(stretch),
        left_on=[*key, _STRETCH],
        right_on=[*theirs, _STRETCH],
        nulls_equal=True,
        coalesce=False,
    ).filter((pl.col("line_id") != pl.col("new_line_id")) & within(days))


_AWAY = (pl.col("new_starts_on") - pl.col("due_on")).abs()
_UNLIKE = (pl.col("signed_on").ne_missing(pl.col("new_signed_on")), (pl.col("new_annual") - pl.col("annual")).abs())
"""How unlike a due and a new line are: in their signature, which steps of a ramp share, and in their amount."""
_NTH = "nth"


def shared_out(pairs: pl.LazyFrame, served: pl.LazyFrame) -> pl.LazyFrame:
    """Each new line behind one due: first one behind each due that has none, and what is left behind the nearest.

    In rounds: each new line asks the nearest due that has none, of several on one day the one most like it, and each
    due takes the one most like it. Dues that are `served` have one.
    """
    every = pairs.with_columns(pl.lit(0, dtype=pl.Int64).alias(_NTH)).collect()
    left = every.join(served.collect(), on="line_id", how="anti")
    shared = []
    while left.height:
        asked = left.sort("new_line_id", _AWAY, "due_on", *_UNLIKE, _NTH, "line_id").unique("new_line_id", keep="first")
        taken = asked.sort("line_id", *_UNLIKE, _NTH, "new_starts_on", "new_line_id").unique("line_id", keep="first")
        shared.append(taken)
        left = left.join(taken, on="new_line_id", how="anti").join(taken, on="line_id", how="anti").with_columns(_nth())
    rest = every.join(pl.concat([every.clear(), *shared]), on="new_line_id", how="anti")
    nearest = rest.sort("new_line_id", _AWAY, "due_on", *_UNLIKE, "line_id").unique("new_line_id", keep="first")
    return pl.concat([*shared, nearest]).lazy().select(*PAIR)


def _nth() -> pl.Expr:
    """How far a due and a new line are from each other among those that are alike, so that of many alike each finds
    its own at once."""
    due, new = (pl.col(line).rank("dense").over("account_id", day, amount).cast(pl.Int64) for line, day, amount in (
        ("line_id", "due_on", "annual"), ("new_line_id", "new_starts_on", "new_annual"),
    ))  # fmt: skip
    return (due - new).abs().alias(_NTH)
