"""How does what was read from many files become one delivery? Tables put together, in order of origin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from adapters.delivery import Delivery, Fault, ReadFile
from adapters.files.opening import Opened
from adapters.files.rows import ROW
from adapters.values.typed import KEPT
from adapters.wanted import ORIGIN


@dataclass(frozen=True, slots=True)
class Part:
    """What one file gave for one table: typed rows with their origin, faults, and the rows faults touch."""

    table: str
    file: ReadFile
    frame: pl.DataFrame | None = None
    faults: tuple[Fault, ...] = ()
    faulty: frozenset[int] = frozenset()


def with_origin(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The rows with `origin_file` and `origin_row` in front instead of `ROW` and `KEPT`."""
    return frame.select(pl.lit(name).alias("origin_file"), pl.col(ROW).alias("origin_row"), pl.all().exclude(ROW, KEPT))


def placed(faults: Iterable[Fault], file: str, table: str) -> tuple[Fault, ...]:
    """The faults with the file and table they are about, where they do not say so themselves."""
    return tuple(replace(f, file=f.file or file, table=f.table or table) for f in faults)


def deliver(parts: Sequence[Part], faults: Iterable[Fault], looked_up: Iterable[Opened] = ()) -> Delivery:
    """One frame a table, sorted by origin, with all faults and all files that were read."""
    by_table: dict[str, list[Part]] = {}
    for part in parts:
        by_table.setdefault(part.table, []).append(part)
    tables = {name: _together(found) for name, found in by_table.items()}
    others = [ReadFile(o.name, o.sha256, None, o.rows, lost=o.lost) for o in looked_up]
    read = sorted(dict.fromkeys([*(p.file for p in parts), *others]), key=lambda f: (f.name, f.table or ""))
    told = [*faults, *(f for p in parts for f in p.faults), *(f for o in looked_up for f in o.faults)]
    touched = {name: rows for name, found in by_table.items() if not (rows := _touched(found)).is_empty()}
    return Delivery(
        {name: frame for name, frame in tables.items() if frame is not None},
        tuple(dict.fromkeys(told)),
        tuple(read),
        touched,
    )


def _together(parts: Sequence[Part]) -> pl.DataFrame | None:
    frames = [p.frame for p in parts if p.frame is not None]
    return pl.concat(frames, how="diagonal").sort(ORIGIN, maintain_order=True) if frames else None


def _touched(parts: Sequence[Part]) -> pl.DataFrame:
    pairs = [(p.file.name, row) for p in parts for row in sorted(p.faulty)]
    schema = {"origin_file": pl.String, "origin_row": pl.Int64}
    return pl.DataFrame(pairs, schema=schema, orient="row").unique().sort(ORIGIN)
