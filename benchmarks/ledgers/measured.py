"""What does the work of one contender cost, without start and imports?"""

import time
from collections.abc import Callable
from pathlib import Path


def measured(work: Callable[[], None]) -> dict[str, float]:
    """CPU seconds of all threads, wall seconds, and MB that were read (of the files, however often)."""
    read, cpu, wall = _read(), time.process_time(), time.perf_counter()
    work()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "read_mb": (_read() - read) / 1e6}


def _read() -> int:
    """Bytes that the process asked the system for; what is mapped into memory is not in it."""
    place = Path("/proc/self/io")
    return int(place.read_text().split("rchar:")[1].split()[0]) if place.exists() else 0
