"""What did a process that was killed leave behind? What it was making, under names of its own: removed in time."""

import shutil
from contextlib import suppress
from pathlib import Path

_STALE = 3600
"""Seconds after which what was being made is nobody's any more; what is younger may be another's at work."""


def sweep(fresh: Path, pattern: str) -> None:
    """Removes what lies beside something just made, under names like the pattern, and is stale by the disk's clock."""
    now = fresh.stat().st_mtime
    for left in fresh.parent.glob(pattern):
        with suppress(OSError):  # another process removes it too
            if now - left.stat().st_mtime > _STALE:
                remove(left)


def remove(made: Path) -> None:
    """Returns once the file or folder is gone, or where it was not there."""
    if made.is_dir():
        shutil.rmtree(made, ignore_errors=True)
    else:
        made.unlink(missing_ok=True)
