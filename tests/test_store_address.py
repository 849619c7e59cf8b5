"""Is the right database opened, and does nothing that may be secret ever show?"""

import sys
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from test_store import CARDS, A, run, save

from scoring.cli import main
from scoring.errors import BookscoreError
from scoring.store import open_store, tables
from scoring.store.address import address
from scoring.store.database import writing
from scoring.store.refusals import (
    NoDriverError,
    NoFolderError,
    NotOpenedError,
    OtherDatabaseError,
    UnreadableUrlError,
)

HUSHED = "hush7"


def test_folder_keeps_its_store_in_itself_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("plain", "what?", "100% #1", "Zoë & co"):
        store = open_store(tmp_path / name)
        save(store, run())
        store.close()
        assert (tmp_path / name / ".bookscore/bookscore.db").is_file()
        assert store.frames == tmp_path / name / ".bookscore/frames"


def test_url_of_a_file_keeps_its_frames_beside_it(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/other.db")
    save(store, run())
    assert store.frames == tmp_path / "frames"
    assert (tmp_path / "other.db").is_file()
    store.close()


@pytest.mark.parametrize("url", ["sqlite://", "postgresql://localhost/scores"])
def test_database_without_a_place_for_frames_is_refused(url: str) -> None:
    with pytest.raises(NoFolderError, match="BOOKSCORE_FRAMES"):
        open_store(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_server_is_spoken_to_by_one_driver_however_it_is_written(scheme: str) -> None:
    url = address(f"{scheme}://ann:{HUSHED}%40x@db.example:5433/scores?sslmode=require")
    assert (url.drivername, url.host, url.port, url.password) == ("postgresql+psycopg", "db.example", 5433, "hush7@x")
    assert dict(url.query) == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("url", "refusal"),
    [(f"postgresql://ann:{HUSHED}@x@db.example/scores", UnreadableUrlError),
     (f"postgresql://ann:x@{HUSHED}@db.example/scores", UnreadableUrlError),
     (f"postgresql://ann:x@db.example:{HUSHED}/scores", UnreadableUrlError),
     (f"://ann:{HUSHED}@db.example/scores", UnreadableUrlError),
     (f"mysql://ann:{HUSHED}@db.example/scores", OtherDatabaseError),
     (f"postgresql://ann:{HUSHED}@/scores?host=/nowhere/at/all", NotOpenedError)],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused_in_one_sentence_without_the_password(
    url: str, refusal: type[BookscoreError], tmp_path: Path
) -> None:
    with pytest.raises(refusal) as caught:
        open_store(url, frames=tmp_path)
    said = str(caught.value)
    assert HUSHED not in said
    assert "\n" not in said
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "scores.db").write_text("dear diary, " * 100)
    with pytest.raises(NotOpenedError, match="file is not a database"):
        open_store(f"sqlite:///{tmp_path}/scores.db")
    assert (tmp_path / "scores.db").read_text() == "dear diary, " * 100


def test_missing_driver_is_named_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(NoDriverError, match=r'needs psycopg: pip install "bookscore\[postgres\]"'):
        open_store("postgresql://localhost/scores", frames=tmp_path)


def test_database_error_does_not_show_what_was_to_be_written(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    save(store, run())
    card = {**{n: CARDS[0][n] for n in ("name", "team", "score")}, "run_id": A, "manager_id": "M2", "position": 0}
    with pytest.raises(IntegrityError) as caught, writing(store.engine) as session:
        session.connection().execute(insert(tables.Card), [{**card, "json_text": "{}"}])
    assert "Zoë" not in str(caught.value)
    store.close()


# ---- the command line ----


def test_environment_names_the_store_of_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOOKSCORE_STORE", f"sqlite:///{tmp_path}/other.db")
    assert main(["runs", str(tmp_path)]) == 2
    assert "no run is stored in the database that BOOKSCORE_STORE names yet" in capsys.readouterr().err
    store = open_store(f"sqlite:///{tmp_path}/other.db")
    save(store, run())
    store.close()
    assert main(["runs", str(tmp_path)]) == 0
    assert A[:12] in capsys.readouterr().out
    assert not (tmp_path / ".bookscore").exists()
    monkeypatch.setenv("BOOKSCORE_STORE", "")
    assert main(["runs", str(tmp_path)]) == 2
    assert f"no run is stored in {tmp_path} yet" in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_commands_never_show_the_url(
    more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOOKSCORE_FRAMES", str(tmp_path / "frames"))
    for url, code in ((f"postgresql://ann:{HUSHED}@x@h/scores", 2), (f"postgresql://a:{HUSHED}@/s?host=/nowhere", 1)):
        monkeypatch.setenv("BOOKSCORE_STORE", url)
        assert main(["runs", str(tmp_path), *more]) == code
        said = "".join(capsys.readouterr())
        assert "store" in said
        assert HUSHED not in said
        assert "mistake in bookscore" not in said
