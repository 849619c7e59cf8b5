"""Which rows remain where a file tells of the same thing on many? The first of each key."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from adapters.delivery import Fault
from adapters.parts import Part, placed
from adapters.wanted import ORIGIN

_EXAMPLES = 3


def distinct(parts: Sequence[Part], key: Sequence[str]) -> list[Part]:
    """The parts of one entry with the first row of each key by origin, and a warning where the others differ.

    Without a known key, rows that are equal in all columns count as the same.
    """
    frames = [p.frame for p in parts if p.frame is not None]
    if not frames:
        return list(parts)
    whole = pl.concat(frames, how="diagonal").sort(ORIGIN)
    cells = [c for c in whole.columns if c not in ORIGIN]
    by = [c for c in key if c in cells] or cells
    first = whole.unique(subset=by, keep="first", maintain_order=True).select(ORIGIN)
    head, *tail = [_reduced(part, first) for part in parts]
    told = placed(_differing(whole.select(cells), by), head.file.name, head.table)
    return [replace(head, faults=(*head.faults, *told)), *tail]


def _reduced(part: Part, first: pl.DataFrame) -> Part:
    if part.frame is None:
        return part
    frame = part.frame.join(first, on=ORIGIN, how="semi", maintain_order="left")
    return replace(part, frame=frame, faulty=part.faulty & frozenset(frame["origin_row"]))


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
