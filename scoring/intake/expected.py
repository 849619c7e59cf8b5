"""What will a run hold, and is there room for it? Told of large files of our own layout before a line is read."""

from dataclasses import dataclass
from pathlib import Path

from adapters.streamed import Streamed

BASE, LINE, ACCOUNT = 250 << 20, 205, 14 << 10
"""Bytes that any run holds, and what it holds of each line and of each account, about (docs/scale.md)."""

_MACHINE = Path("/proc/meminfo")
_CONTAINER = Path("/sys/fs/cgroup/memory.max")
_FREE = "MemAvailable:"


@dataclass(frozen=True, slots=True)
class Expected:
    """How many lines and accounts a run is about to hold."""

    lines: int
    accounts: int

    @classmethod
    def of(cls, files: Streamed) -> "Expected":
        """By what the files say of themselves."""
        rows = {table: sum(file.count for file in found) for table, found in files.files.items()}
        accounts = rows.pop("accounts", 0)
        return cls(sum(rows.values()), accounts)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return BASE + LINE * self.lines + ACCOUNT * self.accounts


def room() -> int | None:
    """Bytes that may still be taken here: what is free, and no more than a container may have; None: nobody says."""
    said = [line.split() for line in _text(_MACHINE).splitlines() if line.startswith(_FREE)]
    found = [int(words[1]) << 10 for words in said]
    most = _text(_CONTAINER).strip()
    return min([*found, *([int(most)] if most.isdecimal() else [])], default=None)


def _text(place: Path) -> str:
    """What the system says there; nothing where it says nothing."""
    try:
        return place.read_text()
    except OSError:
        return ""
