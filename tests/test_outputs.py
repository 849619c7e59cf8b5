"""Does a run appear whole or not at all, and only where it may?"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from scoring.reports import folder as pages
from scoring.reports import outputs, swap
from scoring.reports.names import alphabetical
from scoring.run import Run

NAMED = (
    "measures", "book", "movements", "lines", "lifetime", "cohorts", "churn_reasons", "compared", "estimates",
    "account_points", "expectations", "account_kinds", "matches",
)  # fmt: skip
FRAMES = {f"{name}.parquet" for name in NAMED}
NAMES = {"run.json", "scorecards.json", "league.html", *FRAMES}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_run_leaves_files_under_stable_names(demo_run: Run, tmp_path: Path) -> None:
    written = outputs.write(demo_run, tmp_path / "out")
    found = contents(tmp_path / "out")
    assert {p.relative_to(tmp_path / "out").as_posix() for p in written} == set(found)
    assert {n for n in found if "/" not in n} == NAMES
    assert sum(n.startswith("scorecards/") for n in found) == len(demo_run.cards)
    assert json.loads(found["run.json"])["run_id"] == demo_run.run_id
    assert [c["manager_id"] for c in json.loads(found["scorecards.json"])] == [c["manager_id"] for c in demo_run.cards]
    assert pl.read_parquet(tmp_path / "out/book.parquet").equals(demo_run.book)


def test_managers_are_sorted_as_they_are_read_with_accents_or_without(demo_run: Run) -> None:
    names = [str(card["name"]) for card in demo_run.cards]
    assert names == sorted(names, key=alphabetical)
    assert names != sorted(names, key=str.casefold)


def test_the_same_run_gives_the_same_bytes(demo_run: Run, tmp_path: Path) -> None:
    outputs.write(demo_run, tmp_path / "one")
    outputs.write(demo_run, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_run_takes_the_place_of_the_one_before(demo_run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outputs.write(demo_run, out)
    (out / "scorecards/gone.html").write_text("a manager who left")
    outputs.write(demo_run, out)
    assert not (out / "scorecards/gone.html").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_the_old_run_and_nothing_beside_it(
    demo_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    outputs.write(demo_run, out)
    before = contents(out)
    monkeypatch.setattr(pages, "card_html", _failing)
    with pytest.raises(OSError, match="disk full"):
        outputs.write(demo_run, out)
    assert contents(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_swap_leaves_the_old_run(demo_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    outputs.write(demo_run, out)
    before = contents(out)
    rename = Path.rename

    def once(path: Path, target: Path) -> Path:
        return _failing() if path.name.endswith(".part") else rename(path, target)

    monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(OSError, match="disk full"):
        outputs.write(demo_run, out)
    assert contents(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("is_exchanging", [True, False])
def test_folders_change_places_with_and_without_help_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_exchanging: bool
) -> None:
    if not is_exchanging:
        monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    for name in ("old", "new.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    swap.swap(tmp_path / "new.part", tmp_path / "old")
    assert (tmp_path / "old/file").read_text() == "new.part"
    assert (tmp_path / "new.part/file").read_text() == "old"


def test_an_empty_folder_and_a_link_to_a_run_may_be_filled(demo_run: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    outputs.write(demo_run, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/league.html").is_file()


def _file(out: Path) -> None:
    out.write_text("mine")


def _full(out: Path) -> None:
    out.mkdir()
    (out / "holiday.jpg").write_bytes(b"mine")


def _foreign(out: Path) -> None:
    out.mkdir()
    (out / "run.json").write_text('{"scripts": {}}')


def _noted(out: Path) -> None:
    out.mkdir()
    (out / "run.json").write_text('{"run_id": "1", "engine": {}, "rules": {}}')
    (out / "notes.txt").write_text("mine")


def _filed(out: Path) -> None:
    out.mkdir()
    (out / "run.json").write_text('{"run_id": "1", "engine": {}, "rules": {}}')
    (out / "scorecards").mkdir()
    (out / "scorecards/signed.docx").write_text("mine")


@pytest.mark.parametrize("make", [_file, _full, _foreign, _noted, _filed])
def test_what_no_run_made_is_never_replaced(demo_run: Run, tmp_path: Path, make: Callable[[Path], None]) -> None:
    out = tmp_path / "out"
    make(out)
    before = contents(tmp_path)
    with pytest.raises(outputs.NotOursError, match="nothing was written"):
        outputs.write(demo_run, out)
    assert contents(tmp_path) == before


def test_results_can_be_read_by_whom_the_folder_is_for(demo_run: Run, tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.mkdir()
    outputs.write(demo_run, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode == usual.stat().st_mode
    assert os.access(tmp_path / "out/league.html", os.R_OK)


def _failing(*_: object, **__: object) -> Path:
    raise OSError(28, "disk full")
