"""Which record remained? Ids of records that were merged into others are followed to the last one."""

import polars as pl

from adapters.delivery import Fault
from adapters.files.opening import Opened
from adapters.mapping.record_ids import key
from adapters.mapping.reshaping import Reshaped, absent
from adapters.mapping.sources import Merged
from adapters.values.formats import Format
from adapters.wording import counted

_GONE, _INTO = " gone", " into"


def with_merged(frame: pl.DataFrame, how: Merged, other: Opened, form: Format) -> Reshaped:
    """The rows with the id that remained in the place of each that is gone, and a note that counts them."""
    if other.frame is None:
        return Reshaped(None, other.faults)
    faults = [absent(n, list(other.header), other.name) for n in (how.gone, how.into) if n not in other.frame.columns]
    if faults:
        return Reshaped(None, tuple(faults))
    pairs = _pairs(other.frame, how, form)
    twice = pairs.filter(pl.col(_GONE).is_duplicated())
    if not twice.is_empty():
        what = f"{counted(twice[_GONE].n_unique(), 'id')} merged into several others, the first"
        fault = Fault(what, "keep one row for each", file=other.name, column=how.gone, value=twice[_GONE][0])
        return Reshaped(None, (fault,))
    last = _followed(dict(pairs.iter_rows()))
    cell = key(how.of, frame.schema[how.of], form)
    moved = frame.filter(cell.is_in(list(last)))[how.of]
    what = f"{counted(moved.len(), 'row')} whose {how.of} was merged into another, as {other.name} says, the first"
    told = (Fault(what, column=how.of, value=str(moved[0]), severity="note"),) if len(moved) else ()
    return Reshaped(frame.with_columns(cell.replace(last).alias(how.of)), told)


def _pairs(frame: pl.DataFrame, how: Merged, form: Format) -> pl.DataFrame:
    """Each different pair of an id that is gone and the one it went into."""
    cells = frame.select(
        key(how.gone, frame.schema[how.gone], form).alias(_GONE),
        key(how.into, frame.schema[how.into], form).alias(_INTO),
    )
    if how.by:
        several = pl.col(_GONE).str.split(how.by).list.eval(pl.element().str.strip_chars())
        cells = cells.with_columns(several).explode(_GONE).filter(pl.col(_GONE) != "")
    return cells.drop_nulls().filter(pl.col(_GONE) != pl.col(_INTO)).unique(maintain_order=True)


def _followed(into: dict[str, str]) -> dict[str, str]:
    """Each id that is gone to the last of its way; one whose way goes in a circle stays what it is."""
    last = {}
    for gone, next_one in into.items():
        seen, here = {gone}, next_one
        while here in into and here not in seen:
            seen.add(here)
            here = into[here]
        last[gone] = gone if here in seen else here
    return last
