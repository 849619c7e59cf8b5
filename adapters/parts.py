"""How does what was read from many files become one delivery? Tables put together, in order of origin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from adapters.delivery import Delivery, Fault, ReadFile
from adapters.files.opening import Opened
from adapters.files.rows import ROW
from adapters.left_out import LeftOut, told
from adapters.values.typed import KEPT
from adapters.wanted import ORIGIN


@dataclass(frozen=True, slots=True)
class Part:
    """What one file gave for one table, typed, with its origin; what is wrong with its rows, and which it left out."""

    table: str
    file: ReadFile
    frame: pl.DataFrame | None = None
    faults: tuple[Fault, ...] = ()
    faulty: frozenset[int] = frozenset()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """What many files gave, the faults of the whole, and the files that were only looked things up in."""

    parts: tuple[Part, ...] = ()
    faults: tuple[Fault, ...] = ()
    looked_up: tuple[Opened, ...] = ()

    def with_faults(self, faults: Iterable[Fault]) -> "Gathered":
        """The same with further faults in front."""
        return replace(self, faults=(*faults, *self.faults))

    def __add__(self, other: "Gathered") -> "Gathered":
        """Both together."""
        looked_up = {opened.name: opened for opened in (*self.looked_up, *other.looked_up)}
        return Gathered(self.parts + other.parts, self.faults + other.faults, tuple(looked_up.values()))


def with_origin(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The rows with `origin_file` and `origin_row` in front instead of `ROW` and `KEPT`."""
    return frame.select(pl.lit(name).alias("origin_file"), pl.col(ROW).alias("origin_row"), pl.all().exclude(ROW, KEPT))


def placed(faults: Iterable[Fault], file: str, table: str) -> tuple[Fault, ...]:
    """The faults with the file and table they are about, where they do not say so themselves."""
    return tuple(replace(f, file=f.file or file, table=f.table or table) for f in faults)


def again(file: ReadFile, first: str) -> Part:
    """What a file gives whose content is that of an earlier one: nothing but a note."""
    note = Fault(f"has the same content as {first} and was read once only", severity="note")
    table = file.table or ""
    return Part(table, replace(file, filtered=file.rows, lost=0), faults=placed([note], file.name, table))


def deliver(gathered: Gathered) -> Delivery:
    """One frame a table, sorted by origin, with all faults and all files that were read."""
    parts, looked_up = gathered.parts, gathered.looked_up
    by_table: dict[str, list[Part]] = {}
    for part in parts:
        by_table.setdefault(part.table, []).append(part)
    tables = {name: _together(found) for name, found in by_table.items()}
    others = [ReadFile(o.name, o.sha256, None, o.rows, lost=o.lost, lines=o.lines) for o in looked_up]
    files = _files(parts)
    read = sorted(dict.fromkeys([*files, *others]), key=lambda f: (f.name, f.table or ""))
    said = [*gathered.faults, *(f for p in parts for f in p.faults), *(f for o in looked_up for f in o.faults)]
    left_out = [
        replace(one, entries=entries)
        for p in parts
        if not _is_shared_out(entries := _entries(p, parts), p, files)
        for one in p.left_out
    ]
    said += told(left_out, {(p.file.name, p.table) for p in parts})
    touched = {name: rows for name, found in by_table.items() if not (rows := _touched(found)).is_empty()}
    return Delivery(
        {name: frame for name, frame in tables.items() if frame is not None},
        _once(said),
        tuple(read),
        touched,
    )


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults without repetition: what is said of a file as a whole is said once, however many tables it fills."""
    by_meaning: dict[Fault, Fault] = {}
    for fault in faults:
        of_file = fault.row is None and fault.column is None and fault.file is not None
        by_meaning.setdefault(replace(fault, table=None) if of_file else fault, fault)
    return tuple(by_meaning.values())


def _files(parts: Sequence[Part]) -> list[ReadFile]:
    """Each file once for a table, however many entries it has: filtered is what none of them took."""
    by_file: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        by_file.setdefault((part.file.name, part.table), []).append(part)
    return [_file(several) for several in by_file.values()]


def _entries(part: Part, parts: Sequence[Part]) -> int:
    """How many entries read the file of the part for its table."""
    return sum((p.file.name, p.table) == (part.file.name, part.table) for p in parts)


def _is_shared_out(entries: int, part: Part, files: Sequence[ReadFile]) -> bool:
    """Whether several entries take all rows of the file for its table: what one leaves out another one takes."""
    return entries > 1 and any((f.name, f.table, f.filtered) == (part.file.name, part.table, 0) for f in files)


def _file(parts: Sequence[Part]) -> ReadFile:
    file, frames = parts[0].file, [p.frame for p in parts if p.frame is not None]
    if len(parts) == 1 or not frames:
        return file
    kept = pl.concat(frame.select("origin_row") for frame in frames).n_unique()
    return replace(file, filtered=file.rows - file.lost - kept)


def _together(parts: Sequence[Part]) -> pl.DataFrame | None:
    found = sorted((p for p in parts if p.frame is not None), key=lambda p: p.file.name)
    frames = [p.frame for p in found if p.frame is not None]
    if not frames:
        return None
    whole = pl.concat(frames, how="diagonal")
    return whole if len({p.file.name for p in found}) == len(found) else whole.sort(ORIGIN, maintain_order=True)


def _touched(parts: Sequence[Part]) -> pl.DataFrame:
    pairs = sorted({(p.file.name, row) for p in parts for row in p.faulty})
    return pl.DataFrame(pairs, schema={"origin_file": pl.String, "origin_row": pl.Int64}, orient="row")
