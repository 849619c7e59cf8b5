"""Which columns were taken for ids of another system, and which of their values are none of its?"""

from collections.abc import Sequence

import polars as pl

from adapters.delivery import Fault
from adapters.joining.rules import Reference, in_ours, in_theirs
from adapters.wording import counted, listed, percent

_EXAMPLES = 3


def referred(system: str, theirs: pl.DataFrame, anchor: str, ours: pl.DataFrame, least: float) -> list[Fault]:
    """A note for each column that holds ids of the other, a warning where some of its values are none.

    `theirs` and `ours` are as they are compared, both with `account_id`.
    """
    rows = theirs.rename({"account_id": "their_id"})
    own, other = anchor or "the others", system or "the other files"
    sides: Sequence[tuple[str, str, list[Reference]]] = (
        (own, other, in_ours(rows, ours)),
        (other, own, in_theirs(rows, ours)),
    )
    return [_told(holder, of, reference, least) for holder, of, found in sides for reference in found]


def _told(holder: str, of: str, reference: Reference, least: float) -> Fault:
    values = reference.values
    missed = values.filter(pl.col("found").is_null())
    hits = f"{values.height - missed.height:,} of {counted(values.height, 'value')}"
    column = f"column {reference.column} of accounts of {holder}"
    if reference.share < least:
        what = f"{column} is not taken for ids of {of}: {hits} are some, and {percent(least)} must be"
        return Fault(what, "lower match: least in sources.yaml if it holds them", table="accounts", severity="note")
    what = f"{column} is taken for ids of {of}: {hits} {'is one' if values.height == 1 else 'are some'}"
    if missed.is_empty():
        return Fault(what, table="accounts", severity="note")
    shown = listed([f"{value} (of {own})" for own, value in missed.select("own", "value").head(_EXAMPLES).iter_rows()])
    more = f" and {missed.height - _EXAMPLES:,} more" if missed.height > _EXAMPLES else ""
    remedy = "correct them, or confirm whose they are in matches.csv"
    return Fault(f"{what}; none are {shown}{more}", remedy, table="accounts", severity="warning")
