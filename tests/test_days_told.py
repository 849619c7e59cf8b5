"""On which day is what an export tells with its time? On that of the business, as the rules or sources.yaml say."""

from datetime import date
from pathlib import Path

import pytest

from scoring import pipeline
from scoring.intake import Request

ZONE = "calendar: {time_zone: America/Los_Angeles}\n"
MAPPED = """
files:
  - {file: contracts.csv, table: contracts, columns: {line_id: line_id, account_id: account_id, amount: amount,
     every: every, starts_on: starts_on, recorded_at: recorded_at}}
"""


@pytest.mark.parametrize(
    ("rules", "sources", "closing"),
    [
        ("", "", 0),
        (ZONE, "", 100),
        (ZONE, MAPPED, 100),
        (ZONE, "time_zone: Asia/Tokyo" + MAPPED, 0),
        ("", "time_zone: America/Los_Angeles" + MAPPED, 100),
    ],
)
def test_a_time_is_on_the_day_of_the_business(tmp_path: Path, rules: str, sources: str, closing: int) -> None:
    """Half past three on 1 July in UTC is the evening of 30 June in Los Angeles."""
    assert closed(tmp_path, "2026-07-01T03:30:00Z,", rules, sources) == closing


@pytest.mark.parametrize("rules", ["", ZONE])
def test_a_time_without_its_zone_is_one_of_the_business(tmp_path: Path, rules: str) -> None:
    """What is known by the end of July was recorded in July, by the clock of the business."""
    known = date(2026, 7, 31)
    assert closed(tmp_path, "2026-06-01,2026-07-31 23:59", rules, as_of=known) == 100
    assert closed(tmp_path, "2026-06-01,2026-08-01 00:01", rules, as_of=known) == 0
    assert closed(tmp_path, "2026-06-01,2026-08-01", rules, as_of=known) == 0


def closed(folder: Path, told: str, rules: str, sources: str = "", as_of: date = date(2026, 8, 31)) -> int:
    """What the accounts pay at the end of June, with a line that starts and was recorded then."""
    lines = [
        "line_id,account_id,amount,every,starts_on,recorded_at",
        f"1,A,100,month,{told}",
        "2,B,1,month,2025-01-01,",
    ]
    (folder / "contracts.csv").write_text("\n".join(lines) + "\n")
    rule = "rules: [{name: keep, metric: logo_retention, weight: 1}]\n"
    (folder / "rules.yaml").write_text(f"name: R\ncurrency: EUR\nownership: {{policy: seller}}\n{rules}{rule}")
    if sources:
        (folder / "sources.yaml").write_text(sources)
    run = pipeline.run(Request(folder, as_of, "2026-Q2"))
    return int(run.book["closing"].sum()) - 1
