"""Where do the bytes of a file lie? On the disk, or in a zip archive, which is a folder to us; unpacked if gzipped."""

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO

from adapters.files import archive
from adapters.files.content import FORMATS, TEXT, format_named, is_archive, is_data_file, is_gzipped
from adapters.files.limits import MOST_LINE_MIB
from adapters.files.refusal import UnreadableError

Bytes = bytes | mmap
"""Those of a file, in memory or on the disk."""

_GZIP = 31
_BLOCK = 1 << 20


def members(path: Path) -> list[Path]:
    """The data files in an archive, each a path through it; the archive itself where it holds none or is refused.

    Leftovers of systems (`__MACOSX`, names that begin with a point) are none.
    """
    try:
        names = _names(path)
    except UnreadableError:
        return [path]
    found = [path / n for n in names if is_data_file(Path(n)) and not _is_leftover(n)]
    return sorted(found) or [path]


def listed(path: Path) -> list[str]:
    """The names of all files in an archive, whatever they are; none where it is refused."""
    try:
        return _names(path)
    except UnreadableError:
        return []


def content(path: Path) -> bytes:
    """The bytes of a file, or of one in an archive. Raises UnreadableError, and OSError where there is none.

    A text is refused before it fills the memory if one of its lines is endless.
    """
    holder, is_text = _holder(path), format_named(path) == TEXT
    if holder is None:
        with path.open("rb") as file:
            if is_text and not is_gzipped(path):
                _refuse_endless_lines(file)
            data = file.read()
    else:
        with holder.open("rb") as file, archive.opened(file) as box:
            data = box.read(path.relative_to(holder).as_posix())
    if not (is_gzipped(path) and data.startswith(b"\x1f\x8b")):
        return data
    data = archive.unzipped(data)
    if is_text:
        _refuse_endless_lines(io.BytesIO(data))
    return data


@contextmanager
def at_hand(path: Path) -> Iterator[Bytes]:
    """The bytes of `content`, which take no memory where they lie on the disk as they are. Raises like `content`."""
    if is_gzipped(path) or not path.is_file() or not path.stat().st_size:
        yield content(path)
    else:
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
            yield text


def first_bytes(path: Path, size: int) -> bytes:
    """The first bytes of a file, as many as that or all. Raises like `content`."""
    holder = _holder(path)
    if holder is None:
        with path.open("rb") as file:
            data = file.read(size)
    else:
        with holder.open("rb") as file, archive.opened(file) as box, box.open(path.relative_to(holder).as_posix()) as m:
            data = m.read(size)
    if not (is_gzipped(path) and data.startswith(b"\x1f\x8b")):
        return data
    try:
        return zlib.decompressobj(_GZIP).decompress(data, size)
    except zlib.error as error:
        raise UnreadableError(f"is damaged gzip data: {error}", "download it again") from None


def refused(path: Path) -> UnreadableError:
    """Why an archive is no table."""
    if _holder(path) is not None:
        return UnreadableError("is an archive inside an archive", "unpack the outer one")
    try:
        names = _names(path)
    except UnreadableError as error:
        return error
    if not names:
        return UnreadableError("is an empty archive: it holds no data files", "export it again")
    if not any(is_data_file(Path(n)) for n in names):
        endings = ", ".join(e[1:] for e in FORMATS)
        return UnreadableError(f"holds no data files ({endings})", "export it again", value=names[0])
    return UnreadableError("is an archive of several files", "name the one that is meant, as archive.zip/file.csv")


def _names(path: Path) -> list[str]:
    """The names of the files in an archive."""
    with path.open("rb") as file, archive.opened(file) as box:
        return [m.filename for m in box.infolist() if not m.is_dir()]


def _refuse_endless_lines(file: IO[bytes]) -> None:
    """Raises UnreadableError where a line is longer than the limit; else the file stands at its beginning again."""
    length = lines = 0
    while block := file.read(_BLOCK):
        end = block.find(b"\n")
        length += len(block) if end < 0 else end
        if length > MOST_LINE_MIB << 20:
            what = f"line {lines + 1:,} is longer than {MOST_LINE_MIB} MiB"
            raise UnreadableError(what, "export it again with ordinary line ends; a quote may be missing")
        if end >= 0:
            lines += block.count(b"\n")
            length = len(block) - block.rfind(b"\n") - 1
    file.seek(0)


def _is_leftover(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in Path(name).parts)


def on_disk(path: Path) -> Path:
    """The file that is there: the path itself, or the archive that it runs through."""
    return _holder(path) or path


def _holder(path: Path) -> Path | None:
    """The archive that the path runs through, if it does."""
    return next((p for p in path.parents if is_archive(p) and p.is_file()), None)
