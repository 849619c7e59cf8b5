"""What does `report` leave in a folder, and for whom?"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from pdf_reading import said, squeezed

from scoring.cli import main
from scoring.reports import handouts
from scoring.reports.handouts import Material
from scoring.reports.names import file_names
from scoring.reports.outputs import NotOursError
from scoring.run import Run, json_text
from scoring.store import RunRecord, open_store

FEW = 2
"""Managers of the made company that are enough here."""


@pytest.fixture(scope="module")
def material(demo_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Material:
    """The made company's run, with few of its managers."""
    folder = tmp_path_factory.mktemp("frames")
    for name in ("book", "compared", "movements"):
        (folder / f"{name}.parquet").write_bytes(demo_run.packed[name])
    return Material(demo_run.cards[:FEW], demo_run.summary, {p.stem: p for p in folder.iterdir()})


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_all_managers_get_a_book_cards_a_workbook_and_pages_the_same_each_time(
    material: Material, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        handouts.write(material, handouts.KINDS, tmp_path / name)
    found, names = contents(tmp_path / "one"), file_names(c["manager_id"] for c in material.cards)
    assert contents(tmp_path / "two") == found
    assert set(found) == {
        "run.json", "book.pdf", "scorecards.xlsx", "pages/league.html",
        *(f"cards/{name}.pdf" for name in names.values()),
        *(f"pages/scorecards/{name}.html" for name in names.values()),
    }  # fmt: skip


def test_one_manager_gets_a_card_of_each_kind_with_nothing_of_the_others(material: Material, tmp_path: Path) -> None:
    mine, *others = material.cards
    written = handouts.write(material, handouts.KINDS, tmp_path, manager_id=mine["manager_id"])
    name = file_names(c["manager_id"] for c in material.cards)[mine["manager_id"]]
    assert [p.relative_to(tmp_path).as_posix() for p in written] == [
        f"managers/{name}/card.{kind}" for kind in handouts.KINDS
    ]
    paper, table, page = written[0].read_bytes(), written[1], written[2].read_text("utf-8")
    with ZipFile(table) as parts:
        cells = "".join(parts.read(part).decode("utf-8") for part in parts.namelist() if part.endswith(".xml"))
    assert squeezed(mine["name"]) in said(paper)
    assert mine["name"] in cells
    for other in others:
        assert squeezed(other["name"]) not in said(paper)
        assert other["name"] not in cells + page
        assert other["manager_id"] not in cells + page + (tmp_path / "run.json").read_text()


def test_each_kind_takes_the_place_of_its_like_and_leaves_the_others(material: Material, tmp_path: Path) -> None:
    out = tmp_path / "out"
    handouts.write(material, ["html"], out)
    handouts.write(Material(material.cards[:1], material.summary, material.frames), ["pdf"], out)
    handouts.write(material, ["pdf"], out)
    assert len(list((out / "cards").iterdir())) == FEW
    handouts.write(Material(material.cards[:1], material.summary, material.frames), ["pdf"], out)
    assert len(list((out / "cards").iterdir())) == 1
    assert (out / "pages/league.html").is_file()
    assert not [p for p in tmp_path.rglob("*") if ".part" in p.name]


def of_run(material: Material, run_id: str) -> Material:
    return replace(material, summary=material.summary | {"run_id": run_id})


def told(out: Path) -> tuple[str, dict[str, str | None]]:
    found = json.loads((out / "run.json").read_text("utf-8"))
    return found["run_id"], found["files"]


def test_what_lies_there_of_another_run_is_said_to_be_of_that_one(material: Material, tmp_path: Path) -> None:
    old, new = of_run(material, "a" * 64), of_run(material, "b" * 64)
    handouts.write(old, ["pdf"], tmp_path)
    handouts.write(old, ["html"], tmp_path, manager_id=material.cards[0]["manager_id"])
    handouts.write(new, ["xlsx"], tmp_path)
    (page,) = (path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("managers/*/card.html"))
    its = {"book.pdf": "a" * 64, "cards": "a" * 64, page: "a" * 64, "scorecards.xlsx": "b" * 64}
    assert told(tmp_path) == ("b" * 64, its)
    handouts.write(new, ["pdf"], tmp_path)
    (tmp_path / page).unlink()
    handouts.write(new, ["html"], tmp_path)
    assert told(tmp_path) == ("b" * 64, dict.fromkeys(["book.pdf", "cards", "pages", "scorecards.xlsx"], "b" * 64))


def test_what_was_being_replaced_when_it_broke_off_is_said_to_be_of_no_known_run(
    material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handouts.write(of_run(material, "a" * 64), ["pdf", "xlsx"], tmp_path)
    monkeypatch.setattr(handouts, "swap", _failing)
    with pytest.raises(OSError, match="disk full"):
        handouts.write(of_run(material, "b" * 64), ["pdf"], tmp_path)
    assert told(tmp_path) == ("b" * 64, {"book.pdf": None, "cards": None, "scorecards.xlsx": "a" * 64})
    assert not [p for p in tmp_path.rglob("*") if ".part" in p.name]
    monkeypatch.undo()
    (tmp_path / "run.json").write_text("[]")
    handouts.write(of_run(material, "b" * 64), ["pdf"], tmp_path)
    assert told(tmp_path)[1] == {"book.pdf": "b" * 64, "cards": "b" * 64, "scorecards.xlsx": None}


def test_a_folder_with_anything_else_in_it_is_left_alone(material: Material, tmp_path: Path) -> None:
    for place in ("accounts.csv", "cards/mine.docx", "pages/photo.png", "league.html"):
        out = tmp_path / place.replace("/", "_")
        (out / place).parent.mkdir(parents=True)
        (out / place).write_text("mine")
        with pytest.raises(NotOursError, match=place):
            handouts.write(material, ["xlsx"], out)
        assert list(contents(out)) == [place]


def test_a_failure_leaves_what_was_there(material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handouts.write(material, ["pdf"], tmp_path)
    before = contents(tmp_path)
    monkeypatch.setattr(handouts.pdf, "card_pdf", _failing)
    with pytest.raises(OSError, match="disk full"):
        handouts.write(material, ["pdf"], tmp_path)
    assert contents(tmp_path) == before


def test_handouts_are_not_read_as_exports(material: Material, tmp_path: Path) -> None:
    from adapters.files.matching import data_files

    handouts.write(material, handouts.KINDS, tmp_path / "reports/2026-Q2")
    assert data_files(tmp_path) == []


def test_the_command_says_what_it_wrote(
    demo_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOOKSCORE_STORE", raising=False)
    _stored(demo_run, tmp_path)
    who = demo_run.cards[0]["name"]
    assert main(["report", str(tmp_path), "--pdf", "--manager", who, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["data"]["run_id"] == demo_run.run_id
    (written,) = map(Path, told["data"]["written"])
    assert squeezed(who) in said(written.read_bytes())
    assert written.parent.parent == tmp_path / "reports" / demo_run.period.name / "managers"
    for wrong in (["--manager", "nobody at all"], ["--period", "1999-Q1"]):
        assert main(["report", str(tmp_path), "--pdf", *wrong]) != 0
        assert wrong[1] in capsys.readouterr().err


def test_without_a_run_the_command_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) != 0
    assert "no run is stored" in capsys.readouterr().err


def _failing(*_: object, **__: object) -> bytes:
    raise OSError("disk full")


def _stored(run: Run, folder: Path) -> None:
    record = RunRecord(
        run_id=run.run_id, period=run.period.name, as_of=str(run.as_of), rules_name=run.rulebook.name,
        rules_hash=run.summary["rules"]["sha256"][:12], engine_version="0.1.0", summary=json_text(run.summary),
    )  # fmt: skip
    store = open_store(folder)
    store.save(record, cards=run.cards, frames=run.packed, created_at=datetime(2026, 7, 1, tzinfo=UTC))
    store.close()
