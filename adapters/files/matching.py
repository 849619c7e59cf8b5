"""Which files of a folder does a name or pattern mean? An archive counts as a folder, and so does a single file."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from adapters.files.container import listed, members
from adapters.files.content import is_archive, is_data_file

_MADE_HERE = ({"run.json"}, {"contents.json", "review.json"})
"""The files by which what a run left behind is known, and a manager's copy of a review, as a folder or an archive."""

DECISIONS = "matches.csv"
"""What people decided of accounts, beside the exports: no export itself."""

Place = tuple[Path, str]
"""A file, and its name relative to the folder with `/`; one in an archive is a path through it."""


def matches(folder: Path, pattern: str) -> list[Place]:
    """The files that a name or pattern means, in the order of their names; of an archive, all in it.

    A name with signs of a pattern in it is taken as a name if there is such a file.
    """
    literal = _root(folder) / pattern
    if folder.is_dir() and literal.is_file():
        return _opened_up(folder, literal)
    wanted = _expression(pattern)
    return [(p, n) for p, n in data_files(folder) if n == pattern or any(map(wanted.fullmatch, (n, *_archive_of(n))))]


def data_files(folder: Path) -> list[Place]:
    """All data files in and below the folder, in the order of their names.

    Hidden folders are not looked into, nor what a run left behind, or was written of a review. Links are followed.
    """
    if folder.is_file():
        return _opened_up(folder, folder)
    return sorted((place for path in _walk(folder) for place in _opened_up(folder, path)), key=lambda place: place[1])


def name_in(folder: Path, path: Path) -> str:
    """The path relative to the folder, with `/`."""
    return path.relative_to(_root(folder)).as_posix()


def _root(folder: Path) -> Path:
    """What names are relative to: the folder, or that of a single file."""
    return folder.parent if folder.is_file() else folder


def _walk(folder: Path) -> Iterator[Path]:
    """The data files on the disk in and below the folder, none from hidden folders or what was made here.

    Links to folders are followed; a folder that is reached in two ways is looked into once, by the first of its names.
    """
    known: set[str] = set()
    for place, below, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in known or (_is_made_here(names) and Path(place) != folder):
            below.clear()
            continue
        known.add(real)
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from (Path(place, name) for name in names if is_data_file(Path(name)) and name != DECISIONS)


def _opened_up(folder: Path, path: Path) -> list[Place]:
    """The file, or those in it if it is an archive; none of what was made here."""
    if not is_archive(path):
        return [(path, name_in(folder, path))]
    return [] if _is_made_here(listed(path)) else [(p, name_in(folder, p)) for p in members(path)]


def _is_made_here(names: Iterable[str]) -> bool:
    return any(marks <= {*names} for marks in _MADE_HERE)


def _archive_of(name: str) -> list[str]:
    """The name of the archive that the file is in, if it is in one."""
    return [found[1]] if (found := re.match(r"(.*?\.zip)/", name, re.IGNORECASE)) else []


def _expression(pattern: str) -> re.Pattern[str]:
    """What the signs of a file pattern mean: `*` and `?` within a name, `**/` for any folders, `[ab]` for one sign."""
    signs = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]/]+\])", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(s) or (_one_of(s) if n % 2 else re.escape(s)) for n, s in enumerate(signs)))


def _one_of(sign: str) -> str:
    """The expression for `[ab]`, `[a-c]` or `[!ab]`; what is none of these is taken as it stands."""
    signs = re.escape(sign[1:-1]).replace(r"\-", "-").replace("!", "^", sign.startswith("[!"))
    try:
        re.compile(f"[{signs}]")
    except re.error:
        return re.escape(sign)
    return f"[{signs}]"
