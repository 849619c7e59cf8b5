"""Is what a dispute names as evidence there? Accounts and rows of exports, as the reviewed run read them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from scoring.store import Store


def accounts(store: "Store", run_id: str, words: Sequence[str]) -> tuple[str, ...]:
    """The ids of the accounts that are meant, each by its id or name; as they were named, if the run kept no accounts.

    Raises UnknownNameError with the nearest, and AmbiguousNameError.
    """
    kept = store.read_by(run_id).get("accounts") if words else None
    if kept is None:
        return tuple(words)
    import polars as pl

    from scoring.explain.names import chosen

    found = pl.read_parquet(kept, columns=["account_id", "name"])
    names = {account: name or account for account, name in found.iter_rows()}
    return tuple(chosen("account", word, names) for word in words)


def rows(store: "Store", run_id: str, places: Sequence[str]) -> tuple[str, ...]:
    """The rows, as they were named. Raises BadParameter where one is of no export, and UnknownNameError with the
    nearest."""
    held = {read.name: read.rows for read in store.files(run_id)}
    for place in places:
        _check(store, run_id, place, held)
    return tuple(places)


def _check(store: "Store", run_id: str, place: str, held: dict[str, int]) -> None:
    from scoring.explain.refusals import UnknownNameError

    file, _, row = place.rpartition(":")
    if not file or not (row.isascii() and row.isdigit()):
        raise typer.BadParameter(f'"{place}" is no row; write FILE:ROW, as {next(iter(held))}:12', param_hint="--row")
    if file not in held:
        raise UnknownNameError("export", file, list(held), f"the run read {len(held)} files, as {next(iter(held))}")
    last = max(held[file], _last(store, run_id, file))
    if not 1 <= int(row) <= last:
        raise typer.BadParameter(f"{file} has no row {row}; its rows are 1 to {last:,}", param_hint="--row")


def _last(store: "Store", run_id: str, file: str) -> int:
    """The last row of the file that was read or had a problem: empty rows have numbers, and are not counted."""
    import polars as pl

    frames = [pl.scan_parquet(path) for path in store.read_by(run_id).values()]
    read = [f.filter(pl.col("origin_file") == file).select(pl.col("origin_row").max()).collect().item() for f in frames]
    return max(0, *(row or 0 for row in read), *(p.row or 0 for p in store.problems(run_id) if p.file == file))
