"""Which rows remain where a file tells of the same thing on many? The first of each key."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from adapters.delivery import Fault
from adapters.parts import Part, placed
from adapters.wanted import ORIGIN

_EXAMPLES = 3
_PLACE = (" part", " place")


def distinct(parts: Sequence[Part], key: Sequence[str]) -> list[Part]:
    """The parts of a table with the first row of each key by origin, and a warning where the others differ.

    Without a known key, rows that are equal in all columns count as the same.
    """
    frames = [_numbered(p.frame, n) for n, p in enumerate(parts) if p.frame is not None]
    if not frames:
        return list(parts)
    whole = pl.concat(frames, how="diagonal").sort(*ORIGIN, *_PLACE)
    cells = [c for c in whole.columns if c not in (*ORIGIN, *_PLACE)]
    by = [c for c in key if c in cells] or cells
    first = whole.unique(subset=by, keep="first", maintain_order=True).select(_PLACE)
    head, *tail = [_reduced(part, first.filter(pl.col(_PLACE[0]) == n)[_PLACE[1]]) for n, part in enumerate(parts)]
    told = placed(_differing(whole.select(cells), by), head.file.name, head.table)
    return [replace(head, faults=(*head.faults, *told)), *tail]


def _numbered(frame: pl.DataFrame, part: int) -> pl.DataFrame:
    """The rows with their part and place in it, as several may come from one row of the file."""
    return frame.with_columns(pl.lit(part).alias(_PLACE[0]), pl.int_range(pl.len()).alias(_PLACE[1]))


def _reduced(part: Part, places: pl.Series) -> Part:
    """The part with the rows in those places only."""
    if part.frame is None:
        return part
    frame = part.frame[places.sort()]
    repeated = part.frame["origin_row"].n_unique() - frame["origin_row"].n_unique()
    file = replace(part.file, filtered=part.file.filtered + repeated)
    return replace(part, file=file, frame=frame, faulty=part.faulty & frozenset(frame["origin_row"]))


def _differing(cells: pl.DataFrame, by: list[str]) -> list[Fault]:
    told = cells.unique(maintain_order=True)
    twice = told.filter(told.select(by).is_duplicated()).select(by).unique(maintain_order=True)
    if twice.is_empty():
        return []
    joined = pl.concat_str(pl.all().cast(pl.String), separator=", ", ignore_nulls=True)
    shown = ", ".join(f'"{n}"' for n in twice.head(_EXAMPLES).select(joined).to_series())
    names = ", ".join(by)
    what = f"{twice.height:,} {names} are told differently by several rows, the first was taken: {shown}"
    return [Fault(what, "correct the export, or map fewer columns", column=by[0], severity="warning")]
