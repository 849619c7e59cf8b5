"""What is said where a disk is full or a stored file is damaged: what it is, and where, in a sentence of ours."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy.exc import OperationalError
from test_store import NOON, A, parquet, run

from scoring.cli.run import run as command
from scoring.cli.shared import mistakes
from scoring.reports import outputs
from scoring.reports.swap import beside
from scoring.store import frames as kept
from scoring.store import open_store


def said(error: Exception, capsys: pytest.CaptureFixture[str]) -> str:
    assert mistakes.told(error, ["run"]) == 1
    return capsys.readouterr().err


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_damaged_frame_is_told_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = tmp_path / "a.parquet"
    cut.write_bytes(parquet(*range(1000))[:-200])
    with pytest.raises(pl.exceptions.ComputeError) as raised:
        pl.scan_parquet(cut).collect()
    assert said(raised.value, capsys).startswith("a frame of the store is damaged; `bookscore verify` names it")


def test_damaged_database_is_told_without_what_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    inner = Exception("Could not decode to UTF-8 column 'json_text' with text '{\"name\":\"Valentin\"'")
    told = said(OperationalError("select", {}, inner), capsys)
    assert told.startswith("the database of the store is damaged; restore it from a backup")
    assert "Valentin" not in told


def test_full_disk_is_told_with_the_folder_it_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(tmp_path)
    monkeypatch.setattr(kept, "_copy", full)
    with pytest.raises(OSError, match="No space") as raised:
        store.save(run(A), cards=[], frames={"book": parquet(1)}, created_at=NOON)
    assert said(raised.value, capsys).startswith(f"{store.frames}: no space left on device")
    assert (store.runs(), [*store.frames.iterdir()]) == ((), [])
    store.close()


def test_run_whose_files_could_not_be_written_says_that_it_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_store", lambda *_: None)
    monkeypatch.setattr(outputs, "write", full)
    made: Any = SimpleNamespace(run_id=A)
    with pytest.raises(command.OnlyStoredError) as raised:
        command._written(made, tmp_path, tmp_path / "out", dry_run=False)
    told = said(raised.value, capsys)
    assert told.startswith(
        f"run {A[:12]} is stored, but its files could not be written into {tmp_path / 'out'}: no space"
    )


def test_what_a_killed_process_left_is_removed_and_what_another_is_at_is_not(tmp_path: Path) -> None:
    store, out = open_store(tmp_path), tmp_path / "reports [1]"
    store.frames.mkdir()
    old = [
        store.frames / "tmp1.part",
        tmp_path / f".{out.name}.{'0' * 12}.part",
        tmp_path / f".{out.name}.{'1' * 12}.part",
    ]
    new = [store.frames / "tmp2.part", tmp_path / f".{out.name}.{'2' * 12}.part", tmp_path / ".other.333333333333.part"]
    for path in (*old[:2], *new):
        path.write_text("a score")
    old[2].mkdir()
    (old[2] / "league.html").write_text("a score")
    for path in (*old, new[2]):
        os.utime(path, (0, 0))
    store.save(run(A), cards=[], frames={"book": parquet(1)}, created_at=NOON)
    assert beside(out).parent == tmp_path
    assert [path.exists() for path in (*old, *new)] == [False] * 3 + [True] * 3
    store.close()
