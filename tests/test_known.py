from datetime import UTC, date, datetime

import polars as pl
from tabled import tables

from scoring.calendar import Calendar
from scoring.intake.known import known_by


def test_rows_recorded_after_the_day_are_left_out_and_counted_and_those_that_do_not_say_when_are_known() -> None:
    read = tables({"contracts": "line_id account_id amount every starts_on\n" + "\n".join(
        f"{n} A 100 month 2025-01-01" for n in range(5)
    )})  # fmt: skip
    instants = [None, *(datetime(2026, 4, *at, tzinfo=UTC) for at in ((5, 23, 59), (6, 0, 0), (7, 8, 30)))]
    recorded = pl.Series("recorded_at", [*instants, None], dtype=pl.Datetime("us", "UTC"))
    read["contracts"] = read["contracts"].with_columns(recorded)
    known, notes = known_by(read, date(2026, 4, 5), Calendar())
    assert known["contracts"]["line_id"].to_list() == ["0", "1", "4"]
    assert [str(note) for note in notes] == ["contracts: 2 rows were recorded after 2026-04-05 and are left out"]
    assert all(known[name] is read[name] for name in read if name != "contracts")
