"""How is a run told on a terminal?"""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from sample_cards import card, compared, without_score

from scoring.cli.run import scored


def _told(cards: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> str:
    method = cards[0]["method"]
    run = SimpleNamespace(
        cards=cards,
        rulebook=SimpleNamespace(name="Customer care", interval=0.9, method=method),
        period=SimpleNamespace(name="2026-Q2"),
        as_of="2026-06-30",
        context=SimpleNamespace(basis_sentence="Recurring revenue."),
    )
    scored.show(cast("Any", run))
    return capsys.readouterr().out


def test_where_evidence_is_weighed_the_terminal_names_no_median(capsys: pytest.CaptureFixture[str]) -> None:
    out = _told([compared(), compared(group="within"), without_score()], capsys)
    assert "50 is the average of the peers; likely ranges of 90\u202f%." in out
    assert out.index("Above the peers (1)") < out.index("In line with the peers (1)") < out.index("Not scored (1)")
    assert "edian" not in out
    assert "Below the peers" not in out


def test_where_values_are_graded_the_terminal_says_the_median(capsys: pytest.CaptureFixture[str]) -> None:
    out = _told([card(), card(group="below")], capsys)
    assert "Median score 66.0; likely ranges of 90\u202f%." in out
    assert "Above the peer median (1)" in out
    assert "Below the peer median (1)" in out
