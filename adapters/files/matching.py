"""Which files of a folder does a name or pattern mean?"""

from pathlib import Path

from adapters.files.content import is_data_file


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
    """All data files in and below the folder, in the order of their names."""
    return matches(folder, "**/*")


def name_in(folder: Path, path: Path) -> str:
    """The path relative to the folder, with `/`."""
    return path.relative_to(folder).as_posix()
