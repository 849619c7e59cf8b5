"""Does a figure stand on every surface as it stands on the card?"""

from pathlib import Path

import pytest
from restated import company, score
from test_cli import cli

from scoring import intake
from scoring.reports.card import card_html
from scoring.reports.pdf.method import _rules as rules_of
from scoring.run import Run

RULES = """
name: Three alike
currency: EUR
method: target_bands
rules:
  - {name: keep, metric: gross_revenue_retention, weight: 1, grade: {floor: 70%, target: 100%}}
  - {name: stay, metric: logo_retention, weight: 1, grade: {floor: 70%, target: 100%}}
  - {name: grow, metric: net_revenue_retention, weight: 1, grade: {floor: 70%, target: 100%}}
"""


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """The company by three rules of the same weight, and its run."""
    made = company(tmp_path_factory.mktemp("surfaces") / "co")
    (made / intake.RULES).write_text(RULES, encoding="utf-8")
    return made, score(made, "2026-Q1", "2026-04-05")


def test_parts_of_the_weight_add_up_wherever_they_are_printed(
    scored: tuple[Path, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    folder, run = scored
    settings = run.summary["rules"]["settings"]
    printed = {
        "card": card_html(run.cards[0]),
        "book": " ".join(rules_of(settings, run.cards)),
        "explain": cli("explain", "Mara", "--folder", folder).out,
        "what-if": cli("what-if", folder, "--weight", "keep=1").out,
    }
    shares = ("33.4\u202f%", "33.3\u202f%")
    assert [name for name, text in printed.items() if not all(share in text for share in shares)] == []
