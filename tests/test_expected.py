"""Is somebody whose memory is short told so before a run of large files begins, and nobody else?"""

import io
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import pytest
from test_history import AS_OF, FILES, company, told

from scoring import intake, revenue_history
from scoring.cli import main
from scoring.intake import expected

ROWS = sum(text.count("\n") - 1 for name, text in FILES.items() if name != "accounts")
SIZE = expected.BASE + ROWS * expected.LINE + 3 * expected.ACCOUNT


def warned(folder: Path, room: int | None, monkeypatch: pytest.MonkeyPatch, least: int = 0) -> str:
    """What a run says of memory, where so many bytes are left and a folder of `least` bytes is large."""
    monkeypatch.setattr(intake, "room", lambda: room)
    monkeypatch.setattr(intake, "as_streams", partial(intake.as_streams, least=least))
    err = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(err):
        assert main(["run", str(folder), "--as-of", AS_OF, "--dry-run"]) == 0
    return "".join(line for line in err.getvalue().splitlines() if "memory" in line)


def test_a_run_of_more_than_there_is_room_for_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = warned(company(tmp_path / "c", kind="parquet"), SIZE - 1, monkeypatch)
    assert said.startswith(f"warning: a run holds all rows: about 0.2 GiB for {ROWS} rows of 3 accounts, and 0.2 GiB")


@pytest.mark.parametrize(("room", "least"), [(SIZE, 0), (None, 0), (1, 1 << 20)])
def test_nothing_is_said_where_there_is_room_or_nobody_knows_or_little_to_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int | None, least: int
) -> None:
    assert warned(company(tmp_path / "c", kind="parquet"), room, monkeypatch, least) == ""


@pytest.mark.parametrize(("way", "is_told"), [("--hold", True), ("--stream", False)])
def test_a_history_says_so_where_it_holds_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, *, is_told: bool
) -> None:
    monkeypatch.setattr(intake, "room", lambda: SIZE - 1)
    monkeypatch.setattr(revenue_history, "LARGE", 0)
    said = told(company(tmp_path / "c", kind="parquet"), way)[2]
    begins = f"warning: a history that is not read as a stream holds all rows: about 0.2 GiB for {ROWS} rows of"
    assert (begins in said) is is_told


def test_a_history_whose_lines_turn_out_to_be_for_the_careful_reading_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "room", lambda: 1)
    files = {**FILES, "contracts": FILES["contracts"].replace("c2,a1", "c2,a9")}
    code, _, said = told(company(tmp_path / "c", files), "--stream")
    assert code == 3
    assert said.startswith("warning: a history that is not read as a stream holds all rows: about 0.2 GiB for ")
    assert "Which lines a stream reads, docs/scale.md says.\nerror: contracts.csv row 2" in said


def test_room_is_what_is_free_and_no_more_than_a_container_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, container = tmp_path / "meminfo", tmp_path / "memory.max"
    monkeypatch.setattr(expected, "_MACHINE", machine)
    monkeypatch.setattr(expected, "_CONTAINER", container)
    assert expected.room() is None
    machine.write_text("MemTotal:       24000000 kB\nMemAvailable:   20000000 kB\n")
    assert expected.room() == 20_000_000 << 10
    container.write_text("max\n")
    assert expected.room() == 20_000_000 << 10
    container.write_text("1073741824\n")
    assert expected.room() == 1 << 30
