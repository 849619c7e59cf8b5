"""Makes the font of last resort that is shipped for PDF: a box for every character that no other font has.

PDF/UA forbids a character without a glyph, and the machine that prints a name may have no font for its script.
Run as a program it writes the file anew: uv run python tests/box_font.py
"""

import struct
from pathlib import Path

FAMILY = "Bookscore Box"
PLACE = Path(__file__).parent.parent / "scoring" / "reports" / "fonts" / "BookscoreBox.ttf"

_UNITS, _ADVANCE, _TOP = 1000, 700, 720
_LEFT, _RIGHT, _STROKE = 70, 630, 50
_FIRST, _LAST = 0x20, 0x10FFFF
_EPOCH = 3_797_280_000
"""When it was made, in seconds since 1904: fixed, so that the file is the same each time."""


def box_font() -> bytes:
    """A TrueType font of one box, which stands for every character of Unicode."""
    glyph = _glyph()
    tables = {
        b"OS/2": _os2(),
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 10, 12)
        + struct.pack(">HHIII", 13, 0, 28, 0, 1)
        + struct.pack(">III", _FIRST, _LAST, 1),
        b"glyf": glyph + glyph,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _UNITS, _EPOCH, _EPOCH,
            _LEFT, 0, _RIGHT, _TOP, 0, 6, 2, 1, 0,
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 900, -200, 0, _ADVANCE, _LEFT, 70, _RIGHT, 1, *[0] * 7, 2),
        b"hmtx": struct.pack(">HhHh", _ADVANCE, _LEFT, _ADVANCE, _LEFT),
        b"loca": struct.pack(">III", 0, len(glyph), 2 * len(glyph)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 8, 2, 0, 0, 1, *[0] * 8),
        b"name": _names(),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, *[0] * 5),
    }  # fmt: skip
    return _file(tables)


def _glyph() -> bytes:
    """Two rectangles, one in the other."""
    outer = [(_LEFT, 0), (_LEFT, _TOP), (_RIGHT, _TOP), (_RIGHT, 0)]
    left, right, foot, top = _LEFT + _STROKE, _RIGHT - _STROKE, _STROKE, _TOP - _STROKE
    points = [*outer, (left, foot), (right, foot), (right, top), (left, top)]
    before = [(0, 0), *points]
    moves = [(x - x0, y - y0) for (x, y), (x0, y0) in zip(points, before, strict=False)]
    made = struct.pack(">hhhhh", 2, _LEFT, 0, _RIGHT, _TOP) + struct.pack(">HHH", 3, 7, 0) + b"\x01" * 8
    made += b"".join(struct.pack(">h", x) for x, _ in moves) + b"".join(struct.pack(">h", y) for _, y in moves)
    return made + b"\0" * (-len(made) % 4)


def _os2() -> bytes:
    return struct.pack(
        ">HhHHHhhhhhhhhhhh10sIIII4sHHHhhhHHII", 3, _ADVANCE, 400, 5, 0, *[0] * 10, 0, b"\0" * 10, 0, 0, 0, 0, b"BKSC",
        0x40, _FIRST, 0xFFFF, 900, -200, 0, 900, 200, 0, 0,
    ) + struct.pack(">hhHHH", 500, _TOP, 0, 32, 1)  # fmt: skip


def _names() -> bytes:
    texts = {1: FAMILY, 2: "Regular", 3: f"{FAMILY} 1", 4: FAMILY, 5: "Version 1.0", 6: FAMILY.replace(" ", "")}
    records, store = b"", b""
    for key, text in texts.items():
        words = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, key, len(words), len(store))
        store += words
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + store


def _sum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF


def _file(tables: dict[bytes, bytes]) -> bytes:
    """The tables in one file, with their sums and the sum of all."""
    count, power = len(tables), 8
    head = struct.pack(">IHHHH", 0x10000, count, power * 16, 3, count * 16 - power * 16)
    place, listed, body, head_at = 12 + 16 * count, b"", b"", 0
    for tag, data in sorted(tables.items()):
        head_at = place if tag == b"head" else head_at
        listed += struct.pack(">4sIII", tag, _sum(data), place, len(data))
        body += data + b"\0" * (-len(data) % 4)
        place += len(data) + (-len(data) % 4)
    made = head + listed + body
    whole = (0xB1B0AFBA - _sum(made)) & 0xFFFFFFFF
    return made[: head_at + 8] + struct.pack(">I", whole) + made[head_at + 12 :]


if __name__ == "__main__":
    PLACE.write_bytes(box_font())
