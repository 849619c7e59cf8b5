"""What does an archive hold? Looked at before anything in it is unpacked; nothing is ever written."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import PurePosixPath
from typing import IO

from adapters.files.limits import MOST_MEMBERS, MOST_MIB, MOST_RATIO
from adapters.files.refusal import UnreadableError

_GZIP = 31
"""The window that makes zlib expect a gzip header."""
_PIECE = 1 << 20
_LOCAL_HEADER = 30
_IS_ENCRYPTED = 0x1


@contextmanager
def opened(file: IO[bytes], most_mib: int = MOST_MIB) -> Iterator[zipfile.ZipFile]:
    """The archive, within the limits. Raises UnreadableError, also for what is damaged while it is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_size(members, file.seek(0, 2), most_mib)
            _check_names(members)
            _check_places(members)
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error) as error:
        raise UnreadableError(f"is a damaged or encrypted archive: {error}", "save or download it again") from None


def unzipped(data: bytes) -> bytes:
    """The content of gzip data, of several pieces where it has them. Raises UnreadableError."""
    most = min(MOST_MIB << 20, MOST_RATIO * len(data) + _PIECE)
    whole, left, size = [], data, 0
    try:
        while left.startswith(b"\x1f\x8b"):
            piece = zlib.decompressobj(_GZIP)
            whole.append(piece.decompress(left, most - size + 1))
            size += len(whole[-1])
            if size > most:
                raise _too_large(size, MOST_MIB)
            if not piece.eof:
                raise UnreadableError("is cut off: the gzip data does not end", "download it again")
            left = piece.unused_data
    except zlib.error as error:
        raise UnreadableError(f"is damaged gzip data: {error}", "download it again") from None
    return b"".join(whole)


def _check_size(members: list[zipfile.ZipInfo], size: int, most_mib: int) -> None:
    if len(members) > MOST_MEMBERS:
        raise UnreadableError(f"has {len(members):,} members, the limit is {MOST_MEMBERS:,}", "export fewer files")
    expanded = sum(m.file_size for m in members)
    if expanded > most_mib << 20 or expanded > MOST_RATIO * size:
        raise _too_large(expanded, most_mib)


def _too_large(expanded: int, most_mib: int) -> UnreadableError:
    return UnreadableError(
        f"expands to {expanded >> 20:,} MiB or more, the limit is {most_mib:,} MiB and {MOST_RATIO} times its size",
        "unpack it if you trust it, or export it as CSV",
    )


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        name = PurePosixPath(member.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in member.filename or member.filename[1:2] == ":":
            raise UnreadableError("holds a member with an unsafe path", "do not use it", value=member.filename)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise UnreadableError("holds a link instead of a file", "do not use it", value=member.filename)
        if member.flag_bits & _IS_ENCRYPTED:
            raise UnreadableError("is encrypted", "unpack it with its password", value=member.filename)
    if len({m.filename for m in members}) < len(members):
        raise UnreadableError("holds two members of the same name", "save it again")


def _check_places(members: list[zipfile.ZipInfo]) -> None:
    """Refuses members that share bytes: what is stored once would be read several times."""
    ordered = sorted(members, key=lambda m: m.header_offset)
    for one, after in pairwise(ordered):
        if one.header_offset + _LOCAL_HEADER + len(one.filename) + one.compress_size > after.header_offset:
            raise UnreadableError("holds members that overlap, so that one is read twice", "save it again")
