"""Is a stream of random companies' files told as their lines are when they are held? Every frame, to the byte."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, examples, worlds

from scoring import revenue_history
from scoring.credit.ownership import RECORDED
from scoring.intake import RULES, Request
from scoring.packed.frames import FRAMES

SIMPLE = {"discounts": "net", "fx": "constant"}
"""Policies that the fast form reads."""
DATES = pl.date(1900, 1, 1), pl.date(2100, 1, 1)


def write(world: World, folder: Path) -> None:
    """The world as exports without faults, of lines that say all of themselves."""
    for name, table in world.tables.items():
        rows = table.drop("origin_file", "origin_row", "recorded_at", "renews", "signed_on", strict=False)
        days = [c for c, kind in rows.schema.items() if kind == pl.Date]
        rows = rows.with_columns(pl.when(pl.col(day).is_between(*DATES)).then(pl.col(day)) for day in days)
        if "currency" in rows.columns:
            rows = rows.with_columns(pl.col("currency").fill_null(world.rulebook.currency))
        if "every" in rows.columns:
            rows = rows.with_columns(pl.col("every").replace("6 months", "month"))
        if rows.height:
            rows.write_parquet(folder / f"{name}.parquet")
    rules = world.rulebook.model_dump(mode="json", by_alias=True, exclude_unset=True)
    (folder / RULES).write_text(json.dumps(rules), encoding="utf-8")


@given(worlds(basis="contracts", grain="account", policies=SIMPLE), st.integers(1, 8))
@examples(20)
def test_a_stream_of_any_company_is_told_as_its_lines_are_when_they_are_held(world: World, count: int) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        write(world, folder)
        request = Request(folder, world.as_of, world.period.name)
        owners = world.rulebook.ownership.policy in RECORDED
        streamed, held = (
            revenue_history.told(request, count, frames=FRAMES, streams=streams, owners=owners)
            for streams in (True, False)
        )
    assert (streamed.is_streamed, held.is_streamed) == (True, False)
    assert streamed.answer.files == held.answer.files
