"""Can a reader add up what is printed of the gap between two teams?"""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from scoring.cli.compare import gapped
from scoring.compare.gaps import Gaps, RuleGap, Team
from scoring.intake import Request
from scoring.numbers import MINUS

AS_OF = date(2026, 6, 30)


def told(capsys: pytest.CaptureFixture[str], unit: str, first: float, second: float, explained: float) -> list[Decimal]:
    """The averages, gap, explained and rest of a rule, as printed."""
    gap = first - second
    rule = RuleGap(
        "keep", "m", unit, first, second, gap, explained, gap - explained, -9.0, 9.0, {"region": explained}, None
    )
    teams = (Team("East", 2, 8.0), Team("West", 2, 8.0))
    found = Gaps("2026-Q2", AS_OF, 0.9, "EUR", 4, teams, (rule,))
    gapped.show(found, Path(), Request(Path(), AS_OF))
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("keep "))
    plain = re.sub(r"[€,+]", "", row.replace(MINUS, "-"))
    return [Decimal(figure) for figure in re.findall(r"-?\d+(?:\.\d+)?", plain)[:5]]


@pytest.mark.parametrize(
    ("unit", "first", "second", "explained"),
    [
        ("ratio", 0.90149, 0.88051, 0.00249),
        ("steps", 0.04, 0.3, -0.03),
        ("steps", 1.0, 0.26, 0.5),
        ("money", 12345.678, 9876.543, 1111.119),
        ("days", 30.26, 28.14, 1.06),
        ("multiple", 1.114, 1.006, 0.051),
    ],
)
def test_the_printed_gap_and_rest_are_what_the_printed_figures_leave(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    unit: str, first: float, second: float, explained: float,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "160")
    one, other, gap, part, rest = told(capsys, unit, first, second, explained)
    assert (one - other, gap - part) == (gap, rest)
    assert gap != 0


def test_a_gap_that_the_printed_averages_do_not_show_is_told_all_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert told(capsys, "steps", 0.31, 0.27, 0.01) == [Decimal(v) for v in ("0.3", "0.3", "0.04", "0.01", "0.03")]
