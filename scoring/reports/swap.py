"""How does a folder take the place of another? In one step where the system can, else in two that can be undone."""

import ctypes
import errno
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from scoring.leftovers import remove, sweep

_AT_FDCWD = -100
_EXCHANGE = 2


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A folder beside `out` to be filled, which takes its place in one step once all of it is safely on the disk.

    So a reader finds all of the old or all of the new, and a failure leaves the old.
    """
    place = out.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    made = beside(place)
    made.mkdir()
    try:
        yield made
        for path in (made, *made.rglob("*")):
            if path.is_file() or os.name == "posix":
                sync(path)
        swap(made, place)
    finally:
        remove(made)


def beside(place: Path) -> Path:
    """Where what is to take the place is made: beside it, hidden, under a name of its own.

    What a process that was killed left there is removed.
    """
    made = place.with_name(f".{place.name}.{secrets.token_hex(6)}.part")
    made.touch()
    sweep(made, f".{escape(place.name)}.{'[0-9a-f]' * 12}.part")
    made.unlink()
    return made


def swap(made: Path, place: Path) -> None:
    """Puts `made` where `place` is. What was there is then where `made` was, for the caller to remove.

    Both lie in one folder. Raises OSError, with `place` as it was.
    """
    if not place.exists():
        made.rename(place)
    elif not _exchanged(made, place):
        aside = made.with_suffix(".old")
        place.rename(aside)
        try:
            made.rename(place)
        except OSError:
            aside.rename(place)
            raise
        aside.rename(made)
    if os.name == "posix":
        sync(place.parent)


def _exchanged(made: Path, place: Path) -> bool:
    """Whether the two could be exchanged in one step, as Linux can on most file systems."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(AttributeError):
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        if rename(_AT_FDCWD, os.fsencode(made), _AT_FDCWD, os.fsencode(place), _EXCHANGE) == 0:
            return True
        code = ctypes.get_errno()
        if code not in (errno.EINVAL, errno.ENOSYS, errno.EPERM):
            raise OSError(code, os.strerror(code), str(place))
    return False


def sync(path: Path) -> None:
    """Returns once the file, or on posix the folder's list of names, is safely on the disk."""
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
