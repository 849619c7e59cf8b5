"""Do the same inputs give the same bytes, whatever the machine, the order of rows and the files they come in?"""

import csv
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from worlds import World, compared_worlds, examples, worlds

from scoring import demo
from scoring.intake import SOURCES, Request
from scoring.pipeline import run, score
from scoring.reports import outputs
from scoring.run import Run, json_text

HERE = Path(__file__).parent
MACHINES = (
    {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    {"POLARS_MAX_THREADS": "8", "PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8"},
)
RAN = (
    "import sys; sys.path.insert(0, {tests!r});"
    "from pathlib import Path; from test_repeatable import leave_everything;"
    "leave_everything(Path({folder!r}), Path({out!r}))"
)


@pytest.fixture(scope="module")
def runs(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """What each machine makes of the made company, and of companies made at random."""
    places = [tmp_path_factory.mktemp("machine") / "out" for _ in MACHINES]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RAN.format(tests=str(HERE), folder=str(demo_folder), out=str(place))],
            env={**os.environ, **machine},
            cwd=place.parent,
        )
        for place, machine in zip(places, MACHINES, strict=True)
    ]
    assert [process.wait(270) for process in started] == [0, 0, 0]
    return [_contents(place) for place in places]


def leave_everything(folder: Path, out: Path) -> None:
    """Writes the run of the folder, and beside it the scores of a few random companies."""
    outputs.write(run(Request(folder, demo.AS_OF, set_aside=True)), out)
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


def test_threads_hash_seed_time_zone_and_locale_change_no_byte(runs: list[dict[str, bytes]]) -> None:
    first, *others = runs
    assert {"run.json", "scorecards.json", "measures.parquet", "league.html", "random.csv"} <= set(first)
    for other in others:
        assert [name for name in first if other.get(name) != first[name]] == []
        assert set(other) == set(first)


def test_the_order_of_rows_changes_no_figure(demo_folder: Path, demo_run: Run, tmp_path: Path) -> None:
    shutil.copytree(demo_folder, tmp_path / "shuffled")
    for number, path in enumerate(_exports(tmp_path / "shuffled")):
        head, *rows = _read(path)
        random.Random(number).shuffle(rows)
        _write(path, [head, *rows])
    _is_the_same(run(Request(tmp_path / "shuffled", demo.AS_OF, set_aside=True)), demo_run)


def test_files_cut_in_two_change_no_figure(demo_folder: Path, demo_run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(demo_folder, folder)
    for path in _exports(folder):
        head, *rows = _read(path)
        for part, some in enumerate((rows[len(rows) // 3 :], rows[: len(rows) // 3])):
            _write(path.with_name(f"{path.stem}-{part}.csv"), [head, *some])
        path.unlink()
    text = (folder / SOURCES).read_text(encoding="utf-8")
    (folder / SOURCES).write_text(re.sub(r"(file: \S+)\.csv", r"\1-*.csv", text), encoding="utf-8")
    made = run(Request(folder, demo.AS_OF, set_aside=True))
    assert len(made.inputs) == 2 * len(demo_run.inputs)
    _is_the_same(made, demo_run)


def _is_the_same(made: Run, usual: Run) -> None:
    """Fails where a figure differs; only rows may be named otherwise."""
    assert made.measures.equals(usual.measures)
    assert made.book.equals(usual.book)
    assert made.movements.drop("origin").equals(usual.movements.drop("origin"))
    assert made.totals == usual.totals
    assert _without_rows(made) == _without_rows(usual)


def _without_rows(made: Run) -> str:
    """The cards as text, but for the notes, which name rows."""
    return json_text([{key: value for key, value in card.items() if key != "flags"} for card in made.cards])


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
