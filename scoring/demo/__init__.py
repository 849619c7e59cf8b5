"""A made company whose exports look like a real one's: for trying things out, tests and benchmarks.

Nothing in it is real. `docs/demo.md` says what it is; `sources.yaml` beside this file maps its exports.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from scoring.demo import company
from scoring.demo.faults import Planted, planted_faults, with_faults
from scoring.demo.files import Folder, move, refuse_existing
from scoring.demo.people import people
from scoring.demo.world import AS_OF, World

__all__ = ["AS_OF", "Planted", "planted_faults", "write"]

_SOURCES = "sources.yaml"


def write(
    folder: Path,
    *,
    seed: int = 7,
    accounts: int = 1_000,
    managers: int = 24,
    quarters: int = 8,
    plant: bool = True,
    truth: bool = False,
) -> tuple[Path, ...]:
    """The files of a made company, written into `folder`: its exports and the map that reads them.

    Equal arguments give equal bytes. The files appear together at the end, or none does. `plant` puts
    the three faults in, `truth` adds how good each manager really is. Raises FileExistsError rather than
    overwrite a file, and ValueError for sizes that make no company.
    """
    world = World(seed, accounts, managers, quarters)
    names = (*company.FILES, _SOURCES, *((company.TRUTH,) if truth else ()))
    refuse_existing(folder, names)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".demo-") as scratch:
        _fill(Folder(Path(scratch)), world, plant=plant, truth=truth)
        return move(Path(scratch), folder, names)


def _fill(folder: Folder, world: World, *, plant: bool, truth: bool) -> None:
    """Writes the company into a folder of its own."""
    staff = people(world)
    books = []
    for low, high in world.blocks():
        tables, book = company.block(world, staff, low, high)
        folder.add(with_faults(tables) if plant and low == 0 else tables)
        books.append(book)
    folder.add(company.whole(world, staff, books, truth=truth))
    folder.write_text(_SOURCES, Path(__file__).with_name(_SOURCES).read_text(encoding="utf-8"))
