"""How do benchmarks compare programs? Each in a process of its own, in turn, and what they cost goes to the README.

The process that starts the others imports nothing large: a child begins with the peak memory of its parent.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from math import log10
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever measures again finds modules compiled, as whoever waits does
README = Path(__file__).parent / "README.md"


@dataclass
class Contender:
    """Something that is measured: what it is called, and the arguments of Python that run it.

    Each run keeps CPU seconds (user and system), wall seconds and peak memory of its whole process, and what it said:
    the last line it printed, as JSON.
    """

    name: str
    arguments: Sequence[str]
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> None:
        """Runs it once and keeps what it cost."""
        begun = time.perf_counter()
        process = subprocess.Popen([sys.executable, *self.arguments], stdout=subprocess.PIPE, cwd=ROOT)
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{self.name}: failed; run python {' '.join(self.arguments)}")
        self.wall.append(time.perf_counter() - begun)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak_mib.append(usage.ru_maxrss / 1024)
        self.said.append(json.loads(output.splitlines()[-1]))

    def stage(self, name: str) -> float:
        """The median CPU seconds of one stage."""
        return median(said["stages"][name] for said in self.said)

    @property
    def total(self) -> float:
        """The median CPU seconds of all stages together: without interpreter and imports."""
        return median(sum(said["stages"].values()) for said in self.said)


class Stages:
    """Times the stages of a contender, in CPU seconds of all its threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """What is done inside belongs to the stage."""
        begun = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - begun


def in_turn(contenders: Iterable[Contender], runs: int) -> None:
    """Runs all of them once, then all of them again, so that whatever else the machine does hits them alike."""
    listed = list(contenders)
    for _ in range(runs):
        for contender in listed:
            contender.run()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def between_markers(name: str, text: str, readme: Path = README) -> None:
    """Puts the text between the two markers of that name in the README."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = readme.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    readme.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")


def bars(title: str, groups: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """Horizontal bars on a scale of powers of ten, as SVG: each group a heading, each entry a bar with its figure."""
    figures = [value for group in groups.values() for value in group.values()]
    low = int(log10(min(figures)) // 1)
    span = max(log10(max(figures)) - low, 1.0)
    parts, y = [f'<text x="8" y="20" class="t">{escape(title)} ({escape(unit)}, each step ten times more)</text>'], 34
    for heading, group in groups.items():
        y += 20
        parts.append(f'<text x="8" y="{y}" class="h">{escape(heading)}</text>')
        for number, (name, value) in enumerate(group.items()):
            y += 18
            width = max(440 * (log10(value) - low) / span, 1)
            parts.append(
                f'<text x="8" y="{y}">{escape(name)}</text>'
                f'<rect x="190" y="{y - 11}" width="{width:.0f}" height="13" class="b{min(number, 1)}"/>'
                f'<text x="{196 + width:.0f}" y="{y}">{value:.3g}</text>'
            )
        y += 4
    style = (
        "text{font:12px sans-serif;fill:#222}.t{font-size:14px;font-weight:600}.h{font-weight:600}"
        ".b0{fill:#1d6f5c}.b1{fill:#b6bcc2}"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{y + 12}" role="img">'
    return f'{head}<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
