"""How many threads get the work? One where there is little of it: to wake others takes longer than they save."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from scoring.cli.shared.places import RESULTS, home

THREADS = "POLARS_MAX_THREADS"
"""What in the environment tells Polars, when it is loaded, how many threads to take."""
LITTLE = 2 << 20
"""Bytes of exports up to which one thread takes less processor time than two and no more time on the clock: some
2,000 accounts of the made company."""
_PACKED = (".parquet", ".xlsx", ".xlsm", ".xls", ".zip", ".gz")
_TIMES = 8
"""About so much larger are the rows of a packed file than the file."""


def fitted(folder: Path) -> Path:
    """The folder, as it was named. If it holds little, Polars will take one thread, unless it was told how many to take
    or has begun.
    """
    if THREADS not in os.environ and "polars" not in sys.modules and _is_little(folder):
        os.environ[THREADS] = "1"
    return folder


def _is_little(folder: Path) -> bool:
    """Whether the exports are small. What cannot be looked at counts nothing here: whoever reads it tells of it."""
    left = LITTLE
    for path in [folder] if folder.is_file() else _files(home(folder)):
        try:
            left -= path.stat().st_size * (_TIMES if path.suffix.lower() in _PACKED else 1)
        except OSError:
            continue
        if left < 0:
            return False
    return True


def _files(folder: Path) -> Iterator[Path]:
    """The files in and below the folder, but for those that runs left there; links are followed."""
    known: set[str] = set()
    for place, below, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in known:
            below.clear()
            continue
        known.add(real)
        below[:] = [name for name in below if not name.startswith(".") and name != RESULTS]
        yield from (Path(place, name) for name in names)
