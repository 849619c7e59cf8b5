"""Are the pages that are made from the code as the code says?"""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
import worked
from scores_example import GIVER, MANAGER, PASSED_ON, example

from adapters.systems import EXPORTS
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


def test_every_known_system_has_a_page_that_says_how_to_export() -> None:
    names = {export.system for export in EXPORTS}
    pages = {path.stem for path in (ROOT / "docs" / "exports").glob("*.md")}
    assert pages == names | {"README"}
    for name in names:
        assert "## How to export" in (ROOT / "docs" / "exports" / f"{name}.md").read_text(encoding="utf-8")


# ---- how scores work, and what they cannot say ----


def _page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _numbers(text: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(r"[−+]?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("name", ["how-scores-work.md", "limits.md"])
def test_every_link_of_the_pages_on_scores_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", _page(name))
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / "docs" / link).is_file()] == []


def test_the_walk_shows_every_picture_and_each_can_be_read_by_anybody() -> None:
    shown = re.findall(r"!\[(.+?)\]\(pictures/(.+?)\)", _page("how-scores-work.md"))
    assert {name for _, name in shown} == {path.name for path in (ROOT / "docs" / "pictures").glob("*.svg")}
    for _, name in shown:
        root = ElementTree.fromstring(_page(f"pictures/{name}"))  # noqa: S314 - our own file
        tags = [one.tag.rpartition("}")[2] for one in root]
        assert tags[:3] == ["title", "desc", "rect"]
        assert root[2].get("fill") == "#ffffff"
        assert min(float(one.get("font-size", "14")) for one in root) >= 13
        assert not re.search(r"url\(|href|@import|@font-face", _page(f"pictures/{name}"))


def test_the_walk_is_two_pages_long() -> None:
    text = re.sub(r"<!--.*?-->|^\|.*$", "", _page("how-scores-work.md"), flags=re.MULTILINE)
    assert len(text.split()) <= 900


def test_the_accounts_of_the_walk_add_up_to_its_score_and_the_parts_to_its_change() -> None:
    page = _page("how-scores-work.md")
    card, trace = example().cards[MANAGER], example().trace.filter(pl.col("manager_id") == MANAGER)
    assert trace["points"].sum() == pytest.approx(card["score"] - 50, abs=1e-8)
    for name, whole in (("accounts", card["score"] - 50), ("moved", card["change"])):
        block = page.split(f"<!-- made: {name} -->")[1].split("<!-- made -->")[0]
        cells = [line.split("|")[-2] for line in block.strip().splitlines()[2:]]
        values = [_numbers(cell)[0] for cell in cells]
        values = values[:-1] if name == "moved" else values
        assert sum(values[:-1]) == pytest.approx(values[-1], abs=1e-9)
        assert values[-1] == pytest.approx(whole, abs=0.051)


def test_the_arithmetic_that_the_walk_prints_is_right() -> None:
    passages = dict(re.findall(r"<!-- made: (\w+) -->\n> (.*)\n<!-- made -->", _page("how-scores-work.md")))
    whole, base, *points = _numbers(re.sub(r"([−+]) ", r"\1", re.sub(r"\(.*?\)", "", passages["expected"])))
    assert base + sum(points) == pytest.approx(whole, abs=1e-9)
    happened, expected, surprise, *other = _numbers(passages["surprise"])
    assert happened - expected == pytest.approx(surprise, abs=1e-9)
    assert other[0] - other[1] == pytest.approx(other[2], abs=1e-9)
    *_, n, _, k, believed = _numbers(passages["believed"])
    assert round(100 * n / (n + k)) == believed
    mean, above, part, spread, _, _, ten, more, _, score, *_ = _numbers(passages["score"])
    assert surprise - mean == pytest.approx(above, abs=0.011)
    assert above * believed / 100 == pytest.approx(part, abs=0.03)
    assert ten == 10
    assert score == pytest.approx(50 + more)
    assert round(10 * part / spread, 1) == more


def test_who_has_the_better_figure_in_the_walk_has_the_lower_score() -> None:
    """What the page is written around: its words would be wrong of other figures."""
    rows, cards = example().rows, example().cards
    assert rows["Ines"]["observed"] > rows[MANAGER]["observed"]
    assert cards["Ines"]["score"] < cards[MANAGER]["score"]
    assert (cards[MANAGER]["group"], cards["Olek"]["group"]) == ("within", "below")
    assert round(cards[MANAGER]["score"]) == 60
    passed = example().trace.filter(pl.col("account_id") == PASSED_ON)
    assert set(passed["manager_id"]) == {GIVER}
    assert passed["observed"].min() == 0


def test_the_page_of_limits_names_every_gate_that_the_benchmark_misses() -> None:
    benchmark = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    missed = [line.split("|")[1:3] for line in benchmark.splitlines() if line.endswith("| **fail** |")]
    assert [name for name, value in missed if f"|{name}|{value}|" not in _page("limits.md")] == []
