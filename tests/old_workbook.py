"""Writes an old binary workbook (.xls) of one sheet, as small as the format allows: no library that does is at hand."""

import struct
from collections.abc import Sequence

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALLEST = 4_096
"""Bytes under which a stream would have to lie in a stream of small ones."""


def xls(rows: Sequence[Sequence[str | float]], name: str = "Data") -> bytes:
    """The bytes of a workbook with these rows."""
    return _compound(_book(rows, name))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _book(rows: Sequence[Sequence[str | float]], name: str) -> bytes:
    """The stream of records: the book with where its sheet begins, and the sheet with its cells."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                sheet += _record(0x0204, place + struct.pack("<HB", len(cell), 1) + text)
            else:
                sheet += _record(0x0203, place + struct.pack("<d", cell))
    end = _record(0x000A, b"")
    title = name.encode("latin-1")
    offset = len(begin) + 4 + 6 + 2 + len(title) + len(end)
    bound = _record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(title), 0) + title)
    return (begin + bound + end + sheet + end).ljust(_SMALLEST, b"\0")


def _compound(stream: bytes) -> bytes:
    """The stream in a compound file: a header, a table of sectors, a directory, and the sectors of the stream."""
    sectors = -(-len(stream) // _SECTOR)
    chain = [_TABLE, _END, *range(3, 2 + sectors), _END]
    table = b"".join(struct.pack("<I", n) for n in chain).ljust(_SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _SMALLEST, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    return header + table + directory.ljust(_SECTOR, b"\0") + stream.ljust(sectors * _SECTOR, b"\0")


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return (head + struct.pack("<III", _FREE, _FREE, child) + b"\0" * 36 + struct.pack("<IQ", start, size)).ljust(
        128, b"\0"
    )
