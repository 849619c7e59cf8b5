"""What does the store know of the past? Sealed runs for the line, and what exports changed without a word."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.shared import places
from scoring.errors import Problem, Severity

if TYPE_CHECKING:
    from scoring.restate import Sealed
    from scoring.run import Run
    from scoring.store import SealRecord, Store, StoredRun

LOOKED_AT = 8
"""Periods, the last ones that are stored, whose rows are held against those of now."""


def seals(folder: Path) -> "tuple[Sealed, ...]":
    """The sealed runs of the folder, in the order of their seals."""
    try:
        with places.stored(folder) as store:
            return tuple(published(store, store.run(s.run_id), s.sha256) for s in store.seals(is_holding=True))
    except places.NoRunsError:
        return ()


def published(store: "Store", run: "StoredRun", sha256: str = "") -> "Sealed":
    """A stored run with what it read; `sha256` is the hash of its seal, if it is sealed."""
    import polars as pl

    from scoring.calendar import Period
    from scoring.restate import Sealed
    from scoring.rules import Rulebook

    summary = json.loads(run.summary)
    start, end = (date.fromisoformat(summary["windows"]["movements"][side]) for side in ("from", "until"))
    return Sealed(
        period=Period(run.period, start, end),
        sha256=sha256,
        run_id=run.run_id,
        as_of=date.fromisoformat(run.as_of),
        rulebook=Rulebook.model_validate(summary["rules"]["settings"]),
        tables={name: pl.scan_parquet(path) for name, path in store.read_by(run.run_id).items()},
        book=pl.scan_parquet(store.frame(run.run_id, "book")),
        scores=store.scores(run.run_id),
    )


def seal_of(folder: Path, period: str) -> "SealRecord | None":
    """The seal of the period in the folder's store, if it is sealed."""
    try:
        with places.stored(folder) as store:
            return store.sealed(period)
    except places.NoRunsError:
        return None


def refuse_sealed(folder: Path, period: str) -> None:
    """Raises SealedPeriodError where the period is sealed in the folder's store."""
    if found := seal_of(folder, period):
        from scoring.store.refusals import SealedPeriodError

        with places.stored(folder) as store:
            its = json.loads(store.run(found.run_id).summary)["period"]
        days = f"{its['from']} to {its['to']}"  # under other rules the name may stand for others
        raise SealedPeriodError(period, found.run_id, found.sealed_by, found.sealed_at, folder, days)


def is_shown(folder: Path, seal: "SealRecord") -> bool | None:
    """Whether the pages of the period are those of the sealed run; None where there are none."""
    try:
        shown = json.loads((folder / places.RESULTS / seal.period / "run.json").read_bytes())
    except (OSError, ValueError):
        return None
    return bool(shown.get("run_id") == seal.run_id)


def show_sealed(folder: Path, period: str) -> None:
    """Writes the results of the sealed run into the folder, where those of another run stand."""
    try:
        with places.stored(folder) as store:
            seal = store.sealed(period)
            if seal is None or is_shown(folder, seal) is not False:
                return
            from scoring.reports import outputs

            summary, frames = json.loads(store.run(seal.run_id).summary), store.frames_of(seal.run_id)
            names = (*outputs.FRAMES, outputs.PRIOR)
            packed = {name: frames[name].read_bytes() for name in names if name in frames}
            results = outputs.Results(summary, store.cards(seal.run_id), summary["company"], packed)
            outputs.write(results, folder / places.RESULTS / period)
    except places.NoRunsError:
        return


def silent(made: "Run", folder: Path) -> tuple[Problem, ...]:
    """A warning for each stored period whose past the exports changed without a word since it was run."""
    try:
        with places.stored(folder) as store:
            return tuple(_silent(store, made))
    except places.NoRunsError:
        return ()


def _silent(store: "Store", made: "Run") -> Iterator[Problem]:
    from hashlib import sha256

    now = {name: sha256(packed).hexdigest() for name, packed in made.packed_read.items()}
    for period in list(dict.fromkeys(run.period for run in store.computed()))[:LOOKED_AT]:
        run = store.published(period)
        paths = store.read_by(run.run_id) if run else {}
        if run is None or not paths or run.as_of > made.as_of.isoformat():
            continue
        differ = [name for name in made.read if now.get(name) != (paths[name].stem if name in paths else None)]
        if differ and (counts := _counts(published(store, run), made, differ)):
            rows = ", ".join(f"{name} {count:,}" for name, count in counts.items())
            what = f"the exports changed the past since {period} was run as of {run.as_of}, without saying so: {rows}"
            yield Problem(what, f"`bookscore restate {period}` lists every row", severity=Severity.WARNING)


def _counts(then: "Sealed", made: "Run", differ: list[str]) -> "Mapping[str, int]":
    """Table to the rows that concern the period, of those that say nothing of having been recorded later."""
    import polars as pl

    from scoring.restate import changed
    from scoring.rules import calendar_of
    from scoring.tables import TABLES

    read: dict[str, pl.DataFrame] = dict(made.read)
    for name in differ:
        read[name] = then.tables[name].collect() if name in then.tables else TABLES[name].empty()
    found = changed(read, made.read, then.period.end, then.as_of, calendar_of(then.rulebook))
    silently = found.filter(pl.col("touches") & (pl.col("cause") == "silent"))
    return dict(silently.group_by("table", maintain_order=True).len().iter_rows())
