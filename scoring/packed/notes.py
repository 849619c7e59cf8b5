"""Are the files in a folder what they were? A note beside them says their hashes, and what they are of."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

NOTE = "part.json"


def noted(place: Path, names: Iterable[str], said: Mapping[str, Any]) -> None:
    """Returns once the note is written: what is said, and the hashes of the files. What a crash leaves has no note that
    is true of it. Raises OSError."""
    hashes = {name: digest_of(place / name) for name in names}
    (place / NOTE).write_text(json.dumps({**said, **hashes}), encoding="utf-8")


def note(place: Path) -> Mapping[str, Any]:
    """What the note in a folder says; nothing where there is none."""
    try:
        said = json.loads((place / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def contents(place: Path, names: Iterable[str]) -> dict[str, bytes] | None:
    """What the files in a folder hold; None where one of them is not there, or is not what its note says."""
    said = note(place)
    try:
        files = {name: (place / name).read_bytes() for name in names}
    except OSError:
        return None
    return files if all(digest(content) == said.get(name) for name, content in files.items()) else None


def notes(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The folders in a folder, by name, and what the note in each says."""
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield place, note(place)


def name_of(*words: str) -> str:
    """The name of a folder for what these words say."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:24]


def digest_of(path: Path) -> str:
    """What a file's content is known by: the hash of its bytes."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def digest(content: bytes) -> str:
    """What a file with this content is known by."""
    return hashlib.sha256(content).hexdigest()
