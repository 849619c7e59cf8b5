"""Are two files exports of the same thing, taken at two times? A fault of the files, as no row of them is wrong."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from adapters.delivery import Fault
from adapters.parts import Part

_SHARED, _LEAST = 0.5, 3
"""From which part of the smaller file's keys on, and from how many, files are taken for exports of the same."""


def apart(parts: Sequence[Part], key: Sequence[str]) -> list[Part]:
    """The parts of one kind for one table; a file with most keys of an earlier one has an error instead of those rows.

    The error has no row, so that nothing can be set aside for it: of two rows with one key, nobody knows which holds.
    """
    frames = [p.frame for p in parts if p.frame is not None]
    key = [c for c in key if all(c in frame.columns for frame in frames)]
    if not key or len({p.file.name for p in parts}) < 2 or not _is_repeated(frames, key):
        return list(parts)
    made, earlier = list[Part](), list[Part]()
    for part in parts:
        twin = next((one for one in earlier if _is_twin(one, part, key)), None)
        made.append(_without(part, twin, key) if twin else part)
        earlier.append(part)
    return made


def _is_repeated(frames: Sequence[pl.DataFrame], key: Sequence[str]) -> bool:
    """Whether several frames have a key in common at all."""
    return bool(frames) and bool(pl.concat(f.select(key).unique() for f in frames).is_duplicated().any())


def _is_twin(one: Part, other: Part, key: Sequence[str]) -> bool:
    if one.file.name == other.file.name or one.frame is None or other.frame is None:
        return False
    shared, smaller = _shared(one.frame, other.frame, key)
    return shared >= _LEAST and shared >= _SHARED * smaller


def _shared(one: pl.DataFrame, other: pl.DataFrame, key: Sequence[str]) -> tuple[int, int]:
    """How many keys both have, and how many the one with fewer has."""
    ours, theirs = one.select(key).unique(), other.select(key).unique()
    return ours.join(theirs, on=key, how="semi", nulls_equal=True).height, min(ours.height, theirs.height)


def _without(part: Part, twin: Part, key: Sequence[str]) -> Part:
    """The part with the error, and without the rows that its twin tells: they are not told one by one as well."""
    if part.frame is None or twin.frame is None:
        return part
    shared, smaller = _shared(twin.frame, part.frame, key)
    ids = "ids" if len(key) == 1 else "keys"
    what = f"is an export of the same {part.table} as {twin.file.name}: {shared:,} of {smaller:,} {ids} are in both"
    frame = part.frame.join(twin.frame.select(key), on=key, how="anti", nulls_equal=True, maintain_order="left")
    gone = part.frame["origin_row"].n_unique() - frame["origin_row"].n_unique()
    file = replace(part.file, filtered=part.file.filtered + gone)
    fault = Fault(what, "keep the newer", file=part.file.name, table=part.table)
    return replace(part, file=file, frame=frame, faults=(*part.faults, fault))
