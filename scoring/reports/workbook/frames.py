"""Which rows of a run are these managers'? Theirs and nobody else's, manager by manager, in the order of the sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from scoring.money import MONEY
from scoring.scorecard.happened import felt_quarters

NEEDED = ("book", "compared", "movements")
"""The frames that a workbook is made of."""

Frames = Mapping[str, pl.DataFrame | Path]
"""Frames by the names of their files, or where these files lie."""

KEY = ("manager_id", "account_id")
_KEY = dict.fromkeys(KEY, pl.String())
_ORDER = {"manager_id": pl.String, "place": pl.Int64}
_BOOK = {
    **_KEY, "account": pl.String(), "segment": pl.String(), "share": MONEY, "opening": MONEY, "closing": MONEY,
    "before": MONEY, "after": MONEY,
}  # fmt: skip
_COMPARED = {
    **_KEY, "rule": pl.String(), "ends_on": pl.Date(), "part": pl.Float64(), "observed": pl.Float64(),
    "expected": pl.Float64(), "points": pl.Float64(),
}  # fmt: skip
_MOVEMENTS = {
    **_KEY, "moved_on": pl.Date(), "kind": pl.String(), "amount": MONEY, "gap_days": pl.Int64(), "origin": pl.String(),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Theirs:
    """What managers' books hold; managers in the order in which they were asked for, each with its `place` in it.

    `accounts`: what the book says of each account, the points it adds and the quarters in which it counts, null where
    it is not compared; the best first. `quarters`: in which most happened to each by the rule by which it adds most.
    `movements`: by day. `missing` are the frames that there were not.
    """

    accounts: pl.DataFrame
    quarters: pl.DataFrame
    movements: pl.DataFrame
    missing: tuple[str, ...]


def theirs(frames: Frames, managers: Sequence[str]) -> Theirs:
    """The rows of these managers, and of nobody else."""
    order = pl.DataFrame({"manager_id": managers, "place": range(len(managers))}, schema=_ORDER)
    book, compared, movements = (
        _of(frames.get(name), schema, managers)
        for name, schema in zip(NEEDED, (_BOOK, _COMPARED, _MOVEMENTS), strict=True)
    )
    accounts = book.drop("account").join(_counted(compared), on=KEY, how="full", coalesce=True, validate="1:1")
    called = _called(frames.get("book"), pl.concat([accounts["account_id"], movements["account_id"]]).unique())
    accounts, movements = (
        each.join(called, on="account_id", how="left", validate="m:1")
        .join(order, on="manager_id", validate="m:1")
        .with_columns(pl.coalesce("account", "account_id"))
        for each in (accounts, movements)
    )
    best_first = {"points": True, "account": False, "account_id": False}
    return Theirs(
        accounts.sort("place", *best_first, descending=[False, *best_first.values()], nulls_last=True),
        _felt(compared),
        movements.sort("place", "moved_on", "account_id", "kind", "origin"),
        tuple(name for name in NEEDED if name not in frames),
    )


def _of(frame: pl.DataFrame | Path | None, schema: Mapping[str, pl.DataType], managers: Sequence[str]) -> pl.DataFrame:
    """Columns of the frame, null where it has none of that name, in the rows of these managers."""
    if frame is None:
        return pl.DataFrame(schema=schema)
    lazy = _lazy(frame)
    known = lazy.collect_schema().names()
    columns = [(pl.col(c) if c in known else pl.lit(None)).cast(dtype).alias(c) for c, dtype in schema.items()]
    return lazy.filter(pl.col("manager_id").is_in(list(managers))).select(columns).collect()


def _called(book: pl.DataFrame | Path | None, accounts: pl.Series) -> pl.DataFrame:
    """Name by account_id; also of an account that was a manager's for a time, and is in another's book at the ends."""
    if book is None:
        return pl.DataFrame(schema={"account_id": pl.String, "account": pl.String})
    named = _lazy(book).filter(pl.col("account_id").is_in(accounts.to_list()))
    return named.group_by("account_id").agg(pl.col("account").drop_nulls().min()).collect()


def _lazy(frame: pl.DataFrame | Path) -> pl.LazyFrame:
    return pl.scan_parquet(frame) if isinstance(frame, Path) else frame.lazy()


def _felt(compared: pl.DataFrame) -> pl.DataFrame:
    """The quarter of each manager's account that is told, by the rule by which it adds or takes most."""
    most = pl.col("points").abs().round(9)
    felt = felt_quarters(compared).sort(*KEY, most, descending=[False, False, True], maintain_order=True)
    return felt.unique(KEY, keep="first", maintain_order=True)


def _counted(compared: pl.DataFrame) -> pl.DataFrame:
    """Points and quarters of each manager's account, added up in the order in which cards do."""
    return (
        compared.sort(*KEY, "rule", "ends_on")
        .group_by(*KEY, maintain_order=True)
        .agg(pl.col("points").sum().round(9), pl.col("ends_on").n_unique().alias("quarters"))
    )
