"""Do the same inputs give the same bytes, whatever the machine, the order of rows, the files and the database?"""

import csv
import io
import json
import locale
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Self

import polars as pl
import pytest
from hypothesis import given
from remembered import remember
from six_rules import six_rules
from test_store import rows_of
from worlds import World, compared_worlds, examples, worlds

from scoring import demo, pipeline
from scoring.calendar import Calendar
from scoring.cli import main
from scoring.cli import seal as seal_command
from scoring.cli.run import run as run_command
from scoring.errors import in_order
from scoring.intake import SOURCES, Request
from scoring.intake.known import known_by
from scoring.pipeline import run, score
from scoring.reports import outputs
from scoring.run import Run
from scoring.store import open_store
from scoring.tables import TABLES

HERE = Path(__file__).parent
MACHINES = (
    {"POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    {"POLARS_MAX_THREADS": "8", "PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8"},
)
RAN = (
    "import sys; sys.path.insert(0, {tests!r});"
    "from pathlib import Path; from test_repeatable import leave_everything;"
    "leave_everything(Path({folder!r}), Path({out!r}))"
)


PLACES = re.compile(rb"exports/[\w/.-]+ row \d+")
"""Where a page or card names a row of an export."""
ROWS_NAMED = {"lines.parquet": ("origin_file", "origin_row"), "movements.parquet": ("origin",)}
"""Which columns name rows of exports."""

GRADED = ("estimates", "account_points")

AS_OF = demo.AS_OF.isoformat()
ASKED = (
    "runs FOLDER",
    "explain WHO --all --folder FOLDER",
    "explain WHO --metric net_revenue_retention --all --folder FOLDER",
    "explain WHO --to 60 --folder FOLDER",
    "diff previous last FOLDER --all",
    "seals FOLDER",
    "verify FOLDER",
)
"""What is asked of stored runs, on the screen and as JSON."""


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where locales lie that write numbers and letters otherwise; without what makes them, only their names are set."""
    made = shutil.which("localedef")
    if made is None:
        return {}
    folder = tmp_path_factory.mktemp("locales")
    for name in ("tr_TR", "de_DE"):
        subprocess.run([made, "-i", name, "-f", "UTF-8", str(folder / f"{name}.UTF-8")], check=True)
    return {"LOCPATH": str(folder)}


@pytest.fixture(scope="module")
def runs(
    demo_folder: Path, demo_run: Run, tmp_path_factory: pytest.TempPathFactory, languages: dict[str, str]
) -> list[dict[str, bytes]]:
    """What this process makes of the made company, and of companies made at random, and then what each machine does."""
    here, *places = (tmp_path_factory.mktemp("machine") / "out" for _ in range(1 + len(MACHINES)))
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RAN.format(tests=str(HERE), folder=str(demo_folder), out=str(place))],
            env={**os.environ, **languages, **machine},
            cwd=place.parent,
        )
        for place, machine in zip(places, MACHINES, strict=True)
    ]
    leave(demo_run, here)
    leave_graded(demo_folder, here)
    assert [process.wait(270) for process in started] == [0, 0]
    return [_contents(place) for place in (here, *places)]


def leave_everything(folder: Path, out: Path) -> None:
    """What is left of a run of the folder, made in a program that has taken over the language of its machine."""
    if "LOCPATH" in os.environ:
        locale.setlocale(locale.LC_ALL, "")
    leave(run(Request(folder, demo.AS_OF, set_aside=True)), out)
    leave_graded(folder, out)


def leave_graded(folder: Path, out: Path) -> None:
    """Writes what scores are made of where values are graded, some of them by kinds of accounts, and added up."""
    rules = out.parent / "graded.yaml"
    rules.write_text(six_rules().replace("\nmethod: oe_credibility", "\nmethod: target_bands"), encoding="utf-8")
    packed = run(Request(folder, demo.AS_OF, rules=rules, set_aside=True)).packed
    for name in GRADED:
        (out / f"graded {name}").write_bytes(packed[name])


def leave(made: Run, out: Path) -> None:
    """Writes the run, and beside it the scores of a few random companies."""
    outputs.write(made, out)
    found: list[str] = []

    def scored(world: World) -> None:
        result = score(world.tables, world.rulebook, world.period, world.as_of)
        judged = result.scored.judged
        frames = (result.scored.rows, result.scored.moves, judged.lines, judged.scores, judged.accounts, judged.trace)
        found.extend(frame.write_csv(float_precision=17) for frame in frames)

    each, each_compared = (examples(n)(given(of)(scored)) for n, of in ((4, worlds()), (1, compared_worlds())))

    each()
    each_compared()
    (out / "random.csv").write_text("".join(found), encoding="utf-8")
    (out / "notes.txt").write_text("\n".join(_notes_of_many_tables()), encoding="utf-8")


def _notes_of_many_tables() -> list[str]:
    """The same note about each table, none of which has a place in a file."""
    names = [name for name, table in TABLES.items() if any(c.name == "recorded_at" for c in table.columns)]
    late = {name: pl.DataFrame({"recorded_at": [datetime(2026, 7, 2, tzinfo=UTC)]}) for name in names}
    return [str(problem) for problem in in_order(known_by(late, demo.AS_OF, Calendar())[1])]


def test_threads_hash_seed_time_zone_and_locale_change_no_byte(runs: list[dict[str, bytes]]) -> None:
    first, *others = runs
    assert {f"graded {name}" for name in GRADED} <= set(first)
    assert {"run.json", "scorecards.json", "measures.parquet", "league.html", "random.csv", "notes.txt"} <= set(first)
    for other in others:
        assert [name for name in first if other.get(name) != first[name]] == []
        assert set(other) == set(first)


def test_the_order_of_rows_changes_no_byte_but_their_numbers(
    demo_folder: Path, runs: list[dict[str, bytes]], tmp_path: Path
) -> None:
    shutil.copytree(demo_folder, tmp_path / "shuffled")
    for number, path in enumerate(_exports(tmp_path / "shuffled")):
        head, *rows = _read(path)
        random.Random(number).shuffle(rows)
        _write(path, [head, *rows])
    _is_the_same(_outcome(tmp_path / "shuffled", tmp_path / "out"), runs[0])


def test_files_cut_in_two_change_no_byte_but_the_names_of_rows(
    demo_folder: Path, runs: list[dict[str, bytes]], tmp_path: Path
) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(demo_folder, folder)
    for path in _exports(folder):
        head, *rows = _read(path)
        for part, some in enumerate((rows[len(rows) // 3 :], rows[: len(rows) // 3])):
            _write(path.with_name(f"{path.stem}-{part}.csv"), [head, *some])
        path.unlink()
    text = (folder / SOURCES).read_text(encoding="utf-8")
    (folder / SOURCES).write_text(re.sub(r"(file: \S+)\.csv", r"\1-*.csv", text), encoding="utf-8")
    made = _outcome(folder, tmp_path / "out")
    before, after = (json.loads(files["run.json"])["inputs"] for files in (runs[0], made))
    assert len(after) == 2 * len(before)
    _is_the_same(made, runs[0])


def _outcome(folder: Path, out: Path) -> dict[str, bytes]:
    outputs.write(run(Request(folder, demo.AS_OF, set_aside=True)), out)
    leave_graded(folder, out)
    return _contents(out)


def _is_the_same(made: Mapping[str, bytes], usual: Mapping[str, bytes]) -> None:
    """Fails where a byte differs that does not name a row, a file or its hash."""
    assert set(made) == set(usual) - {"random.csv", "notes.txt"}
    assert [name for name in made if _apart_from_rows(name, made[name]) != _apart_from_rows(name, usual[name])] == []


def _apart_from_rows(name: str, data: bytes) -> object:
    if name in ROWS_NAMED:
        return pl.read_parquet(io.BytesIO(data)).drop(ROWS_NAMED[name]).serialize()
    if name == "run.json":
        told = json.loads(data)
        problems = [{k: v for k, v in p.items() if k not in ("file", "row")} for p in told["problems"]]
        return [(k, v) for k, v in told.items() if k not in ("run_id", "inputs", "sources", "problems")], problems
    return data if name.endswith(".parquet") else PLACES.sub(b"a row", data)


# ---- the same on SQLite and PostgreSQL ----


class _Noon(datetime):
    """A clock that stands, so that runs stored one after the other say the same."""

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> Self:
        return cls(2026, 7, 1, 12, tzinfo=tz)


@pytest.fixture(scope="module")
def stores(
    small_folder: Path, tmp_path_factory: pytest.TempPathFactory, postgres: Callable[[], str]
) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """All rows of both databases after the same two runs, and what commands then say."""
    folder = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("stored") / "demo"))
    places = (f"sqlite:///{folder.parent}/sqlite/runs.db", postgres())
    return [_kept(folder, url, folder.parent / "frames") for url in places]


def _kept(folder: Path, url: str, frames: Path) -> tuple[dict[str, Any], dict[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        for command in (run_command, seal_command):
            patch.setattr(command, "datetime", _Noon)
        remember(patch, pipeline, "run")
        patch.setenv("BOOKSCORE_STORE", url)
        patch.setenv("BOOKSCORE_FRAMES", str(frames))
        for period in ("2026-Q1", "2026-Q2"):
            _said("run", str(folder), "--set-aside", "--as-of", AS_OF, "--period", period)
        _said("seal", "2026-Q1", str(folder), "--by", "Fay Finance")
        words = {"FOLDER": str(folder), "WHO": _with_most_accounts(folder)}
        asked = [[words.get(word, word) for word in a.split()] + more for a in ASKED for more in ([], ["--json"])]
        said = {" ".join(a): _said(*a) for a in asked}
    store = open_store(url, frames=frames)
    rows = rows_of(store)
    for row in rows["framefile"]:
        assert (frames / row["path"]).is_file()
    store.close()
    return rows, said


def _with_most_accounts(folder: Path) -> str:
    cards = json.loads((folder / "scorecards/2026-Q2/scorecards.json").read_text(encoding="utf-8"))
    return str(max(cards, key=lambda card: card["accounts"])["name"])


def _said(*arguments: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        assert main(arguments) == 0, err.getvalue()
    return out.getvalue() + err.getvalue()


def test_same_runs_are_the_same_records_and_hashes_in_both_databases(
    stores: list[tuple[dict[str, Any], dict[str, str]]],
) -> None:
    (one, _), (other, _) = stores
    assert len(one["run"]) == 2
    assert len({row["results_sha256"] for row in one["run"]}) == 2
    assert len(one["card"]) > 10
    assert one == other


def test_commands_say_the_same_from_both_databases(stores: list[tuple[dict[str, Any], dict[str, str]]]) -> None:
    (_, one), (_, other) = stores
    assert len(one) == 2 * len(ASKED)
    assert all(len(text) > 80 for text in one.values())
    assert [asked for asked in one if one[asked] != other[asked]] == []


def _exports(folder: Path) -> list[Path]:
    return sorted((folder / "exports").rglob("*.csv"))


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=_delimiter(path)))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=_delimiter(path)).writerows(rows)


def _delimiter(path: Path) -> str:
    return ";" if path.stem.startswith("targets") else ","


def _contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
