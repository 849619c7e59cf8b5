"""Does every hostile file end as it must: refused with its place, or read to the cent, in bounded memory and time?

Our own files are made here. A larger corpus is judged as well where BOOKSCORE_NASTY names its generator, or it lies in
`shared/nasty` beside the project.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import all_of_them
from nasty import complaints, outcome

from scoring import rules

ROOT = Path(__file__).parents[1]
GENERATOR = Path(os.environ.get("BOOKSCORE_NASTY") or ROOT.parent / "shared" / "nasty" / "generate.py")
CONFIG = {
    "override": {"rules_w_sum": {"expect": "accept"}},  # weights are parts of their sum, whatever that is
}
MOST_MIB = 600

needs_corpus = pytest.mark.skipif(not GENERATOR.exists(), reason="the corpus of nasty files is not here")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    text = rules.default_text()
    (folder / "base.yaml").write_text(text[text.index("name:") :], "utf-8")
    (folder / "config.json").write_text(json.dumps({**CONFIG, "rules_base": str(folder / "base.yaml")}))
    made = [sys.executable, str(GENERATOR), str(folder), "--config", str(folder / "config.json")]
    subprocess.run(made, check=True, capture_output=True)
    return folder


def test_our_own_hostile_files_end_as_they_must(tmp_path: Path) -> None:
    wrong, count = {}, 0
    for hostile in all_of_them():
        (tmp_path / hostile.name).write_bytes(hostile.data)
        if told := complaints(hostile.case, outcome(hostile.case, tmp_path)):
            wrong[hostile.name] = told
        count += 1
    assert wrong == {}
    assert count > 80


@needs_corpus
def test_every_file_of_the_corpus_ends_as_its_manifest_says(corpus: Path) -> None:
    manifest = json.loads((corpus / "manifest.json").read_text("utf-8"))
    assert manifest["skipped"] == []
    assert manifest["count"] == len(manifest["cases"]) >= 261
    wrong = {case["id"]: told for case in manifest["cases"] if (told := complaints(case, outcome(case, corpus)))}
    assert wrong == {}


@needs_corpus
def test_bombs_stay_small(corpus: Path) -> None:
    cases = json.loads((corpus / "manifest.json").read_text("utf-8"))["cases"]
    bombs = [c["id"] for c in cases if c.get("limits", {}).get("rss_mib", 10_000) <= 1_024]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "nasty.py"), str(corpus), *bombs],
        check=True, capture_output=True, text=True, cwd=ROOT, timeout=20 * len(bombs),
    )  # fmt: skip
    said = done.stdout.splitlines()[-1]
    assert int(said.split(" MiB")[0].split()[-1]) <= MOST_MIB, said
