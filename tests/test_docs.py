"""Are the pages that are made from the code as the code says?"""

import subprocess
import sys
from pathlib import Path

import worked

from scoring.checks import reference as tables_reference
from scoring.metrics import CATALOGUE, reference
from scoring.tables import TABLES

ROOT = Path(__file__).parent.parent


def test_every_made_page_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "docs/build.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_page_of_metrics_has_every_metric_and_every_case() -> None:
    cases = {name: [worked.shown(c) for c in found] for name, found in worked.metric_cases().items()}
    text = reference.docs_text(cases)
    assert [name for name in CATALOGUE if f'<a id="{name}">' not in text] == []
    assert [c.title for found in cases.values() for c in found if f"<summary>{c.title}</summary>" not in text] == []


def test_the_page_of_tables_has_every_column() -> None:
    text = tables_reference.docs_text()
    assert [c.name for t in TABLES.values() for c in t.columns if f"| `{c.name}` |" not in text] == []
