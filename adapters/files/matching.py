"""Which files of a folder does a name or pattern mean?"""

from pathlib import Path

from adapters.files.content import is_data_file

_OF_A_RUN = "run.json"
"""By this file the folder of a run is known."""


def matches(folder: Path, pattern: str) -> list[tuple[Path, str]]:
    """The files and their names relative to the folder, with `/`, in the order of the names.

    A name with signs of a pattern in it is taken as a name if there is such a file.
    """
    literal = folder / pattern
    if literal.is_file():
        return [(literal, name_in(folder, literal))]
    found = (p for p in folder.glob(pattern) if p.is_file() and is_data_file(p))
    return sorted(((p, name_in(folder, p)) for p in found), key=lambda match: match[1])


def data_files(folder: Path) -> list[tuple[Path, str]]:
    """All data files in and below the folder, in the order of their names.

    Hidden folders are not looked into, nor those that a run left behind.
    """
    return [(path, name) for path, name in matches(folder, "**/*") if not _is_put_aside(folder, path)]


def _is_put_aside(folder: Path, path: Path) -> bool:
    below = [p for p in path.parents if p.is_relative_to(folder) and p != folder]
    return any(p.name.startswith(".") or (p / _OF_A_RUN).exists() for p in below)


def name_in(folder: Path, path: Path) -> str:
    """The path relative to the folder, with `/`."""
    return path.relative_to(folder).as_posix()
